"""The life of a whistle as one table: which move leads from which state to which.

Pure. The table feeds the code, the picture in the docs and a test over every state × move × actor. A move
that is not in it is refused, and the refusal names the moves that are open. No move touches a
deadline: handing back wins no new clock, and a return that is dismissed has cost its department the time
(domain.md 2.5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from hub.errors import Refused
from hub.model import Actor, Move, Whistle, WhistleId, WhistleState


@dataclass(frozen=True, slots=True)
class Way:
    """Where a move leads, and who may make it."""

    after: WhistleState
    by: frozenset[Actor]


_DEPARTMENT: Final = frozenset({Actor.DEPARTMENT})
_CENTRE: Final = frozenset({Actor.CENTRE})
_OVER: Final = Way(WhistleState.CANCELLED, frozenset({Actor.HUB}))
_SIGNED: Final = Way(WhistleState.SIGNED, _DEPARTMENT)
_CONTACTED: Final = Way(WhistleState.CONTACTED, _DEPARTMENT)
_THERE: Final = Way(WhistleState.REPORTED_IN, _DEPARTMENT)
_DISPUTED: Final = Way(WhistleState.DISPUTED, _DEPARTMENT)
_RESULT: Final = Way(WhistleState.RESULT, _DEPARTMENT)
_RELIEVED: Final = Way(WhistleState.REASSIGNED, _CENTRE)
_CALLED_AGAIN: Final = Way(WhistleState.BLOWN, _CENTRE)

TABLE: Final[Mapping[tuple[WhistleState, Move], Way]] = {
    (WhistleState.BLOWN, Move.SIGN): _SIGNED,
    (WhistleState.BLOWN, Move.RETURN): _DISPUTED,
    (WhistleState.BLOWN, Move.CANCEL): _OVER,
    (WhistleState.SIGNED, Move.CONTACT): _CONTACTED,
    (WhistleState.SIGNED, Move.ARRIVE): _THERE,
    (WhistleState.SIGNED, Move.RETURN): _DISPUTED,
    (WhistleState.SIGNED, Move.RESULT): _RESULT,
    (WhistleState.SIGNED, Move.CANCEL): _OVER,
    (WhistleState.CONTACTED, Move.ARRIVE): _THERE,
    (WhistleState.CONTACTED, Move.RETURN): _DISPUTED,
    (WhistleState.CONTACTED, Move.RESULT): _RESULT,
    (WhistleState.CONTACTED, Move.CANCEL): _OVER,
    # Whoever came to the place handles it or says so there: no return from here on.
    (WhistleState.REPORTED_IN, Move.RESULT): _RESULT,
    (WhistleState.REPORTED_IN, Move.CANCEL): _OVER,
    # A department may take back its return until the centre has decided about it.
    (WhistleState.DISPUTED, Move.SIGN): _SIGNED,
    (WhistleState.DISPUTED, Move.REFER): Way(WhistleState.ARBITRATING, _CENTRE),
    (WhistleState.DISPUTED, Move.UPHOLD): _RELIEVED,
    (WhistleState.DISPUTED, Move.DISMISS): _CALLED_AGAIN,
    (WhistleState.DISPUTED, Move.CANCEL): _OVER,
    (WhistleState.ARBITRATING, Move.SIGN): _SIGNED,
    (WhistleState.ARBITRATING, Move.UPHOLD): _RELIEVED,
    (WhistleState.ARBITRATING, Move.DISMISS): _CALLED_AGAIN,
    (WhistleState.ARBITRATING, Move.CANCEL): _OVER,
}
"""(state, move) → where it leads."""
ENDS: Final = frozenset(WhistleState) - {state for state, _ in TABLE}
"""RESULT, REASSIGNED and CANCELLED: nothing leads on."""


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


def open_moves(state: WhistleState, actor: Actor) -> tuple[Move, ...]:
    """The moves that `actor` can make from `state`, in the order of `Move`; empty at an end."""
    return tuple(move for move in Move if (way := TABLE.get((state, move))) and actor in way.by)


def advance(whistle: Whistle, move: Move, at: datetime, *, actor: Actor) -> tuple[Whistle, Step]:
    """The whistle after `move`, one version on, and the step for its history.

    Raises Refused W101, whose fact `allowed` names the moves that are open to `actor`. Deadlines stay as they are.
    """
    way = TABLE.get((whistle.state, move))
    if way is None or actor not in way.by:
        raise Refused("W101", allowed=", ".join(open_moves(whistle.state, actor)) or "-")
    moved = replace(
        whistle,
        state=way.after,
        version=whistle.version + 1,
        returns=whistle.returns + (move is Move.RETURN),
    )
    step = Step(
        whistle_id=whistle.id,
        move=move,
        actor=actor,
        at=at,
        before=whistle.state,
        after=way.after,
        version=moved.version,
    )
    return moved, step
