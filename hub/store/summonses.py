"""Calls to duty phones: planned once, sent until a gateway takes them, followed until it says what became of them.

No number is stored: a label of the roster leads to it at the moment of the call.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, TextClause, func, or_, select, text, update

from hub.jsonform import loads
from hub.model import DepartmentId, Level, Whistle
from hub.store.copying import insert_or_fence
from hub.store.engine import chunks
from hub.store.lists import among
from hub.store.moments import from_us, to_us
from hub.store.tables import summons, whistle
from hub.whistle.summons import Attempt, SummonsState

LONGEST_REST: Final = timedelta(minutes=5)
"""No call is put off for longer."""
_RECEIPT: Final = 128
_DETAIL: Final = 24
# By the very words that their index has. Bodies are JSON of ours: a source's word has its quotes escaped there.
_UNTAKEN_SQLITE: Final = text(
    """whistle.state = 'blown' AND instr(whistle.body, '"level":"emergency"') > 0"""
)
_UNTAKEN_POSTGRESQL: Final = text(
    """whistle.state = 'blown' AND strpos(whistle.body, '"level":"emergency"') > 0"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One call that is to be made. `id` is what the gateway knows it by."""

    whistle_id: str
    n: int
    id: str
    channel: str
    department: str
    contact: str
    code: str = ""
    """Of what makes it fail before it is sent; "" where it goes on its way."""


def _untaken(conn: Connection) -> TextClause:
    return _UNTAKEN_POSTGRESQL if conn.dialect.name == "postgresql" else _UNTAKEN_SQLITE


def untaken(conn: Connection, limit: int) -> list[Whistle]:
    """Emergency whistles that nobody has taken, the newest first: one that nobody ever takes keeps no other waiting."""
    rows = conn.execute(
        select(whistle.c.body).where(_untaken(conn)).order_by(whistle.c.blown_us.desc()).limit(limit)
    )
    found = [loads(Whistle, body) for body in rows.scalars()]
    return [one for one in found if one.level is Level.EMERGENCY]


def add(conn: Connection, planned: Planned, at: datetime) -> None:
    """Puts it on its way, or down as failed; raises Fenced where another one planned this number meanwhile."""
    row = {
        "whistle_id": planned.whistle_id,
        "n": planned.n,
        "id": planned.id,
        "channel": planned.channel,
        "department": planned.department,
        "contact": planned.contact,
        "state": (SummonsState.FAILED if planned.code else SummonsState.QUEUED).value,
        "code": planned.code,
        "receipt": "",
        "detail": "",
        "tries": 0,
        "made_us": to_us(at),
        "sent_us": None,
        "next_us": None if planned.code else to_us(at),
    }
    insert_or_fence(conn, summons, [row])


def rows_of(conn: Connection, whistle_ids: Iterable[str]) -> dict[str, list[Row[Any]]]:
    """Whistle → its calls as stored, in order."""
    found: dict[str, list[Row[Any]]] = {}
    for part in chunks(whistle_ids):
        rows = conn.execute(
            select(summons)
            .where(among(summons.c.whistle_id, part))
            .order_by(summons.c.whistle_id, summons.c.n)
        )
        for row in rows:
            found.setdefault(row.whistle_id, []).append(row)
    return found


def attempts_of(conn: Connection, whistle_ids: Iterable[str]) -> dict[str, list[Attempt]]:
    """Whistle → its calls, in order."""
    return {id_: [_attempt(r) for r in rows] for id_, rows in rows_of(conn, whistle_ids).items()}


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(
        n=row.n,
        department=DepartmentId(row.department),
        channel=row.channel,
        contact=row.contact,
        state=SummonsState(row.state),
        made_at=from_us(row.made_us),
        tries=row.tries,
    )


def next_due(conn: Connection, channel: str, now: datetime) -> Row[Any] | None:
    """The call of this channel that waits longest to be sent or asked about; what was put off by a clock that was
    ahead waits no longer."""
    due = or_(summons.c.next_us <= to_us(now), summons.c.next_us > to_us(now + LONGEST_REST))
    return conn.execute(
        select(summons)
        .where(summons.c.channel == channel, summons.c.next_us.is_not(None), due)
        .order_by(summons.c.next_us, summons.c.whistle_id, summons.c.n)
        .limit(1)
    ).first()


def settle(conn: Connection, whistle_id: str, n: int, values: Mapping[str, object]) -> None:
    """Writes how a call stands; `values` by column."""
    cut = {"receipt": _RECEIPT, "detail": _DETAIL}
    short = {key: str(value)[: cut[key]] if key in cut else value for key, value in values.items()}
    conn.execute(update(summons).where(summons.c.whistle_id == whistle_id, summons.c.n == n).values(**short))


def was_taken(conn: Connection, whistle_id: str, department: str) -> bool:
    """Whether somebody took the whistle at a duty phone of this department."""
    taken = (
        summons.c.whistle_id == whistle_id,
        summons.c.department == department,
        summons.c.state == SummonsState.TAKEN.value,
    )
    return conn.execute(select(summons.c.n).where(*taken).limit(1)).first() is not None


def counts(conn: Connection) -> dict[tuple[str, str], int]:
    """(channel, state) → calls."""
    rows = conn.execute(
        select(summons.c.channel, summons.c.state, func.count().label("n")).group_by(
            summons.c.channel, summons.c.state
        )
    )
    return {(r.channel, r.state): r.n for r in rows}
