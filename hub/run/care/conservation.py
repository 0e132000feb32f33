"""Conservation as a running check: both sides of what must be equal, in the database and on the bus.

Records received stand beside their fates, per source and hour; what is on a topic stands beside what our groups
have read of it. A difference names the records. Looks only; `doctor` and `/metrics` tell what is found here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, case, func, not_, or_, select

from hub.bus import Bus
from hub.bus.topics import EVENTS, REPORTS
from hub.model import Fate
from hub.run.matters import casework, reports
from hub.store import outbox, records
from hub.store.engine import Store
from hub.store.moments import from_us, to_us
from hub.store.tables import event, record

LOOKED_BACK: Final = timedelta(hours=24)
"""How far back hours are compared. A record without a fate is found at any age."""
_HOUR_US: Final = 3_600_000_000
_NAMED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One source in one hour: what came, and what became of it."""

    source: str
    begins_at: datetime
    received: int
    fates: Mapping[str, int]
    open: int
    """Still on their way."""

    @property
    def difference(self) -> int:
        """How many records are neither in a fate nor on their way."""
        return self.received - sum(self.fates.values()) - self.open


@dataclass(frozen=True, slots=True)
class Side:
    """What `group` has still to read of a partition; below 0 where it claims to have read what was never there."""

    group: str
    topic: str
    part: int
    unread: int


def hours(conn: Connection, sources: Iterable[str], since: datetime) -> list[Hour]:
    """Each source and hour in which something came since then, oldest first."""
    hour = (record.c.received_us // _HOUR_US).label("hour")
    ended = [func.sum(_in(record.c.fate == f.value, _is_settled())).label(f.value) for f in Fate]
    rows = conn.execute(
        select(
            record.c.source, hour, func.count().label("n"), func.sum(_in(_is_open())).label("open"), *ended
        )
        .where(*_lately(sources, since))
        .group_by(record.c.source, hour)
        .order_by(hour, record.c.source)
    )
    return [
        Hour(
            source=r["source"],
            begins_at=from_us(int(r["hour"]) * _HOUR_US),
            received=r["n"],
            fates={f.value: int(r[f.value]) for f in Fate},
            open=int(r["open"]),
        )
        for r in rows.mappings()
    ]


def astray(conn: Connection, sources: Iterable[str], since: datetime) -> list[str]:
    """Ids of the first records that make a difference, of those received since then."""
    has_fate = and_(record.c.fate.in_([f.value for f in Fate]), _is_settled())
    return list(
        conn.execute(
            select(record.c.id)
            .where(*_lately(sources, since), not_(func.coalesce(has_fate, False)), not_(_is_open()))
            .order_by(record.c.received_us)
            .limit(_NAMED)
        ).scalars()
    )


def without_record(conn: Connection) -> list[str]:
    """Ids of the first records that events tell of and that are no longer there. Looks at every event."""
    there = select(record.c.id).where(record.c.id == event.c.record_id)
    return list(
        conn.execute(select(event.c.record_id).where(~there.exists()).distinct().limit(_NAMED)).scalars()
    )


def sides(store: Store, bus: Bus, topics: Mapping[str, int]) -> list[Side]:
    """Every partition that a group of ours reads; raises TryLater C105 where the bus cannot be asked."""
    read = {
        casework.GROUP: [EVENTS],
        reports.GROUP: sorted(topic for topic in topics if topic.startswith(REPORTS)),
    }
    return [side for group, names in read.items() for side in _of_group(store, bus, group, names, topics)]


def _of_group(
    store: Store, bus: Bus, group: str, names: Sequence[str], topics: Mapping[str, int]
) -> list[Side]:
    stored = outbox.positions(store, group)
    parts = [(name, part) for name in names for part in range(topics.get(name, 1))]
    unread = bus.unread({one: stored.get(one, 0) for one in parts})
    return [Side(group, topic, part, number) for (topic, part), number in sorted(unread.items())]


def _lately(sources: Iterable[str], since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Source and stage are named, although it means all of them: an index knows them with the moment."""
    return (
        record.c.source.in_(sorted(sources)),
        record.c.stage.in_([records.RECEIVED, records.IN_CASEWORK, records.SETTLED]),
        record.c.received_us >= to_us(since),
    )


def _is_settled() -> ColumnElement[bool]:
    return record.c.stage == records.SETTLED


def _is_open() -> ColumnElement[bool]:
    return and_(
        record.c.fate.is_(None),
        or_(record.c.stage == records.RECEIVED, record.c.stage == records.IN_CASEWORK),
    )


def _in(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return case((and_(*conditions), 1), else_=0)
