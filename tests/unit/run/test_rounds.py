"""A round gathers what one transaction does to whistles: each is stored once, and its department hears of it once."""

from dataclasses import replace

import pytest

from hub.model import Actor, Carried, Duration, Ending, Level, Unit, Whistle, WhistleState
from hub.run.exits.telling import Notice
from hub.run.matters.round import By, Heir, Round
from tests.unit.whistle.histories import BLOWN, CALLED_AT
from tests.unit.whistle.test_stages import MATTER

HARD = replace(MATTER, level=Level.HARD)
TAKEN = Carried(
    step="sign",
    whistle_id=BLOWN.id,
    limit=Duration(1, Unit.URGENT_HOUR),
    from_at=CALLED_AT,
    waits=(),
    at=CALLED_AT,
    due_at=CALLED_AT,
)
BY = By(actor=Actor.HUB, at=CALLED_AT)


def notices(round_: Round) -> list[tuple[str, WhistleState, Level, Ending | None]]:
    """(id, state, level, ending) of all that is told, in order."""
    return [
        (one.id, one.whistle.state, one.whistle.level, one.ending) for one in (*round_.told, *round_.blown)
    ]


def called() -> tuple[Round, Whistle]:
    """A round in which a whistle is blown."""
    round_ = Round()
    round_.blow(BLOWN, MATTER)
    return round_, BLOWN


def test_what_is_blown_and_raised_in_one_round_is_stored_as_new_and_called_at_its_level() -> None:
    round_, one = called()
    round_.rise(MATTER, Level.HARD, [one], BY)
    assert ([], [round_.as_it_stands(one)]) == (round_.moved, round_.new)
    assert [(one.id, WhistleState.BLOWN, Level.HARD, None)] == notices(round_)
    assert [HARD.level] == [said.incident.level for said in round_.blown]


def test_what_is_blown_and_called_off_in_one_round_is_stored_as_ended_and_told_to_nobody() -> None:
    round_, one = called()
    round_.end([one], MATTER, Ending.FINISHED, CALLED_AT)
    assert ([], [WhistleState.CANCELLED]) == (round_.moved, [new.state for new in round_.new])
    assert [] == notices(round_)


def test_what_was_submitted_and_is_blown_and_raised_in_one_round_is_called_at_its_level() -> None:
    round_, submitted = Round(), replace(BLOWN, state=WhistleState.REVIEWED)
    blown = replace(BLOWN, version=2)
    round_.put(submitted, blown)
    round_.blown.append(Notice.of(blown, MATTER))
    round_.rise(MATTER, Level.HARD, [blown], BY)
    assert [(round_.as_it_stands(blown), submitted.version)] == round_.moved
    assert [(blown.id, WhistleState.BLOWN, Level.HARD, None)] == notices(round_)


@pytest.mark.parametrize("ends", [False, True])
def test_of_one_whistle_that_a_round_changes_often_its_department_hears_once(ends: bool) -> None:
    """What it took over comes last: of a raise, or of its end, its department has been told by then."""
    round_ = Round()
    round_.rise(MATTER, Level.HARD, [BLOWN], BY)
    if ends:
        round_.end([BLOWN], HARD, Ending.REROUTED, CALLED_AT)
    before = round_.as_it_stands(BLOWN)
    round_.take_over(Heir(BLOWN, (), HARD), replace(before, carried=(TAKEN,)))
    after = round_.as_it_stands(BLOWN)
    assert (before.version, (TAKEN,)) == (after.version, after.carried)
    assert [
        (f"{after.id}:{after.version}", after.state, Level.HARD, Ending.REROUTED if ends else None)
    ] == notices(round_)
