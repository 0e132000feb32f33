"""The demo calendar against two libraries, and what it says where it knows nothing."""

from datetime import date, time, timedelta

import chinese_calendar
import holidays as holidays_library
import pytest

from hub.errors import FixSettings
from hub.model import Reason
from hub.whistle.calendar import WEEKEND, Calendar, DaysOff, OfficeHours, Span

YEAR_2025 = [date(2025, 1, 1) + timedelta(days=offset) for offset in range(365)]
YEAR_2026 = [date(2026, 1, 1) + timedelta(days=offset) for offset in range(365)]
DAY_SPANS = (Span(time(8), time(12)), Span(time(14), time(18)))
ALWAYS = OfficeHours(date(2025, 1, 1), None, DAY_SPANS)


def one_week(**changes: object) -> Calendar:
    """2026-03-09 (Monday) to 2026-03-15, nothing special in it."""
    settings: dict[str, object] = {
        "covers_from": date(2026, 3, 9),
        "covers_to": date(2026, 3, 15),
        "hours": [ALWAYS],
        "holidays": {},
        "make_up_days": (),
    }
    return Calendar(**{**settings, **changes})  # type: ignore[arg-type]  # a table of changes, one per test


@pytest.mark.nasty("N38")
@pytest.mark.parametrize("days", [YEAR_2025, YEAR_2026], ids=["2025", "2026"])
def test_every_day_agrees_with_chinesecalendar(calendar: Calendar, days: list[date]) -> None:
    expected = [day for day in days if chinese_calendar.is_workday(day)]
    assert expected == [day for day in days if calendar.spans_on(day)]


@pytest.mark.nasty("N38")
@pytest.mark.parametrize("days", [YEAR_2025, YEAR_2026], ids=["2025", "2026"])
def test_every_day_agrees_with_holidays(calendar: Calendar, days: list[date]) -> None:
    china = holidays_library.country_holidays("CN", years=[2025, 2026])
    expected = [day for day in days if china.is_working_day(day)]
    assert expected == [day for day in days if calendar.spans_on(day)]


@pytest.mark.parametrize("days", [YEAR_2025, YEAR_2026], ids=["2025", "2026"])
def test_both_years_have_248_working_days(calendar: Calendar, days: list[date]) -> None:
    assert sum(bool(calendar.spans_on(day)) for day in days) == 248


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-02-17", "春节"),
        ("2026-02-14", ""),
        ("2026-03-14", WEEKEND),
        ("2026-10-01", "国庆节"),
        ("2025-10-06", "国庆节、中秋节"),
        ("2026-03-10", ""),
    ],
)
def test_a_day_off_says_why(calendar: Calendar, day: str, why: str) -> None:
    assert why == calendar.why_off(date.fromisoformat(day))


def test_beyond_its_coverage_the_calendar_claims_to_know_nothing(calendar: Calendar) -> None:
    new_year = date(2027, 1, 1)
    assert not calendar.covers(new_year)
    assert calendar.why_off(new_year) == ""
    assert calendar.add_days(date(2026, 12, 31), 1).days_beyond == 1


def test_days_that_were_skipped_are_named_with_their_reason(calendar: Calendar) -> None:
    passage = calendar.add_days(date(2026, 2, 13), 5)
    assert passage.skipped == (DaysOff(date(2026, 2, 15), date(2026, 2, 23), "春节"),)
    assert (date(2026, 2, 14),) == passage.made_up


@pytest.mark.parametrize("edge", ["2026-03-09", "2026-03-15"])
def test_a_calendar_covers_its_first_and_its_last_day(edge: str) -> None:
    day = date.fromisoformat(edge)
    assert one_week().covers(day)
    outside = day - timedelta(days=1) if day.day == 9 else day + timedelta(days=1)
    assert not one_week().covers(outside)


def test_a_passage_tells_what_it_met_in_words_with_the_calendar_s_version() -> None:
    calendar = one_week(
        holidays={date(2026, 3, 11): "样节", date(2026, 3, 12): "样节", date(2026, 3, 13): "别节"},
        make_up_days=(date(2026, 3, 14), date(2026, 3, 15)),
        version="v7",
    )
    assert calendar.add_days(date(2026, 3, 10), 3).reasons == (
        Reason("calendar", {"version": "v7"}),
        Reason("days_skipped", {"count": 3, "days": "2026-03-11/2026-03-12 样节, 2026-03-13 别节"}),
        Reason("weekend_days_worked", {"days": "2026-03-14, 2026-03-15"}),
        Reason("calendar_ends", {"covers_from": "2026-03-09", "covers_to": "2026-03-15", "days_beyond": 1}),
    )
    assert calendar.passage(date(2026, 3, 9), date(2026, 3, 9)).reasons == (
        Reason("calendar", {"version": "v7"}),
    )


def test_a_calendar_without_a_version_says_none() -> None:
    assert {"version": ""} == one_week().add_days(date(2026, 3, 9), 1).reasons[0].facts


@pytest.mark.parametrize(
    ("start", "count", "day", "beyond"),
    [
        pytest.param("2026-03-01", 7, "2026-03-08", 7, id="all before the coverage"),
        pytest.param("2026-03-01", 8, "2026-03-09", 7, id="into the coverage"),
        pytest.param("2026-03-01", 9, "2026-03-10", 7, id="further into it"),
        pytest.param("2026-03-08", 1, "2026-03-09", 0, id="from the eve of the coverage"),
        pytest.param("2026-03-13", 1, "2026-03-16", 1, id="out of it, past a weekend"),
        pytest.param("2026-03-13", 3, "2026-03-18", 3, id="further out of it"),
        pytest.param("2026-03-20", 2, "2026-03-22", 2, id="all behind it"),
    ],
)
def test_outside_its_coverage_every_day_counts(start: str, count: int, day: str, beyond: int) -> None:
    passage = one_week().add_days(date.fromisoformat(start), count)
    assert (date.fromisoformat(day), beyond) == (passage.day, passage.days_beyond)


def test_hours_of_the_first_season_hold_before_it_and_those_of_the_last_behind_it() -> None:
    first = OfficeHours(date(2026, 3, 10), date(2026, 3, 10), (Span(time(7), time(13)),))
    last = OfficeHours(date(2026, 3, 11), date(2026, 3, 12), DAY_SPANS)
    calendar = one_week(hours=[last, first])
    assert [first.spans, first.spans, DAY_SPANS, DAY_SPANS] == [
        calendar.spans_on(date(2026, 3, day)) for day in (9, 10, 12, 13)
    ]


def test_a_local_day_off_beats_a_working_day_and_a_make_up_day() -> None:
    typhoon = {date(2026, 3, 10): "台风停工", date(2026, 3, 14): "台风停工"}
    calendar = one_week(local_days_off=typhoon, make_up_days=[date(2026, 3, 14)])
    assert calendar.why_off(date(2026, 3, 10)) == "台风停工"
    assert calendar.why_off(date(2026, 3, 14)) == "台风停工"


def test_summer_hours_hold_in_their_season_only() -> None:
    summer = OfficeHours(date(2026, 3, 11), date(2026, 3, 12), (Span(time(7), time(13)),))
    before = OfficeHours(date(2026, 3, 1), date(2026, 3, 10), DAY_SPANS)
    after = OfficeHours(date(2026, 3, 13), None, DAY_SPANS)
    calendar = one_week(hours=[after, summer, before])
    found = [calendar.spans_on(date(2026, 3, day)) for day in (10, 11, 12, 13)]
    assert [DAY_SPANS, summer.spans, summer.spans, DAY_SPANS] == found


@pytest.mark.parametrize(
    "hours",
    [
        pytest.param([], id="no season at all"),
        pytest.param([OfficeHours(date(2025, 1, 1), None, ())], id="a season without spans"),
        pytest.param(
            [OfficeHours(date(2025, 1, 1), None, (Span(time(9), time(9)),))], id="a span without length"
        ),
        pytest.param(
            [OfficeHours(date(2025, 1, 1), None, (Span(time(8), time(13)), Span(time(12), time(18))))],
            id="spans that overlap",
        ),
    ],
)
def test_a_calendar_without_usable_hours_is_refused(hours: list[OfficeHours]) -> None:
    with pytest.raises(FixSettings) as refusal:
        one_week(hours=hours)
    assert refusal.value.code == "K251"
