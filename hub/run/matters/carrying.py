"""Agreed waiting goes with its problem: into another matter by a merge, and back; and it ends when its matter is over.

Nobody asks for any of it: the hub's own turns, inside the caller's transaction, written before whistles move.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub import ids
from hub.model import Actor, Ending, Incident, IncidentState
from hub.store import cards, deferrals, turns, whistles
from hub.store.deferrals import Deferral
from hub.store.moments import to_us
from hub.store.tables import deferral
from hub.whistle.supervision import IN_FORCE, Turn, Turned, came_from, turned

_OVER: Final = "OVER"
_MERGED: Final = Ending.MERGED.name
_UNLINKED: Final = Ending.UNLINKED.name


def go_along(conn: Connection, source: Incident, target: Incident, at: datetime) -> None:
    """`source` was merged into `target`: what two persons agreed of its problem holds there on. A mere proposal ends,
    and so does all where `target` is not open."""
    for one in deferrals.unsettled(conn, [source.id]):
        if one.state in IN_FORCE and target.state is IncidentState.OPEN:
            _carry(conn, one, _made(conn, one), target.id, at)
        _end(conn, one, _MERGED, at)


def go_back(conn: Connection, source: Incident, target: Incident, at: datetime) -> None:
    """That was undone. What came with `source` goes back with it; what else was agreed for the whole holds for both
    parts on, and `target` keeps it."""
    for one in deferrals.unsettled(conn, [target.id]):
        if one.state not in IN_FORCE:
            continue
        made = _made(conn, one)
        if came_from(made) == source.id:
            if source.state is IncidentState.OPEN:
                _copy(conn, one, _without_last_carry(made), source.id, at)
            _end(conn, one, _UNLINKED, at)
        elif source.state is IncidentState.OPEN:
            _carry(conn, one, made, source.id, at)
    called = whistles.of_incidents(conn, [target.id]).get(target.id, [])
    cards.look_again(conn, [one.id for one in called])


def end_over(conn: Connection, over: Iterable[str], at: datetime) -> None:
    """These matters are over: nothing of them waits any more."""
    for one in deferrals.unsettled(conn, over):
        _end(conn, one, _OVER, at)


def _made(conn: Connection, one: Deferral) -> Sequence[Turned]:
    return turns.of_subjects(conn, [one.id]).get(one.id, [])


def _without_last_carry(made: Sequence[Turned]) -> list[Turned]:
    last = max(index for index, one in enumerate(made) if one.turn is Turn.CARRY)
    return [*made[:last], *made[last + 1 :]]


def _carry(conn: Connection, one: Deferral, made: Sequence[Turned], to: str, at: datetime) -> None:
    """The same for another matter, with its whole history: from when on it waits moves none of the cards."""
    there = _copy(conn, one, made, to, at)
    said = turned(
        there.id,
        there.state,
        there.version,
        Turn.CARRY,
        actor=Actor.HUB,
        by="",
        at=at,
        reason_code=one.incident_id,
    )
    turns.make(conn, deferral, said)


def _copy(conn: Connection, one: Deferral, made: Sequence[Turned], to: str, at: datetime) -> Deferral:
    id_ = "df_" + ids.digest_of("deferral", one.id, to, str(to_us(at)))
    there = replace(one, id=id_, incident_id=to)
    deferrals.add(conn, there)
    turns.copy(conn, made, there.id)
    return there


def _end(conn: Connection, one: Deferral, why: str, at: datetime) -> None:
    said = turned(
        one.id,
        one.state,
        one.version,
        Turn.END,
        actor=Actor.HUB,
        by="",
        at=at,
        reason_code=why,
        until=at,
    )
    turns.make(conn, deferral, said, review_us=to_us(at))
