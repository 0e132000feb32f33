"""The demo calendar against two libraries, and what it says where it knows nothing."""

from datetime import date, time, timedelta

import chinese_calendar
import holidays as holidays_library
import pytest

from hub.errors import FixSettings
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
