"""Matters as a map needs them: where, of what kind, who is called; now, as changed since a moment, or as of the past."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, and_, or_, select, text

from hub.model import Handling, IncidentState, Role, WhistleState
from hub.store.engine import chunks
from hub.store.lists import among
from hub.store.moments import to_us
from hub.store.tables import event, incident, link, step, whistle

_OVER: Final = (IncidentState.CLOSED.value, IncidentState.VERIFIED.value)
_SHOWN: Final = frozenset((IncidentState.OPEN.value, *_OVER))
_STATES: Final = {one.value: one for one in WhistleState}
_ACCUSES: Final = '%"accused":"%'
"""In an event's JSON: it complains about somebody (被诉单位)."""
_OLDEST: Final = text(
    "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(xact_start)), 0) FROM pg_stat_activity "
    "WHERE datname = current_database() AND backend_xid IS NOT NULL"
)


@dataclass(frozen=True, slots=True)
class Call:
    """A whistle of the matter: which department, whether it leads, how far it is."""

    department: str
    leads: bool
    state: WhistleState
    by_now: WhistleState | None = None
    """Where `state` is of the past: how far it is now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One matter in full: nothing of it is shown without a grant. Degrees are CGCS2000, None where no point is known."""

    id: str
    version: int
    opened_us: int
    closed_us: int | None
    lon: float | None
    lat: float | None
    category: str
    urgency: str
    level: str
    secret: bool
    sources: tuple[str, ...]
    grid_id: str | None
    community_id: str | None
    subdistrict_id: str | None
    calls: tuple[Call, ...]
    handling: Handling
    accused: frozenset[str]
    """Departments of which its reports complain: they are shown nothing of it (domain.md 2.5)."""


def shown_ids(conn: Connection, closed_since: datetime) -> list[str]:
    """Matters that are open, and those that were closed from that moment on."""
    since = to_us(closed_since)
    lately = (incident.c.changed_us >= since, incident.c.closed_us >= since)
    query = select(incident.c.id).where(
        or_(incident.c.state == IncidentState.OPEN.value, and_(incident.c.state.in_(_OVER), *lately))
    )
    return list(conn.execute(query).scalars())


def ids_at(conn: Connection, at: datetime) -> list[str]:
    """Matters that were open at that moment, as far as they were not merged or called off since."""
    us = to_us(at)
    still = and_(incident.c.state == IncidentState.OPEN.value, incident.c.opened_us <= us)
    since = and_(incident.c.closed_us > us, incident.c.opened_us <= us, incident.c.state.in_(_OVER))
    found = [conn.execute(select(incident.c.id).where(which)).scalars() for which in (still, since)]
    return [id_ for some in found for id_ in some]


def changed_since(conn: Connection, since: datetime) -> dict[tuple[str, int], str]:
    """(incident or whistle, its version) → the matter, of all that were written from that moment on."""
    us = to_us(since)
    matters = conn.execute(select(incident.c.id, incident.c.version).where(incident.c.changed_us >= us))
    found = {(r.id, r.version): r.id for r in matters}
    moved = conn.execute(
        select(whistle.c.id, whistle.c.version, whistle.c.incident_id).where(whistle.c.changed_us >= us)
    )
    return found | {(r.id, r.version): r.incident_id for r in moved}


def oldest_writer_s(conn: Connection) -> float:
    """For how long the longest transaction has been going on, seconds: what it writes is not seen yet. SQLite has one
    writer at a time, whose moments are its own: 0."""
    return float(conn.execute(_OLDEST).scalar_one()) if conn.dialect.name == "postgresql" else 0.0


def load(conn: Connection, ids: Iterable[str], at: datetime | None = None) -> dict[str, Pin]:
    """These matters by id, those merged or called off left out; with `at`, called and moved as they were then."""
    found: dict[str, Pin] = {}
    for part in chunks(ids):
        rows = conn.execute(
            select(
                incident.c.id,
                incident.c.version,
                incident.c.opened_us,
                incident.c.closed_us,
                incident.c.handling,
                incident.c.state,  # not a condition: its index would be read for every portion
                incident.c.body,
            ).where(among(incident.c.id, part))
        ).all()
        calls = _calls_then(conn, part, at) if at else _calls(conn, among(whistle.c.incident_id, part))
        accused = _accused(conn, part)
        for row in rows:
            if row.state in _SHOWN:
                found[row.id] = _pin(row, calls.get(row.id, ()), accused.get(row.id, _NOBODY), at)
    return found


_NOBODY: Final[frozenset[str]] = frozenset()


def _pin(row: Any, calls: Sequence[Call], accused: frozenset[str], at: datetime | None) -> Pin:
    body = orjson.loads(row.body)
    place = body["place"]
    return Pin(
        id=row.id,
        version=row.version,
        opened_us=row.opened_us,
        closed_us=None if at else row.closed_us,
        lon=place.get("lon"),
        lat=place.get("lat"),
        category=body["category"],
        urgency=body["urgency"],
        level=body["level"],
        secret=body["secret"],
        sources=tuple(body["sources"]),
        grid_id=place.get("grid_id"),
        community_id=place.get("community_id"),
        subdistrict_id=place.get("subdistrict_id"),
        calls=tuple(calls),
        handling=Handling(row.handling),
        accused=accused,
    )


def _calls(conn: Connection, which: ColumnElement[bool]) -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = {}
    columns = (whistle.c.incident_id, whistle.c.department, whistle.c.role, whistle.c.state)
    for matter, department, role, state in conn.execute(select(*columns).where(which)):
        found.setdefault(matter, []).append(Call(department, role == Role.LEAD.value, _STATES[state]))
    return found


def _calls_then(conn: Connection, ids: Sequence[str], at: datetime) -> dict[str, list[Call]]:
    """By the last move up to then; a whistle without one was just blown."""
    us = to_us(at)
    columns = (whistle.c.id, whistle.c.incident_id, whistle.c.department, whistle.c.role, whistle.c.state)
    blown = conn.execute(
        select(*columns).where(among(whistle.c.incident_id, ids), whistle.c.blown_us <= us)
    ).all()
    after: dict[str, str] = {}
    for part in chunks(row.id for row in blown):
        made = conn.execute(
            select(step.c.whistle_id, step.c.after)
            .where(among(step.c.whistle_id, part), step.c.made_us <= us)
            .order_by(step.c.version)
        )
        after |= {one.whistle_id: one.after for one in made}
    found: dict[str, list[Call]] = {}
    for id_, matter, department, role, now in blown:
        state = _STATES[after.get(id_, WhistleState.BLOWN.value)]
        call = Call(department, role == Role.LEAD.value, state, by_now=_STATES[now])
        found.setdefault(matter, []).append(call)
    return found


def _accused(conn: Connection, ids: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """By any revision of any of their reports: who was complained about once is not shown what became of it."""
    rows = conn.execute(
        select(link.c.incident_id, event.c.body)
        .join(event, event.c.key == link.c.event_key)
        .where(among(link.c.incident_id, ids), link.c.undone_us.is_(None), event.c.body.like(_ACCUSES))
    )
    found: dict[str, frozenset[str]] = {}
    for matter, body in rows:
        found[matter] = found.get(matter, _NOBODY) | {orjson.loads(body)["accused"]}
    return found
