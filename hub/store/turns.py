"""Turns of cards, measures and deferrals: the state moves, and every turn is written down for good."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Table, func, select, update

from hub.bus.message import Fenced
from hub.model import Actor
from hub.store.copying import insert_or_fence
from hub.store.engine import chunks
from hub.store.lists import among
from hub.store.moments import from_us, from_us_or_none, to_us
from hub.store.tables import card, turn
from hub.whistle.supervision import State, Turn, Turned


def make(conn: Connection, table: Table, one: Turned, **changes: object) -> None:
    """Moves the subject in `table` on, with `changes` beside its state. Raises Fenced where another one moved it
    meanwhile."""
    moved = conn.execute(
        update(table)
        .where(table.c.id == one.subject_id, table.c.version == one.version - 1)
        .values(state=one.after.value, version=one.version, **changes)
    ).rowcount
    if moved != 1:
        raise Fenced
    insert_or_fence(conn, turn, [_row(one)])


def copy(conn: Connection, made: Iterable[Turned], subject_id: str) -> None:
    """The same turns as the history of another subject; raises Fenced where it has one already."""
    insert_or_fence(conn, turn, [_row(one) | {"subject_id": subject_id} for one in made])


def of_subjects(conn: Connection, ids: Iterable[str]) -> dict[str, list[Turned]]:
    """Subject → its turns, first to last."""
    found: dict[str, list[Turned]] = {}
    for part in chunks(ids):
        rows = conn.execute(select(turn).where(among(turn.c.subject_id, part)).order_by(turn.c.version))
        for r in rows:
            one = Turned(
                subject_id=r.subject_id,
                version=r.version,
                turn=Turn(r.turn),
                actor=Actor(r.actor),
                by=r.by,
                at=from_us(r.made_us),
                before=State(r.before),
                after=State(r.after),
                reason_code=r.reason_code,
                until=from_us_or_none(r.until_us),
                nonce=r.nonce,
            )
            found.setdefault(r.subject_id, []).append(one)
    return found


def void_since(conn: Connection, since: datetime) -> tuple[int, str]:
    """How many cards became void since then, and the first of them."""
    number, first = conn.execute(
        select(func.count(), func.min(turn.c.subject_id))
        .join(card, card.c.id == turn.c.subject_id)
        .where(card.c.state == State.VOID.value)
        .where(turn.c.after == State.VOID.value, turn.c.made_us >= to_us(since))
    ).one()
    return number, first or ""


def _row(one: Turned) -> dict[str, object]:
    return {
        "subject_id": one.subject_id,
        "version": one.version,
        "turn": one.turn.value,
        "actor": one.actor.value,
        "by": one.by,
        "before": one.before.value,
        "after": one.after.value,
        "made_us": to_us(one.at),
        "reason_code": one.reason_code,
        "until_us": to_us(one.until) if one.until else None,
        "nonce": one.nonce,
    }
