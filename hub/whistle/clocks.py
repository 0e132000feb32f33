"""Deadlines: from a moment, a limit and a working calendar to when it is due, and why then.

Pure. Counting rules, one a unit (domain.md 2.4):

    work_hour      only office hours of working days count; a start outside them waits for the next
                   span; a limit used up exactly at the end of a span is due at that end
    work_day       the day after the start is the first that can count; due at the end of the last
                   office hour of the day arrived at; 0 (当日) is due at that end of this day, of the
                   next working day where this one's is past or it is none
    urgent_hour    continuous, nights and holidays included
    urgent_day     continuous, 24 hours each (紧急工作日 is a natural day)
    urgent_minute  continuous

Where the calendar does not reach, a deadline is provisional: its `due_at` is the earliest moment
possible, every unknown day taken as worked, and it is computed again once the notice is loaded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from hub.clock import SHANGHAI
from hub.model import Deadline, Duration, Reason
from hub.whistle.calendar import Calendar
from hub.whistle.counting import Count, Wait, count


@dataclass(frozen=True, slots=True)
class _Start:
    """The moment a clock starts: in UTC, in Shanghai, and in words."""

    at: datetime
    local: datetime
    words: str


def deadline(step: str, limit: Duration, from_at: datetime, calendar: Calendar) -> Deadline:
    """When `step` is due if its clock started at `from_at` (aware); never earlier than `from_at`.

    The derivation says from when, by which unit and calendar version, which days were skipped and why,
    which weekend days counted, and where the calendar ends.
    """
    return _deadline(step, limit, _start(from_at), calendar)


@lru_cache(maxsize=256)
def due_from(from_at: datetime, calendar: Calendar) -> Callable[[str, Duration], Deadline]:
    """`deadline` with its start and calendar given: what routing asks. Equal limits are computed once.

    Records of one page are received at one moment, so the last starts keep what they computed.
    """
    start = _start(from_at)
    known: dict[tuple[str, Duration], Deadline] = {}

    def due(step: str, limit: Duration) -> Deadline:
        found = known.get((step, limit))
        if found is None:
            found = known[step, limit] = _deadline(step, limit, start, calendar)
        return found

    return due


def _start(from_at: datetime) -> _Start:
    local = from_at.astimezone(SHANGHAI)
    return _Start(from_at.astimezone(UTC), local, local.isoformat())


def _deadline(step: str, limit: Duration, start: _Start, calendar: Calendar) -> Deadline:
    return _told(step, limit, start, count(limit, start.local, (), calendar))


def with_waits(
    step: str, limit: Duration, from_at: datetime, waits: Sequence[Wait], calendar: Calendar
) -> tuple[Deadline, Count]:
    """`deadline` where the clock stood still in `waits`, which are in order; and how it was counted."""
    start = _start(from_at)
    counted = count(limit, start.local, waits, calendar)
    return _told(step, limit, start, counted), counted


def _told(step: str, limit: Duration, start: _Start, found: Count) -> Deadline:
    counted = _counted(limit, start)
    passage = found.passage
    return Deadline(
        step=step,
        due_at=found.due_at,
        limit=limit,
        from_at=start.at,
        provisional=passage is not None and passage.days_beyond > 0,
        derivation=(counted,) if passage is None else (counted, *passage.reasons),
    )


def _counted(limit: Duration, start: _Start) -> Reason:
    if limit.value == 0:
        return Reason("counted_same_day", {"from_at": start.words})
    return Reason("counted", {"from_at": start.words, "value": limit.value, "unit": limit.unit.value})
