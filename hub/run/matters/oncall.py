"""How far calling an emergency out has come: the calls of this turn of a whistle, and the ways to a person that are left.

Asked by who plans calls, by `doctor` and by the door that reports come in by.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.clock import day_of
from hub.errors import HubError
from hub.model import Contract, Level, Move, OnCall, Whistle, WhistleState
from hub.pack import Pack
from hub.store import steps, summonses
from hub.whistle.lifecycle import UNSETTLED
from hub.whistle.summons import Attempt, Rung, SummonsState, is_next_due, ladder, next_rung, span_of

MOST: Final = 500
"""Emergencies that nobody has taken, looked at together."""
_UNSIGNED: Final = UNSETTLED | {WhistleState.BLOWN}


def attempts_of(conn: Connection, whistles: Sequence[Whistle]) -> dict[str, list[Attempt]]:
    """Whistle → its calls since it was blown last: a return that was dismissed is called anew."""
    found = summonses.attempts_of(conn, [one.id for one in whistles])
    moves = steps.of_whistles(conn, [one.id for one in whistles if one.id in found and one.returns])
    since = {
        id_: max(
            (m.step.at for m in made if m.step.after is WhistleState.BLOWN is not m.step.before), default=None
        )
        for id_, made in moves.items()
    }
    return {
        one.id: [a for a in found.get(one.id, ()) if a.made_at >= (since.get(one.id) or one.blown_at)]
        for one in whistles
    }


def rungs_of(pack: Pack, whistle: Whistle, rules: OnCall, at: datetime) -> list[Rung]:
    """Every way to a person at that moment, in order."""
    rosters, centre = pack.rosters, pack.fallback_owner
    return list(
        ladder(
            rules,
            whistle.department,
            rosters.on_call(whistle.department, at, pack.calendar),
            centre,
            rosters.on_call(centre, at, pack.calendar),
        )
    )


def is_heard(attempts: Sequence[Attempt]) -> bool:
    """Whether a person pressed the key, be it at the district's centre."""
    return any(one.state is SummonsState.TAKEN for one in attempts)


def signed_on_call(conn: Connection, whistle: Whistle, move: Move) -> bool:
    """Whether this is the signature once more that somebody gave on a duty phone: the department's software, back at
    work, signs what it fetches, and must not be told that it may not (N90)."""
    if move is not Move.SIGN or whistle.level is not Level.EMERGENCY or whistle.state in _UNSIGNED:
        return False
    return summonses.was_taken(conn, whistle.id, whistle.department)


def findings(conn: Connection, pack: Pack, now: datetime) -> Iterator[HubError]:
    """What `doctor` says: D155 nobody can be called, D156 nobody is on call now, D157 nobody took an emergency."""
    uncalled = [
        one.id
        for one in pack.contracts_on(day_of(now))
        if _takes_emergencies(one) and not _is_called(pack, one)
    ]
    if uncalled:
        yield HubError("D155", count=len(uncalled), first=uncalled[0])
    away = [name for name in pack.rosters.by_department if not pack.rosters.on_call(name, now, pack.calendar)]
    if away:
        yield HubError("D156", count=len(away), first=away[0])
    if lost := unheard(conn, pack, now):
        yield HubError("D157", count=len(lost), first=lost[0])


def _takes_emergencies(contract: Contract) -> bool:
    return any(not one.when.levels or Level.EMERGENCY in one.when.levels for one in contract.accepts)


def _is_called(pack: Pack, contract: Contract) -> bool:
    return bool(contract.on_call.channels) and contract.department in pack.rosters.by_department


def unheard(conn: Connection, pack: Pack, now: datetime) -> list[str]:
    """Emergencies at the end of their ladder, or that nobody was called for in time; the newest first."""
    rules: Mapping[str, OnCall] = {one.id: one.on_call for one in pack.contracts if one.on_call.channels}
    waiting = [one for one in summonses.untaken(conn, MOST) if one.contract_id in rules]
    attempts = attempts_of(conn, waiting)
    return [
        one.id for one in waiting if _is_unheard(pack, one, rules[one.contract_id], attempts[one.id], now)
    ]


def _is_unheard(
    pack: Pack, whistle: Whistle, rules: OnCall, attempts: Sequence[Attempt], now: datetime
) -> bool:
    if is_heard(attempts):
        return False
    if not attempts:
        return now - whistle.blown_at > span_of(rules)
    at_end = next_rung(rungs_of(pack, whistle, rules, now), attempts) is None
    return at_end and is_next_due(attempts, rules, now)
