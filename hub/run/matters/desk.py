"""The district's desk: matters that nobody leads wait here with an owner and a clock."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.model import IncidentId
from hub.pack import Pack
from hub.store import incidents

RETURNED = "returned"
"""Its lead handed it back (退回)."""
PING_PONG = "ping_pong"
"""It was handed back as often as the pack allows, and rose to the district (N40)."""
NO_LEAD = "no_lead"
"""Departments help, but none leads."""


class Desk:
    """The fallback queue under one pack."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    def wait(self, conn: Connection, rows: Sequence[tuple[IncidentId, str]], now: datetime) -> None:
        """(incident, reason) wait from now; whoever waits already keeps its clock."""
        due = now + timedelta(seconds=self._pack.fallback_s)
        incidents.queue_fallback(conn, rows, self._pack.fallback_owner, now, due)

    @staticmethod
    def release(conn: Connection, ids: Collection[IncidentId], now: datetime) -> None:
        """These wait no longer: a department is at them, or they are over."""
        incidents.resolve_fallback(conn, ids, now)
