"""The life of a whistle as one table: which move leads from which state to which.

Pure. The table feeds the code, the picture in the docs and a test over every state × move. A move
that is not in it is refused, and the refusal names the moves that are open. No move touches a
deadline: handing back wins no new clock (domain.md 2.5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from hub.errors import Refused
from hub.model import Move, Whistle, WhistleId, WhistleState

TABLE: Final[Mapping[tuple[WhistleState, Move], WhistleState]] = {
    (WhistleState.BLOWN, Move.SIGN): WhistleState.SIGNED,
    (WhistleState.BLOWN, Move.RETURN): WhistleState.DISPUTED,
    (WhistleState.BLOWN, Move.CANCEL): WhistleState.CANCELLED,
    (WhistleState.SIGNED, Move.CONTACT): WhistleState.CONTACTED,
    (WhistleState.SIGNED, Move.ARRIVE): WhistleState.REPORTED_IN,
    (WhistleState.SIGNED, Move.RETURN): WhistleState.DISPUTED,
    (WhistleState.SIGNED, Move.RESULT): WhistleState.RESULT,
    (WhistleState.SIGNED, Move.CANCEL): WhistleState.CANCELLED,
    (WhistleState.CONTACTED, Move.ARRIVE): WhistleState.REPORTED_IN,
    (WhistleState.CONTACTED, Move.RETURN): WhistleState.DISPUTED,
    (WhistleState.CONTACTED, Move.RESULT): WhistleState.RESULT,
    (WhistleState.CONTACTED, Move.CANCEL): WhistleState.CANCELLED,
    # Whoever came to the place handles it or says so there: no return from here on.
    (WhistleState.REPORTED_IN, Move.RESULT): WhistleState.RESULT,
    (WhistleState.REPORTED_IN, Move.CANCEL): WhistleState.CANCELLED,
    # A department may take back its return; until then the centre looks at it.
    (WhistleState.DISPUTED, Move.SIGN): WhistleState.SIGNED,
    (WhistleState.DISPUTED, Move.CANCEL): WhistleState.CANCELLED,
}
"""(state, move) → state. States without a row, RESULT and CANCELLED, are ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One move that was made, for the whistle's history. `version` is the whistle's after it."""

    whistle_id: WhistleId
    move: Move
    at: datetime
    before: WhistleState
    after: WhistleState
    version: int


def open_moves(state: WhistleState) -> tuple[Move, ...]:
    """The moves that lead on from `state`, in the order of `Move`; empty at an end."""
    return tuple(move for move in Move if (state, move) in TABLE)


def advance(whistle: Whistle, move: Move, at: datetime) -> tuple[Whistle, Step]:
    """The whistle after `move`, one version on, and the step for its history.

    Raises Refused W101, whose fact `allowed` names the open moves. Deadlines stay as they are.
    """
    after = TABLE.get((whistle.state, move))
    if after is None:
        raise Refused("W101", allowed=", ".join(open_moves(whistle.state)) or "-")
    moved = replace(
        whistle,
        state=after,
        version=whistle.version + 1,
        returns=whistle.returns + (move is Move.RETURN),
    )
    step = Step(
        whistle_id=whistle.id,
        move=move,
        at=at,
        before=whistle.state,
        after=after,
        version=moved.version,
    )
    return moved, step
