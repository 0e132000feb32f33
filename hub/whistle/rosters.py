"""Who of a department is on call at a moment (值班表): shifts by the calendar or dated, contacts in order.

Pure. Numbers are duty phones of offices, never anybody's own. `hub.pack.rosters` reads them from `rosters.yaml`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub.clock import SHANGHAI
from hub.model import DepartmentId
from hub.whistle.calendar import Calendar


class Turn(StrEnum):
    """班次 by the calendar: every moment is in exactly one of them."""

    OFFICE = "office"
    """工作日白班: from the first to the last office hour of a worked day, the break at noon too."""
    NIGHT = "night"
    """工作日夜班: the rest of a worked day."""
    HOLIDAY = "holiday"
    """节假日班: all of a day off, weekends too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A duty phone. `numbers`: channel → number."""

    label: str
    numbers: Mapping[str, str]
    valid_from: date
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it may be called on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Between:
    """A dated shift: from a moment until, and not with, another one."""

    begins: datetime
    ends: datetime

    def holds_at(self, at: datetime) -> bool:
        """Whether `at` lies in it."""
        return self.begins <= at < self.ends


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is called in it, by label, first to last."""

    when: Turn | Between
    contacts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The roster of one department. A dated shift takes the place of those by the calendar."""

    department: DepartmentId
    contacts: tuple[Contact, ...]
    shifts: tuple[Shift, ...]

    def on_call(self, at: datetime, calendar: Calendar) -> tuple[Contact, ...]:
        """Whom to call at that moment, first to last; empty where nobody is on call."""
        day = at.astimezone(SHANGHAI).date()
        valid = {one.label: one for one in self.contacts if one.holds_on(day)}
        labels = dict.fromkeys(label for shift in self._shifts(at, calendar) for label in shift.contacts)
        return tuple(valid[label] for label in labels if label in valid)

    def _shifts(self, at: datetime, calendar: Calendar) -> Iterator[Shift]:
        dated = [one for one in self.shifts if isinstance(one.when, Between) and one.when.holds_at(at)]
        if dated:
            yield from dated
            return
        for turn in turns_at(at, calendar):
            yield from (one for one in self.shifts if one.when is turn)


@dataclass(frozen=True, slots=True)
class Rosters:
    """All rosters of a pack, and the plugin that each of its channels is called by."""

    by_department: Mapping[DepartmentId, Roster]
    channels: Mapping[str, str]
    """Channel → plugin."""

    def on_call(self, department: DepartmentId, at: datetime, calendar: Calendar) -> tuple[Contact, ...]:
        """Whom of `department` to call at that moment, first to last."""
        roster = self.by_department.get(department)
        return roster.on_call(at, calendar) if roster else ()


NOBODY = Rosters({}, {})
"""What a pack without rosters has."""


def turns_at(at: datetime, calendar: Calendar) -> tuple[Turn, ...]:
    """The turn of that moment.

    Beyond the calendar nobody knows whether the day is worked: then it is the turn of a worked day first, and the
    holiday's after it, so that nobody who could be on call is left out.
    """
    local = at.astimezone(SHANGHAI)
    day = local.date()
    if calendar.why_off(day):
        return (Turn.HOLIDAY,)
    spans = calendar.spans_on(day)
    is_office = spans[0].start <= local.time() < spans[-1].end
    turn = Turn.OFFICE if is_office else Turn.NIGHT
    return (turn,) if calendar.covers(day) else (turn, Turn.HOLIDAY)
