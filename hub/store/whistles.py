"""Whistles as they stand, and who holds their matters."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, func, select, text, true, update

from hub.bus.message import Fenced
from hub.jsonform import dumps, loads
from hub.model import Role, Whistle
from hub.store import engine, incidents, steps
from hub.store.copying import insert_or_fence
from hub.store.engine import chunks
from hub.store.lists import among
from hub.store.moments import to_us
from hub.store.swapping import swap
from hub.store.tables import incident, overdue, step, whistle
from hub.whistle.due import needs_history, next_due_at
from hub.whistle.lifecycle import DONE

FIRST_LOOK: Final = timedelta(hours=1)
UNSETTLED: Final = text("whistle.state IN ('disputed', 'arbitrating')")
"""Returns that wait for the centre, by the very words that their index has."""
_UNKNOWN: Final = {"category": "", "subdistrict_id": ""}
_TIMED: Final = frozenset({"id", "version", "body", "due_us", "provisional", "next_us"})
"""What a newer calendar may change of a row, and what says which."""


def add(conn: Connection, whistles: Sequence[Whistle], at: datetime) -> None:
    """Stores new whistles, written `at` that moment, whose moves and matters stand; raises Fenced where one stands
    already, since another worker was faster."""
    matters = _labels(conn, {w.incident_id for w in whistles})
    rows = zip(whistles, _rows(conn, whistles), strict=True)
    written = {"changed_us": to_us(at)}
    insert_or_fence(conn, whistle, [row | matters.get(w.incident_id, _UNKNOWN) | written for w, row in rows])


def _labels(conn: Connection, ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Incident → what its whistles' rows say of it."""
    found: dict[str, dict[str, str]] = {}
    for part in chunks(ids):
        rows = conn.execute(
            select(incident.c.id, incident.c.category, incident.c.subdistrict_id).where(
                among(incident.c.id, part)
            )
        )
        found |= {r.id: {"category": r.category, "subdistrict_id": r.subdistrict_id or ""} for r in rows}
    return found


def label(conn: Connection, matters: Iterable[str]) -> None:
    """The rows of these matters' whistles say of what and where their matter is now: it was told anew, or its whistles
    came from another one."""
    area = func.coalesce(incident.c.subdistrict_id, "")
    for part in chunks(matters):
        other = (whistle.c.category != incident.c.category) | (whistle.c.subdistrict_id != area)
        conn.execute(
            update(whistle)
            .where(among(whistle.c.incident_id, part), whistle.c.incident_id == incident.c.id, other)
            .values(category=incident.c.category, subdistrict_id=area)
        )


def _look_us(one: Whistle) -> int:
    """When clockwork looks at it: at the latest an hour after it was blown, and at once when it is done: for how long it
    stays out of the archive, the pack says. From then on clockwork itself says when, until somebody changes it again."""
    if one.state in DONE:
        return 0
    moments = [one.blown_at + FIRST_LOOK, *(d.due_at for d in one.deadlines)]
    return to_us(min((*moments, one.paused_until) if one.paused_until else moments))


def _rows(conn: Connection, some: Sequence[Whistle]) -> list[dict[str, object]]:
    """Their rows, but for what they say of their matters, and when they were written."""
    told = steps.of_whistles(conn, [one.id for one in some if needs_history(one)])
    return [_row(one, next_due_at(one, (made.step for made in told.get(one.id, ())))) for one in some]


def _row(one: Whistle, next_at: datetime | None) -> dict[str, object]:
    return {
        "id": one.id,
        "incident_id": one.incident_id,
        "department": one.department,
        "role": one.role.value,
        "state": one.state.value,
        "blown_us": to_us(one.blown_at),
        "due_us": _look_us(one),
        "version": one.version,
        "provisional": int(any(d.provisional for d in one.deadlines)),
        "body": dumps(one),
        "level": one.level.value,
        "next_us": to_us(next_at) if next_at else None,
    }


def change(conn: Connection, moved: Sequence[tuple[Whistle, int]], at: datetime) -> None:
    """Stores whistles changed `at` that moment, whose moves stand, each over the version that it says; raises Fenced where
    someone else moved one meanwhile."""
    rows = [{**row, "changed_us": to_us(at)} for row in _rows(conn, [one for one, _ in moved])]
    swap(conn, whistle, rows, before=[version for _, version in moved])


def load(conn: Connection, ids: Iterable[str]) -> dict[str, Whistle]:
    """Whistles by id."""
    found: dict[str, Whistle] = {}
    for part in chunks(ids):
        rows = conn.execute(select(whistle.c.id, whistle.c.body).where(among(whistle.c.id, part)))
        found |= {r.id: loads(Whistle, r.body) for r in rows}
    return found


def held(conn: Connection, ids: Iterable[str]) -> dict[str, Whistle]:
    """These whistles by id, their matters locked until commit: of two who move whistles of one matter at the same
    moment, the second sees what the first has changed.

    Those that are not there are left out. Raises Fenced where a matter was merged just now.
    """
    matters = _lock_matters(conn, ids)
    found = load(conn, matters)
    if any(one.incident_id != matters[id_] for id_, one in found.items()):
        raise Fenced
    return found


def held_together(conn: Connection, ids: Iterable[str]) -> dict[str, Whistle]:
    """The same, with all other whistles of their matters."""
    matters = _lock_matters(conn, ids)
    found = {one.id: one for some in of_incidents(conn, set(matters.values())).values() for one in some}
    if not matters.keys() <= found.keys():
        raise Fenced
    return {str(id_): one for id_, one in found.items()}


def _lock_matters(conn: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Whistle → its matter, which nobody else changes until commit."""
    matters: dict[str, str] = {}
    for part in chunks(dict.fromkeys(ids)):
        rows = conn.execute(select(whistle.c.id, whistle.c.incident_id).where(among(whistle.c.id, part)))
        matters |= {r.id: r.incident_id for r in rows}
    incidents.lock_rows(conn, set(matters.values()))
    return matters


def of_incidents(conn: Connection, ids: Iterable[str]) -> dict[str, list[Whistle]]:
    """Incident → its whistles, oldest first; those without any are left out."""
    return _by_incident(conn, ids, true())


def leads_of(conn: Connection, ids: Iterable[str]) -> dict[str, list[Whistle]]:
    """The same of its leading whistles alone."""
    return _by_incident(conn, ids, whistle.c.role == Role.LEAD.value)


def _by_incident(
    conn: Connection, ids: Iterable[str], which: ColumnElement[bool]
) -> dict[str, list[Whistle]]:
    found: dict[str, list[Whistle]] = {}
    for part in chunks(ids):
        rows = conn.execute(
            select(whistle.c.incident_id, whistle.c.body)
            .where(among(whistle.c.incident_id, part), which)
            .order_by(whistle.c.blown_us, whistle.c.id)
        )
        for r in rows:
            found.setdefault(r.incident_id, []).append(loads(Whistle, r.body))
    return found


def retime(conn: Connection, whistles: Iterable[Whistle]) -> int:
    """Stores the deadlines of whistles that a newer calendar moved; no move, so their versions stay. One that is being
    changed or was changed meanwhile keeps what the change said, and is found again where that is provisional still. Returns how
    many were stored."""
    rows = [
        {name: value for name, value in row.items() if name in _TIMED}
        for row in _rows(conn, unlocked(conn, whistles))
    ]
    return engine.update(conn, whistle, rows, key=("id", "version"))


def unlocked(conn: Connection, whistles: Iterable[Whistle]) -> list[Whistle]:
    """Those that nobody is changing just now; from here on nobody does until commit (PostgreSQL)."""
    here = {str(one.id): one for one in whistles}
    free = list[str]()
    for part in chunks(sorted(here)):
        query = select(whistle.c.id).where(among(whistle.c.id, part)).order_by(whistle.c.id)
        free += conn.execute(query.with_for_update(skip_locked=True)).scalars()
    return [here[id_] for id_ in free]


def forgive(conn: Connection, id_: str, *, since: datetime) -> None:
    """Steps of a whistle that came due after `since` were never late."""
    conn.execute(delete(overdue).where(overdue.c.whistle_id == id_, overdue.c.due_us > to_us(since)))


def unsettled(conn: Connection) -> list[Whistle]:
    """Returns that the centre has not decided about, oldest call first."""
    rows = conn.execute(select(whistle.c.body).where(UNSETTLED).order_by(whistle.c.blown_us, whistle.c.id))
    return [loads(Whistle, body) for body in rows.scalars()]


def unsettled_since(conn: Connection, at: datetime) -> list[str]:
    """Ids of those whose last move was made before `at`."""
    last = select(func.max(step.c.made_us)).where(step.c.whistle_id == whistle.c.id).scalar_subquery()
    since = func.coalesce(last, whistle.c.blown_us)  # who was returned before moves were kept has none
    query = select(whistle.c.id).where(UNSETTLED, since < to_us(at)).order_by(whistle.c.id)
    return list(conn.execute(query).scalars())


def blown_before(
    conn: Connection,
    departments: Iterable[str],
    since: datetime,
    before: tuple[datetime, str],
    limit: int,
) -> list[Whistle]:
    """Whistles of these departments that were blown from `since` on, newest first: those after `before`, the moment and id
    of the last one that was read (or the present and "")."""
    at, last = to_us(before[0]), before[1]
    query = (
        select(whistle.c.body)
        .where(
            whistle.c.department.in_(list(departments)),
            whistle.c.blown_us >= to_us(since),
            (whistle.c.blown_us < at) | ((whistle.c.blown_us == at) & (whistle.c.id > last)),
        )
        .order_by(whistle.c.blown_us.desc(), whistle.c.id)
        .limit(limit)
    )
    return [loads(Whistle, body) for body in conn.execute(query).scalars()]


def counts(conn: Connection) -> dict[str, int]:
    """Department → whistles blown for it."""
    rows = conn.execute(select(whistle.c.department, func.count().label("n")).group_by(whistle.c.department))
    return {r.department: r.n for r in rows}
