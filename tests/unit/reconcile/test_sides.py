"""A source's list beside what is stored: each number is on exactly one side of the account."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.reconcile.difference import CODES, NAMED, NOTES, SAFE, Difference, Kind, difference
from hub.reconcile.sides import compare, is_doubtful

REFS = st.sampled_from(["A1", "A2", "A3", "A4"])
VERSIONS = st.sampled_from(["", "1", "2"])


@pytest.mark.parametrize(
    ("listed", "here", "waiting", "told"),
    [
        pytest.param({"A1": "1"}, {"A1": {"1"}}, (), (1, "", "", ""), id="the same on both sides"),
        pytest.param({"A1": "1"}, {}, (), (0, "A1", "", ""), id="it never came"),
        pytest.param({"A1": "2"}, {"A1": {"1"}}, (), (0, "", "A1", ""), id="a newer version"),
        pytest.param(
            {"A1": "1"}, {"A1": {"1", "2"}}, (), (1, "", "", ""), id="a newer one came since the list"
        ),
        pytest.param({"A1": ""}, {"A1": {"1"}}, (), (1, "", "", ""), id="a list without versions"),
        pytest.param({"A1": "1"}, {"A1": {""}}, (), (0, "", "A1", ""), id="here without a version"),
        pytest.param({"A1": "1"}, {}, ("A1",), (0, "", "", "A1"), id="it came and waits"),
        pytest.param({"A1": "2"}, {"A1": {"1"}}, ("A1",), (0, "", "", "A1"), id="its newer version waits"),
        pytest.param({"A1": "1"}, {"A1": {"1"}}, ("A1",), (1, "", "", ""), id="something else of it waits"),
    ],
)
def test_a_number_is_where_the_two_sides_put_it(
    listed: dict[str, str],
    here: dict[str, set[str]],
    waiting: tuple[str, ...],
    told: tuple[int, str, str, str],
) -> None:
    found = compare(listed, here, waiting)
    sides = (found.missing_here, found.other_version, found.waiting_here)
    assert told == (found.both, *("".join(sorted(side)) for side in sides))


@given(st.dictionaries(REFS, VERSIONS), st.dictionaries(REFS, st.sets(VERSIONS, min_size=1)), st.sets(REFS))
def test_every_listed_number_is_counted_once(
    listed: dict[str, str], here: dict[str, set[str]], waiting: set[str]
) -> None:
    found = compare(listed, here, waiting)
    sides = (found.missing_here, found.other_version, found.waiting_here)
    assert len(listed) == found.both + sum(map(len, sides))
    assert set().union(*sides) <= listed.keys()


@pytest.mark.nasty("N09")
@pytest.mark.parametrize(
    ("gone", "came", "doubtful"),
    [(10, 10, False), (11, 11, True), (11, 22, False), (12, 23, True), (0, 0, False)],
)
def test_a_list_that_lacks_more_than_half_is_doubted(gone: int, came: int, doubtful: bool) -> None:
    assert doubtful is is_doubtful(gone, came)


def test_every_sort_of_difference_has_its_words() -> None:
    assert set(Kind) == CODES.keys()
    assert len(Kind) == len(set(CODES.values()))
    assert not SAFE & NOTES


def test_all_are_counted_and_the_first_are_named() -> None:
    (one,) = difference(Kind.MISSING_HERE, "s", "p", (f"{n:03d}" for n in range(50)))
    said = one.as_json()
    assert (50, NAMED, "000", True) == (said["count"], len(said["ids"]), said["ids"][0], said["safe"])
    assert [] == difference(Kind.MISSING_HERE, "s", "p", [])


def test_what_was_put_on_its_way_and_what_is_only_a_note_are_not_left() -> None:
    def left(kind: Kind, repaired: int) -> int:
        return Difference(kind=kind, name="s", owner="p", count=3, ids=(), repaired=repaired).left

    assert (3, 1, 0, 0) == (*(left(Kind.MISSING_HERE, n) for n in (0, 2, 4)), left(Kind.ANSWER_PASSED, 0))
