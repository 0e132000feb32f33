"""The grids that sources have sent, from the store into a worker's maps."""

from sqlalchemy import Connection

from hub.pipeline import Journey
from hub.store import events


def renew_maps(conn: Connection, journey: Journey) -> None:
    """Takes up the grids that arrived since the journey last did; where none did, it costs one count."""
    if events.count_grid_versions(conn) != journey.surveyed:
        journey.take_up(events.grid_versions(conn))
