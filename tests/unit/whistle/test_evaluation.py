"""Marks and what they come to: by the pack's weights, whoever marked, in whatever order."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import SHANGHAI
from hub.errors import Refused
from hub.model import Actor, Duration, Unit
from hub.whistle.calendar import Calendar
from hub.whistle.evaluation import MARKERS, USUAL_EVALUATION, Aspect, Mark, check_mark, is_within, score

DONE = datetime(2026, 3, 10, 9, 0, tzinfo=SHANGHAI)
ASPECTS = {"r": Aspect.RESPONSE, "s": Aspect.RESOLVE, "c": Aspect.SATISFY}


def mark(by: Actor, marks: dict[str, int], *, account: str = "a", at: datetime = DONE) -> Mark:
    """Marks by the first letters of response, solve, content."""
    return Mark(by=by, account=account, aspects={ASPECTS[name]: n for name, n in marks.items()}, at=at)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        pytest.param([], None, id="nobody marked"),
        pytest.param([mark(Actor.CENTRE, {"s": 80})], 80, id="one mark is the score"),
        pytest.param(
            [mark(Actor.CENTRE, {"r": 100, "s": 50, "c": 0})], 50, id="30 × 100 + 40 × 50 + 30 × 0 of 100"
        ),
        pytest.param(
            [mark(Actor.BLOWER, {"c": 100}), mark(Actor.REQUESTER, {"c": 0})],
            300 / 7,
            id="who did not mark takes no weight: 30 of 70",
        ),
        pytest.param(
            [
                mark(Actor.REQUESTER, {"c": 0}, account="ek_1"),
                mark(Actor.REQUESTER, {"c": 100}, account="ek_2"),
            ],
            50,
            id="two requesters are one voice",
        ),
        pytest.param(
            [
                mark(Actor.CENTRE, {"s": 90}, at=DONE + timedelta(hours=1)),
                mark(Actor.CENTRE, {"s": 10}),
            ],
            90,
            id="of one account the last holds",
        ),
        pytest.param(
            [
                mark(Actor.CENTRE, {"r": 0, "s": 0}),
                mark(Actor.CENTRE, {"c": 100}, at=DONE + timedelta(hours=1)),
            ],
            30,
            id="a later mark of another aspect takes nothing back",
        ),
        pytest.param(
            [
                mark(Actor.CENTRE, {"r": 0, "s": 0}),
                mark(Actor.CENTRE, {"s": 100}, at=DONE + timedelta(hours=1)),
            ],
            400 / 7,
            id="of two marks of one aspect the last holds, and the other aspect stays",
        ),
    ],
)
def test_the_score_follows_the_packs_weights(marks: list[Mark], expected: float | None) -> None:
    assert expected == score(marks, USUAL_EVALUATION).value


def test_a_score_says_whose_marks_it_is_made_of() -> None:
    derived = score([mark(Actor.CENTRE, {"r": 100, "s": 50})], USUAL_EVALUATION).derivation
    assert [
        {"aspect": "response", "by": "centre", "mark": 100.0, "weight": 30},
        {"aspect": "resolve", "by": "centre", "mark": 50.0, "weight": 30},
        {"score": 71.43, "best": 100, "response": 30, "resolve": 40},
    ] == [one.facts for one in derived]


marks = st.builds(
    Mark,
    by=st.sampled_from(MARKERS),
    account=st.sampled_from("abc"),
    aspects=st.dictionaries(st.sampled_from(list(Aspect)), st.integers(0, 100), min_size=1),
    at=st.integers(0, 3).map(lambda n: DONE + timedelta(hours=n)),
)


@given(st.lists(marks, unique_by=lambda one: (one.by, one.account, one.at)), st.randoms())
def test_in_whatever_order_marks_come_they_come_to_the_same_within_the_scale(
    some: list[Mark], dice: object
) -> None:
    shuffled = list(some)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    found = score(some, USUAL_EVALUATION)
    assert found == score(shuffled, USUAL_EVALUATION)
    assert found.value is None or 0 <= found.value <= 100
    assert (found.value is None) == (not some)


@given(st.lists(marks, unique_by=lambda one: (one.by, one.account, one.at)), marks)
def test_a_further_mark_changes_no_aspect_that_it_does_not_name(some: list[Mark], last: Mark) -> None:
    further = replace(last, at=DONE + timedelta(hours=9))
    before, after = (score(all_, USUAL_EVALUATION).aspects for all_ in (some, [*some, further]))
    assert {name: n for name, n in before.items() if name not in further.aspects} == {
        name: n for name, n in after.items() if name not in further.aspects
    }


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param(mark(Actor.CENTRE, {"s": 101}), "W121", id="above the scale"),
        pytest.param(mark(Actor.CENTRE, {"s": -1}), "W121", id="below the scale"),
        pytest.param(mark(Actor.CENTRE, {}), "W121", id="no mark"),
        pytest.param(mark(Actor.DEPARTMENT, {"s": 9}), "W123", id="a department does not mark itself"),
        pytest.param(mark(Actor.CENTRE, {"s": 9}, at=DONE + timedelta(days=15)), "W122", id="too late"),
    ],
)
def test_what_is_no_mark_is_refused(given: Mark, code: str, calendar: Calendar) -> None:
    with pytest.raises(Refused) as refused:
        check_mark(given, USUAL_EVALUATION, result_at=DONE, calendar=calendar)
    assert code == refused.value.code


def test_the_scale_ends_belong_to_it_and_a_result_of_no_known_moment_is_marked(calendar: Calendar) -> None:
    check_mark(mark(Actor.CENTRE, {"s": 0, "c": 100}), USUAL_EVALUATION, result_at=DONE, calendar=calendar)
    check_mark(mark(Actor.BLOWER, {"s": 1}), USUAL_EVALUATION, result_at=None, calendar=calendar)


def test_a_time_that_ends_beyond_the_calendar_has_not_ended(calendar: Calendar) -> None:
    december = datetime(2026, 12, 30, 9, 0, tzinfo=SHANGHAI)
    limit = Duration(5, Unit.WORK_DAY)
    assert is_within(december + timedelta(days=60), limit, december, calendar)
    assert not is_within(DONE + timedelta(days=60), limit, DONE, calendar)
