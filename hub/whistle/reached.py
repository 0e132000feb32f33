"""When a whistle had a step behind it, by its history.

Pure. A signature stays one when the whistle is returned, and when that is dismissed; each round (重办) has steps of
its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from hub.model import Move, Whistle, WhistleState
from hub.whistle.lifecycle import OVER, TABLE, Effect, Step

SOURCE: Final = "source"
"""The step whose deadline a source keeps by itself; it is met by the result."""
REVIEW: Final = "review"
"""The step of the post that looks at what another one submits: no department hears of it, and none is late by it."""
_HANDLED: Final = frozenset({WhistleState.REPORTED_IN, WhistleState.HANDLING})
_REACHED: Final[Mapping[str, frozenset[WhistleState]]] = {
    "sign": _HANDLED | {WhistleState.SIGNED, WhistleState.CONTACTED},
    "contact": _HANDLED | {WhistleState.CONTACTED},
    # Whoever handles it has reported in, at the place or online; arrived has who came to the place.
    "report_in": _HANDLED,
    "arrive": frozenset({WhistleState.REPORTED_IN}),
}
"""States in which a step is behind a whistle that has not ended."""


def effect_of(step: Step) -> Effect | None:
    """What this move did to the clocks of its whistle, by the lifecycle's table."""
    way = TABLE.get((step.before, step.move))
    return way.clock if way else None


def of_round(steps: Sequence[Step], number: int) -> Sequence[Step]:
    """The moves of one round, the reopening that began it first; empty where there was no such round."""
    begins = [0, *(at for at, step in enumerate(steps) if effect_of(step) is Effect.NEW_ROUND), len(steps)]
    rounds = [steps[first:last] for first, last in pairwise(begins)]
    return rounds[number] if number < len(rounds) else ()


def was_blown(steps: Iterable[Step]) -> bool:
    """Whether a department was called by the whistle of this history: what a post submitted and nobody approved called
    none."""
    moves = [one.move for one in steps]
    return Move.BLOW in moves or Move.SUBMIT not in moves


def level_since(whistle: Whistle, steps: Sequence[Step]) -> datetime:
    """Since when its department is called at its present level: blown, reopened, or raised to it."""
    mine = of_round(steps, whistle.round)
    turns = [one.at for one in mine if effect_of(one) in (Effect.NEW_ROUND, Effect.TIGHTENS)]
    return turns[-1] if turns else whistle.level_since or whistle.blown_at


def reached_at(steps: Sequence[Step], name: str, number: int) -> datetime | None:
    """When step `name` was reached in round `number`, or its whistle ended; None while it is open."""
    return next((one.at for one in of_round(steps, number) if _is_reached(one, name)), None)


def done_at(steps: Sequence[Step], name: str, number: int) -> datetime | None:
    """The same, but that who was relieved because a return was right was asked no more since that return (N41)."""
    returned: datetime | None = None
    for step in of_round(steps, number):
        if step.move is Move.RETURN:
            returned = step.at
        if _is_reached(step, name):
            return returned if step.after is WhistleState.REASSIGNED and returned else step.at
    return None


def _is_reached(step: Step, name: str) -> bool:
    return step.after in OVER or step.after in _REACHED.get(name, ())


def is_done(whistle: Whistle, steps: Iterable[Step], name: str) -> bool:
    """Whether `whistle` has step `name` behind it in its present round. Its state counts beside its history, which
    whistles of before there was one do not have."""
    in_it = whistle.state in OVER or whistle.state in _REACHED.get(name, ())
    return in_it or done_at(tuple(steps), name, whistle.round) is not None
