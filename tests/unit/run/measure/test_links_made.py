"""Links are counted pair by pair."""

import pytest

from hub.run.measure.links_made import compare, linked_or_asked
from hub.run.measure.score import Score

TRUTH = {"a": "one", "b": "one", "c": "one", "d": "two", "e": "two"}


@pytest.mark.parametrize(
    ("expected", "incidents"),
    [
        pytest.param(Score(4, 0, 0), {"a": "1", "b": "1", "c": "1", "d": "2", "e": "2"}, id="as the truth"),
        pytest.param(Score(0, 0, 4), {"a": "1", "b": "2", "c": "3", "d": "4", "e": "5"}, id="none linked"),
        pytest.param(Score(4, 6, 0), dict.fromkeys("abcde", "1"), id="all in one"),
        pytest.param(Score(1, 1, 3), {"a": "1", "b": "1", "c": "3", "d": "3", "e": "4"}, id="some astray"),
        pytest.param(Score(0, 0, 1), {"a": "1", "b": "2", "x": "1"}, id="only what both know"),
    ],
)
def test_pairs_are_right_wrong_or_missed(expected: Score, incidents: dict[str, str]) -> None:
    assert expected == compare(incidents, TRUTH)


def test_a_pair_that_a_person_is_asked_about_is_not_lost() -> None:
    incidents = {"a": "1", "b": "1", "c": "3", "d": "4", "e": "5"}
    asked = {frozenset(("3", "1"))}
    assert 3 / 4 == linked_or_asked(incidents, TRUTH, asked)
    assert 1 / 4 == linked_or_asked(incidents, TRUTH, ())
