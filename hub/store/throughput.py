"""How many records came in a while, and how long each took to its fate: read from the records, written nowhere."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from hub.store import records
from hub.store.moments import to_us
from hub.store.tables import record

_LOOKED_AT: Final = 200_000
"""From so many records on their lag is not looked up one by one."""
_SECOND: Final = 1_000_000
_STAGES: Final = (records.RECEIVED, records.IN_CASEWORK, records.SETTLED)


@dataclass(frozen=True, slots=True)
class Bucket:
    """One span of time."""

    received: int = 0
    lag_s: float | None = None
    """How long its records took to their fate, on average; None where none has one, or there are too many to look."""
    longest_s: float | None = None


def of_source(
    conn: Connection, source: str, since: datetime, until: datetime, every_s: int
) -> dict[int, Bucket]:
    """Begin of a span (seconds since 1970, a multiple of `every_s`) → what came in it; spans without any are left out."""
    span = (record.c.received_us // (every_s * _SECOND)).label("span")
    where = (
        record.c.source == source,
        record.c.stage.in_(_STAGES),  # so that the index knows them all
        record.c.received_us >= to_us(since),
        record.c.received_us < to_us(until),
    )
    counts = {
        r.span: r.n for r in conn.execute(select(span, func.count().label("n")).where(*where).group_by(span))
    }
    lags: dict[int, tuple[float, float]] = {}
    if sum(counts.values()) <= _LOOKED_AT:
        took = record.c.settled_us - record.c.received_us
        query = select(span, func.avg(took).label("mean"), func.max(took).label("longest"))
        rows = conn.execute(query.where(*where, record.c.settled_us.is_not(None)).group_by(span))
        lags = {r.span: (float(r.mean) / _SECOND, float(r.longest) / _SECOND) for r in rows}
    return {one * every_s: Bucket(n, *lags.get(one, (None, None))) for one, n in counts.items()}
