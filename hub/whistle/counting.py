"""Counting by the working calendar: office time between moments, and limits whose clock stands still in between.

Pure. A wait (挂起) does to a clock, by its unit:

    continuous   as much time is added as was waited
    work_hour    the office time within it does not count
    work_day     a day does not count where one wait covers all its office hours: many short ones win nothing; of the
                 day on which a limit of 0 begins, all that are left of it then

One that begins when the limit is used up already does nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from hub.clock import SHANGHAI
from hub.model import Duration, Unit
from hub.whistle.calendar import ONE_DAY, Calendar, Passage

CONTINUOUS: Final = {
    Unit.URGENT_MINUTE: timedelta(minutes=1),
    Unit.URGENT_HOUR: timedelta(hours=1),
    Unit.URGENT_DAY: ONE_DAY,
}
"""Units that run through nights, weekends and holidays."""
_NOTHING: Final = timedelta()


@dataclass(frozen=True, slots=True)
class Wait:
    """A stretch in which a clock stands still; `version` is the whistle's after the move that began it."""

    from_at: datetime
    until: datetime
    version: int = 0


@dataclass(frozen=True, slots=True)
class Waited:
    """What a wait did to one clock: so many `unit`s did not count."""

    wait: Wait
    counted: int
    unit: str


@dataclass(frozen=True, slots=True)
class Count:
    """When a limit is used up (UTC), the days that it went through where days matter, and what waits did to it."""

    due_at: datetime
    passage: Passage | None
    waited: tuple[Waited, ...]


def office_after(start: datetime, left: timedelta, calendar: Calendar) -> datetime:
    """The moment in Shanghai at which `left` (> 0) office time has passed since `start`, a moment in Shanghai."""
    day = start.date()
    while True:
        for span in calendar.spans_on(day):
            opens = max(datetime.combine(day, span.start, SHANGHAI), start)
            free = datetime.combine(day, span.end, SHANGHAI) - opens
            if free <= _NOTHING:
                continue
            if left <= free:
                return opens + left
            left -= free
        day += ONE_DAY


def office_time(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Office time between two moments in Shanghai."""
    total, day = _NOTHING, start.date()
    while day <= end.date():
        for span in calendar.spans_on(day):
            opens = max(datetime.combine(day, span.start, SHANGHAI), start)
            shuts = min(datetime.combine(day, span.end, SHANGHAI), end)
            total += max(shuts - opens, _NOTHING)
        day += ONE_DAY
    return total


def closing(day: date, calendar: Calendar) -> datetime:
    """The end of the last office hour of a worked day, in Shanghai."""
    return datetime.combine(day, calendar.spans_on(day)[-1].end, SHANGHAI)


def count(limit: Duration, start: datetime, waits: Sequence[Wait], calendar: Calendar) -> Count:
    """`limit` from `start`, a moment in Shanghai; `waits` in order, none beginning before the one before has ended."""
    if limit.unit in CONTINUOUS:
        return _continuous(limit.value * CONTINUOUS[limit.unit], start, waits)
    if limit.unit is Unit.WORK_DAY:
        return _work_days(limit.value, start, waits, calendar)
    return _work_hours(timedelta(hours=limit.value), start, waits, calendar)


def _continuous(left: timedelta, start: datetime, waits: Sequence[Wait]) -> Count:
    due, waited = start + left, list[Waited]()
    for wait in waits:
        if wait.from_at >= due:
            break
        lost = wait.until - max(wait.from_at, start)
        if lost > _NOTHING:
            due += lost
            waited.append(Waited(wait, _minutes(lost), "minutes"))
    return Count(due.astimezone(UTC), None, tuple(waited))


def _work_hours(left: timedelta, start: datetime, waits: Sequence[Wait], calendar: Calendar) -> Count:
    due, waited = office_after(start, left, calendar), list[Waited]()
    for wait in waits:
        if wait.from_at >= due:
            break
        begins, ends = max(wait.from_at, start).astimezone(SHANGHAI), wait.until.astimezone(SHANGHAI)
        if ends <= begins:
            continue
        lost = office_time(begins, ends, calendar)
        # What was left when the wait began runs on when it ends.
        due = office_after(ends, office_time(begins, due, calendar), calendar)
        if lost:
            waited.append(Waited(wait, _minutes(lost), "office_minutes"))
    return Count(due.astimezone(UTC), calendar.passage(start.date(), due.date()), tuple(waited))


def _work_days(left: int, start: datetime, waits: Sequence[Wait], calendar: Calendar) -> Count:
    first, waited = start.date(), list[Waited]()
    if left == 0:  # 当日: this day is the first that can count, while its offices are open
        is_open = bool(calendar.spans_on(first)) and start < closing(first, calendar)
        first, left = first - ONE_DAY if is_open else first, 1
    day = calendar.add_days(first, left).day
    for wait in waits:
        if wait.from_at >= closing(day, calendar):
            break
        covered, moved = 0, _covered(wait, first, day, start, calendar)
        after = first
        while moved:
            covered, after = covered + moved, day
            day = calendar.add_days(day, moved).day
            moved = _covered(wait, after, day, start, calendar)
        if covered:
            waited.append(Waited(wait, covered, "work_days"))
    passage = calendar.passage(first + ONE_DAY, day)
    return Count(closing(day, calendar).astimezone(UTC), passage, tuple(waited))


def _covered(wait: Wait, after: date, until: date, start: datetime, calendar: Calendar) -> int:
    """Worked days behind `after`, up to `until`, all of whose office hours since `start` lie within the wait."""
    day = max(after + ONE_DAY, wait.from_at.astimezone(SHANGHAI).date())
    last = min(until, wait.until.astimezone(SHANGHAI).date())
    covered = 0
    while day <= last:
        spans = calendar.spans_on(day)
        if spans:
            opens = max(datetime.combine(day, spans[0].start, SHANGHAI), start)
            covered += wait.from_at <= opens and closing(day, calendar) <= wait.until
        day += ONE_DAY
    return covered


def _minutes(span: timedelta) -> int:
    return span // timedelta(minutes=1)
