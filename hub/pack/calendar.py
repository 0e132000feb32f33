"""`calendar.yaml`: published holidays, make-up workdays and office hours, read into a working calendar."""

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Final

from hub.contract.marked import NO_DAY, Entry
from hub.errors import FixSettings
from hub.pack.reading import PackFiles, required_text
from hub.whistle.calendar import SATURDAY, Calendar, OfficeHours, Span

FILE: Final = "calendar.yaml"
_SPAN: Final = re.compile(r"([0-2][0-9]:[0-5][0-9])-([0-2][0-9]:[0-5][0-9])")
_LONGEST_HOLIDAY: Final = timedelta(days=31)


def read_calendar(files: PackFiles) -> Calendar | None:
    """The calendar of the file; None where a fault leaves nothing to count with."""
    sheet = files.yaml(FILE)
    sheet.closed(("covers", "hours", "years"), ("version", "zone", "local_days_off"))
    first, last = _between(sheet["covers"])
    holidays: dict[date, str] = {}
    make_up: dict[date, str] = {}
    for year in sheet["years"].each():
        year.closed(("year", "source", "holidays"), ("make_up_days",))
        for holiday in year["holidays"].each():
            holidays.update(_holiday(holiday, first, last))
        for worked in year["make_up_days"].each():
            make_up[_make_up_day(worked, holidays, first, last)] = ""
    local: dict[date, str] = {}
    for day in sheet["local_days_off"].each():
        day.closed(("day", "name", "source"))
        local[_covered(day["day"], first, last)] = required_text(day, "name")
    hours = [_season(season) for season in sheet["hours"].each()]
    try:
        return Calendar(
            covers_from=first,
            covers_to=last,
            hours=hours,
            holidays=holidays,
            make_up_days=make_up,
            local_days_off=local,
            version=sheet["version"].text(),
        )
    except FixSettings as error:
        sheet.faults.add("/hours", error.code)
        return None


def _holiday(entry: Entry, first: date, last: date) -> Mapping[date, str]:
    """Every day from `from` to `to`, with the holiday's name."""
    entry.closed(("name", "from", "to"))
    name, begins = required_text(entry, "name"), _covered(entry["from"], first, last)
    ends = _covered(entry["to"], first, last)
    if not timedelta(0) <= ends - begins <= _LONGEST_HOLIDAY:
        entry.faults.add(f"{entry.pointer}/to", "K111")
        return {}
    return {begins + timedelta(days=day): name for day in range((ends - begins).days + 1)}


def _make_up_day(entry: Entry, holidays: Mapping[date, str], first: date, last: date) -> date:
    """调休: a day of a weekend, not of a holiday; anything else is a slip of the pen."""
    day = _covered(entry, first, last)
    if day != NO_DAY and (day.weekday() < SATURDAY or day in holidays):
        entry.faults.add(entry.pointer, "K162", day=day.isoformat())
    return day


def _covered(entry: Entry, first: date, last: date) -> date:
    day = entry.day()
    if NO_DAY not in (day, first, last) and not first <= day <= last:
        entry.faults.add(entry.pointer, "K161", day=day.isoformat())
    return day


def _between(entry: Entry) -> tuple[date, date]:
    entry.closed(("from", "to"))
    first, last = entry["from"].day(), entry["to"].day()
    if NO_DAY not in (first, last) and last < first:
        entry.faults.add(f"{entry.pointer}/to", "K111")
        return first, first
    return first, last


def _season(entry: Entry) -> OfficeHours:
    entry.closed(("from", "spans"), ("to",))
    spans = []
    for each in entry["spans"].each():
        match = _SPAN.fullmatch(each.text())
        try:
            spans.append(Span(time.fromisoformat(match[1]), time.fromisoformat(match[2])) if match else None)
        except ValueError:
            spans.append(None)
        if spans[-1] is None:
            each.faults.add(each.pointer, "K163")
    last = None if entry["to"].is_absent else entry["to"].day()
    return OfficeHours(entry["from"].day(), last, tuple(span for span in spans if span is not None))
