"""Cards (督办牌): which are due for a whistle by now, and when to look again.

Pure. A card falls due at a moment that follows from a deadline, a rule of the pack and the calendar alone: who looks
late, or twice, finds the same cards. What was done in time earns none, nor does what is excused; while a return waits
for the centre, or a matter is agreed to wait, none is issued.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from hub.clock import SHANGHAI
from hub.model import Deadline, Duration, Level, Unit, Whistle, WhistleState
from hub.whistle.calendar import ONE_DAY, Calendar
from hub.whistle.cardrules import CardRule, CardRules, Timing
from hub.whistle.clocks import deadline
from hub.whistle.counting import CONTINUOUS
from hub.whistle.lifecycle import OVER, UNSETTLED, Step
from hub.whistle.reached import REVIEW, SOURCE, done_at, is_done
from hub.whistle.ticking import CARRIED, EXTENDED

_GOES_ON: Final = (EXTENDED, CARRIED)
"""Why a late step does not count and earns its cards all the same: from the end of the extension, or of the whistle before."""
LOOK_AGAIN: Final = timedelta(days=1)
"""While a return is not settled, or a deadline provisional, it is looked at once a day."""
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Hold:
    """A time in which a matter was agreed to wait (挂账): from the agreement to its end, or to the day of review."""

    begins_at: datetime
    ends_at: datetime

    def holds_at(self, at: datetime) -> bool:
        """Whether the matter waits then."""
        return self.begins_at <= at < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How one round of a whistle went so far: what cards are judged from."""

    level: Level
    deadlines: tuple[Deadline, ...]
    reached: Mapping[str, datetime]
    """Step → since when it is behind the whistle."""
    excused: Mapping[str, str] = field(default_factory=dict)
    """Step → why it does not count as late (extended, late_received, appealed…)."""
    taken_over: Mapping[str, datetime] = field(default_factory=dict)
    """Step → since when its cards are this whistle's, which took it over: what fell due before that is the other one's."""
    holds: tuple[Hold, ...] = ()
    unsettled: bool = False
    """A return waits for the centre: nobody knows yet whose time this is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCard:
    """A card that fell due at `moment`, by `rule`, for the step of `deadline`."""

    rule: CardRule
    deadline: Deadline
    moment: datetime


def cards_due(
    course: Course,
    rules: CardRules,
    at: datetime,
    calendar: Calendar,
    *,
    issued: Collection[tuple[str, str]] = (),
) -> tuple[DueCard, ...]:
    """The cards that fell due by `at` and are not among `issued` (step, name of the rule), by moment.

    A card before a deadline warns: where the step is done by `at` there is nothing to warn of.
    """
    if course.unsettled or _held_until(course.holds, at) > at:
        return ()
    found = [
        one
        for one in _falling(course, rules, calendar)
        if one.moment <= at
        and (one.deadline.step, one.rule.name) not in issued
        and not (_warns(one) and one.deadline.step in course.reached)
    ]
    return tuple(sorted(found, key=lambda one: (one.moment, one.deadline.step, one.rule.name)))


def next_instant(course: Course, rules: CardRules, after: datetime, calendar: Calendar) -> datetime | None:
    """When to look at the whistle again: the next moment behind `after` at which a card may fall due; None where
    none is left."""
    falling = list(_falling(course, rules, calendar))
    if course.unsettled and falling:
        return after + LOOK_AGAIN
    found = [one.moment for one in falling if one.moment > after]
    until = _held_until(course.holds, after)
    if until > after and len(found) < len(falling):
        found.append(until)
    if any(one.provisional and one.step not in course.reached for one in course.deadlines):
        found.append(after + LOOK_AGAIN)
    return min(found, default=None)


def earliest_instant(whistle: Whistle, rules: CardRules, calendar: Calendar) -> datetime | None:
    """No card of `whistle` falls due before this; None where none ever does. For who moves a whistle and has not read
    its history."""
    if whistle.state in OVER or not rules.rules:
        return None
    open_ = tuple(one for one in whistle.deadlines if not is_done(whistle, (), one.step))
    course = Course(level=whistle.level, deadlines=open_, reached={})
    found = [one.moment for one in _falling(course, rules, calendar)]
    found += [one.from_at + LOOK_AGAIN for one in open_ if one.provisional]
    return min(found, default=None)


def reached_in(whistle: Whistle, steps: Sequence[Step]) -> dict[str, datetime]:
    """Step → when it was behind the whistle in its present round; where its state alone tells that, since moves of
    before histories were kept are unknown, since its clock began."""
    found: dict[str, datetime] = {}
    for one in whistle.deadlines:
        at = done_at(steps, one.step, whistle.round)
        if at is None and is_done(whistle, (), one.step):
            at = one.from_at
        if at is not None:
            found[one.step] = at
    return found


def is_unsettled(state: WhistleState) -> bool:
    """Whether a return waits for the centre's word."""
    return state in UNSETTLED


def instant_of(rule: CardRule, one: Deadline, calendar: Calendar) -> datetime | None:
    """When `rule` falls due for a deadline; None where it is provisional, or where a warning would come no later than
    the clock began."""
    if one.provisional:
        return None
    return _moment(rule, one.from_at, one.counts_at, calendar)


@lru_cache(maxsize=4096)
def _moment(rule: CardRule, from_at: datetime, counts_at: datetime, calendar: Calendar) -> datetime | None:
    """Whistles of one page share their deadlines."""
    if rule.timing is Timing.SHARE or rule.span is None:
        return from_at + (counts_at - from_at) * rule.share / _WHOLE
    if rule.timing is Timing.BEFORE_DUE:
        moment = before(counts_at, rule.span, calendar)
        return moment if moment > from_at else None
    after = deadline(rule.step, rule.span, counts_at, calendar)
    return None if after.provisional else after.due_at


def before(at: datetime, span: Duration, calendar: Calendar) -> datetime:
    """The moment so long before `at`: office hours back for work hours; for work days the end of the last office hour
    of that many working days before the day of `at`."""
    unit = CONTINUOUS.get(span.unit)
    if unit is not None:
        return at - span.value * unit
    local = at.astimezone(SHANGHAI)
    if span.unit is Unit.WORK_DAY:
        return _days_before(local, span.value, calendar).astimezone(at.tzinfo)
    return _hours_before(local, span.value, calendar).astimezone(at.tzinfo)


def _days_before(local: datetime, count: int, calendar: Calendar) -> datetime:
    day = local.date()
    while count:
        day -= ONE_DAY
        count -= bool(calendar.spans_on(day))
    return datetime.combine(day, calendar.spans_on(day)[-1].end, SHANGHAI)


def _hours_before(local: datetime, count: int, calendar: Calendar) -> datetime:
    left, day = timedelta(hours=count), local.date()
    while True:
        for span in reversed(calendar.spans_on(day)):
            closes = min(datetime.combine(day, span.end, SHANGHAI), local)
            free = closes - datetime.combine(day, span.start, SHANGHAI)
            if free <= timedelta():
                continue
            if left <= free:
                return closes - left
            left -= free
        day -= ONE_DAY


def _falling(course: Course, rules: CardRules, calendar: Calendar) -> Iterator[DueCard]:
    """Every card that the course may still earn, at its moment; one that falls into a time of waiting falls due at
    its end."""
    for one in course.deadlines:
        if one.step in (SOURCE, REVIEW) or course.excused.get(one.step, EXTENDED) not in _GOES_ON:
            continue  # what a source keeps by itself, or a post has to do, is no promise of the contract's
        for rule in rules.rules:
            if not rule.speaks_of(one.step, course.level):
                continue
            falls_at = instant_of(rule, one, calendar)
            if falls_at is None:
                continue
            moment = _held_until(course.holds, falls_at)
            if moment < course.taken_over.get(one.step, moment):
                continue
            if falls_at < one.counts_at <= moment:
                continue  # a warning that waited until it was too late
            done = course.reached.get(one.step)
            if done is None or done > moment:
                yield DueCard(rule=rule, deadline=one, moment=moment)


def _warns(one: DueCard) -> bool:
    return one.moment < one.deadline.counts_at


def _held_until(holds: Sequence[Hold], at: datetime) -> datetime:
    """`at`, or the end of the time of waiting that it lies in; one may begin as another ends."""
    for hold in sorted(holds, key=lambda one: one.begins_at):
        if hold.holds_at(at):
            at = hold.ends_at
    return at
