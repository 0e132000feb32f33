"""The table of whistle clocks, row by row as a clerk would count them, and a walk minute by minute that agrees.

`clock_table.tsv`: moments in Asia/Shanghai; `waits` are from/until, in order; `published` is the demo pack's calendar,
with offices open 08:00–12:00 and 14:00–18:00, `local` the same days with the hours of three seasons, a typhoon on
2026-08-13 and 14, and one that takes back the worked Sunday 2026-09-20. 2026-03-10 is an ordinary Tuesday.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import chinese_calendar
import pytest

from hub.clock import SHANGHAI
from hub.model import Duration, Unit
from hub.whistle.calendar import Calendar, OfficeHours, Span
from hub.whistle.clocks import deadline, with_waits
from hub.whistle.counting import Wait
from tests.unit.whistle.conftest import FILE, read_calendar

TABLE = Path(__file__).with_name("clock_table.tsv")
MINUTE = timedelta(minutes=1)
LOCALLY_OFF = {date(2026, 8, 13), date(2026, 8, 14), date(2026, 9, 20)}
SUMMER = (date(2026, 6, 1), date(2026, 9, 30))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    calendar: str
    start: datetime
    limit: Duration
    waits: tuple[Wait, ...]
    due: datetime
    why: str


def at(text: str) -> datetime:
    """A moment in Asia/Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def _waits(text: str) -> tuple[Wait, ...]:
    words = text.replace("/", " ").split()
    moments = [at(f"{day} {hour}") for day, hour in zip(words[::2], words[1::2], strict=True)]
    return tuple(Wait(*pair) for pair in zip(moments[::2], moments[1::2], strict=True))


def read() -> list[Row]:
    """All lines."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [
            Row(
                one["calendar"],
                at(one["start"]),
                Duration(int(one["limit"].split()[0]), Unit(one["limit"].split()[1])),
                _waits(one["waits"]),
                at(one["due"]),
                one["why"],
            )
            for one in csv.DictReader(file, delimiter="\t")
        ]


ROWS = read()
each_row = pytest.mark.parametrize(
    "row", [pytest.param(row, id=f"{row.limit.value} {row.limit.unit.value}, {row.why}") for row in ROWS]
)


def _local() -> Calendar:
    """The published days with three seasons of office hours, and days off of the district's own."""
    published = read_calendar()
    days = [published.covers_from + timedelta(days=n) for n in range(730)]
    usual = (Span(time(8, 30), time(12)), Span(time(14), time(17, 30)))
    summer = (Span(time(9), time(12)), Span(time(15), time(18)))
    return Calendar(
        covers_from=published.covers_from,
        covers_to=published.covers_to,
        hours=[
            OfficeHours(date(2025, 1, 1), SUMMER[0] - timedelta(days=1), usual),
            OfficeHours(*SUMMER, summer),
            OfficeHours(SUMMER[1] + timedelta(days=1), None, usual),
        ],
        holidays={day: why for day in days if (why := published.why_off(day)) not in ("", "weekend")},
        make_up_days=[day for day in days if day.weekday() >= 5 and not published.why_off(day)],
        local_days_off=dict.fromkeys(LOCALLY_OFF, "台风"),
    )


CALENDARS = {"published": read_calendar(), "local": _local()}


def test_the_table_is_long_and_no_row_of_it_stands_twice() -> None:
    assert len(ROWS) >= 120
    assert len(ROWS) == len({(row.calendar, row.start, row.limit, row.waits) for row in ROWS})
    assert FILE.exists()


@pytest.mark.nasty("N38", "N42")
@each_row
def test_the_clock_agrees_with_the_clerk(row: Row) -> None:
    found, _ = with_waits("finish", row.limit, row.start, row.waits, CALENDARS[row.calendar])
    assert (row.due, False) == (found.due_at, found.provisional)
    assert found.due_at.tzinfo is UTC
    if not row.waits:
        assert found == deadline("finish", row.limit, row.start, CALENDARS[row.calendar])


# -- the same, walked minute by minute; shares nothing with what it checks ----------------------------


@cache
def is_worked(calendar: str, day: date) -> bool:
    """What chinesecalendar says, and the district."""
    return bool(chinese_calendar.is_workday(day)) and not (calendar == "local" and day in LOCALLY_OFF)


def is_open(calendar: str, minute: datetime) -> bool:
    """Whether offices are open in this minute."""
    if not is_worked(calendar, minute.date()):
        return False
    clock = minute.hour * 60 + minute.minute
    if calendar == "published":
        return 480 <= clock < 720 or 840 <= clock < 1080
    if SUMMER[0] <= minute.date() <= SUMMER[1]:
        return 540 <= clock < 720 or 900 <= clock < 1080
    return 510 <= clock < 720 or 840 <= clock < 1050


def is_waiting(minute: datetime, waits: Sequence[Wait]) -> bool:
    """Whether the clock stands still in this minute."""
    return any(wait.from_at <= minute < wait.until for wait in waits)


def walked(row: Row) -> datetime:
    """When the limit of a row is used up."""
    if row.limit.unit is Unit.WORK_DAY:
        return _days(row)
    minutes = {Unit.URGENT_MINUTE: 1, Unit.URGENT_HOUR: 60, Unit.WORK_HOUR: 60, Unit.URGENT_DAY: 1440}
    left, minute = row.limit.value * minutes[row.limit.unit], row.start
    while left:
        counts = row.limit.unit is not Unit.WORK_HOUR or is_open(row.calendar, minute)
        left -= counts and not is_waiting(minute, row.waits)
        minute += MINUTE
    return minute


def _days(row: Row) -> datetime:
    is_same_day = row.limit.value == 0
    left, day = row.limit.value or 1, row.start.replace(hour=0, minute=0) - timedelta(days=is_same_day)
    while True:
        day += timedelta(days=1)
        minutes = (day + n * MINUTE for n in range(1440))
        open_ = [one for one in minutes if one >= row.start and is_open(row.calendar, one)]
        if not open_ or any(all(is_waiting(one, [wait]) for one in open_) for wait in row.waits):
            continue
        left -= 1
        if not left:
            return open_[-1] + MINUTE


@each_row
def test_the_clerk_agrees_with_a_walk_minute_by_minute(row: Row) -> None:
    assert row.due == walked(row)
