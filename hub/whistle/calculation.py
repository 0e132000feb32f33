"""How a card was computed, as plain data that anyone can compute again.

Pure. A card whose calculation does not come out the same from the stored history, the contract, the calendar and the
rules is void: `differences` says what came out otherwise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.clock import SHANGHAI
from hub.messages.supervision import CARDS, STEPS, WORDS
from hub.messages.text import Language
from hub.model import Contract, Deadline, Duration, Level, Move, WhistleId
from hub.whistle.calendar import Calendar
from hub.whistle.cardrules import Card, CardRule, CardRules
from hub.whistle.cards import Course, DueCard, Hold, cards_due, reached_in, steps_of
from hub.whistle.clocks import deadline
from hub.whistle.lifecycle import TABLE, Effect, Step

_MOVED: Final = frozenset({Effect.PAUSES, Effect.MORE_TIME})
"""What makes a deadline later within a round."""


@dataclass(frozen=True, slots=True)
class UsedStep:
    """One move of the history that the calculation rests on."""

    version: int
    move: Move
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculation:
    """Every input of a card, and what came of them."""

    whistle_id: WhistleId
    round: int
    steps: tuple[UsedStep, ...]
    """All moves of the round up to the moment: the step was not among them."""
    contract_id: str
    level: Level
    calendar: str
    """The calendar's version."""
    rule: CardRule
    step: str
    limit: Duration
    from_at: datetime
    due_at: datetime
    counts_at: datetime
    """Later than due where more time was granted."""
    holds: tuple[Hold, ...]
    """Times in which the matter was agreed to wait, up to the moment."""
    moment: datetime
    """When the card fell due."""
    card: Card


@dataclass(frozen=True, slots=True)
class Past:
    """What is stored of a whistle: its moves, first to last, and the times in which its matter was agreed to wait."""

    history: tuple[Step, ...]
    holds: tuple[Hold, ...] = ()


def calculation_of(
    due: DueCard,
    past: Past,
    course: Course,
    *,
    whistle_id: WhistleId,
    round_: int,
    contract_id: str,
    calendar: str,
) -> Calculation:
    """The calculation of a card that is due now."""
    one = due.deadline
    return Calculation(
        whistle_id=whistle_id,
        round=round_,
        steps=_used(past, round_, due.moment),
        contract_id=contract_id,
        level=course.level,
        calendar=calendar,
        rule=due.rule,
        step=one.step,
        limit=one.limit,
        from_at=one.from_at,
        due_at=one.due_at,
        counts_at=one.counts_at,
        holds=_until(past.holds, due.moment),
        moment=due.moment,
        card=due.rule.card,
    )


def reproduce(
    told: Calculation, past: Past, contract: Contract, calendar: Calendar, rules: CardRules
) -> bool:
    """Whether the card comes out the same from what is stored; the same answer however often it is asked."""
    return not differences(told, past, contract, calendar, rules)


def differences(
    told: Calculation, past: Past, contract: Contract, calendar: Calendar, rules: CardRules
) -> tuple[str, ...]:
    """What comes out otherwise, as codes: RULE, HISTORY, CONTRACT, DEADLINE, WAITING, MOMENT; empty where the card
    reproduces."""
    found = (
        ("RULE", told.rule in rules.rules and told.rule.speaks_of(told.step, told.level)),
        ("HISTORY", told.steps == _used(past, told.round, told.moment)),
        ("CONTRACT", told.contract_id == contract.id and _limit_holds(told, contract)),
        ("DEADLINE", _deadline_holds(told, past, calendar)),
        ("WAITING", told.holds == _until(past.holds, told.moment)),
        ("MOMENT", _moment_holds(told, past, calendar)),
    )
    return tuple(code for code, holds in found if not holds)


def in_words(told: Calculation, language: Language) -> str:
    """The calculation in a sentence that a clerk can check."""
    template = WORDS[language]["extended" if told.counts_at > told.due_at else "plain"]
    return template.format(
        card=CARDS[language][told.card],
        step=STEPS[language].get(told.step, told.step),
        limit=f"{told.limit.value} {told.limit.unit.value}",
        contract=told.contract_id,
        calendar=told.calendar or "-",
        rule=told.rule.name,
        steps=len(told.steps),
        from_at=_local(told.from_at),
        due_at=_local(told.due_at),
        counts_at=_local(told.counts_at),
        moment=_local(told.moment),
    )


def _used(past: Past, round_: int, moment: datetime) -> tuple[UsedStep, ...]:
    steps = steps_of(past.history, round_)
    return tuple(UsedStep(one.version, one.move, one.at) for one in steps if one.at <= moment)


def _until(holds: Iterable[Hold], moment: datetime) -> tuple[Hold, ...]:
    """Those that had a part in it. One that had begun and was ended later stands as it ended."""
    return tuple(one for one in holds if one.begins_at <= moment)


def _limit_holds(told: Calculation, contract: Contract) -> bool:
    """Of the level reached, or of one before it whose deadline was earlier."""
    limits = {limit for level in Level if (limit := contract.limits_at(level).get(told.step))}
    return told.limit in limits


def _deadline_holds(told: Calculation, past: Past, calendar: Calendar) -> bool:
    """Counted again by the calendar as it is known now. Nothing makes it earlier; a pause and a granted extension,
    where there were any, make it later."""
    counted = deadline(told.step, told.limit, told.from_at, calendar)
    if counted.provisional:
        return False
    steps = steps_of(past.history, told.round)
    later = any(way.clock in _MOVED for one in steps if (way := TABLE.get((one.before, one.move))))
    if later:
        return counted.due_at <= told.due_at <= told.counts_at
    return counted.due_at == told.due_at == told.counts_at


def _moment_holds(told: Calculation, past: Past, calendar: Calendar) -> bool:
    """Judged again at its moment, from the moves up to then."""
    one = Deadline(
        step=told.step,
        due_at=told.due_at,
        limit=told.limit,
        from_at=told.from_at,
        provisional=False,
        managed_at=told.counts_at,
    )
    course = Course(
        level=told.level,
        deadlines=(one,),
        reached=_reached(past, told),
        holds=_until(past.holds, told.moment),
    )
    due = cards_due(course, CardRules(rules=(told.rule,)), told.moment, calendar)
    return [(told.moment, told.card)] == [(each.moment, each.rule.card) for each in due]


def _reached(past: Past, told: Calculation) -> dict[str, datetime]:
    made: Sequence[Step] = [one for one in past.history if one.at <= told.moment]
    if not made:
        return {}
    return reached_in(made, told.round, state=made[0].before, since=told.from_at)


def _local(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
