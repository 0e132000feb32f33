"""Ties by number: whose numbers they are, how two reports' numbers meet, and what is no number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.incident.sighting import Sighting
from hub.incident.ties import Tie, identities, tie_of
from hub.model import Alias
from tests.unit.incident.reports import told

PLATFORM = Alias("platform", "PT1")
MIRRORED = {Tie.SHARED: Tie.SHARED, Tie.NAMES: Tie.NAMED, Tie.NAMED: Tie.NAMES, Tie.BESIDE: Tie.BESIDE}

numbers = st.sampled_from(["1", "2", "3", "无"])
aliases = st.builds(Alias, st.sampled_from(["hotline_12345", "platform"]), numbers)
reports = st.builds(
    lambda by, ref, part, aliases, same_as: told(by=by, ref=ref, part=part, aliases=aliases, same_as=same_as),
    st.sampled_from(["hotline_12345", "police_grid"]),
    numbers,
    st.sampled_from(["", "b"]),
    st.lists(aliases, max_size=2).map(tuple),
    st.lists(numbers, max_size=2).map(tuple),
)


@pytest.mark.nasty("N06", "N10")
@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        pytest.param(told(ref="1"), told(ref="2"), None, id="two numbers"),
        pytest.param(told(ref="1"), told(ref="1"), Tie.SHARED, id="one report told again"),
        pytest.param(told(ref="1", part="a"), told(ref="1", part="b"), None, id="two parts of one letter"),
        pytest.param(
            told(ref="1", aliases=(PLATFORM,)),
            told(ref="2", aliases=(PLATFORM,)),
            Tie.SHARED,
            id="one number elsewhere",
        ),
        pytest.param(told(ref="2", same_as=("1",)), told(ref="1"), Tie.NAMES, id="names the other"),
        pytest.param(told(ref="1"), told(ref="2", same_as=("1",)), Tie.NAMED, id="is named by the other"),
        pytest.param(
            told(ref="2", same_as=("1",)), told(ref="3", same_as=("1",)), Tie.BESIDE, id="both name a third"
        ),
        pytest.param(
            told(ref="2", aliases=(PLATFORM,), same_as=("PT9",)),
            told(ref="1", aliases=(Alias("platform", "PT9"),)),
            Tie.NAMES,
            id="names the other's number elsewhere",
        ),
        pytest.param(
            told(by="police_grid", ref="2", same_as=("1",)),
            told(ref="1"),
            None,
            id="a number of another system",
        ),
        pytest.param(
            told(ref="2", same_as=("1",), aliases=(PLATFORM,)),
            told(ref="1", same_as=("2",), aliases=(PLATFORM,)),
            Tie.SHARED,
            id="more than one way: the strongest",
        ),
        pytest.param(
            told(ref="2", same_as=("1",)), told(ref="1", same_as=("2",)), Tie.NAMES, id="each other"
        ),
    ],
)
def test_two_reports_are_tied_by_their_numbers(one: Sighting, other: Sighting, how: Tie | None) -> None:
    assert how is tie_of(one, other)


@pytest.mark.parametrize("word", ["无", "/", "-", "—", "0", "0000", "暂无原单"])
def test_a_word_for_no_number_ties_nothing(word: str) -> None:
    one = told(ref="1", same_as=(word,), aliases=(Alias("platform", word),))
    other = told(ref="2", same_as=(word,), aliases=(Alias("platform", word),))
    assert tie_of(one, other) is None
    assert {("hotline_12345", "1")} == identities(one)


@given(reports, reports)
def test_a_tie_is_seen_from_both_sides(one: Sighting, other: Sighting) -> None:
    there, back = tie_of(one, other), tie_of(other, one)
    if there in (Tie.NAMES, Tie.NAMED) and there is back:  # each names the other
        assert there is Tie.NAMES
    else:
        assert back is (there and MIRRORED[there])


@given(reports, reports)
def test_whoever_is_tied_is_found_by_number(one: Sighting, other: Sighting) -> None:
    assert tie_of(one, other) is None or identities(one) & identities(other)
