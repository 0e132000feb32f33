"""Deadlines, row by row as a clerk would count them, and the laws that hold for all of them.

Office hours are 08:00–12:00 and 14:00–18:00; 2026-03-10 is an ordinary Tuesday.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import chinese_calendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.clock import SHANGHAI
from hub.model import Duration, Unit
from hub.whistle.calendar import Calendar
from hub.whistle.clocks import deadline, due_from
from tests.unit.whistle.conftest import read_calendar

CALENDAR = read_calendar()
ONLY_2025 = read_calendar(until=date(2025, 12, 31))


@cache
def is_workday(day: date) -> bool:
    """What chinesecalendar says, which shares nothing with our table."""
    return bool(chinese_calendar.is_workday(day))


def at(text: str) -> datetime:
    """A moment in Asia/Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


WORK_DAYS = [
    ("2026-02-13 10:00", 5, "2026-02-27 18:00", "spring festival and one worked Saturday"),
    ("2026-09-18 10:00", 5, "2026-09-24 18:00", "a worked Sunday counts"),
    ("2026-09-30 10:00", 5, "2026-10-13 18:00", "national day and one worked Saturday"),
    ("2026-03-10 08:00", 1, "2026-03-11 18:00", "the day itself does not count"),
    ("2026-03-10 23:59", 1, "2026-03-11 18:00", "nor does the hour"),
    ("2026-03-10 08:00", 3, "2026-03-13 18:00", "within the week"),
    ("2026-03-10 08:00", 5, "2026-03-17 18:00", "over a weekend"),
    ("2026-03-10 08:00", 10, "2026-03-24 18:00", "over two weekends"),
    ("2026-03-13 09:00", 1, "2026-03-16 18:00", "from a Friday"),
    ("2026-03-14 09:00", 1, "2026-03-16 18:00", "from a Saturday"),
    ("2026-03-15 23:00", 1, "2026-03-16 18:00", "from a Sunday night"),
    ("2025-12-31 09:00", 1, "2026-01-04 18:00", "new year, then a worked Sunday"),
    ("2025-12-31 09:00", 2, "2026-01-05 18:00", "and the Monday after it"),
    ("2026-02-14 09:00", 1, "2026-02-24 18:00", "from a worked Saturday"),
    ("2026-02-16 09:00", 1, "2026-02-24 18:00", "from within spring festival"),
    ("2026-02-27 09:00", 1, "2026-02-28 18:00", "to a worked Saturday"),
    ("2026-02-27 09:00", 2, "2026-03-02 18:00", "past a worked Saturday"),
    ("2026-04-03 09:00", 1, "2026-04-07 18:00", "tomb-sweeping day on a Monday"),
    ("2026-04-30 09:00", 1, "2026-05-06 18:00", "labour day"),
    ("2026-04-30 09:00", 4, "2026-05-09 18:00", "labour day, to the worked Saturday"),
    ("2026-04-30 09:00", 5, "2026-05-11 18:00", "labour day, past the worked Saturday"),
    ("2026-06-18 09:00", 1, "2026-06-22 18:00", "dragon boat festival"),
    ("2026-09-24 09:00", 1, "2026-09-28 18:00", "mid-autumn"),
    ("2026-10-08 09:00", 2, "2026-10-10 18:00", "after national day"),
    ("2025-01-24 09:00", 1, "2025-01-26 18:00", "2025: a worked Sunday before spring festival"),
    ("2025-01-27 09:00", 1, "2025-02-05 18:00", "2025: spring festival"),
    ("2025-02-07 09:00", 1, "2025-02-08 18:00", "2025: a worked Saturday after it"),
    ("2025-04-25 09:00", 1, "2025-04-27 18:00", "2025: a worked Sunday before labour day"),
    ("2025-04-30 09:00", 1, "2025-05-06 18:00", "2025: labour day"),
    ("2025-05-30 09:00", 1, "2025-06-03 18:00", "2025: dragon boat festival"),
    ("2025-09-26 09:00", 1, "2025-09-28 18:00", "2025: a worked Sunday before national day"),
    ("2025-09-30 09:00", 1, "2025-10-09 18:00", "2025: national day and mid-autumn"),
    ("2025-09-30 09:00", 3, "2025-10-11 18:00", "2025: and the worked Saturday"),
    ("2026-12-30 09:00", 1, "2026-12-31 18:00", "the last covered day is still certain"),
]
WORK_HOURS = [
    ("2026-03-10 08:00", 1, "2026-03-10 09:00", "from the opening"),
    ("2026-03-10 07:00", 2, "2026-03-10 10:00", "from before the opening"),
    ("2026-03-10 11:00", 1, "2026-03-10 12:00", "used up at noon: due at noon"),
    ("2026-03-10 11:30", 1, "2026-03-10 14:30", "across lunch"),
    ("2026-03-10 12:00", 1, "2026-03-10 15:00", "from noon"),
    ("2026-03-10 12:30", 4, "2026-03-10 18:00", "from within lunch to the evening"),
    ("2026-03-10 08:00", 8, "2026-03-10 18:00", "one whole day"),
    ("2026-03-10 08:00", 9, "2026-03-11 09:00", "a day and an hour"),
    ("2026-03-10 17:30", 1, "2026-03-11 08:30", "across the night"),
    ("2026-03-10 18:00", 1, "2026-03-11 09:00", "from closing time"),
    ("2026-03-10 22:00", 4, "2026-03-11 12:00", "from the night"),
    ("2026-03-13 16:00", 4, "2026-03-16 10:00", "across a weekend"),
    ("2026-03-14 10:00", 8, "2026-03-16 18:00", "from a Saturday"),
    ("2026-02-14 17:00", 2, "2026-02-24 09:00", "from a worked Saturday across spring festival"),
    ("2026-09-20 09:00", 4, "2026-09-20 15:00", "within a worked Sunday"),
    ("2026-02-17 23:50", 1, "2026-02-24 09:00", "from a holiday night"),
    ("2026-03-10 09:15", 40, "2026-03-17 09:15", "five days of eight hours"),
]
CONTINUOUS = [
    (Unit.URGENT_MINUTE, "2026-10-01 23:50", 30, "2026-10-02 00:20", "national day, ten to midnight"),
    (Unit.URGENT_MINUTE, "2026-02-17 23:50", 10, "2026-02-18 00:00", "spring festival, to midnight"),
    (Unit.URGENT_MINUTE, "2026-03-10 12:10", 15, "2026-03-10 12:25", "lunch is no pause"),
    (Unit.URGENT_HOUR, "2026-03-10 23:00", 2, "2026-03-11 01:00", "over midnight"),
    (Unit.URGENT_HOUR, "2026-02-16 08:00", 24, "2026-02-17 08:00", "on holidays"),
    (Unit.URGENT_HOUR, "2026-03-13 18:00", 1, "2026-03-13 19:00", "after closing time"),
    (Unit.URGENT_HOUR, "2026-12-31 23:30", 1, "2027-01-01 00:30", "needs no calendar"),
    (Unit.URGENT_DAY, "2026-02-13 10:00", 5, "2026-02-18 10:00", "natural days through a festival"),
    (Unit.URGENT_DAY, "2026-03-14 12:00", 1, "2026-03-15 12:00", "on a weekend"),
    (Unit.URGENT_DAY, "2026-02-28 08:00", 1, "2026-03-01 08:00", "over the end of February"),
]


@pytest.mark.nasty("N38")
@pytest.mark.parametrize(("start", "days", "due"), [pytest.param(*row[:3], id=row[3]) for row in WORK_DAYS])
def test_working_days_follow_the_calendar(start: str, days: int, due: str, calendar: Calendar) -> None:
    found = deadline("finish", Duration(days, Unit.WORK_DAY), at(start), calendar)
    assert at(due) == found.due_at
    assert not found.provisional


@pytest.mark.parametrize(("start", "hours", "due"), [pytest.param(*row[:3], id=row[3]) for row in WORK_HOURS])
def test_working_hours_count_only_while_offices_are_open(
    start: str, hours: int, due: str, calendar: Calendar
) -> None:
    found = deadline("sign", Duration(hours, Unit.WORK_HOUR), at(start), calendar)
    assert at(due) == found.due_at
    assert not found.provisional


@pytest.mark.nasty("N42")
@pytest.mark.parametrize(
    ("unit", "start", "value", "due"), [pytest.param(*row[:4], id=row[4]) for row in CONTINUOUS]
)
def test_urgent_units_never_pause(unit: Unit, start: str, value: int, due: str, calendar: Calendar) -> None:
    found = deadline("arrive", Duration(value, unit), at(start), calendar)
    assert at(due) == found.due_at
    assert not found.provisional


@pytest.mark.nasty("N38")
@pytest.mark.parametrize(
    ("unit", "start", "value", "earliest"),
    [
        (Unit.WORK_DAY, "2026-12-30 09:00", 5, "2027-01-04 18:00"),
        (Unit.WORK_DAY, "2026-12-31 09:00", 1, "2027-01-01 18:00"),
        (Unit.WORK_DAY, "2027-03-01 09:00", 1, "2027-03-02 18:00"),
        (Unit.WORK_DAY, "2024-12-30 09:00", 1, "2024-12-31 18:00"),
        (Unit.WORK_HOUR, "2026-12-31 17:00", 2, "2027-01-01 09:00"),
    ],
)
def test_a_deadline_past_the_loaded_years_is_provisional_and_the_earliest_possible(
    unit: Unit, start: str, value: int, earliest: str, calendar: Calendar
) -> None:
    found = deadline("finish", Duration(value, unit), at(start), calendar)
    assert found.provisional
    assert at(earliest) == found.due_at
    assert found.derivation[-1].rule == "calendar_ends"


def test_the_derivation_tells_from_when_what_was_skipped_and_why(calendar: Calendar) -> None:
    found = deadline("finish", Duration(5, Unit.WORK_DAY), at("2026-09-30 10:00"), calendar)
    told = {reason.rule: reason.facts for reason in found.derivation}
    assert told["counted"] == {
        "from_at": "2026-09-30T10:00:00+08:00",
        "value": 5,
        "unit": "work_day",
    }
    assert told["days_skipped"] == {"count": 8, "days": "2026-10-01/2026-10-07 国庆节, 2026-10-11 weekend"}
    assert told["weekend_days_worked"] == {"days": "2026-10-10"}
    assert told["calendar"] == {"version": "2026.1"}


def test_a_start_on_a_day_off_is_among_the_skipped_days_of_working_hours(calendar: Calendar) -> None:
    found = deadline("sign", Duration(1, Unit.WORK_HOUR), at("2026-03-14 10:00"), calendar)
    told = {reason.rule: reason.facts for reason in found.derivation}
    assert told["days_skipped"] == {"count": 2, "days": "2026-03-14/2026-03-15 weekend"}


def test_a_deadline_says_of_which_step_and_limit_it_is_and_since_when(calendar: Calendar) -> None:
    start, limit = at("2026-03-10 08:00"), Duration(2, Unit.WORK_HOUR)
    found = deadline("sign", limit, start, calendar)
    assert ("sign", limit, start) == (found.step, found.limit, found.from_at)
    assert ["counted", "calendar"] == [reason.rule for reason in found.derivation]
    assert ("counted",) == tuple(
        r.rule for r in deadline("sign", Duration(1, Unit.URGENT_DAY), start, calendar).derivation
    )


def test_equal_limits_of_one_start_share_their_moment_and_keep_their_step(calendar: Calendar) -> None:
    due = due_from(at("2026-03-10 08:00"), calendar)
    sign, contact = due("sign", Duration(1, Unit.WORK_DAY)), due("contact", Duration(1, Unit.WORK_DAY))
    assert (sign.step, contact.step) == ("sign", "contact")
    assert deadline("contact", Duration(1, Unit.WORK_DAY), at("2026-03-10 08:00"), calendar) == contact


def test_moments_go_out_in_utc(calendar: Calendar) -> None:
    found = deadline("sign", Duration(1, Unit.URGENT_HOUR), at("2026-03-10 08:00"), calendar)
    assert datetime(2026, 3, 10, 1, tzinfo=UTC) == found.due_at
    assert UTC is found.due_at.tzinfo
    for unit in (Unit.WORK_DAY, Unit.WORK_HOUR):
        assert UTC is deadline("sign", Duration(1, unit), at("2026-03-10 08:00"), calendar).due_at.tzinfo
    assert UTC is found.from_at.tzinfo


COVERED_FROM = at("2025-01-01 00:00")
# From a month before the calendar's coverage to a month behind it, in seconds and in minutes.
moments = st.integers(-31 * 86400, 761 * 86400).map(lambda s: COVERED_FROM + timedelta(seconds=s))
covered = st.integers(0, 638 * 1440).map(lambda minutes: COVERED_FROM + timedelta(minutes=minutes))
units = st.sampled_from(Unit)
values = st.integers(1, 60)


@given(moments, values, units)
def test_no_deadline_lies_before_its_start(start: datetime, value: int, unit: Unit) -> None:
    assert deadline("any", Duration(value, unit), start, CALENDAR).due_at >= start


@given(moments, values, units)
def test_a_longer_limit_is_never_due_earlier(start: datetime, value: int, unit: Unit) -> None:
    shorter = deadline("any", Duration(value, unit), start, CALENDAR)
    longer = deadline("any", Duration(value + 1, unit), start, CALENDAR)
    assert shorter.due_at < longer.due_at


@given(moments, moments, values, units)
def test_a_later_start_is_never_due_earlier(one: datetime, other: datetime, value: int, unit: Unit) -> None:
    first, last = sorted((one, other))
    limit = Duration(value, unit)
    assert deadline("any", limit, first, CALENDAR).due_at <= deadline("any", limit, last, CALENDAR).due_at


@given(covered, values, values)
def test_working_hours_can_be_counted_in_two_goes(start: datetime, one: int, other: int) -> None:
    half = deadline("any", Duration(one, Unit.WORK_HOUR), start, CALENDAR).due_at
    in_two_goes = deadline("any", Duration(other, Unit.WORK_HOUR), half, CALENDAR).due_at
    assert deadline("any", Duration(one + other, Unit.WORK_HOUR), start, CALENDAR).due_at == in_two_goes


@given(covered, values, values)
def test_working_days_can_be_counted_in_two_goes(start: datetime, one: int, other: int) -> None:
    half = deadline("any", Duration(one, Unit.WORK_DAY), start, CALENDAR).due_at
    in_two_goes = deadline("any", Duration(other, Unit.WORK_DAY), half, CALENDAR).due_at
    assert deadline("any", Duration(one + other, Unit.WORK_DAY), start, CALENDAR).due_at == in_two_goes


@given(moments, values, units)
@example(at("2025-12-31 09:00"), 1, Unit.WORK_DAY)
def test_loading_a_notice_never_moves_a_provisional_deadline_earlier(
    start: datetime, value: int, unit: Unit
) -> None:
    limit = Duration(value, unit)
    before = deadline("any", limit, start, ONLY_2025)
    after = deadline("any", limit, start, CALENDAR)
    assert before.due_at <= after.due_at
    assert before.provisional or before.due_at == after.due_at


@given(covered, st.integers(1, 40))
def test_working_days_agree_with_a_count_by_chinesecalendar(start: datetime, value: int) -> None:
    day, left = start.date(), value
    while left:
        day += timedelta(days=1)
        left -= is_workday(day)
    assert (
        day
        == deadline("any", Duration(value, Unit.WORK_DAY), start, CALENDAR).due_at.astimezone(SHANGHAI).date()
    )


@given(covered, st.integers(1, 30))
def test_working_hours_agree_with_a_count_minute_by_minute(start: datetime, value: int) -> None:
    moment, left = start, value * 60
    while left:
        hour = moment.hour
        if is_workday(moment.date()) and (8 <= hour < 12 or 14 <= hour < 18):
            left -= 1
        moment += timedelta(minutes=1)
    assert moment == deadline("any", Duration(value, Unit.WORK_HOUR), start, CALENDAR).due_at
