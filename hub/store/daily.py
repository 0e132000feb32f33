"""Figures by day in the database, and what they are counted from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, select

from hub.model import IncidentState
from hub.store.engine import insert
from hub.store.lists import among
from hub.store.moments import from_us, from_us_or_none, to_us
from hub.store.tables import event, figure_count, figure_day, incident, link
from hub.whistle.daily import Key, Measure, Split

_GONE: Final = frozenset((IncidentState.CANCELLED.value, IncidentState.MERGED.value))
_COUNTED: Final = sorted({one.value for one in IncidentState} - _GONE)
_MONTH: Final = 7
"""Letters of a day that name its month."""


@dataclass(frozen=True, slots=True)
class Counted:
    """When a day was counted, and how many matters it had."""

    at: datetime
    matters: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A matter's head. `sources`: of its reports, in the order in which they were linked."""

    category: str
    subdistrict: str
    sources: tuple[str, ...]


def days(conn: Connection) -> dict[str, Counted]:
    """Every day that was counted."""
    rows = conn.execute(select(figure_day))
    return {r.day: Counted(from_us(r.counted_us), r.matters) for r in rows}


def first_opened(conn: Connection) -> datetime | None:
    """When the first matter was opened. One look into the index a state."""
    looks = (
        select(func.min(incident.c.opened_us)).where(incident.c.state == state).scalar_subquery()
        for state in _COUNTED
    )
    found = [us for us in conn.execute(select(*looks)).one() if us is not None]
    return from_us_or_none(min(found)) if found else None


def opened(conn: Connection, since: datetime, until: datetime) -> list[str]:
    """Ids of the matters that were opened from `since` to before `until` and are not gone."""
    query = select(incident.c.id).where(
        incident.c.state.in_(_COUNTED),  # so that the index knows them
        incident.c.opened_us >= to_us(since),
        incident.c.opened_us < to_us(until),
    )
    return list(conn.execute(query).scalars())


def heads(conn: Connection, ids: Sequence[str]) -> dict[str, Opened]:
    """What is counted of these matters beside their whistles."""
    rows = conn.execute(
        select(incident.c.id, incident.c.category, incident.c.subdistrict_id).where(among(incident.c.id, ids))
    ).all()
    links = conn.execute(
        select(link.c.incident_id, event.c.source)
        .join(event, event.c.id == link.c.event_id)
        .where(among(link.c.incident_id, ids), link.c.undone_us.is_(None))
        .order_by(link.c.linked_us, link.c.event_key)
    )
    by: dict[str, list[str]] = {}
    for r in links:
        by.setdefault(r.incident_id, []).append(r.source)
    return {r.id: Opened(r.category, r.subdistrict_id or "", tuple(by.get(r.id, ()))) for r in rows}


def put(
    conn: Connection, day: str, counts: Mapping[Key, tuple[int, int]], matters: int, at: datetime
) -> None:
    """The day's figures, in the place of those before."""
    conn.execute(delete(figure_count).where(figure_count.c.day == day))
    rows = [
        {
            "day": day,
            "scope": scope,
            "split": split.value,
            "name": name,
            "measure": measure.value,
            "n": n,
            "hits": hits,
        }
        for (scope, split, name, measure), (n, hits) in counts.items()
    ]
    insert(conn, figure_count, rows)
    said = {"day": day, "counted_us": to_us(at), "matters": matters}
    insert(conn, figure_day, [said], update=("counted_us", "matters"))


def summed(
    conn: Connection, scope: str, split: Split, wanted: Iterable[date], *, by_month: bool
) -> Sequence[Any]:
    """`bucket` (a day, or its month), `name`, `measure`, `n`, `hits`."""
    day = figure_count.c.day
    bucket = (func.substr(day, 1, _MONTH) if by_month else day).label("bucket")
    keys = (bucket, figure_count.c.name, figure_count.c.measure)
    return conn.execute(
        select(*keys, func.sum(figure_count.c.n).label("n"), func.sum(figure_count.c.hits).label("hits"))
        .where(among(day, [one.isoformat() for one in wanted]))
        .where(figure_count.c.scope == scope, figure_count.c.split == split.value)
        .group_by(*keys)
    ).all()


def measure_of(row: Any) -> Measure:
    """What a row of `summed` counts."""
    return Measure(row.measure)
