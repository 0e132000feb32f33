"""The history of whistles: every move, in order, never changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hub.model import Actor, Level, Move, WhistleId, WhistleState
from hub.store.copying import insert_or_fence
from hub.store.engine import chunks
from hub.store.lists import among
from hub.store.moments import from_us, from_us_or_none, to_us
from hub.store.tables import step
from hub.whistle.lifecycle import Step


@dataclass(frozen=True, slots=True)
class Made:
    """A move and who made it: a department or an account, "" where the hub did; `reason_code` "" where none is due.

    `person`: the account of the department, "" where its software did; for its dossier's readers alone.
    """

    step: Step
    by: str
    reason_code: str = ""
    person: str = ""


def add(conn: Connection, made: Sequence[Made]) -> None:
    """Writes moves of this transaction; raises Fenced where another one moved the same whistle meanwhile."""
    insert_or_fence(conn, step, [_row(one) for one in made])


def of_whistles(conn: Connection, ids: Iterable[str]) -> dict[str, list[Made]]:
    """Whistle → its moves, first to last."""
    found: dict[str, list[Made]] = {}
    for part in chunks(ids):
        rows = conn.execute(select(step).where(among(step.c.whistle_id, part)).order_by(step.c.version))
        for r in rows:
            one = Step(
                whistle_id=WhistleId(r.whistle_id),
                move=Move(r.move),
                actor=Actor(r.actor),
                at=from_us(r.made_us),
                before=WhistleState(r.before),
                after=WhistleState(r.after),
                version=r.version,
                until=from_us_or_none(r.until_us),
                level=Level(r.level) if r.level else None,
                raised_from=Level(r.raised_from) if r.raised_from else None,
            )
            found.setdefault(r.whistle_id, []).append(Made(one, r.by, r.reason_code, r.person))
    return found


def _row(made: Made) -> dict[str, object]:
    one = made.step
    return {
        "whistle_id": one.whistle_id,
        "version": one.version,
        "move": one.move.value,
        "actor": one.actor.value,
        "by": made.by,
        "person": made.person,
        "before": one.before.value,
        "after": one.after.value,
        "made_us": to_us(one.at),
        "reason_code": made.reason_code,
        "until_us": to_us(one.until) if one.until else None,
        "level": one.level.value if one.level else None,
        "raised_from": one.raised_from.value if one.raised_from else None,
    }
