"""Few cases are not told, and not found out either, by whoever knows the rule and can count."""

from collections.abc import Iterator, Mapping
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.whistle.shares import Share
from hub.whistle.small_cells import Telling, telling, telling_words

LEAST = 4


@pytest.mark.parametrize(
    ("counts", "hidden", "is_sum_told"),
    [
        pytest.param({"a": 9, "b": 9}, "", True, id="nothing is small"),
        pytest.param({"a": 0, "b": 9}, "", True, id="none is not few"),
        pytest.param({"a": 1, "b": 9, "c": 9, "d": 9}, "ab", True, id="its partner hides it"),
        pytest.param({"a": 9, "b": 9, "c": 9, "d": 1, "e": 9}, "cde", True, id="three at an odd end"),
        pytest.param({"a": 1, "b": 1, "c": 9, "d": 9}, "ab", False, id="together still few: no sum"),
        pytest.param({"a": 1}, "a", False, id="alone: no sum"),
        pytest.param({}, "", True, id="nobody"),
    ],
)
def test_what_is_told(counts: dict[str, int], hidden: str, is_sum_told: bool) -> None:
    said = telling(counts, LEAST)
    assert (frozenset(hidden), is_sum_told) == (said.hidden, said.is_sum_told)


def test_who_is_hidden_for_another_reason_is_not_alone_here_either() -> None:
    assert {"a", "b"} == telling({"a": 9, "b": 9, "c": 9, "d": 9}, LEAST, {"b"}).hidden


@pytest.mark.parametrize(
    ("counts", "within", "is_sum_told"),
    [
        pytest.param({"a": 3, "b": 20}, {"a": 9, "b": 25}, True, id="either may have the few"),
        pytest.param({"a": 3, "b": 20}, {"a": 5, "b": 20}, True, id="three or four"),
        pytest.param({"a": 4, "b": 20}, {"a": 5, "b": 20}, False, id="one has no more, so it is four"),
        pytest.param(
            {"a": 4, "b": 0, "c": 4, "d": 0}, {"b": 0, "d": 0}, False, id="two of four, nobody else"
        ),
        pytest.param(
            {"a": 4, "b": 0, "c": 3, "d": 0}, {"b": 0, "d": 0}, True, id="three and four, or the like"
        ),
    ],
)
def test_a_sum_that_can_be_shared_out_in_one_way_only_is_not_told(
    counts: dict[str, int], within: dict[str, int], is_sum_told: bool
) -> None:
    assert is_sum_told == telling(counts, LEAST + 1, within=within).is_sum_told


@pytest.mark.parametrize(
    ("words", "hidden", "is_sum_told"),
    [
        pytest.param({"a": (6, 0), "b": (9, 4)}, "ab", True, id="none of six content"),
        pytest.param({"a": (6, 6), "b": (9, 4)}, "ab", True, id="all six content"),
        pytest.param({"a": (6, 1), "b": (9, 4)}, "", True, id="one of six"),
        pytest.param({"a": (7, 0), "b": (9, 4)}, "", True, id="more than two small cells"),
        pytest.param({"a": (2, 0), "b": (3, 0)}, "ab", False, id="together the same: no sum"),
        pytest.param({"a": (2, 0), "b": (3, 1)}, "ab", True, id="together not the same"),
        pytest.param({"a": (1, 1), "b": (9, 9)}, "ab", False, id="one, and many beside it who said the same"),
        pytest.param({"a": (0, 0), "b": (9, 4)}, "", True, id="nobody said anything"),
    ],
)
def test_what_a_few_residents_all_said_is_not_told(
    words: dict[str, tuple[int, int]], hidden: str, is_sum_told: bool
) -> None:
    said = telling_words({name: Share(*one) for name, one in words.items()}, LEAST)
    assert (frozenset(hidden), is_sum_told) == (said.hidden, said.is_sum_told)


def guesses(names: list[str], total: int) -> Iterator[dict[str, int]]:
    """Every way to share `total` among `names`."""
    if not names:
        if not total:
            yield {}
        return
    for first in range(total + 1) if len(names) > 1 else (total,):
        for rest in guesses(names[1:], total - first):
            yield {names[0]: first, **rest}


def table(counts: list[int]) -> dict[str, int]:
    """Counts by letter."""
    return dict(zip("abcdefgh", counts, strict=False))


bounds = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 3), max_size=5)
"""By how much a number that is told of somebody is larger than the count that it bounds."""


def bounding(counts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """What is told of some, and bounds their counts: nothing, or enough."""
    within = {name: n + more[name] for name, n in counts.items() if name in more}
    return {name: n for name, n in within.items() if n == 0 or n >= LEAST}


def fits(counts: Mapping[str, int], within: Mapping[str, int]) -> bool:
    """Whether nobody has more than is told of it."""
    return all(n <= within.get(name, n) for name, n in counts.items())


def told_so(
    shown: Mapping[str, int], said: Telling, within: Mapping[str, int], together: int
) -> list[dict[str, int]]:
    """Every table of which just that would be told: with a hidden sum of `together`, or where it is not told, with one
    that is smaller, or a little larger."""
    names = sorted(said.hidden)
    sums = [together] if said.is_sum_told else range(together + LEAST)
    return [
        guess
        for left in sums
        for guess in guesses(names, left)
        if fits(guess, within) and telling({**shown, **guess}, LEAST, within=within) == said
    ]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(st.integers(0, LEAST + 2), st.integers(0, 12)), max_size=5).map(table),
    bounds,
)
@example({"a": 1, "b": LEAST, "c": 9}, {})
@example({"a": 1, "b": 1, "c": 9, "d": 9}, {})
@example({"a": 3, "b": 3, "c": 3, "d": 9}, {})
@example({"a": 3, "b": 9}, {"a": 1, "b": 0})
@example({"a": 3, "b": 0, "c": 3, "d": 0}, {"b": 0, "d": 0})
def test_no_hidden_count_can_be_computed_from_what_is_told(
    counts: Mapping[str, int], more: Mapping[str, int]
) -> None:
    """Whoever knows the rule tries every table that would be told just so: of no hidden cell do all agree."""
    within = bounding(counts, more)
    said = telling(counts, LEAST, within=within)
    assert said.hidden >= {name for name, n in counts.items() if 0 < n < LEAST}
    shown = {name: n for name, n in counts.items() if name not in said.hidden}
    possible = told_so(shown, said, within, sum(counts[name] for name in said.hidden))
    assert dict(counts) in [{**shown, **guess} for guess in possible]
    for name in said.hidden - {name for name, most in within.items() if most == 0}:
        assert len({guess[name] for guess in possible}) > 1, name


words_of = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=3)
"""Content and not content."""


@settings(max_examples=150, deadline=None)
@given(words_of, bounds)
@example([(0, 3), (2, 3)], {})
@example([(0, 2), (1, 4)], {})
@example([(0, 4), (3, 2)], {"a": 0, "b": 0})
@example([(1, 0), (7, 0)], {})
def test_nobody_learns_what_a_resident_said_from_what_is_told(
    said_by: list[tuple[int, int]], more: Mapping[str, int]
) -> None:
    """Of every told group and of all that is hidden together, some said this and some that, or they are many; and of no
    hidden group do all tables that would be told just so say that all of it said the same."""
    words = {name: Share(yes + no, yes) for name, (yes, no) in zip("abc", said_by, strict=False)}
    within = bounding({name: one.n for name, one in words.items()}, more)
    said = telling_words(words, LEAST, within=within)
    groups = [one for name, one in words.items() if name not in said.hidden]
    hidden = [words[name] for name in said.hidden]
    together = Share(sum(one.n for one in hidden), sum(one.hits for one in hidden))
    if said.is_sum_told:
        groups.append(together)
    assert not [one for one in groups if 0 < one.n <= 2 * (LEAST - 1) and one.hits in (0, one.n)]
    if not said.hidden or not said.is_sum_told:
        return
    names = sorted(said.hidden)
    splits = product(guesses(names, together.hits), guesses(names, together.n - together.hits))
    guessed = [{name: Share(yes[name] + no[name], yes[name]) for name in names} for yes, no in splits]
    possible = [
        guess
        for guess in guessed
        if fits({name: one.n for name, one in guess.items()}, within)
        and telling_words({**words, **guess}, LEAST, within=within) == said
    ]
    for name in names:
        mixed = [guess for guess in possible if guess[name].hits not in (0, guess[name].n)]
        assert mixed or within.get(name) == 0 or together.n == 0
