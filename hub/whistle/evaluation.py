"""综合评价: what blower, requester and centre think of what a department did, as marks and as one score.

Pure. Who marks, which aspects there are, their weights and the scale are the pack's (`EvaluationRules`). A mark
holds figures and ids, never words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from hub.errors import Refused
from hub.model import Actor, Duration, Reason, Satisfaction, Unit
from hub.whistle.calendar import Calendar
from hub.whistle.clocks import deadline

Word = TypeVar("Word", bound=StrEnum)


class Aspect(StrEnum):
    """三率's aspects: was the call answered (响应), the matter solved (解决), the person content (满意)."""

    RESPONSE = "response"
    RESOLVE = "resolve"
    SATISFY = "satisfy"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRules:
    """Who marks what, by which weights."""

    by: Mapping[Actor, int]
    """Who marks → weight. Who is not named does not mark."""
    aspects: Mapping[Aspect, int]
    """Aspect → weight. What is not named is not marked."""
    best: int
    """The scale: from 0 to this."""
    passing: int
    """From this mark on, an aspect counts as answered, solved, content."""
    within: Duration
    """How long after a result it is marked (回访 comes after the time limit)."""
    satisfaction: Mapping[Satisfaction, int]
    """What a source's word about its requester is as a mark for `SATISFY`."""
    evidence: bool
    """Whether a result needs evidence, also where its contract's form does not ask for it (N80)."""


MARKERS: Final = (Actor.BLOWER, Actor.REQUESTER, Actor.CENTRE)
USUAL_EVALUATION: Final = EvaluationRules(
    by={Actor.BLOWER: 30, Actor.REQUESTER: 40, Actor.CENTRE: 30},
    aspects={Aspect.RESPONSE: 30, Aspect.RESOLVE: 40, Aspect.SATISFY: 30},
    best=100,
    passing=60,
    within=Duration(10, Unit.WORK_DAY),
    satisfaction={
        Satisfaction.SATISFIED: 100,
        Satisfaction.NEUTRAL: 60,
        Satisfaction.DISSATISFIED: 0,
    },
    evidence=False,
)
"""What holds where a pack says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One person's marks for one round of one whistle. `account`: who, by account, or by the report's key."""

    by: Actor
    account: str
    aspects: Mapping[Aspect, int]
    at: datetime
    round: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """What the marks of one round come to, each figure from 0 to the pack's best; None where nobody marked it."""

    value: float | None
    aspects: Mapping[Aspect, float]
    derivation: tuple[Reason, ...]

    def passes(self, aspect: Aspect, rules: EvaluationRules) -> bool | None:
        """Whether the aspect counts as good; None where nobody marked it."""
        mark = self.aspects.get(aspect)
        return None if mark is None else mark >= rules.passing


def check_mark(mark: Mark, rules: EvaluationRules, *, result_at: datetime | None, calendar: Calendar) -> None:
    """Returns where `mark` may be given for a result of `result_at`.

    Raises Refused: W123 for one who does not mark here, W121 for no mark, or one outside the scale, W122 after the
    time for it. A time that ends beyond the calendar has not ended.
    """
    if mark.by not in rules.by:
        raise Refused("W123", allowed=", ".join(rules.by) or "-")
    fits = all(aspect in rules.aspects and 0 <= value <= rules.best for aspect, value in mark.aspects.items())
    if not mark.aspects or not fits:
        raise Refused("W121", best=rules.best, allowed=", ".join(rules.aspects) or "-")
    if result_at is not None and not is_within(mark.at, rules.within, result_at, calendar):
        raise Refused("W122")


def is_within(at: datetime, limit: Duration, since: datetime, calendar: Calendar) -> bool:
    """Whether `at` lies in the time that began at `since`."""
    until = deadline("evaluate", limit, since, calendar)
    return until.provisional or at <= until.due_at


def score(marks: Iterable[Mark], rules: EvaluationRules) -> Score:
    """What `marks` of one round come to: of each account what it last said of each aspect, of one kind of marker the
    mean, of those the mean by the pack's weights. Who, or what, was not marked takes no weight; order does not matter.
    """
    last: dict[tuple[Actor, str], dict[Aspect, int]] = {}
    for one in sorted(marks, key=lambda one: (one.at, one.by, one.account)):
        if one.by in rules.by:
            last.setdefault((one.by, one.account), {}).update(one.aspects)
    by_aspect: dict[Aspect, float] = {}
    why: list[Reason] = []
    for aspect in Aspect:
        told = _by_marker(last, aspect)
        mean = _weighted(told, rules.by)
        if mean is None or aspect not in rules.aspects:
            continue
        by_aspect[aspect] = mean
        why += [
            Reason("marked", {"aspect": aspect, "by": by, "mark": round(mark, 2), "weight": rules.by[by]})
            for by, mark in told.items()
        ]
    value = _weighted(by_aspect, rules.aspects)
    weights = {aspect.value: rules.aspects[aspect] for aspect in by_aspect}
    if value is not None:
        why.append(Reason("scored", {"score": round(value, 2), "best": rules.best, **weights}))
    return Score(value, by_aspect, tuple(why))


def _by_marker(marks: Mapping[tuple[Actor, str], Mapping[Aspect, int]], aspect: Aspect) -> dict[Actor, float]:
    """Kind of marker → the mean of what they gave, in the order of MARKERS."""
    given: dict[Actor, list[int]] = {by: [] for by in MARKERS}
    for (by, _), one in marks.items():
        if aspect in one:
            given[by].append(one[aspect])
    return {by: sum(some) / len(some) for by, some in given.items() if some}


def _weighted(values: Mapping[Word, float], weights: Mapping[Word, int]) -> float | None:
    """Their mean by weight; None where there is none, or all weigh nothing."""
    whole = sum(weights.get(name, 0) for name in values)
    if not whole:
        return None
    return sum(value * weights.get(name, 0) for name, value in values.items()) / whole
