"""The working calendar as the pack tells it."""

from datetime import date, timedelta

from .conftest import TinyPack


def test_holidays_make_up_days_and_office_hours_are_read(tiny: TinyPack) -> None:
    calendar = tiny.load().calendar
    assert (date(2026, 1, 1), date(2026, 12, 31)) == (calendar.covers_from, calendar.covers_to)
    assert [calendar.why_off(date(2026, 1, day)) for day in (1, 2, 3, 4)] == ["元旦", "元旦", "元旦", ""]
    spans = [(span.start.hour, span.end.hour) for span in calendar.spans_on(date(2026, 1, 4))]
    assert spans == [(8, 12), (14, 18)]


def test_a_local_day_off_beats_a_make_up_day(tiny: TinyPack) -> None:
    tiny.replace(
        "calendar.yaml",
        "    make_up_days: [2026-01-04]\n",
        "    make_up_days: [2026-01-04]\nlocal_days_off:\n  - {day: 2026-01-04, name: 台风停工, source: 通知}\n",
    )
    assert tiny.load().calendar.why_off(date(2026, 1, 4)) == "台风停工"


def test_a_holiday_of_more_than_a_month_is_a_slip_of_the_pen(tiny: TinyPack) -> None:
    ends = date(2026, 1, 1) + timedelta(days=40)
    line = tiny.replace("calendar.yaml", "to: 2026-01-03", f"to: {ends}")
    assert ("calendar.yaml", line, "K111") in tiny.told()
