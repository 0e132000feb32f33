"""How a card was computed, as plain data that anyone can compute again.

Pure. A card whose calculation does not come out the same from the stored history, the contract, the calendar and the
rules is void: `differences` says what came out otherwise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.clock import SHANGHAI
from hub.messages.supervision import CARDS, STEPS, WORDS
from hub.messages.text import Language
from hub.messages.why import unit_in_words
from hub.model import Carried, Contract, Deadline, Duration, Level, Move, Whistle, WhistleId
from hub.whistle.calendar import Calendar
from hub.whistle.cardrules import Card, CardRule, CardRules
from hub.whistle.cards import Course, DueCard, Hold, cards_due
from hub.whistle.lifecycle import Step
from hub.whistle.reached import done_at
from hub.whistle.retiming import terms_of
from hub.whistle.timetable import Terms, timetable


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
    version: int
    """The whistle's when the card was issued: the history up to it was used."""
    round: int
    steps: tuple[UsedStep, ...]
    called_at: datetime
    """When the whistle's first clock began, and at which level it was blown."""
    called_as: Level
    contract_id: str
    calendar: str
    """The calendar's version."""
    rule: CardRule
    level: Level
    step: str
    limit: Duration
    from_at: datetime
    due_at: datetime
    counts_at: datetime
    """Later than due where more time was granted."""
    incident_id: str = ""
    """The matter that the whistle belonged to then, whose waiting counted: a merge may have brought it elsewhere since.
    "" on cards from before this was kept."""
    holds: tuple[Hold, ...]
    """Times in which the matter was agreed to wait that had a part in it."""
    moment: datetime
    """When the card fell due."""
    card: Card
    carried: tuple[Carried, ...] = ()
    """What the whistle took over of others that ended."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is stored of a whistle: its moves, first to last, and the times in which its matter was agreed to wait."""

    history: tuple[Step, ...]
    holds: tuple[Hold, ...] = ()
    carried: frozenset[Hold] = frozenset()
    """Those of `holds` that came along with another matter: a card from before has no part in them."""


def calculation_of(due: DueCard, whistle: Whistle, past: Past, calendar: Calendar) -> Calculation:
    """The calculation of a card that is due for `whistle`, as it is stored."""
    one = due.deadline
    terms = terms_of(whistle, _no_limits, past.history)
    return Calculation(
        whistle_id=whistle.id,
        version=whistle.version,
        round=whistle.round,
        steps=_used(past, whistle.version),
        called_at=terms.from_at,
        called_as=terms.level,
        contract_id=whistle.contract_id,
        calendar=calendar.version,
        rule=due.rule,
        level=whistle.level,
        step=one.step,
        limit=one.limit,
        from_at=one.from_at,
        due_at=one.due_at,
        counts_at=one.counts_at,
        incident_id=whistle.incident_id,
        holds=_up_to(past.holds, due.moment),
        moment=due.moment,
        card=due.rule.card,
        carried=whistle.carried,
    )


def called_at(whistle: Whistle) -> datetime:
    """When the first clock of `whistle` began: no later than any other of its own. By its day one knows which rules hold
    for it."""
    return terms_of(whistle, _no_limits, ()).from_at


def _no_limits(_level: Level) -> Mapping[str, Duration]:
    return {}


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
    one = _deadline(told, past, contract, calendar)
    holds = _waited(told, past)
    found = (
        ("RULE", told.rule in rules.rules and told.rule.speaks_of(told.step, told.level)),
        ("HISTORY", told.steps == _used(past, told.version) and not _was_done(told, past)),
        ("CONTRACT", told.contract_id == contract.id),
        ("DEADLINE", one is not None and _is_told(told, one)),
        ("WAITING", told.holds == holds),
        ("MOMENT", one is not None and _falls_due(told, one, holds, calendar)),
    )
    return tuple(code for code, is_so in found if not is_so)


def in_words(told: Calculation, language: Language) -> str:
    """The calculation in a sentence that a clerk can check."""
    template = WORDS[language]["extended" if told.counts_at > told.due_at else "plain"]
    return template.format(
        card=CARDS[language][told.card],
        step=STEPS[language].get(told.step, told.step),
        limit=f"{told.limit.value} {unit_in_words(told.limit.unit, language)}",
        contract=told.contract_id,
        calendar=told.calendar or "-",
        rule=told.rule.name,
        steps=len(told.steps),
        from_at=_local(told.from_at),
        due_at=_local(told.due_at),
        counts_at=_local(told.counts_at),
        moment=_local(told.moment),
    )


def _used(past: Past, version: int) -> tuple[UsedStep, ...]:
    return tuple(UsedStep(one.version, one.move, one.at) for one in past.history if one.version <= version)


def _up_to(holds: Iterable[Hold], moment: datetime) -> tuple[Hold, ...]:
    return tuple(one for one in holds if one.begins_at <= moment)


def _waited(told: Calculation, past: Past) -> tuple[Hold, ...]:
    """The times of waiting that count for the card: those that are stored, and of what came along with another matter
    only what the card knew of."""
    return tuple(
        one for one in _up_to(past.holds, told.moment) if one not in past.carried or one in told.holds
    )


def _was_done(told: Calculation, past: Past) -> bool:
    """Whether the step was reached in time after all: a move of before the moment may have been stored after it."""
    done = done_at(past.history, told.step, told.round)
    return done is not None and done <= told.moment


def _deadline(told: Calculation, past: Past, contract: Contract, calendar: Calendar) -> Deadline | None:
    """The deadline as history, contract and calendar give it now; None where they give none."""
    terms = Terms(
        from_at=told.called_at, level=told.called_as, limits=contract.limits_at, carried=told.carried
    )
    steps = [one for one in past.history if one.version <= told.version]
    return next((one for one in timetable(terms, steps, calendar) if one.step == told.step), None)


def _is_told(told: Calculation, one: Deadline) -> bool:
    counted = (one.limit, one.from_at, one.due_at, one.counts_at, one.provisional)
    return counted == (told.limit, told.from_at, told.due_at, told.counts_at, False)


def _falls_due(told: Calculation, one: Deadline, holds: tuple[Hold, ...], calendar: Calendar) -> bool:
    course = Course(level=told.level, deadlines=(one,), reached={}, holds=holds)
    due = cards_due(course, CardRules(rules=(told.rule,)), told.moment, calendar)
    return [(told.moment, told.card)] == [(each.moment, each.rule.card) for each in due]


def _local(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
