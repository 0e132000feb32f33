"""Cards: two districts' rules as data, and what holds for every rule, history and moment."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import SHANGHAI
from hub.jsonform import dumps, loads
from hub.model import Actor, Carried, Contract, Duration, Level, Move, Unit, WhistleId, WhistleState
from hub.whistle.calculation import Calculation, Past, calculation_of, differences, reproduce
from hub.whistle.calendar import Calendar, OfficeHours, Span
from hub.whistle.cardrules import Card, CardRule, CardRules, Timing
from hub.whistle.cards import (
    Course,
    Hold,
    before,
    cards_due,
    earliest_instant,
    is_unsettled,
    next_instant,
    reached_in,
)
from hub.whistle.lifecycle import Step
from hub.whistle.retiming import retimed
from tests.unit.contract import building
from tests.unit.whistle.carding import CALLED_AT, LIMITS, LUQIAO, THREE, after, called, deadlines
from tests.unit.whistle.conftest import read_calendar

YEAR = read_calendar()
RULES = {"luqiao": LUQIAO, "three": THREE}


def course(**changes: object) -> Course:
    """One of which nothing was done yet."""
    return replace(Course(level=Level.ROUTINE, deadlines=deadlines(YEAR), reached={}), **changes)  # type: ignore[arg-type]


def shown(rules: CardRules, one: Course, at: datetime) -> list[tuple[str, str, str]]:
    """(card, step, when it fell due) by then."""
    return [
        (due.rule.card.value, due.deadline.step, due.moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M"))
        for due in cards_due(one, rules, at, YEAR)
    ]


@pytest.mark.parametrize(
    ("rules", "done", "at", "cards"),
    [
        pytest.param("luqiao", {}, after(hours=23), [], id="within the day"),
        pytest.param(
            "luqiao", {}, after(days=1), [("yellow", "sign", "03-11 09:00")], id="not accepted within a day"
        ),
        pytest.param(
            "luqiao",
            {"sign": after(days=1, hours=2)},
            after(days=3),
            [("yellow", "sign", "03-11 09:00")],
            id="accepted late, before the red card",
        ),
        pytest.param(
            "luqiao",
            {"sign": after(hours=2)},
            after(days=7),
            [("yellow", "finish", "03-15 09:00"), ("red", "finish", "03-16 18:00")],
            id="accepted in time, not closed within five days: due on a Sunday, red after one working day",
        ),
        pytest.param(
            "luqiao",
            {"sign": after(hours=2), "finish": after(days=5)},
            after(days=9),
            [],
            id="closed at the very end",
        ),
        pytest.param(
            "three",
            {"sign": after(hours=2)},
            after(days=8),
            [
                (
                    "blue",
                    "finish",
                    "03-13 14:00",
                ),  # Friday afternoon, four office hours before Sunday morning
                ("yellow", "finish", "03-15 09:00"),
                ("red", "finish", "03-17 21:00"),
            ],
            id="blue, yellow, red",
        ),
        pytest.param(
            "three",
            {"sign": after(hours=1), "finish": after(days=4)},
            after(days=9),
            [],
            id="done: no warning afterwards",
        ),
    ],
)
def test_which_cards_a_district_shows_by_its_rules_alone(
    rules: str, done: dict[str, datetime], at: datetime, cards: list[tuple[str, str, str]]
) -> None:
    assert cards == shown(RULES[rules], course(reached=done), at)


@pytest.mark.parametrize(
    ("span", "at", "moment"),
    [
        pytest.param((3, Unit.URGENT_HOUR), "2026-03-15 02:00", "2026-03-14 23:00", id="through the night"),
        pytest.param(
            (4, Unit.WORK_HOUR), "2026-03-11 10:00", "2026-03-10 16:00", id="office hours of the day before"
        ),
        pytest.param((8, Unit.WORK_HOUR), "2026-03-11 18:00", "2026-03-11 08:00", id="a whole day"),
        pytest.param((1, Unit.WORK_DAY), "2026-03-16 18:00", "2026-03-13 18:00", id="over a weekend"),
        pytest.param(
            (1, Unit.WORK_DAY),
            "2026-02-24 18:00",
            "2026-02-14 18:00",
            id="over spring festival, to a worked Saturday",
        ),
    ],
)
def test_a_warning_counts_back_through_the_calendar(span: tuple[int, Unit], at: str, moment: str) -> None:
    due = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
    assert datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI) == before(due, Duration(*span), YEAR)


def test_a_warning_that_would_come_before_the_clock_began_is_none() -> None:
    early = CardRules(
        rules=(
            CardRule(
                name="x",
                card=Card.BLUE,
                step="sign",
                timing=Timing.BEFORE_DUE,
                span=Duration(2, Unit.URGENT_DAY),
            ),
        )
    )
    assert () == cards_due(course(), early, after(days=9), YEAR)
    assert next_instant(course(), early, CALLED_AT, YEAR) is None


def test_a_rule_of_one_level_says_nothing_of_another() -> None:
    hard = CardRules(rules=tuple(replace(one, levels=(Level.HARD,)) for one in LUQIAO.rules))
    assert [] == shown(hard, course(), after(days=9))
    assert 4 == len(shown(hard, course(level=Level.HARD), after(days=9)))


# -- what is excused --------------------------------------------------------------------------------


@pytest.mark.nasty("N79")
@pytest.mark.parametrize("why", ["late_received", "appealed"])
def test_an_excused_step_earns_no_card(why: str) -> None:
    assert {"sign"} == {step for _, step, _ in shown(LUQIAO, course(excused={"finish": why}), after(days=30))}


def test_an_extension_puts_cards_off_until_it_has_passed() -> None:
    sign, finish = deadlines(YEAR)
    granted = course(
        deadlines=(sign, replace(finish, managed_at=after(days=8))),
        reached={"sign": after(hours=1)},
        excused={"finish": "extended"},
    )
    assert [] == shown(LUQIAO, granted, after(days=7, hours=23))
    assert [("yellow", "finish", "03-18 09:00")] == shown(LUQIAO, granted, after(days=8))


def test_while_a_return_waits_for_the_centre_no_card_is_issued_and_afterwards_the_same_ones_are() -> None:
    waits = course(unsettled=True)
    assert [] == shown(LUQIAO, waits, after(days=9))
    assert after(days=10) == next_instant(waits, LUQIAO, after(days=9), YEAR)
    assert shown(LUQIAO, course(), after(days=9)) == shown(
        LUQIAO, replace(waits, unsettled=False), after(days=9)
    )


def test_a_matter_that_is_agreed_to_wait_earns_its_card_at_the_end_of_the_wait() -> None:
    hold = Hold(after(hours=12), after(days=20))
    waits = course(holds=(hold,), reached={"sign": after(hours=1)})
    assert [] == shown(LUQIAO, waits, after(days=19))
    assert after(days=20) == next_instant(waits, LUQIAO, after(days=19), YEAR)
    assert [("red", "finish", "03-30 09:00"), ("yellow", "finish", "03-30 09:00")] == sorted(
        shown(LUQIAO, waits, after(days=20))
    )
    done = replace(waits, reached={"sign": after(hours=1), "finish": after(days=15)})
    assert [] == shown(LUQIAO, done, after(days=40))


def test_what_fell_due_before_it_was_agreed_to_wait_is_not_issued_until_the_wait_is_over() -> None:
    late = course(holds=(Hold(after(days=2), after(days=20)),))
    assert [] == shown(LUQIAO, late, after(days=3))
    assert ("yellow", "sign", "03-11 09:00") in shown(LUQIAO, late, after(days=20))


def test_a_provisional_deadline_shows_no_card_and_is_looked_at_daily() -> None:
    guessed = course(deadlines=tuple(replace(one, provisional=True) for one in deadlines(YEAR)))
    assert [] == shown(LUQIAO, guessed, after(days=99))
    assert after(days=3) == next_instant(guessed, LUQIAO, after(days=2), YEAR)


def test_the_deadline_of_a_source_itself_earns_no_card() -> None:
    own = course(deadlines=(replace(deadlines(YEAR)[0], step="source"),))
    assert [] == shown(THREE, own, after(days=99))


# -- what holds always -------------------------------------------------------------------------------

MOMENTS = st.integers(0, 60 * 24 * 14).map(lambda minutes: after(minutes=minutes))
RULE_SETS = st.sampled_from(sorted(RULES)).map(RULES.__getitem__)
REACHED = st.dictionaries(st.sampled_from(sorted(LIMITS)), MOMENTS)
LOOKS = st.lists(MOMENTS, min_size=1, max_size=8).map(sorted)


@given(rules=RULE_SETS, reached=REACHED, looks=LOOKS)
def test_however_often_one_looks_no_card_is_issued_twice(
    rules: CardRules, reached: dict[str, datetime], looks: list[datetime]
) -> None:
    issued: list[tuple[str, str]] = []
    for at in looks:
        known = {step: done for step, done in reached.items() if done <= at}
        due = cards_due(course(reached=known), rules, at, YEAR, issued=issued)
        issued += [(one.deadline.step, one.rule.name) for one in due]
    assert len(issued) == len(set(issued))


@given(rules=RULE_SETS, reached=REACHED, at=MOMENTS)
def test_what_was_done_in_time_earns_no_card_for_being_late(
    rules: CardRules, reached: dict[str, datetime], at: datetime
) -> None:
    for due in cards_due(course(reached=reached), rules, at, YEAR):
        done = reached.get(due.deadline.step)
        assert due.moment <= at
        assert done is None or done > due.moment


@given(rules=RULE_SETS, reached=REACHED, at=MOMENTS, excused=st.sets(st.sampled_from(sorted(LIMITS))))
def test_an_excused_step_earns_none_whatever_happened(
    rules: CardRules, reached: dict[str, datetime], at: datetime, excused: set[str]
) -> None:
    one = course(reached=reached, excused=dict.fromkeys(excused, "late_received"))
    assert excused.isdisjoint(due.deadline.step for due in cards_due(one, rules, at, YEAR))


@given(rules=RULE_SETS, reached=REACHED, at=MOMENTS)
def test_between_a_look_and_the_next_instant_nothing_falls_due(
    rules: CardRules, reached: dict[str, datetime], at: datetime
) -> None:
    one = course(reached=reached)
    next_at = next_instant(one, rules, at, YEAR) or after(days=99)
    just_before = next_at - timedelta(microseconds=1)
    assert {due.rule.name for due in cards_due(one, rules, just_before, YEAR)} <= {
        due.rule.name for due in cards_due(one, rules, at, YEAR)
    }


@given(rules=RULE_SETS, at=MOMENTS)
def test_nothing_falls_due_before_the_earliest_instant(rules: CardRules, at: datetime) -> None:
    earliest = earliest_instant(called(YEAR), rules, YEAR)
    assert earliest is not None
    assert bool(cards_due(course(), rules, at, YEAR)) <= (earliest <= at)
    assert cards_due(course(), rules, earliest, YEAR)


def test_a_whistle_that_is_over_is_not_looked_at() -> None:
    assert earliest_instant(called(YEAR, WhistleState.CANCELLED), LUQIAO, YEAR) is None
    assert earliest_instant(called(YEAR), CardRules(), YEAR) is None


# -- the history, and the calculation -----------------------------------------------------------------


def made(*moves: tuple[Move, float, WhistleState, WhistleState]) -> tuple[Step, ...]:
    """A history: (move, hours after the call, before, after)."""
    return tuple(
        Step(
            whistle_id=WhistleId("wh_1"),
            move=move,
            actor=Actor.DEPARTMENT,
            at=after(hours=hours),
            before=was,
            after=then,
            version=number,
        )
        for number, (move, hours, was, then) in enumerate(moves, start=2)
    )


S = WhistleState
SIGNED = (Move.SIGN, 2, S.BLOWN, S.SIGNED)
RESULT = (Move.RESULT, 130, S.SIGNED, S.RESULT)
UPHELD = ((Move.RETURN, 3, S.SIGNED, S.DISPUTED), (Move.UPHOLD, 200, S.DISPUTED, S.REASSIGNED))


@pytest.mark.nasty("N41")
@pytest.mark.parametrize(
    ("history", "state", "reached"),
    [
        pytest.param((), S.BLOWN, {}, id="nothing"),
        pytest.param((SIGNED,), S.SIGNED, {"sign": 2}, id="signed"),
        pytest.param((SIGNED, RESULT), S.RESULT, {"sign": 2, "finish": 130}, id="handed back"),
        pytest.param(
            (SIGNED, *UPHELD), S.REASSIGNED, {"sign": 2, "finish": 3}, id="relieved since the return"
        ),
        pytest.param((), S.SIGNED, {"sign": 0}, id="moved before histories were kept"),
    ],
)
def test_when_a_step_was_behind_a_whistle(
    history: tuple[tuple[Move, float, S, S], ...], state: S, reached: dict[str, float]
) -> None:
    found = reached_in(called(YEAR, state), made(*history))
    assert {step: after(hours=hours) for step, hours in reached.items()} == found
    assert is_unsettled(state) is False


def contract() -> Contract:
    """The contract of `carding.called`."""
    return replace(building.contract("zhujian"), deadlines=LIMITS, level_deadlines={})


def calculated(history: tuple[Step, ...], holds: tuple[Hold, ...] = ()) -> tuple[Calculation, Past]:
    """The last card of a signed whistle that was not finished in time, and what is stored."""
    one, past = called(YEAR, S.SIGNED), Past(history, holds)
    run = course(reached=reached_in(one, history), holds=holds)
    due = cards_due(run, LUQIAO, after(days=9), YEAR)[-1]
    return calculation_of(due, replace(one, version=len(history) + 1), past, YEAR), past


def test_a_card_of_a_step_that_was_taken_over_reproduces() -> None:
    """The finish was due by a whistle of two days before."""
    before = Carried(
        step="finish",
        whistle_id=WhistleId("wh_0"),
        limit=LIMITS["finish"],
        from_at=after(days=-2),
        waits=(),
        at=CALLED_AT,
        due_at=after(days=3),
    )
    limits, past = contract().limits_at, Past(made(SIGNED))
    one = replace(called(YEAR, S.SIGNED), clock_at=CALLED_AT, carried=(before,))
    one = retimed(replace(one, version=2), limits, past.history, YEAR)
    run = course(deadlines=one.deadlines, reached=reached_in(one, past.history))
    due = cards_due(run, LUQIAO, after(days=9), YEAR)
    assert [after(days=3)] * 2 == [each.deadline.due_at for each in due]
    for each in due:
        assert () == differences(calculation_of(each, one, past, YEAR), past, contract(), YEAR, LUQIAO)


def test_a_calculation_reproduces_also_after_a_journey_through_json() -> None:
    told, past = calculated(made(SIGNED))
    again = loads(Calculation, dumps(told))
    assert told == again
    assert [True, True] == [reproduce(again, past, contract(), YEAR, LUQIAO) for _ in range(2)]
    assert ("red", "finish") == (told.card, told.step)


@dataclass(frozen=True)
class Stored:
    """What a card is computed from again."""

    past: Past
    contract: Contract
    calendar: Calendar = YEAR
    rules: CardRules = LUQIAO


TYPHOON = Calendar(
    covers_from=YEAR.covers_from,
    covers_to=YEAR.covers_to,
    hours=[OfficeHours(YEAR.covers_from, None, (Span(time(9), time(18)),))],
    holidays={},
    make_up_days=(),
    local_days_off={date(2026, 3, 16): "台风"},
)
LATE_WORD = replace(made(SIGNED, RESULT)[1], at=after(hours=119))
"""Handed back in time, stored after the card was issued."""
AFTERWARDS = made(SIGNED, (Move.RESULT, 300, S.SIGNED, S.RESULT))
WAIT = Hold(after(days=6), after(days=30))
CARRIED = Past(made(SIGNED), (WAIT,), frozenset({WAIT}))
LONGER = LIMITS | {"finish": Duration(6, Unit.URGENT_DAY)}


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        pytest.param({}, (), id="nothing changed"),
        pytest.param({"past": Past(AFTERWARDS)}, (), id="what came later changes nothing"),
        pytest.param(
            {"past": Past((*made(SIGNED), LATE_WORD))}, ("HISTORY",), id="a move in time, stored late"
        ),
        pytest.param({"past": Past(())}, ("HISTORY",), id="a history that lost a move"),
        pytest.param(
            {"past": Past((replace(made(SIGNED)[0], at=after(hours=1)),))},
            ("HISTORY",),
            id="a history with another moment",
        ),
        pytest.param(
            {"contract": replace(contract(), deadlines=LONGER)}, ("DEADLINE", "MOMENT"), id="another limit"
        ),
        pytest.param({"contract": replace(contract(), version=2)}, ("CONTRACT",), id="another contract"),
        pytest.param({"calendar": TYPHOON}, ("MOMENT",), id="a day off that was not known"),
        pytest.param({"rules": CardRules(rules=LUQIAO.rules[:1])}, ("RULE",), id="a rule that is gone"),
        pytest.param(
            {"past": Past(made(SIGNED), (Hold(after(days=6), after(days=30)),))},
            ("WAITING", "MOMENT"),
            id="a wait that had been agreed",
        ),
        pytest.param({"past": CARRIED}, (), id="a wait that came along with another matter"),
    ],
)
def test_what_makes_a_card_void(changes: dict[str, Any], differs: tuple[str, ...]) -> None:
    told, past = calculated(made(SIGNED))
    now = replace(Stored(past, contract()), **changes)
    assert differs == differences(told, now.past, now.contract, now.calendar, now.rules)


@given(rules=RULE_SETS, reached=REACHED, at=MOMENTS)
def test_every_card_that_is_due_reproduces(
    rules: CardRules, reached: dict[str, datetime], at: datetime
) -> None:
    """Whatever of the two steps was done when: a history that says so gives the same card."""
    signed, finished = reached.get("sign"), reached.get("finish")
    history, number, state = [], 2, S.BLOWN
    if signed is not None:
        history.append(replace(made(SIGNED)[0], at=signed))
        number, state = 3, S.SIGNED
    if finished is not None and signed is not None and finished >= signed:
        history.append(replace(made(SIGNED, RESULT)[1], at=finished, version=number))
        state = S.RESULT
    one, past = called(YEAR, state), Past(tuple(history))
    run = course(reached=reached_in(one, past.history))
    for due in cards_due(run, rules, at, YEAR):
        told = calculation_of(due, replace(one, version=len(history) + 1), past, YEAR)
        assert () == differences(told, past, contract(), YEAR, rules)
