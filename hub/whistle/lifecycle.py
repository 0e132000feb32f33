"""The life of a whistle as one table: which move leads from which state to which, who may make it, what must be
given with it, and what it does to the clocks.

Pure. The table feeds the code, the picture in the docs and a test over every state × move × actor. A move
that is not in it is refused, and the refusal names the moves that are open. No move but a pause, a granted
extension and a new round makes a deadline later (`hub.whistle.timetable`): handing back wins no new clock, and a
return that is dismissed has cost its department the time (domain.md 2.5).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from hub.errors import Refused
from hub.model import Actor, Level, Move, Whistle, WhistleId, WhistleState


class Need(StrEnum):
    """What must be given with a move."""

    REASON = "reason"
    """A code of the contract's list."""
    UNTIL = "until"
    """A moment: the end of the pause, or of the time asked for."""
    EVIDENCE = "evidence"
    """What the contract asks for: words, a form, a picture."""
    FORM = "form"
    """The contract's form, filled in."""
    SCORE = "score"
    """Marks, by the pack's scale."""


class Effect(StrEnum):
    """What a move does to the clocks of its whistle."""

    STARTS = "starts"
    STOPS = "stops"
    PAUSES = "pauses"
    RUNS_ON = "runs_on"
    MORE_TIME = "more_time"
    """A managed deadline, beside the legal one."""
    TIGHTENS = "tightens"
    """The earlier of the old and the new level's deadlines holds."""
    NEW_ROUND = "new_round"
    """Clocks of a new round; what was late before stays late."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where a move leads, who may make it, with what, and what the clocks do then."""

    after: WhistleState
    by: frozenset[Actor]
    needs: frozenset[Need] = frozenset()
    clock: Effect | None = None


_S: Final = WhistleState
_DEPARTMENT: Final = frozenset({Actor.DEPARTMENT})
_CENTRE: Final = frozenset({Actor.CENTRE})
_HUB: Final = frozenset({Actor.HUB})
_RETURN: Final = Way(_S.DISPUTED, _DEPARTMENT, frozenset({Need.REASON, Need.EVIDENCE}))
_RESULT: Final = Way(_S.RESULT, _DEPARTMENT, frozenset({Need.FORM}), Effect.STOPS)
_SIGN: Final = Way(_S.SIGNED, _DEPARTMENT)
_CONTACT: Final = Way(_S.CONTACTED, _DEPARTMENT)
_ARRIVE: Final = Way(_S.REPORTED_IN, _DEPARTMENT)
_HANDLE: Final = Way(_S.HANDLING, _DEPARTMENT)
_UPHOLD: Final = Way(_S.REASSIGNED, _CENTRE, clock=Effect.STOPS)
_DISMISS: Final = Way(_S.BLOWN, _CENTRE)
_CHECK: Final = Way(_S.CHECKED, _CENTRE)
_ARCHIVE: Final = Way(_S.ARCHIVED, frozenset({Actor.HUB, Actor.CENTRE}))
_REWORK: Final = Way(
    _S.REOPENED, frozenset({Actor.BLOWER, Actor.CENTRE}), frozenset({Need.REASON}), Effect.NEW_ROUND
)
_REOPEN: Final = Way(_S.REOPENED, frozenset({Actor.REQUESTER, Actor.CENTRE}), clock=Effect.NEW_ROUND)

_ROAD: Final[Mapping[WhistleState, Mapping[Move, Way]]] = {
    _S.DRAFT: {Move.SUBMIT: Way(_S.SUBMITTED, frozenset({Actor.BLOWER}))},
    _S.SUBMITTED: {
        Move.APPROVE: Way(_S.REVIEWED, frozenset({Actor.REVIEWER})),
        Move.REFUSE: Way(_S.REFUSED, frozenset({Actor.REVIEWER}), frozenset({Need.REASON})),
        # Where the pack asks for no review.
        Move.BLOW: Way(_S.BLOWN, _HUB, clock=Effect.STARTS),
    },
    _S.REVIEWED: {Move.BLOW: Way(_S.BLOWN, _HUB, clock=Effect.STARTS)},
    _S.BLOWN: {Move.SIGN: _SIGN, Move.RETURN: _RETURN},
    _S.SIGNED: {
        Move.CONTACT: _CONTACT,
        Move.ARRIVE: _ARRIVE,
        Move.HANDLE: _HANDLE,
        Move.RETURN: _RETURN,
        Move.RESULT: _RESULT,
    },
    _S.CONTACTED: {
        Move.ARRIVE: _ARRIVE,
        Move.HANDLE: _HANDLE,
        Move.RETURN: _RETURN,
        Move.RESULT: _RESULT,
    },
    # Whoever came to the place handles it or says so there: no return from here on.
    _S.REPORTED_IN: {Move.HANDLE: _HANDLE, Move.RESULT: _RESULT},
    _S.HANDLING: {Move.ARRIVE: _ARRIVE, Move.RESULT: _RESULT},
    # What was handled once is handled again by the same department.
    _S.REOPENED: {
        Move.CONTACT: _CONTACT,
        Move.ARRIVE: _ARRIVE,
        Move.HANDLE: _HANDLE,
        Move.RESULT: _RESULT,
    },
    # A department may take back its return until the centre has decided about it.
    _S.DISPUTED: {
        Move.SIGN: _SIGN,
        Move.REFER: Way(_S.ARBITRATING, _CENTRE),
        Move.UPHOLD: _UPHOLD,
        Move.DISMISS: _DISMISS,
    },
    _S.ARBITRATING: {Move.SIGN: _SIGN, Move.UPHOLD: _UPHOLD, Move.DISMISS: _DISMISS},
    _S.RESULT: {Move.CHECK: _CHECK, Move.REWORK: _REWORK, Move.REOPEN: _REOPEN, Move.ARCHIVE: _ARCHIVE},
    _S.EVALUATED: {Move.CHECK: _CHECK, Move.REWORK: _REWORK, Move.REOPEN: _REOPEN, Move.ARCHIVE: _ARCHIVE},
    _S.CHECKED: {Move.REOPEN: _REOPEN, Move.ARCHIVE: _ARCHIVE},
    _S.ARCHIVED: {Move.REOPEN: _REOPEN},
}

ACTIVE: Final = frozenset({_S.BLOWN, _S.SIGNED, _S.CONTACTED, _S.REPORTED_IN, _S.HANDLING, _S.REOPENED})
"""States in which the department is at it. A returned whistle is open, but nobody is at it."""
UNBLOWN: Final = frozenset({_S.DRAFT, _S.SUBMITTED, _S.REVIEWED})
"""States of what a person submits, before any department hears of it."""
UNSETTLED: Final = frozenset({_S.DISPUTED, _S.ARBITRATING})
"""States of a return that the centre has not decided about."""
DONE: Final = frozenset({_S.RESULT, _S.EVALUATED, _S.CHECKED, _S.ARCHIVED})
"""States in which the department has handed in its result."""
RELIEVED: Final = frozenset({_S.REASSIGNED, _S.CANCELLED, _S.REFUSED})
"""Ends in which the department has nothing to do with the matter any more."""
OVER: Final = DONE | RELIEVED
"""States in which nothing is asked of the department."""


def _side(state: WhistleState) -> Iterable[tuple[Move, Way]]:
    """The moves that leave the road: from many states, mostly back to the same one."""
    if state not in OVER:
        yield Move.CANCEL, Way(_S.CANCELLED, _HUB, clock=Effect.STOPS)
    if state in ACTIVE | UNSETTLED:
        raised = frozenset({Actor.BLOWER, Actor.CENTRE, Actor.HUB})
        yield Move.UPGRADE, Way(state, raised, clock=Effect.TIGHTENS)
    if state in ACTIVE - {_S.BLOWN}:
        with_end = frozenset({Need.REASON, Need.UNTIL})
        # The hub, once the end that was said has come.
        resumed = frozenset({Actor.DEPARTMENT, Actor.CENTRE, Actor.HUB})
        yield Move.PAUSE, Way(state, _DEPARTMENT, with_end, Effect.PAUSES)
        yield Move.RESUME, Way(state, resumed, clock=Effect.RUNS_ON)
        yield Move.ASK, Way(state, _DEPARTMENT, with_end)
        yield Move.GRANT, Way(state, _CENTRE, clock=Effect.MORE_TIME)
        yield Move.DENY, Way(state, _CENTRE, frozenset({Need.REASON}))
    if state in DONE:
        marks = frozenset({Actor.BLOWER, Actor.REQUESTER, Actor.CENTRE})
        after = _S.EVALUATED if state is _S.RESULT else state
        yield Move.EVALUATE, Way(after, marks, frozenset({Need.SCORE}))


TABLE: Final[Mapping[tuple[WhistleState, Move], Way]] = {
    (state, move): way
    for state in WhistleState
    for move, way in (*_ROAD.get(state, {}).items(), *_side(state))
}
"""(state, move) → where it leads."""
LADDER: Final[Mapping[Level, Level]] = {Level.ROUTINE: Level.KEY, Level.KEY: Level.HARD}
"""哨声升级: the level above."""


def moves_of(actor: Actor) -> tuple[Move, ...]:
    """The moves that `actor` may make from some state, in the order of `Move`."""
    return tuple(
        move for move in Move if any(actor in way.by for (_, one), way in TABLE.items() if one is move)
    )


def is_above(level: Level, than: Level) -> bool:
    """Whether `level` stands higher on the ladder; emergency stands on no rung, and above all of them."""
    if level is Level.EMERGENCY:
        return than is not Level.EMERGENCY
    above = LADDER.get(than)
    return above is not None and (above is level or is_above(level, above))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One move that was made, for the whistle's history. `version` is the whistle's after it."""

    whistle_id: WhistleId
    move: Move
    actor: Actor
    at: datetime
    before: WhistleState
    after: WhistleState
    version: int
    until: datetime | None = None
    """Of a pause its end, of an extension the moment asked for or granted."""
    level: Level | None = None
    """Of an upgrade the level reached."""
    raised_from: Level | None = None
    """Of an upgrade the level before."""


def open_moves(whistle: Whistle, actor: Actor) -> tuple[Move, ...]:
    """The moves that `actor` can make with `whistle`, in the order of `Move`; empty where none is left."""
    return tuple(
        move
        for move in Move
        if (way := TABLE.get((whistle.state, move))) and actor in way.by and _fits(whistle, move)
    )


def advance(
    whistle: Whistle,
    move: Move,
    at: datetime,
    *,
    actor: Actor,
    until: datetime | None = None,
    level: Level | None = None,
) -> tuple[Whistle, Step]:
    """The whistle after `move`, one version on, and the step for its history. Deadlines stay as they are:
    `hub.whistle.timetable` computes them from the history. `until`: of a pause or a wish for more time; `level`: of an
    upgrade, one up without it.

    Raises Refused W101, whose fact `allowed` names the moves that are open to `actor`, W155 where there is no level
    above.
    """
    way = TABLE.get((whistle.state, move))
    if way is None or actor not in way.by or not _fits(whistle, move):
        raise Refused("W101", allowed=", ".join(open_moves(whistle, actor)) or "-")
    reached = _raised(whistle, level) if move is Move.UPGRADE else whistle.level
    granted = whistle.asked_until if move is Move.GRANT else until
    moved = replace(
        whistle,
        state=way.after,
        version=whistle.version + 1,
        returns=whistle.returns + (move is Move.RETURN),
        level=reached,
        round=whistle.round + (way.clock is Effect.NEW_ROUND),
        paused_until=_paused_until(whistle, move, until),
        asked_until=until if move is Move.ASK else _still_asked(whistle, move, way),
    )
    step = Step(
        whistle_id=whistle.id,
        move=move,
        actor=actor,
        at=at,
        before=whistle.state,
        after=way.after,
        version=moved.version,
        until=granted,
        level=reached if move is Move.UPGRADE else None,
        raised_from=whistle.level if move is Move.UPGRADE else None,
    )
    return moved, step


def _raised(whistle: Whistle, level: Level | None) -> Level:
    above = level or LADDER.get(whistle.level)
    if above is None or not is_above(above, whistle.level):
        raise Refused("W155", level=whistle.level.value)
    return above


def _fits(whistle: Whistle, move: Move) -> bool:
    """Whether what stands beside the state allows the move."""
    match move:
        case Move.PAUSE:
            return whistle.paused_until is None
        case Move.RESUME:
            return whistle.paused_until is not None
        case Move.ASK:
            return whistle.asked_until is None
        case Move.GRANT | Move.DENY:
            return whistle.asked_until is not None
        case Move.UPGRADE:
            return whistle.level is not Level.EMERGENCY
        case _:
            return True


LEAVES_A_PAUSE: Final = frozenset({Move.ASK, Move.GRANT, Move.DENY, Move.UPGRADE})
"""Moves beside which a pause goes on. Whoever works on the matter does not wait any more."""


def _paused_until(whistle: Whistle, move: Move, until: datetime | None) -> datetime | None:
    if move is Move.PAUSE:
        return until
    return whistle.paused_until if move in LEAVES_A_PAUSE else None


def _still_asked(whistle: Whistle, move: Move, way: Way) -> datetime | None:
    answered = move in (Move.GRANT, Move.DENY) or way.after not in ACTIVE
    return None if answered else whistle.asked_until
