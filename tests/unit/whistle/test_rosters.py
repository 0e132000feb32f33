"""Who is on call: shifts by the calendar and dated ones, contacts with validity, and nobody left out where it ends."""

from datetime import date, datetime, time

import pytest

from hub.clock import SHANGHAI
from hub.model import DepartmentId
from hub.whistle.calendar import Calendar, OfficeHours, Span
from hub.whistle.rosters import NOBODY, Between, Contact, Roster, Shift, Turn, turns_at

RANQI = DepartmentId("ranqi")
SINCE = date(2026, 1, 1)


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=SHANGHAI)


@pytest.fixture
def calendar() -> Calendar:
    """Half a year: one holiday, one weekend day that is worked."""
    spans = (Span(time(8), time(12)), Span(time(14), time(18)))
    return Calendar(
        covers_from=SINCE,
        covers_to=date(2026, 6, 30),
        hours=[OfficeHours(SINCE, None, spans)],
        holidays={date(2026, 2, 17): "春节"},
        make_up_days=[date(2026, 2, 14)],
    )


def contact(label: str, number: str = "000100", **when: date | None) -> Contact:
    return Contact(label=label, numbers={"sms": number}, **({"valid_from": SINCE} | when))  # type: ignore[arg-type]


def roster(*shifts: Shift, contacts: tuple[Contact, ...] = ()) -> Roster:
    named = {label for shift in shifts for label in shift.contacts}
    return Roster(
        department=RANQI,
        contacts=contacts or tuple(contact(label) for label in sorted(named)),
        shifts=shifts,
    )


@pytest.mark.nasty("N42")
@pytest.mark.parametrize(
    ("moment", "turns"),
    [
        pytest.param("2026-03-10T08:00", (Turn.OFFICE,), id="the first minute of a worked day"),
        pytest.param("2026-03-10T12:30", (Turn.OFFICE,), id="the break at noon"),
        pytest.param("2026-03-10T18:00", (Turn.NIGHT,), id="the minute after office hours"),
        pytest.param("2026-03-10T07:59", (Turn.NIGHT,), id="before office hours"),
        pytest.param("2026-03-14T10:00", (Turn.HOLIDAY,), id="a Saturday"),
        pytest.param("2026-02-14T10:00", (Turn.OFFICE,), id="a Saturday that is worked"),
        pytest.param("2026-02-17T23:50", (Turn.HOLIDAY,), id="ten to midnight on a holiday"),
        pytest.param("2026-07-01T10:00", (Turn.OFFICE, Turn.HOLIDAY), id="a day that nobody knows yet"),
    ],
)
def test_every_moment_has_its_turn(moment: str, turns: tuple[Turn, ...], calendar: Calendar) -> None:
    assert turns == turns_at(at(moment), calendar)


def test_a_shift_says_whom_to_call_and_in_which_order(calendar: Calendar) -> None:
    made = roster(Shift(Turn.OFFICE, ("b", "a")), Shift(Turn.NIGHT, ("a",)))
    assert ["b", "a"] == [one.label for one in made.on_call(at("2026-03-10T09:00"), calendar)]
    assert ["a"] == [one.label for one in made.on_call(at("2026-03-10T20:00"), calendar)]
    assert () == made.on_call(at("2026-03-14T09:00"), calendar)
    assert () == NOBODY.on_call(RANQI, at("2026-03-10T09:00"), calendar)


def test_a_dated_shift_takes_the_place_of_those_by_the_calendar(calendar: Calendar) -> None:
    feast = Between(at("2026-03-10T17:00"), at("2026-03-10T23:00"))
    made = roster(Shift(Turn.OFFICE, ("a",)), Shift(Turn.NIGHT, ("a",)), Shift(feast, ("b",)))
    moments = ("2026-03-10T16:59", "2026-03-10T17:00", "2026-03-10T22:59", "2026-03-10T23:00")
    found = [[one.label for one in made.on_call(at(moment), calendar)] for moment in moments]
    assert [["a"], ["b"], ["b"], ["a"]] == found


def test_a_number_that_changes_on_a_day_is_the_new_one_from_that_day_on(calendar: Calendar) -> None:
    contacts = (
        contact("a", "000111", valid_to=date(2026, 3, 9)),
        contact("a", "000222", valid_from=date(2026, 3, 10)),
    )
    made = roster(Shift(Turn.OFFICE, ("a",)), contacts=contacts)
    found = [
        made.on_call(at(f"{day}T09:00"), calendar)[0].numbers["sms"] for day in ("2026-03-09", "2026-03-10")
    ]
    assert ["000111", "000222"] == found


def test_beyond_the_calendar_nobody_is_left_out(calendar: Calendar) -> None:
    made = roster(Shift(Turn.OFFICE, ("a",)), Shift(Turn.NIGHT, ("b",)), Shift(Turn.HOLIDAY, ("c", "a")))
    assert ["a", "c"] == [one.label for one in made.on_call(at("2026-07-04T10:00"), calendar)]
