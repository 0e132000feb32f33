"""No department wins time from its clocks but by a pause that its contract allows, and by what others decide."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from hub.clock import SHANGHAI
from hub.errors import Refused
from hub.model import (
    Deadline,
    Duration,
    Level,
    Move,
    Report,
    ReportId,
    SourceClock,
    Unit,
    WaitRules,
)
from hub.whistle.counting import office_time
from hub.whistle.lifecycle import TABLE, Effect, Step
from hub.whistle.reached import done_at, effect_of
from hub.whistle.rules import rules_on
from hub.whistle.ticking import tick
from hub.whistle.waits import check_wait
from tests.unit.whistle.histories import (
    BLOWN,
    CALENDAR,
    CALLED_AT,
    Told,
    at,
    due,
    later,
    made,
    possible,
    told,
    with_deadlines,
)

LATER: Final = {Move.PAUSE, Move.GRANT, Move.REOPEN, Move.REWORK}
"""All that ever makes a deadline later."""
NEW_ROUND: Final = {Move.REOPEN, Move.REWORK}
CLOCKS: Final = (SourceClock("city", at("16 12")),)
LIKELY: Final = (
    Move.SIGN,
    Move.PAUSE,
    Move.RESUME,
    Move.ASK,
    Move.GRANT,
    Move.UPGRADE,
    Move.CONTACT,
    Move.RETURN,
)
"""Drawn more often than the rest: most sequences of any moves end soon."""


@st.composite
def histories(draw: st.DrawFn) -> tuple[Told, ...]:
    """What can happen to a whistle in some weeks, in order."""
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from([*LIKELY, *LIKELY, *Move]), st.integers(1, 2_000), st.integers(1, 6_000)
            ),
            max_size=14,
        )
    )
    moves, now = [Told(Move.SIGN, later(CALLED_AT, minutes=draw(st.integers(1, 90))))], CALLED_AT
    for move, after, lasts in drawn:
        now = max(now, moves[-1].at) + timedelta(minutes=after)
        moves.append(Told(move, now, later(now, minutes=lasts)))
    return possible(moves)


def prefixes(moves: tuple[Told, ...]) -> Iterator[tuple[tuple[Told, ...], Told]]:
    """Each move with those before it."""
    return ((moves[:count], moves[count]) for count in range(len(moves)))


def by_step(moves: tuple[Told, ...]) -> dict[str, Deadline]:
    return due(moves, clocks=CLOCKS)


def steps_of(moves: tuple[Told, ...]) -> tuple[int, tuple[Step, ...]]:
    """The round that they led to, and the history."""
    whistle, steps = made(moves)
    return whistle.round, steps


PAUSED = told(
    "sign 10 9:10", "pause 10 10 > 12 12", "contact 11 9", "pause 12 8 > 13 18", "return 13 9", "sign 13 10"
)
REOPENED = told(
    "sign 10 9:10", "upgrade 10 10", "result 11 9", "reopen 12 9", "pause 13 0 > 14 0", "handle 16 9"
)
RELIEVED = told("sign 10 9:10", "return 10 10", "upgrade 10 11", "upgrade 10 11:30", "uphold 11 9")
RAISED = told(
    "sign 10 9:10",
    "contact 10 9:20",
    "upgrade 10 9:30",
    "upgrade 10 9:40",
    "pause 10 9:50 > 10 10",
    "resume 10 10",
    "pause 10 11 > 10 12",
)
"""In contact before that is due, and late in arriving before it pauses again."""
GRANTED = told(
    "sign 10 9:10", "ask 10 10 > 30 9", "pause 11 0 > 12 0", "grant 11 9", "upgrade 11 10", "resume 11 11"
)


@pytest.mark.nasty("N40", "N84")
def test_only_pauses_granted_time_and_new_rounds_are_said_to_make_anything_later() -> None:
    said = {Effect.PAUSES, Effect.MORE_TIME, Effect.NEW_ROUND}
    assert {move for (_, move), way in TABLE.items() if way.clock in said} == LATER


@pytest.mark.nasty("N40")
@given(histories())
@example(PAUSED)
@example(REOPENED)
@example(GRANTED)
@example(told("sign 10 9:10", "return 10 12", "upgrade 11 10", "uphold 13 9"))
def test_no_other_move_makes_any_deadline_later(moves: tuple[Told, ...]) -> None:
    for before, move in prefixes(moves):
        if move.move in LATER:
            continue
        was, is_ = by_step(before), by_step((*before, move))
        assert set(was) <= set(is_)
        for step, old in was.items():
            assert is_[step].due_at <= old.due_at
            assert is_[step].counts_at <= old.counts_at


@pytest.mark.nasty("N40")
@given(histories(), st.floats(0, 1), st.floats(0, 1))
@example(PAUSED, 0.4, 0.5)
@example(REOPENED, 0.99, 0.5)
@example(GRANTED, 0.6, 0.1)
def test_a_move_put_in_anywhere_makes_nothing_later(
    moves: tuple[Told, ...], where: float, when: float
) -> None:
    """That is: signing again, handing back and having that dismissed, asking, resuming, working in between. What is
    open is due no later by it; what it has reached before an upgrade keeps the deadline of before that."""
    place = round(where * len(moves))
    begins = moves[place - 1].at if place else CALLED_AT
    ends = moves[place].at if place < len(moves) else later(begins, days=1)
    was = by_step(moves)
    for more in set(Move) - LATER - {Move.UPGRADE}:
        put_in = Told(more, begins + when * (ends - begins), later(ends, hours=5))
        longer = (*moves[:place], put_in, *moves[place:])
        if possible(longer) == longer:
            is_, (round_, steps) = by_step(longer), steps_of(longer)
            open_ = [step for step in was if done_at(steps, step, round_) is None]
            assert all(is_[step].due_at <= was[step].due_at for step in open_)


@given(histories())
@example(PAUSED)
@example(REOPENED)
@example(GRANTED)
@example(RELIEVED)
@example(RAISED)
def test_what_is_late_or_done_is_moved_by_nothing(moves: tuple[Told, ...]) -> None:
    for before, move in prefixes(moves):
        if move.move in NEW_ROUND:
            continue
        round_, steps = steps_of(before)
        was, is_ = by_step(before), by_step((*before, move))
        for step, old in was.items():
            if old.due_at <= move.at or done_at(steps, step, round_) is not None:
                assert old.due_at == is_[step].due_at


@pytest.mark.nasty("N41")
@given(histories())
@example(REOPENED)
def test_a_fact_of_lateness_never_goes(moves: tuple[Told, ...]) -> None:
    known: dict[tuple[int, str], object] = {}
    for before, move in prefixes(moves):
        whistle, steps = made(before)
        timed = with_deadlines(whistle, tuple(by_step(before).values()))
        now = tick(timed, steps, lambda day: rules_on(day, ()), CALENDAR, move.at)
        facts = {(whistle.round, one.step): one.due_at for one in now.late}
        assert {
            key: moment for key, moment in known.items() if key[0] == whistle.round
        }.items() <= facts.items()
        known |= facts


def working_days(first: date, last: date) -> int:
    """Behind `first`, up to `last`."""
    return sum(bool(CALENDAR.spans_on(first + timedelta(days=n))) for n in range(1, (last - first).days + 1))


@given(histories())
@example(PAUSED)
@example(REOPENED)
def test_a_pause_wins_at_most_its_own_length_by_each_unit(moves: tuple[Told, ...]) -> None:
    for before, move in prefixes(moves):
        if move.move is not Move.PAUSE or move.until is None:
            continue
        was, is_ = by_step(before), by_step((*before, move))
        for step, old in was.items():
            begins, ends = (one.astimezone(SHANGHAI) for one in (move.at, move.until))
            old_due, new_due = (one.due_at.astimezone(SHANGHAI) for one in (old, is_[step]))
            match old.limit.unit:
                case Unit.WORK_DAY:
                    won = working_days(old_due.date(), new_due.date())
                    assert won <= working_days(begins.date() - timedelta(days=1), ends.date())
                case Unit.WORK_HOUR:
                    assert office_time(old_due, new_due, CALENDAR) <= office_time(begins, ends, CALENDAR)
                case _:
                    assert new_due - old_due <= ends - begins


@pytest.mark.nasty("N84")
@given(histories())
@example(GRANTED)
def test_granted_time_moves_nothing_that_is_due(moves: tuple[Told, ...]) -> None:
    for before, move in prefixes(moves):
        if move.move is Move.GRANT:
            was, is_ = by_step(before), by_step((*before, move))
            assert {step: one.due_at for step, one in was.items()} == {
                step: one.due_at for step, one in is_.items()
            }
            assert {"finish"} == {step for step, one in is_.items() if one.managed_at is not None}


RULES: Final = WaitRules(reason_codes=("WAIT_MATERIAL",), longest=Duration(8, Unit.URGENT_HOUR), most=2)
A_DAY: Final = {Level.ROUTINE: {"finish": Duration(24, Unit.URGENT_HOUR)}}


@given(histories())
@example(
    told(
        "sign 10 9:10",
        *(
            f"{move} 10 {hour}{more}"
            for hour in range(10, 17, 2)
            for move, more in (("pause", " > 10 18"), ("contact", ":30"))
        ),
    )
)
def test_pauses_win_no_more_than_the_contract_gives(moves: tuple[Told, ...]) -> None:
    """Whatever is said and however often: as long as the longest, as often as the most."""
    taken: list[Told] = []
    for move in moves:
        if move.move is Move.PAUSE and not is_allowed(move, sum(one.move is Move.PAUSE for one in taken)):
            continue
        taken.append(move)
    _, steps = made(possible(taken))
    assume(all(effect_of(one) not in (Effect.NEW_ROUND, Effect.TIGHTENS) for one in steps))
    finish = due(possible(taken), limits=A_DAY)["finish"]
    assert finish.due_at - later(CALLED_AT, hours=24) <= 2 * timedelta(hours=8)


def is_allowed(move: Told, used: int) -> bool:
    """Whether the contract lets it."""
    report = Report(
        id=ReportId("rp_1"),
        whistle_id=BLOWN.id,
        department=BLOWN.department,
        move=move.move,
        reported_at=move.at,
        reason_code="WAIT_MATERIAL",
        until=move.until,
    )
    try:
        check_wait(report, BLOWN, RULES, used, CALENDAR, move.at)
    except Refused:
        return False
    return True
