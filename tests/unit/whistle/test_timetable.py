"""Every deadline of a whistle by its history: what moves one, what does not, and what is told of it."""

from dataclasses import replace
from datetime import datetime

import pytest

from hub.model import Deadline, Level, SourceClock, Unit, WhistleState
from hub.whistle.clocks import deadline
from hub.whistle.reached import done_at, is_done
from hub.whistle.retiming import known_now, retimed, rounds_before, terms_of
from hub.whistle.timetable import Terms, timetable
from tests.unit.whistle.conftest import read_calendar
from tests.unit.whistle.histories import (
    BLOWN,
    CALENDAR,
    CALLED_AT,
    LIMITS,
    ROUTINE,
    at,
    due,
    later,
    made,
    told,
    with_deadlines,
)

WORK = ("sign 10 9:10", "contact 10 9:40", "handle 10 11")
DONE = (*WORK, "result 11 10")


def facts(found: Deadline, rule: str) -> dict[str, object]:
    """What this deadline's derivation tells by one rule."""
    (one,) = (reason.facts for reason in found.derivation if reason.rule == rule)
    return dict(one)


@pytest.mark.parametrize(
    ("moves", "step", "moment"),
    [
        pytest.param((), "sign", "10 10", id="the clock starts at the call"),
        pytest.param((), "contact", "10 15", id="three hours before noon, one after"),
        pytest.param(("sign 10 9:59",), "contact", "10 15", id="not at the signature"),
        pytest.param(("return 10 9:30",), "sign", "10 10", id="a return stops nothing"),
        pytest.param(("return 10 9:30", "dismiss 12 9"), "sign", "10 10", id="nor does its dismissal"),
        pytest.param(("return 10 9:30", "sign 13 9"), "finish", "17 18", id="nor its being taken back"),
        pytest.param(("sign 10 9:10", "pause 10 10 > 10 12"), "contact", "10 17", id="two hours of pause"),
        pytest.param(
            ("sign 10 9:10", "pause 10 10 > 10 17", "resume 10 11"),
            "contact",
            "10 16",
            id="resumed after one",
        ),
        pytest.param(
            ("sign 10 9:10", "pause 10 10 > 10 17", "contact 10 11"),
            "contact",
            "10 16",
            id="worked after one",
        ),
        pytest.param(
            ("sign 10 9:10", "pause 10 10 > 10 11", "resume 11 9"), "contact", "10 16", id="ends as was said"
        ),
        pytest.param(
            ("sign 10 9:10", "pause 10 10 > 10 12", "ask 10 11 > 30 18", "grant 10 11:30"),
            "contact",
            "10 17",
            id="a wish for time ends no pause",
        ),
        pytest.param(
            ("sign 10 9:10", "contact 10 9:30", "pause 10 10 > 10 12"),
            "contact",
            "10 15",
            id="it was reached",
        ),
        pytest.param(("sign 10 9:10", "pause 10 15 > 10 17"), "contact", "10 15", id="it was due"),
        pytest.param(("sign 10 9:10", "pause 11 0 > 12 0"), "finish", "18 18", id="a day of pause"),
        pytest.param(("upgrade 10 12",), "finish", "12 18", id="raised: two days from then"),
        pytest.param(("upgrade 10 12",), "contact", "10 15", id="raised: two hours from then are later"),
        pytest.param(("upgrade 10 9:30",), "contact", "10 11:30", id="raised at once: two hours are earlier"),
        pytest.param(("upgrade 16 9",), "finish", "17 18", id="raised late: the old one is earlier"),
        pytest.param(
            ("upgrade 10 9:30", "upgrade 10 10"), "arrive", "10 10:30", id="only the highest has it"
        ),
        pytest.param(("upgrade 10 9:30", "upgrade 10 10"), "finish", "11 10", id="raised twice"),
        pytest.param(
            ("sign 10 9:10", "upgrade 10 9:30", "upgrade 10 10", "pause 10 10:10 > 10 10:40"),
            "arrive",
            "10 11",
            id="a pause after the upgrade",
        ),
        pytest.param(
            ("sign 10 9:10", "pause 10 9:30 > 10 10:20", "upgrade 10 9:40", "upgrade 10 10"),
            "arrive",
            "10 10:50",
            id="of a pause what is left at the upgrade",
        ),
        pytest.param((*DONE, "reopen 16 9"), "contact", "16 15", id="a new round: contact"),
        pytest.param((*DONE, "reopen 16 9"), "finish", "23 18", id="a new round: finish"),
        pytest.param((*DONE, "check 12 9", "reopen 16 9"), "finish", "23 18", id="after a check"),
        pytest.param((*DONE, "rework 16 9"), "finish", "23 18", id="the centre asks for better work"),
        pytest.param(
            ("sign 10 9:10", "upgrade 10 9:30", "result 11 9", "reopen 16 9"),
            "finish",
            "18 18",
            id="a new round at the level reached",
        ),
        pytest.param(
            (*DONE, "reopen 16 9", "contact 16 10", "pause 17 0 > 18 0"),
            "finish",
            "24 18",
            id="and with its pauses",
        ),
    ],
)
def test_each_deadline_follows_from_the_history(moves: tuple[str, ...], step: str, moment: str) -> None:
    found = due(told(*moves))[step]
    assert at(moment) == found.due_at


def test_a_whistle_that_nothing_happened_to_is_timed_as_routing_timed_it() -> None:
    assert {step: deadline(step, limit, CALLED_AT, CALENDAR) for step, limit in ROUTINE.items()} == due(())


def test_a_new_round_has_no_signature_and_nothing_of_the_round_before() -> None:
    found = due(told(*DONE, "reopen 16 9"))
    assert ["contact", "report_in", "finish"] == list(found)
    assert {at("16 9")} == {one.from_at for one in found.values()}
    assert {
        "at": "2026-03-16T09:00:00+08:00",
        "called_at": "2026-03-10T09:00:00+08:00",
        "round": 1,
    } == facts(found["finish"], "reopened")


@pytest.mark.nasty("N84")
def test_granted_time_stands_beside_what_is_due_and_only_for_the_end() -> None:
    moves = told("sign 10 9:10", "ask 11 9 > 20 18", "grant 12 9")
    found, before = due(moves), due(moves[:2])
    assert (at("17 18"), at("20 18"), at("20 18")) == (
        found["finish"].due_at,
        found["finish"].managed_at,
        found["finish"].counts_at,
    )
    assert {"until": "2026-03-20T18:00:00+08:00"} == facts(found["finish"], "extended")
    assert {step: one for step, one in found.items() if step != "finish"} == {
        step: one for step, one in before.items() if step != "finish"
    }


@pytest.mark.nasty("N84")
@pytest.mark.parametrize(
    ("moves", "managed"),
    [
        pytest.param(("ask 11 9 > 12 18", "grant 12 9"), "17 18", id="never before what is due"),
        pytest.param(
            ("ask 11 9 > 20 18", "grant 12 9", "ask 13 9 > 19 18", "grant 13 10"),
            "20 18",
            id="the longest holds",
        ),
        pytest.param(
            ("ask 11 9 > 18 12", "grant 11 10", "pause 12 0 > 13 0", "resume 13 9"),
            "18 18",
            id="nor after a pause",
        ),
    ],
)
def test_what_was_granted_is_never_less_than_there_was(moves: tuple[str, ...], managed: str) -> None:
    assert at(managed) == due(told("sign 10 9:10", *moves))["finish"].managed_at


def test_what_was_denied_or_only_asked_for_is_no_time() -> None:
    for moves in (("ask 11 9 > 20 18",), ("ask 11 9 > 20 18", "deny 12 9")):
        assert due(told("sign 10 9:10", *moves))["finish"].managed_at is None


def test_a_grant_of_one_round_is_none_of_the_next() -> None:
    moves = ("sign 10 9:10", "ask 10 10 > 30 18", "grant 10 11", "result 11 10", "reopen 16 9")
    assert due(told(*moves))["finish"].managed_at is None


CITY = SourceClock("city", at("20 18"), at("10 8"))
DISTRICT = SourceClock("district", at("13 18"))


@pytest.mark.nasty("N39", "N84")
def test_the_sources_own_clocks_run_beside_ours_and_the_earliest_counts() -> None:
    quiet = due((), clocks=(CITY, DISTRICT))["source"]
    assert (at("13 18"), CALLED_AT, Unit.URGENT_MINUTE) == (quiet.due_at, quiet.from_at, quiet.limit.unit)
    assert [("city", "2026-03-20T18:00:00+08:00"), ("district", "2026-03-13T18:00:00+08:00")] == [
        (why.facts["name"], why.facts["due_at"]) for why in quiet.derivation
    ]
    moves = told("sign 10 9:10", "pause 10 10 > 12 18", "resume 13 9", "ask 13 9 > 30 18", "grant 13 10")
    assert quiet == due(moves, clocks=(CITY, DISTRICT))["source"]


@pytest.mark.nasty("N39")
def test_a_sources_extension_moves_its_own_clock_and_no_other() -> None:
    longer = replace(DISTRICT, due_at=at("19 18"))
    before, after = due((), clocks=(CITY, DISTRICT)), due((), clocks=(CITY, longer))
    assert (at("13 18"), at("19 18")) == (before.pop("source").due_at, after.pop("source").due_at)
    assert before == after


def test_a_sources_clock_that_was_over_before_a_new_round_is_none_of_it() -> None:
    reopened = due(told(*DONE, "reopen 16 9"), clocks=(CITY, DISTRICT))
    assert (at("20 18"), at("10 8")) == (reopened["source"].due_at, reopened["source"].from_at)
    assert "source" not in due(told(*DONE, "reopen 16 9"), clocks=(DISTRICT,))


def test_the_derivation_tells_of_pauses_and_upgrades() -> None:
    found = due(told("sign 10 9:10", "pause 11 0 > 12 12", "resume 12 9", "upgrade 12 10"))
    assert {
        "from_at": "2026-03-11T00:00:00+08:00",
        "until": "2026-03-12T09:00:00+08:00",
        "counted": 1,
        "unit": "work_days",
        "code": "WAIT_MATERIAL",
    } == facts(due(told("sign 10 9:10", "pause 11 0 > 12 12", "resume 12 9"))["finish"], "paused")
    assert {
        "at": "2026-03-12T10:00:00+08:00",
        "level": "key",
        "due_before": "2026-03-18T18:00:00+08:00",
        "clock_began": "2026-03-10T09:00:00+08:00",
    } == facts(found["finish"], "upgraded")
    assert at("16 18") == found["finish"].due_at


def test_a_step_that_only_the_new_level_has_says_that_it_had_no_deadline_before() -> None:
    found = due(told("upgrade 10 9:30", "upgrade 10 10"))
    assert ("hard", "-") == tuple(
        facts(found["arrive"], "upgraded")[name] for name in ("level", "due_before")
    )


def test_a_step_that_was_reached_keeps_its_deadline_in_an_upgrade() -> None:
    moves = told("sign 10 9:10", "contact 10 9:20", "upgrade 10 9:30")
    assert due(moves[:2])["contact"] == due(moves)["contact"]


def test_of_a_clock_that_went_back_no_minute_is_waited_twice() -> None:
    """Resumed at twelve; then the machine's clock is an hour behind, and it waits again."""
    moves = told("sign 10 9:10", "pause 10 10 > 10 12", "resume 10 12", "pause 10 11 > 10 15", "resume 10 14")
    assert at("10 17") == due(moves)["contact"].due_at


# -- when a step was reached --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moves", "step", "moment"),
    [
        pytest.param((), "sign", "", id="nothing yet"),
        pytest.param(("sign 10 9:10",), "sign", "10 9:10", id="signed"),
        pytest.param(("sign 10 9:10",), "contact", "", id="signed is not in contact"),
        pytest.param(
            ("sign 10 9:10", "return 10 9:20", "dismiss 11 9", "sign 11 10"), "sign", "10 9:10", id="once"
        ),
        pytest.param(("sign 10 9:10", "handle 10 11"), "contact", "10 11", id="who handles it is in contact"),
        pytest.param(("sign 10 9:10", "handle 10 11"), "report_in", "10 11", id="and reported in, online"),
        pytest.param(("sign 10 9:10", "handle 10 11"), "arrive", "", id="but has not arrived"),
        pytest.param(("sign 10 9:10", "handle 10 11", "arrive 10 12"), "arrive", "10 12", id="arrived then"),
        pytest.param(("sign 10 9:10", "result 10 12"), "finish", "10 12", id="done"),
        pytest.param(("sign 10 9:10", "result 10 12"), "source", "10 12", id="and the source's, too"),
        pytest.param(("sign 10 9:10", "result 10 12"), "arrive", "10 12", id="nobody need arrive any more"),
        pytest.param((*DONE, "reopen 16 9"), "contact", "", id="a new round has its own"),
        pytest.param((*DONE, "reopen 16 9", "contact 16 10"), "contact", "16 10", id="contacted anew"),
        pytest.param(("cancel 10 9:30",), "sign", "10 9:30", id="called off"),
        pytest.param(
            ("return 10 9:30", "cancel 10 11"), "sign", "10 11", id="called off before anyone decided"
        ),
        pytest.param(
            ("return 10 9:30", "refer 10 10", "uphold 12 9"), "sign", "10 9:30", id="a rightful return"
        ),
    ],
)
@pytest.mark.nasty("N41")
def test_a_step_is_reached_when_the_history_says_so(moves: tuple[str, ...], step: str, moment: str) -> None:
    whistle, steps = made(told(*moves))
    assert (at(moment) if moment else None) == done_at(steps, step, whistle.round)
    assert bool(moment) == is_done(whistle, steps, step)


def test_what_a_round_reached_stays_a_fact_of_it() -> None:
    _, steps = made(told(*DONE, "reopen 16 9", "contact 16 10"))
    assert (at("10 9:40"), at("16 10"), None) == tuple(done_at(steps, "contact", n) for n in range(3))


def test_a_whistle_of_before_there_was_a_history_is_known_by_its_state() -> None:
    assert is_done(replace(BLOWN, state=WhistleState.SIGNED), (), "sign")
    assert not is_done(replace(BLOWN, state=WhistleState.SIGNED), (), "finish")


# -- of a stored whistle ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moves",
    [
        (),
        ("upgrade 10 9:30",),
        ("upgrade 10 9:05", "upgrade 10 9:06"),
        ("sign 10 9:10", "upgrade 10 9:30", "pause 10 10 > 10 12", "resume 10 11", "upgrade 10 13"),
        (*DONE, "reopen 16 9", "contact 16 10", "upgrade 17 9"),
    ],
)
def test_what_is_stored_is_enough_to_count_anew_after_each_move(moves: tuple[str, ...]) -> None:
    clocks, limits = (CITY, DISTRICT), LIMITS.__getitem__
    whistle = with_deadlines(BLOWN, tuple(due((), clocks=clocks).values()))
    for count in range(1, len(moves) + 1):
        after, steps = made(told(*moves[:count]))
        whistle = retimed(with_deadlines(after, whistle.deadlines), limits, steps, CALENDAR)
        expected = timetable(Terms(CALLED_AT, Level.ROUTINE, limits, clocks), steps, CALENDAR)
        assert [(one.step, one.due_at) for one in expected] == [
            (one.step, one.due_at) for one in whistle.deadlines
        ]
        assert Level.ROUTINE is terms_of(whistle, limits, steps).level


def test_a_calendar_that_reaches_further_moves_only_what_was_provisional() -> None:
    short = read_calendar(until=CALLED_AT.date())
    terms = Terms(CALLED_AT, Level.ROUTINE, LIMITS.__getitem__)
    before = with_deadlines(BLOWN, timetable(terms, (), short))
    shifted = timetable(replace(terms, from_at=later(CALLED_AT, hours=1)), (), CALENDAR)
    after = known_now(before, with_deadlines(BLOWN, shifted))
    assert ["report_in", "finish"] == [one.step for one in before.deadlines if one.provisional]
    assert (*before.deadlines[:2], *shifted[2:]) == after.deadlines


def test_the_rounds_that_are_over_had_the_deadlines_that_they_had() -> None:
    whistle, steps = made(told(*DONE, "reopen 16 9", "contact 16 10", "result 17 9", "reopen 20 9"))
    now = retimed(
        with_deadlines(whistle, tuple(due(told(*DONE, "reopen 16 9")).values())),
        LIMITS.__getitem__,
        steps,
        CALENDAR,
    )
    first, second = rounds_before(now, LIMITS.__getitem__, steps, CALENDAR)
    assert (0, tuple(due(told(*DONE)).values())) == first
    assert (1, tuple(due(told(*DONE, "reopen 16 9", "contact 16 10", "result 17 9")).values())) == second


# -- called again -------------------------------------------------------------------------------------

AGAIN: datetime = at("20 9")
