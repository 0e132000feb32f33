"""A department's past: whistles that have been in the archive for long, with their histories, before a bench of lives."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from hub import ids
from hub.model import (
    Actor,
    Contract,
    IncidentId,
    Level,
    Move,
    Role,
    Whistle,
    WhistleId,
    WhistleState,
)
from hub.run.assembly import Assembly
from hub.store import evaluations, steps, whistles
from hub.store.steps import Made
from hub.store.tables import step, whistle
from hub.whistle.clocks import due_from
from hub.whistle.evaluation import Aspect, Mark
from hub.whistle.lifecycle import advance

_PORTION: Final = 2000
_ROAD: Final = (
    (Move.SIGN, Actor.DEPARTMENT),
    (Move.CONTACT, Actor.DEPARTMENT),
    (Move.ARRIVE, Actor.DEPARTMENT),
    (Move.RESULT, Actor.DEPARTMENT),
    (Move.EVALUATE, Actor.BLOWER),
    (Move.ARCHIVE, Actor.HUB),
)


def past_lives(hub: Assembly, number: int) -> None:
    """Stores `number` archived whistles over the last year, each with its six moves and its marks, as told of in
    dossiers already; the store is at rest afterwards."""
    contracts, now = hub.pack.contracts, hub.clock.now()
    for first in range(0, number, _PORTION):
        some = range(first, min(first + _PORTION, number))
        _store(hub, [_life(hub, contracts[n % len(contracts)], n, number, now) for n in some])
    if hub.store.is_postgresql:
        with hub.store.look() as conn:
            conn.exec_driver_sql("VACUUM ANALYZE")
            conn.exec_driver_sql("CHECKPOINT")


def _life(
    hub: Assembly, contract: Contract, n: int, number: int, now: datetime
) -> tuple[Whistle, list[Made]]:
    at = now - timedelta(days=30) - timedelta(days=335) * (n / number)
    at = at.replace(minute=0, second=0, microsecond=0)  # deadlines of one hour are computed once
    incident = IncidentId(f"in_{ids.digest_of('past', str(n))[:32]}")
    due = due_from(at, hub.pack.calendar)
    one = Whistle(
        id=WhistleId(f"wh_{ids.digest_of('past whistle', str(n))[:32]}"),
        incident_id=incident,
        department=contract.department,
        role=Role.LEAD,
        level=Level.ROUTINE,
        contract_id=contract.id,
        clause=contract.accepts[0].clause,
        state=WhistleState.BLOWN,
        blown_at=at,
        deadlines=tuple(due(name, limit) for name, limit in contract.limits_at(Level.ROUTINE).items()),
        reasons=(),
        returns=0,
        version=1,
    )
    return one, list(_moves(one))


def _moves(one: Whistle) -> Iterator[Made]:
    for hours, (move, actor) in enumerate(_ROAD, start=1):
        one, made = advance(one, move, one.blown_at + timedelta(hours=hours), actor=actor)
        yield Made(made, "past")


def _store(hub: Assembly, lives: Sequence[tuple[Whistle, list[Made]]]) -> None:
    ended = [_ended(one, made) for one, made in lives]
    marks = {Aspect.RESPONSE: 90, Aspect.RESOLVE: 85, Aspect.SATISFY: 90}
    with hub.store.write() as conn:
        whistles.add(conn, ended)
        steps.add(conn, [made for _, some in lives for made in some])
        evaluations.add(
            conn,
            (
                (one.id, 6, Mark(by=Actor.BLOWER, account="past", aspects=marks, at=one.blown_at))
                for one, _ in lives
            ),
        )
        mine = [one.id for one in ended]
        conn.execute(step.update().where(step.c.whistle_id.in_(mine)).values(filed=1))
        conn.execute(whistle.update().where(whistle.c.id.in_(mine)).values(due_us=None))


def _ended(one: Whistle, made: Sequence[Made]) -> Whistle:
    for each in made:
        one, _ = advance(one, each.step.move, each.step.at, actor=each.step.actor)
    return one
