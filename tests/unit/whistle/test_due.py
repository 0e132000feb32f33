"""What a department is due for next: of its deadlines the first that is not behind its whistle."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.model import Actor, Deadline, Duration, Move, Unit, Whistle, WhistleState
from hub.whistle.due import NEVER, needs_history, next_due_at
from hub.whistle.lifecycle import OVER, UNBLOWN, Step, advance
from tests.instruments import MORNING
from tests.unit.whistle.histories import BLOWN

HOURS = {"sign": 1, "contact": 4, "report_in": 8, "arrive": 2, "finish": 40}


def whistle(**changes: object) -> Whistle:
    """One that is blown in the morning, due after these hours."""
    deadlines = tuple(
        Deadline(
            step=name,
            due_at=MORNING + timedelta(hours=hours),
            limit=Duration(hours, Unit.URGENT_HOUR),
            from_at=MORNING,
            provisional=False,
        )
        for name, hours in HOURS.items()
    )
    return replace(BLOWN, deadlines=deadlines, **changes)  # type: ignore[arg-type]  # fields of Whistle


def after(*moves: Move) -> tuple[Whistle, list[Step]]:
    """The whistle after these moves, with its history."""
    one, made = whistle(), []
    for move in moves:
        actor = Actor.CENTRE if move is Move.DISMISS else Actor.DEPARTMENT
        one, step = advance(one, move, MORNING, actor=actor)
        made.append(step)
    return one, made


def hours_left(one: Whistle, made: list[Step]) -> float:
    """Hours from the call to what is due next."""
    at = next_due_at(one, made)
    assert at is not None
    return (at - MORNING) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("moves", "hours"),
    [
        pytest.param((), 1, id="to be signed"),
        pytest.param((Move.SIGN,), 2, id="signed: to arrive"),
        pytest.param((Move.SIGN, Move.CONTACT), 2, id="in contact"),
        pytest.param((Move.SIGN, Move.ARRIVE), 40, id="on site: to finish"),
        pytest.param((Move.SIGN, Move.HANDLE), 2, id="handled from afar: still to arrive"),
        pytest.param((Move.SIGN, Move.ARRIVE, Move.HANDLE), 40, id="handled after it arrived"),
        pytest.param((Move.SIGN, Move.CONTACT, Move.RETURN), 2, id="returned: what was signed stays signed"),
        pytest.param((Move.SIGN, Move.RETURN, Move.DISMISS), 2, id="dismissed: blown again, and signed"),
    ],
)
def test_the_next_deadline_is_the_first_that_is_not_behind(moves: tuple[Move, ...], hours: float) -> None:
    assert hours == hours_left(*after(*moves))


def test_a_granted_extension_counts() -> None:
    one = whistle(state=WhistleState.REPORTED_IN)
    later = MORNING + timedelta(hours=99)
    managed = tuple(
        replace(each, managed_at=later) if each.step == "finish" else each for each in one.deadlines
    )
    assert later == next_due_at(replace(one, deadlines=managed))


@pytest.mark.parametrize("state", sorted(OVER | UNBLOWN))
def test_nothing_is_due_of_what_is_over_or_was_not_blown(state: WhistleState) -> None:
    assert next_due_at(whistle(state=state)) is None
    assert not needs_history(whistle(state=state, returns=1))


def test_open_without_a_deadline_it_is_due_last() -> None:
    assert NEVER == next_due_at(replace(whistle(), deadlines=()))


@pytest.mark.parametrize(
    "moves",
    [
        (),
        (Move.SIGN,),
        (Move.SIGN, Move.CONTACT),
        (Move.SIGN, Move.ARRIVE),
        (Move.SIGN, Move.CONTACT, Move.ARRIVE),
    ],
)
def test_where_the_state_says_it_the_history_says_the_same(moves: tuple[Move, ...]) -> None:
    one, made = after(*moves)
    assert not needs_history(one)
    assert next_due_at(one) == next_due_at(one, made)


def test_where_the_state_does_not_say_it_the_history_is_needed() -> None:
    for moves in ((Move.SIGN, Move.ARRIVE, Move.HANDLE), (Move.SIGN, Move.RETURN, Move.DISMISS)):
        one, _ = after(*moves)
        assert needs_history(one)
