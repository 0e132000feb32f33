"""Until when an application must be answered, and its fields given: by the pack's working calendar.

Reckoned anew each time: where the calendar ended, a later one says it better.
"""

from datetime import datetime

from hub.access.application import ANSWER, PROVIDE, State
from hub.model import Deadline
from hub.store.applications import Stored
from hub.whistle.calendar import Calendar
from hub.whistle.clocks import deadline


def clock_of(stored: Stored, calendar: Calendar) -> Deadline | None:
    """The clock that runs now: of the answer, from when it was asked, whatever happened to it since; of the fields, from
    when it was accepted. None where it is over."""
    one, accepted_at = stored.application, stored.accepted_at
    if stored.state is State.ASKED:
        return deadline("answer", ANSWER[one.share_type], one.asked_at, calendar)
    if stored.state is State.ACCEPTED and accepted_at is not None:
        return deadline("provide", PROVIDE, accepted_at, calendar)
    return None


def due_at(stored: Stored, calendar: Calendar) -> datetime | None:
    """When that clock is due."""
    clock = clock_of(stored, calendar)
    return None if clock is None else clock.due_at
