"""A whistle goes on for those of its department that ended: what it takes over, what it leaves, and what that costs."""

from dataclasses import replace
from datetime import datetime

import pytest

from hub.model import Carried, Deadline, Ending, Level, Reason, Whistle, WhistleId, WhistleState
from hub.whistle.cardrules import Card
from hub.whistle.cards import Course, cards_due
from hub.whistle.carrying import Ended, carry, taken_over
from hub.whistle.follow import called_before
from hub.whistle.retiming import retimed, terms_of
from hub.whistle.rules import rules_on
from hub.whistle.ticking import tick
from hub.whistle.timetable import Terms, timetable
from tests.unit.whistle.carding import THREE
from tests.unit.whistle.histories import (
    BLOWN,
    CALENDAR,
    CALLED_AT,
    LIMITS,
    at,
    due,
    made,
    told,
    with_deadlines,
)

AGAIN: datetime = at("11 9")


def ended(*moves: str, like: Whistle = BLOWN, id_: str = "wh_1", why: Ending = Ending.REROUTED) -> Ended:
    """A whistle after these moves, the last of which ended it for this reason, timed as it was."""
    whistle, steps = made(told(*moves), replace(like, id=WhistleId(id_), reasons=(Reason(why.value),)))
    timed = retimed(with_clock(whistle, like.clock_at or CALLED_AT), LIMITS.__getitem__, steps, CALENDAR)
    return Ended(timed, LIMITS.__getitem__, steps)


def with_clock(one: Whistle, since: datetime) -> Whistle:
    return replace(one, clock_at=since)


def fresh(since: datetime = AGAIN, level: Level = Level.ROUTINE) -> Whistle:
    """Blown then, by its own clock alone."""
    own = timetable(Terms(since, level, LIMITS.__getitem__), (), CALENDAR)
    one = replace(BLOWN, id=WhistleId("wh_2"), level=level, blown_at=since)
    return with_deadlines(with_clock(one, since), own)


def called_again(*before: Ended, since: datetime = AGAIN, level: Level = Level.ROUTINE) -> Whistle:
    """Blown then, after these."""
    return retimed(carry(fresh(since, level), before, CALENDAR, since), LIMITS.__getitem__, (), CALENDAR)


def moments(one: Whistle) -> dict[str, datetime]:
    return {each.step: each.due_at for each in one.deadlines}


def of_first() -> dict[str, datetime]:
    return {step: one.due_at for step, one in due(()).items()}


@pytest.mark.parametrize(
    ("moves", "keeps"),
    [
        pytest.param(("cancel 11 9",), {"sign", "contact", "report_in", "finish"}, id="nothing was done"),
        pytest.param(("sign 10 9:10", "cancel 11 9"), {"contact", "report_in", "finish"}, id="it was signed"),
        pytest.param(("sign 10 12", "cancel 11 9"), {"contact", "report_in", "finish"}, id="though late"),
        pytest.param(("sign 10 9:10", "handle 10 9:20", "cancel 11 9"), {"finish"}, id="it was worked on"),
        pytest.param(
            ("return 10 9:30", "dismiss 10 12", "cancel 11 9"),
            {"sign", "contact", "report_in", "finish"},
            id="it was handed back and had to stay",
        ),
    ],
)
def test_what_was_open_stays_due_when_it_was(moves: tuple[str, ...], keeps: set[str]) -> None:
    again = called_again(ended(*moves))
    assert {step: moment for step, moment in of_first().items() if step in keeps} == {
        step: moment for step, moment in moments(again).items() if step in keeps
    }
    assert keeps == taken_over(again).keys()
    assert all(moment > of_first()[step] for step, moment in moments(again).items() if step not in keeps)


def test_a_pause_of_before_and_a_grant_of_before_are_not_lost() -> None:
    one = ended(
        "sign 10 9:10",
        "ask 10 10 > 30 18",
        "grant 10 10:30",
        "pause 10 11 > 10 17",
        "resume 10 17",
        "cancel 10 17:30",
    )
    again = called_again(one, since=at("10 18"))
    for step in ("contact", "report_in", "finish"):
        was, now = (next(d for d in w.deadlines if d.step == step) for w in (one.whistle, again))
        assert (was.due_at, was.counts_at) == (now.due_at, now.counts_at)


def test_an_upgrade_before_the_end_counts_from_when_it_was_made() -> None:
    one = ended("sign 10 9:10", "upgrade 10 12", "cancel 11 9")
    again = called_again(one, level=Level.KEY)
    assert moments(one.whistle)["finish"] == moments(again)["finish"]
    assert at("10 12") == again.level_since


def test_only_the_last_of_a_chain_counts_and_it_has_all_that_was_open() -> None:
    first = ended("cancel 10 9:30")
    second = called_again(first, since=at("10 9:40"))
    signed, steps = made(told("sign 10 9:45", "cancel 10 10"), second)
    third = called_again(first, Ended(signed, LIMITS.__getitem__, steps), since=at("11 11"))
    assert {"contact", "report_in", "finish"} == taken_over(third).keys()
    assert at("11 12") == moments(third)["sign"]
    assert of_first()["finish"] == moments(third)["finish"]


def test_what_is_later_by_the_other_clock_is_not_taken_over() -> None:
    young = ended("cancel 11 10", like=replace(BLOWN, blown_at=AGAIN, clock_at=AGAIN))
    old = fresh(CALLED_AT)
    assert old == carry(old, [young], CALENDAR, at("11 10"))


@pytest.mark.parametrize(
    ("state", "why", "counts"),
    [
        (WhistleState.CANCELLED, Ending.REROUTED, True),
        (WhistleState.CANCELLED, Ending.WITHDRAWN, True),
        (WhistleState.CANCELLED, Ending.MERGED, True),
        (WhistleState.CANCELLED, Ending.FINISHED, False),
        (WhistleState.REASSIGNED, Ending.REASSIGNED, True),
        (WhistleState.RESULT, None, False),
        (WhistleState.REFUSED, None, False),
        (WhistleState.SUBMITTED, None, False),
    ],
)
def test_clocks_go_on_unless_the_department_had_done_its_part(
    state: WhistleState, why: Ending | None, counts: bool
) -> None:
    one = replace(BLOWN, state=state, reasons=(Reason(why.value),) if why else ())
    assert bool(called_before([one], BLOWN.department)) is counts


BY_SOURCES = [Ending.REROUTED, Ending.WITHDRAWN]
BY_PEOPLE = [Ending.MERGED, Ending.UNLINKED, Ending.REASSIGNED]


def off(why: Ending, until: str) -> Ended:
    """Whose department was asked until then; where it was relieved, it had handed the matter back then."""
    if why is Ending.REASSIGNED:
        return ended(f"return {until}", "uphold 11 8", why=why)
    return ended(f"cancel {until}", why=why)


def late(one: Whistle, now: str) -> list[tuple[str, str]]:
    """(step, why it does not count), by then."""
    found = tick(one, (), lambda day: rules_on(day, ()), CALENDAR, at(now))
    return [(each.step, each.excused) for each in found.late]


@pytest.mark.parametrize("why", BY_SOURCES)
def test_what_fell_due_while_the_sources_had_let_the_department_go_is_late_by_the_next_whistle(
    why: Ending,
) -> None:
    """Off at half past nine, back two days later: each step that fell due in between counts, once."""
    again = called_again(off(why, "10 9:30"), since=at("12 9"))
    assert of_first() == moments(again)
    assert [("sign", ""), ("contact", ""), ("report_in", "")] == late(again, "12 10")


@pytest.mark.nasty("N12", "N40")
@pytest.mark.parametrize("why", BY_PEOPLE)
def test_what_fell_due_while_people_kept_the_department_away_is_due_by_a_clock_from_the_next_call(
    why: Ending,
) -> None:
    again = called_again(off(why, "10 9:30"), since=at("12 9"))
    assert {"finish"} == taken_over(again).keys()
    assert of_first()["finish"] == moments(again)["finish"]
    assert [] == late(again, "12 9:59")
    assert [("sign", "")] == late(again, "12 10:01")


@pytest.mark.parametrize("why", [*BY_SOURCES, *BY_PEOPLE])
def test_what_was_late_before_the_department_was_let_go_counts_there_alone(why: Ending) -> None:
    again = called_again(off(why, "10 10:30"), since=at("12 9"))
    assert ("sign", "carried") in late(again, "12 9:01")


@pytest.mark.nasty("N40")
def test_however_often_it_is_handed_back_what_is_open_runs_from_the_first_call() -> None:
    first = off(Ending.REASSIGNED, "10 9:30")
    second = called_again(first, since=at("11 9"))
    back, steps = made(told("return 11 9:30", "uphold 11 17"), second)
    relieved = Ended(replace(back, reasons=(Reason(Ending.REASSIGNED.value),)), LIMITS.__getitem__, steps)
    third = called_again(first, relieved, since=at("12 9"))
    assert of_first()["finish"] == moments(second)["finish"] == moments(third)["finish"]


@pytest.mark.parametrize(
    ("why", "since", "cards"),
    [
        pytest.param(Ending.REROUTED, "12 9", [Card.YELLOW, Card.RED], id="the sources let it go"),
        pytest.param(Ending.MERGED, "12 9", [], id="people kept it away"),
    ],
)
def test_cards_that_fell_due_while_the_department_was_not_called_are_lost_to_nobody_who_lets_go(
    why: Ending, since: str, cards: list[Card]
) -> None:
    again = called_again(off(why, "10 9:30"), since=at(since))
    over = {step: one.counts_since for step, one in taken_over(again).items()}
    course = Course(level=Level.ROUTINE, deadlines=again.deadlines, reached={}, taken_over=over)
    found = cards_due(course, THREE, at(since), CALENDAR)
    assert cards == [
        one.rule.card for one in found if one.deadline.step == "sign" and one.moment >= of_first()["sign"]
    ]


def test_of_what_a_post_submitted_and_nobody_approved_nothing_is_taken_over() -> None:
    unsent = replace(BLOWN, state=WhistleState.DRAFT)
    draft = ended("submit 10 9", "cancel 11 9", like=unsent)
    assert fresh() == carry(fresh(), [draft], CALENDAR, AGAIN)
    called = ended("submit 10 8", "approve 10 9", "blow 10 9", "cancel 11 9", like=unsent)
    assert of_first() == moments(called_again(called))


@pytest.mark.nasty("N41")
@pytest.mark.parametrize(("since", "excused"), [("10 9:30", ""), ("10 10:30", "carried")])
def test_what_was_late_before_is_late_once(since: str, excused: str) -> None:
    again = called_again(ended(f"cancel {since}"), since=at(since))
    now = tick(again, (), lambda day: rules_on(day, ()), CALENDAR, at("10 11"))
    assert [("sign", excused)] == [(one.step, one.excused) for one in now.late]


def test_a_new_round_knows_nothing_of_what_was_taken_over() -> None:
    again = called_again(ended("cancel 11 9"))
    moves = told("sign 11 9:10", "result 11 10", "reopen 16 9")
    whistle, steps = made(moves, again)
    timed = retimed(whistle, LIMITS.__getitem__, steps, CALENDAR)
    assert (
        due(told("sign 10 9:10", "result 11 10", "reopen 16 9"))["finish"].due_at == moments(timed)["finish"]
    )
    assert {} == taken_over(timed)


@pytest.mark.parametrize("excused", [{}, {"sign": "carried"}])
def test_what_fell_due_before_a_step_was_taken_over_is_the_other_whistles_card(
    excused: dict[str, str],
) -> None:
    """Taken over after the yellow one: the red one is still to come, though the late step counts there."""
    again = called_again(ended("cancel 10 10:15"), since=at("10 10:15"))
    over = {step: one.counts_since for step, one in taken_over(again).items()}
    course = Course(
        level=Level.ROUTINE, deadlines=again.deadlines, reached={}, taken_over=over, excused=excused
    )
    cards = [
        one.rule.card
        for one in cards_due(course, THREE, at("10 12"), CALENDAR)
        if one.deadline.step == "sign"
    ]
    assert [Card.RED] == cards


def test_of_two_matters_that_became_one_what_was_granted_for_one_alone_is_not_granted_for_both() -> None:
    granted = ended("sign 10 9:10", "ask 10 10 > 30 18", "grant 10 10:30", "cancel 11 9")
    stays, steps = made(told("sign 11 9:10"), fresh())
    timed = retimed(
        carry(stays, [granted], CALENDAR, at("11 9:30"), merged=True), LIMITS.__getitem__, steps, CALENDAR
    )
    (finish,) = (one for one in timed.deadlines if one.step == "finish")
    assert (at("17 18"), at("18 18")) == (finish.due_at, finish.counts_at)


def test_terms_of_a_whistle_hold_what_it_took_over() -> None:
    again = called_again(ended("cancel 11 9"))
    terms = terms_of(again, LIMITS.__getitem__, ())
    assert (AGAIN, again.carried) == (terms.from_at, terms.carried)
    assert all(isinstance(one, Carried) for one in terms.carried)
    assert all(isinstance(one, Deadline) for one in again.deadlines)
