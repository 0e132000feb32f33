"""All matters of a time, however many there are."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from hub.model import IncidentState
from hub.store.engine import BATCH
from hub.store.moments import to_us
from hub.store.tables import incident

_STATES: Final = [one.value for one in IncidentState if one is not IncidentState.MERGED]
"""Named, as an index knows them with the moment."""


def opened_since(conn: Connection, moment: datetime) -> Iterator[list[str]]:
    """Ids of all matters opened since then, but for those that were merged away, oldest first, in portions of which
    one is in memory at a time."""
    rows = conn.execute(
        select(incident.c.id)
        .where(incident.c.state.in_(_STATES), incident.c.opened_us >= to_us(moment))
        .order_by(incident.c.opened_us, incident.c.id)
        .execution_options(yield_per=BATCH)
    )
    for portion in rows.scalars().partitions():
        yield list(portion)
