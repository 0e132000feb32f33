"""Deadlines: the laws that hold for all of them. Single ones stand in `clock_table.tsv`.

Office hours are 08:00–12:00 and 14:00–18:00; 2026-03-10 is an ordinary Tuesday.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import chinese_calendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.clock import SHANGHAI
from hub.messages.text import Language
from hub.messages.why import in_words
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


@pytest.mark.nasty("N38")
@pytest.mark.parametrize(
    ("unit", "start", "value", "earliest"),
    [
        (Unit.WORK_DAY, "2026-12-30 09:00", 5, "2027-01-04 18:00"),
        (Unit.WORK_DAY, "2026-12-31 09:00", 1, "2027-01-01 18:00"),
        (Unit.WORK_DAY, "2027-03-01 09:00", 1, "2027-03-02 18:00"),
        (Unit.WORK_DAY, "2024-12-30 09:00", 1, "2024-12-31 18:00"),
        (Unit.WORK_HOUR, "2026-12-31 17:00", 2, "2027-01-01 09:00"),
        (Unit.WORK_DAY, "2026-12-31 19:00", 0, "2027-01-01 18:00"),
        (Unit.WORK_DAY, "2027-03-01 09:00", 0, "2027-03-01 18:00"),
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


def test_the_same_day_says_so_and_which_days_it_went_past(calendar: Calendar) -> None:
    found = deadline("finish", Duration(0, Unit.WORK_DAY), at("2026-03-13 18:30"), calendar)
    told = {reason.rule: reason.facts for reason in found.derivation}
    assert told["counted_same_day"] == {"from_at": "2026-03-13T18:30:00+08:00"}
    assert told["days_skipped"] == {"count": 2, "days": "2026-03-14/2026-03-15 weekend"}
    assert "same working day" in in_words("counted_same_day", told["counted_same_day"], Language.EN)


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
