"""The three small tables of supervision, what follows from cards, and times of waiting."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Refused
from hub.model import Actor
from hub.whistle.cardrules import Card, Follow, Measure
from hub.whistle.cards import Hold
from hub.whistle.supervision import (
    COUNTING,
    TABLE,
    Held,
    State,
    Turn,
    follows_due,
    holds_of,
    open_turns,
    turned,
)
from tests.unit.whistle.carding import THREE, after

LETTER, INTERVIEW = THREE.follows


@pytest.mark.parametrize("actor", Actor)
@pytest.mark.parametrize("turn", Turn)
@pytest.mark.parametrize("state", State)
def test_only_the_turns_of_the_table_are_made_and_a_refusal_names_those_open(
    state: State, turn: Turn, actor: Actor
) -> None:
    way = TABLE.get((state, turn))
    if way is not None and actor in way[1]:
        made = turned("cd_1", state, 3, turn, actor=actor, by="a", at=after(hours=1))
        assert (state, way[0], 4) == (made.before, made.after, made.version)
        return
    with pytest.raises(Refused) as refused:
        turned("cd_1", state, 3, turn, actor=actor, by="a", at=after(hours=1))
    assert ("W131", ", ".join(open_turns(state, actor)) or "-") == (
        refused.value.code,
        refused.value.facts["allowed"],
    )


def test_an_appeal_is_heard_once_by_two_words_and_a_card_that_was_taken_back_stays_so() -> None:
    assert (Turn.APPEAL,) == open_turns(State.STANDING, Actor.DEPARTMENT)
    for state in set(State) - {State.STANDING}:
        assert Turn.APPEAL not in open_turns(state, Actor.DEPARTMENT)
    assert (Turn.REVIEW, Turn.VOID) == open_turns(State.APPEALED, Actor.CENTRE)
    assert () == open_turns(State.WITHDRAWN, Actor.CENTRE)
    assert {State.WITHDRAWN, State.VOID}.isdisjoint(COUNTING)


def held(*cards: tuple[str, Card, float]) -> list[Held]:
    """(id, card, days after the call)."""
    return [Held(id_, card, after(days=days)) for id_, card, days in cards]


def until(_follow: Follow, at: datetime) -> datetime:
    """Thirty days."""
    return at + timedelta(days=30)


@pytest.mark.parametrize(
    ("cards", "used", "grounds"),
    [
        pytest.param([("a", Card.YELLOW, 0)], {}, [], id="one yellow card"),
        pytest.param(
            [("a", Card.YELLOW, 0), ("b", Card.YELLOW, 30)],
            {},
            [("letter", "a", "b")],
            id="two within thirty days",
        ),
        pytest.param([("a", Card.YELLOW, 0), ("b", Card.YELLOW, 31)], {}, [], id="two too far apart"),
        pytest.param(
            [("a", Card.YELLOW, 0), ("b", Card.YELLOW, 31), ("c", Card.YELLOW, 40)],
            {},
            [("letter", "b", "c")],
            id="the old one does not count",
        ),
        pytest.param(
            [("a", Card.YELLOW, 0), ("b", Card.YELLOW, 1), ("c", Card.YELLOW, 2)],
            {Measure.LETTER: {"a", "b"}},
            [],
            id="no card serves twice",
        ),
        pytest.param([("r", Card.RED, 0), ("y", Card.YELLOW, 1)], {}, [("interview", "r")], id="a red card"),
        pytest.param([("b", Card.BLUE, 0), ("c", Card.BLUE, 1)], {}, [], id="a warning leads to nothing"),
    ],
)
def test_what_follows_from_cards(
    cards: list[tuple[str, Card, float]], used: dict[Measure, set[str]], grounds: list[tuple[str, ...]]
) -> None:
    found = follows_due(held(*cards), THREE.follows, used, until)
    assert grounds == [(one.follow.then.value, *one.cards) for one in found]


@given(st.lists(st.tuples(st.sampled_from(list(Card)), st.integers(0, 90)), max_size=12))
def test_what_was_followed_once_is_not_followed_again(some: list[tuple[Card, int]]) -> None:
    cards = held(*((f"c{number}", card, days) for number, (card, days) in enumerate(some)))
    first = follows_due(cards, THREE.follows, {}, until)
    used: dict[Measure, set[str]] = {}
    for one in first:
        assert used.setdefault(one.follow.then, set()).isdisjoint(one.cards)
        used[one.follow.then].update(one.cards)
    assert () == follows_due(cards, THREE.follows, used, until)


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        pytest.param([], [], id="none"),
        pytest.param([(0, 10)], [(0, 10)], id="agreed"),
        pytest.param([(0, 10), (5, 20)], [(0, 5), (5, 20)], id="renewed before its day"),
        pytest.param([(0, 10), (12, 20)], [(0, 10), (12, 20)], id="renewed after its day"),
        pytest.param([(0, 10), (4, 4)], [(0, 4)], id="ended"),
        pytest.param([(3, 3)], [], id="refused before anybody agreed"),
    ],
)
def test_times_of_waiting(words: list[tuple[int, int]], holds: list[tuple[int, int]]) -> None:
    found = holds_of([(after(days=said), after(days=ends)) for said, ends in words])
    assert tuple(Hold(after(days=begins), after(days=ends)) for begins, ends in holds) == found


def test_the_letter_and_the_interview_are_what_the_pack_says() -> None:
    assert ((2, Measure.LETTER), (1, Measure.INTERVIEW)) == (
        (LETTER.count, LETTER.then),
        (INTERVIEW.count, INTERVIEW.then),
    )
