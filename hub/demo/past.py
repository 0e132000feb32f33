"""A department's past: whistles that have been in the archive for long, with their histories, before a bench of lives."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Label, Select, Subquery, Table, func, literal, select

from hub import ids
from hub.jsonform import dumps
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
from hub.store.lists import among
from hub.store.steps import Made
from hub.store.tables import (
    answer,
    delivery,
    dossier_entry,
    dossier_head,
    evaluation,
    incident,
    report,
    step,
    whistle,
)
from hub.whistle.clocks import due_from
from hub.whistle.evaluation import Aspect, Mark
from hub.whistle.lifecycle import advance

_PORTION: Final = 2000
_ENTRIES: Final = 12
"""Entries of a dossier; a life in the bench makes some more."""
_FIELDS: Final = dumps({f"field_{n}": "0" * 24 for n in range(8)})
_ROAD: Final = (
    (Move.SIGN, Actor.DEPARTMENT),
    (Move.CONTACT, Actor.DEPARTMENT),
    (Move.ARRIVE, Actor.DEPARTMENT),
    (Move.RESULT, Actor.DEPARTMENT),
    (Move.EVALUATE, Actor.BLOWER),
    (Move.ARCHIVE, Actor.HUB),
)


def past_lives(hub: Assembly, number: int) -> None:
    """Stores `number` archived whistles over the last year, each with its matter, moves, reports, marks, delivery,
    answers and dossier; the store is at rest afterwards."""
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
        whistles.add(conn, ended, hub.clock.now())
        steps.add(conn, [made for _, some in lives for made in some])
        evaluations.add(
            conn,
            (
                (one.id, 6, Mark(by=Actor.BLOWER, account="past", aspects=marks, at=one.blown_at))
                for one, _ in lives
            ),
        )
        mine = among(whistle.c.id, [one.id for one in ended])
        conn.execute(whistle.update().where(mine).values(due_us=None))
        for table, rows in _beside(select(whistle).where(mine).subquery()):
            conn.execute(table.insert().from_select(list(rows.selected_columns.keys()), rows))
        for table in (step, evaluation):
            conn.execute(
                table.update().where(among(table.c.whistle_id, [one.id for one in ended])).values(filed=1)
            )


def _beside(past: Subquery) -> Iterator[tuple[Table, Select[Any]]]:
    """What else a life leaves behind, a row or several for each: its matter, its delivery, its reports, what its
    source was told, and a dossier."""
    id_, at = past.c.id, past.c.blown_us
    yield (
        incident,
        select(
            past.c.incident_id.label("id"),
            *_said(category="market.food_safety", state="verified"),
            at.label("opened_us"),
            at.label("last_us"),
            at.label("closed_us"),
            *_said(version=3, body="{}"),
        ),
    )
    yield (
        delivery,
        select(
            id_.label("message_id"),
            id_.label("whistle_id"),
            past.c.department,
            *_said(channel="pull", state="acknowledged", attempts=0),
            at.label("seq"),
            at.label("next_us"),
            at.label("done_us"),
            at.label("filed_us"),
        ),
    )
    for n, move in enumerate(("sign", "contact", "arrive", "result")):
        name = func.concat("rp_", func.substr(id_, 4), str(n)).label("id")
        yield (
            report,
            select(
                name,
                id_.label("whistle_id"),
                past.c.department,
                *_said(move=move, reason_code="", sealed=b""),
                at.label("reported_us"),
            ),
        )
    for n in range(3):
        name = func.concat("an_", func.substr(id_, 4), str(n)).label("id")
        yield (
            answer,
            select(
                name,
                *_said(source="past", body="{}", state="told", attempts=1, filed=1),
                name.label("event_key"),
                at.label("next_us"),
                at.label("seq"),
            ),
        )
    yield (
        dossier_head,
        select(
            id_.label("whistle_id"),
            *_said(seq=_ENTRIES, anchored=_ENTRIES, digest="0" * 64, clocks=""),
            past.c.incident_id,
        ),
    )
    for n in range(1, _ENTRIES + 1):
        yield (
            dossier_entry,
            select(
                id_.label("whistle_id"),
                *_said(
                    seq=n,
                    origin=f"move:{n}",
                    kind="move",
                    algorithm="sha-256",
                    inner_digest="0" * 64,
                    digest="0" * 64,
                    said=_FIELDS,
                    sealed="{}",
                    seed="0" * 32,
                ),
                at.label("made_us"),
            ),
        )


def _said(**values: Any) -> list[Label[Any]]:
    """The same in every row."""
    return [literal(value).label(name) for name, value in values.items()]


def _ended(one: Whistle, made: Sequence[Made]) -> Whistle:
    for each in made:
        one, _ = advance(one, each.step.move, each.step.at, actor=each.step.actor)
    return one
