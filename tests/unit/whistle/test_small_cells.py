"""Few cases are not told, and not found out either, by whoever knows the rule and can count."""

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.whistle.small_cells import telling

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


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.integers(0, LEAST + 2), st.integers(0, 12)), max_size=5).map(table))
@example({"a": 1, "b": LEAST, "c": 9})
@example({"a": 1, "b": 1, "c": 9, "d": 9})
@example({"a": 3, "b": 3, "c": 3, "d": 9})
def test_no_hidden_count_can_be_computed_from_what_is_told(counts: Mapping[str, int]) -> None:
    """Whoever knows the rule tries every table that would be told just so: of no hidden cell do all agree."""
    said = telling(counts, LEAST)
    assert said.hidden >= {name for name, n in counts.items() if 0 < n < LEAST}
    if not said.hidden or not said.is_sum_told:
        return  # without the sum there is nothing to subtract from
    shown = {name: n for name, n in counts.items() if name not in said.hidden}
    left = sum(counts.values()) - sum(shown.values())
    possible = [
        guess for guess in guesses(sorted(said.hidden), left) if telling({**shown, **guess}, LEAST) == said
    ]
    assert dict(counts) in [{**shown, **guess} for guess in possible]
    for name in said.hidden:
        assert len({guess[name] for guess in possible}) > 1, name
