"""What departments have to answer for (督办): each a record with an answer of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from hub import ids
from hub.jsonform import dumps, loads
from hub.store.engine import chunks, insert
from hub.store.lists import among
from hub.store.moments import from_us, to_us
from hub.store.tables import measure
from hub.whistle.cardrules import Measure
from hub.whistle.supervision import LASTING, State, Trigger

_LASTING: Final = tuple(sorted(one.value for one in LASTING))
_COLUMNS: Final = tuple(column for column in measure.c if column.name != "sealed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One measure. Only `state` and `version` ever change."""

    id: str
    kind: Measure
    department: str
    whistle_id: str
    """Of several whistles the last one."""
    why: Trigger
    cards: tuple[str, ...] = ()
    opened_at: datetime
    due_at: datetime
    state: State = State.OPEN
    version: int = 1


def measure_id(kind: Measure, whistle_id: str, why: str, *parts: str) -> str:
    """The same grounds give the same measure."""
    return "sv_" + ids.digest_of("measure", kind.value, whistle_id, why, *parts)


def add(conn: Connection, asked: Sequence[Asked]) -> int:
    """Writes them; one that stands already is not written twice. Returns how many are new."""
    return insert(conn, measure, [_row(one) for one in asked])


def _row(one: Asked) -> dict[str, object]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "department": one.department,
        "whistle_id": one.whistle_id,
        "why": one.why.value,
        "cards": dumps(one.cards),
        "opened_us": to_us(one.opened_at),
        "due_us": to_us(one.due_at),
        "state": one.state.value,
        "version": one.version,
        "sealed": b"",
    }


def _asked(row: Row[Any]) -> Asked:
    return Asked(
        id=row.id,
        kind=Measure(row.kind),
        department=row.department,
        whistle_id=row.whistle_id,
        why=Trigger(row.why),
        cards=loads(tuple[str, ...], row.cards),
        opened_at=from_us(row.opened_us),
        due_at=from_us(row.due_us),
        state=State(row.state),
        version=row.version,
    )


def load(conn: Connection, measure_ids: Iterable[str]) -> dict[str, Asked]:
    """Measures by id."""
    found: dict[str, Asked] = {}
    for part in chunks(measure_ids):
        rows = conn.execute(select(*_COLUMNS).where(among(measure.c.id, part)))
        found |= {r.id: _asked(r) for r in rows}
    return found


def lasting(conn: Connection, department: str, since: datetime) -> list[Asked]:
    """A department's measures since then that use up their cards, oldest first."""
    rows = conn.execute(
        select(*_COLUMNS)
        .where(measure.c.department == department, measure.c.opened_us >= to_us(since))
        .where(measure.c.state.in_(_LASTING))
        .order_by(measure.c.opened_us, measure.c.id)
    )
    return [_asked(r) for r in rows]


def of_department(conn: Connection, department: str, limit: int) -> list[Asked]:
    """A department's measures, newest first."""
    rows = conn.execute(
        select(*_COLUMNS)
        .where(measure.c.department == department)
        .order_by(measure.c.opened_us.desc(), measure.c.id)
        .limit(limit)
    )
    return [_asked(r) for r in rows]


def of_whistles(conn: Connection, whistle_ids: Iterable[str]) -> list[Asked]:
    """Measures that speak of these whistles, oldest first."""
    rows = conn.execute(
        select(*_COLUMNS)
        .where(measure.c.whistle_id.in_(list(whistle_ids)))
        .order_by(measure.c.opened_us, measure.c.id)
    )
    return [_asked(r) for r in rows]


def resting_on(conn: Connection, department: str, card_id: str) -> list[Asked]:
    """The department's measures that rest on this card and wait for an answer or for their end."""
    rows = conn.execute(
        select(*_COLUMNS)
        .where(measure.c.department == department, measure.c.cards.contains(card_id, autoescape=True))
        .where(measure.c.state.in_([State.OPEN.value, State.ANSWERED.value]))
        .order_by(measure.c.id)
    )
    return [_asked(r) for r in rows]


def waiting(conn: Connection, limit: int) -> list[Asked]:
    """Measures without an end, by the day on which their answer is due."""
    rows = conn.execute(
        select(*_COLUMNS)
        .where(measure.c.state.in_([State.OPEN.value, State.ANSWERED.value]))
        .order_by(measure.c.due_us, measure.c.id)
        .limit(limit)
    )
    return [_asked(r) for r in rows]


def unanswered(conn: Connection, now: datetime) -> tuple[int, str]:
    """How many answers are overdue, and the first of them."""
    number, first = conn.execute(
        select(func.count(), func.min(measure.c.id)).where(
            measure.c.state == State.OPEN.value, measure.c.due_us < to_us(now)
        )
    ).one()
    return number, first or ""
