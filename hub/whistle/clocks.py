"""Deadlines: from a moment, a limit and a working calendar to when it is due, and why then.

Pure. Counting rules, one a unit (domain.md 2.4):

    work_hour      only office hours of working days count; a start outside them waits for the next
                   span; a limit used up exactly at the end of a span is due at that end
    work_day       the day after the start is the first that can count; due at the end of the last
                   office hour of the day arrived at
    urgent_hour    continuous, nights and holidays included
    urgent_day     continuous, 24 hours each (紧急工作日 is a natural day)
    urgent_minute  continuous

Where the calendar does not reach, a deadline is provisional: its `due_at` is the earliest moment
possible, every unknown day taken as worked, and it is computed again once the notice is loaded.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from hub.clock import SHANGHAI
from hub.model import Deadline, Duration, Reason, Unit
from hub.whistle.calendar import ONE_DAY, Calendar, DaysOff, Passage

CONTINUOUS: Final = {
    Unit.URGENT_MINUTE: timedelta(minutes=1),
    Unit.URGENT_HOUR: timedelta(hours=1),
    Unit.URGENT_DAY: ONE_DAY,
}
"""Units that run through nights, weekends and holidays."""


def deadline(step: str, limit: Duration, from_at: datetime, calendar: Calendar) -> Deadline:
    """When `step` is due if its clock started at `from_at` (aware); never earlier than `from_at`.

    The derivation says from when, by which unit and calendar version, which days were skipped and why,
    which weekend days counted, and where the calendar ends.
    """
    start = from_at.astimezone(SHANGHAI)
    if limit.unit in CONTINUOUS:
        due_at, passage = start + limit.value * CONTINUOUS[limit.unit], None
    elif limit.unit is Unit.WORK_DAY:
        passage = calendar.add_days(start.date(), limit.value)
        due_at = datetime.combine(passage.day, calendar.spans_on(passage.day)[-1].end, SHANGHAI)
    else:
        due_at = _after_office_hours(start, limit.value, calendar)
        passage = calendar.passage(start.date(), due_at.date())
    return Deadline(
        step=step,
        due_at=due_at.astimezone(UTC),
        limit=limit,
        from_at=from_at.astimezone(UTC),
        provisional=passage is not None and passage.days_beyond > 0,
        derivation=tuple(_derivation(start, limit, due_at, passage, calendar)),
    )


def due_from(from_at: datetime, calendar: Calendar) -> Callable[[str, Duration], Deadline]:
    """`deadline` with its start and calendar given: what routing asks. Equal limits are computed once."""
    known: dict[Duration, Deadline] = {}

    def due(step: str, limit: Duration) -> Deadline:
        found = known.get(limit)
        if found is None:
            found = known[limit] = deadline(step, limit, from_at, calendar)
        return found if found.step == step else replace(found, step=step)

    return due


def _after_office_hours(start: datetime, hours: int, calendar: Calendar) -> datetime:
    """The moment at which `hours` office hours have passed since `start`."""
    left = timedelta(hours=hours)
    day = start.date()
    while True:
        for span in calendar.spans_on(day):
            opens = max(datetime.combine(day, span.start, SHANGHAI), start)
            free = datetime.combine(day, span.end, SHANGHAI) - opens
            if free <= timedelta():
                continue
            if left <= free:
                return opens + left
            left -= free
        day += ONE_DAY


def _derivation(
    start: datetime, limit: Duration, due_at: datetime, passage: Passage | None, calendar: Calendar
) -> Iterator[Reason]:
    yield Reason(
        "counted",
        {
            "from_at": start.isoformat(),
            "value": limit.value,
            "unit": limit.unit.value,
            "due_at": due_at.isoformat(),
        },
    )
    if passage is None:
        return
    yield Reason("calendar", {"version": calendar.version})
    if passage.skipped:
        count = sum((run.last - run.first).days + 1 for run in passage.skipped)
        yield Reason("days_skipped", {"count": count, "days": ", ".join(map(_words, passage.skipped))})
    if passage.made_up:
        yield Reason("weekend_days_worked", {"days": ", ".join(map(date.isoformat, passage.made_up))})
    if passage.days_beyond:
        yield Reason(
            "calendar_ends",
            {
                "covers_from": calendar.covers_from.isoformat(),
                "covers_to": calendar.covers_to.isoformat(),
                "days_beyond": passage.days_beyond,
            },
        )


def _words(run: DaysOff) -> str:
    days = f"{run.first}" if run.first == run.last else f"{run.first}/{run.last}"
    return f"{days} {run.why}"
