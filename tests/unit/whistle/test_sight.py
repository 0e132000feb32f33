"""How much of its matter a department sees, state by state."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.model import Actor, Move, WhistleId, WhistleState
from hub.whistle.lifecycle import Step
from hub.whistle.sight import SIGHT, Sight, last_done_at

S = WhistleState
NOON = datetime(2026, 3, 9, 4, tzinfo=UTC)

SEES = {
    S.DRAFT: Sight.NONE,
    S.SUBMITTED: Sight.NONE,
    S.REVIEWED: Sight.NONE,
    S.REFUSED: Sight.NONE,
    S.BLOWN: Sight.ALL,
    S.SIGNED: Sight.ALL,
    S.CONTACTED: Sight.ALL,
    S.REPORTED_IN: Sight.ALL,
    S.HANDLING: Sight.ALL,
    S.REOPENED: Sight.ALL,
    S.DISPUTED: Sight.ALL,
    S.ARBITRATING: Sight.ALL,
    S.RESULT: Sight.UNTIL_DONE,
    S.EVALUATED: Sight.UNTIL_DONE,
    S.CHECKED: Sight.UNTIL_DONE,
    S.ARCHIVED: Sight.UNTIL_DONE,
    S.REASSIGNED: Sight.WHICH,
    S.CANCELLED: Sight.WHICH,
}
"""The rule, written down a second time by hand."""


def test_each_state_opens_what_the_rule_says_and_none_is_forgotten() -> None:
    assert SEES == dict(SIGHT)
    assert set(WhistleState) == set(SEES)


def step(minute: int, before: WhistleState, after: WhistleState) -> Step:
    """One move, so many minutes after noon."""
    return Step(
        whistle_id=WhistleId("wh_1"),
        move=Move.HANDLE,
        actor=Actor.DEPARTMENT,
        at=NOON + timedelta(minutes=minute),
        before=before,
        after=after,
        version=minute,
    )


@pytest.mark.parametrize(
    ("history", "minute"),
    [
        pytest.param([(1, S.BLOWN, S.SIGNED)], None, id="never done"),
        pytest.param([(1, S.SIGNED, S.RESULT)], 1, id="done"),
        pytest.param(
            [(1, S.SIGNED, S.RESULT), (2, S.RESULT, S.EVALUATED), (3, S.EVALUATED, S.ARCHIVED)],
            1,
            id="what comes after the result moves it no later",
        ),
        pytest.param(
            [(1, S.SIGNED, S.RESULT), (2, S.RESULT, S.REOPENED), (3, S.REOPENED, S.RESULT)],
            3,
            id="a second round sees what came until its own result",
        ),
    ],
)
def test_a_department_is_done_with_the_result_of_its_last_round(
    history: list[tuple[int, WhistleState, WhistleState]], minute: int | None
) -> None:
    expected = None if minute is None else NOON + timedelta(minutes=minute)
    assert expected == last_done_at(step(*one) for one in history)
