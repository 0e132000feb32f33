"""Figures of days, split, and a board of them that tells no few cases."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import SHANGHAI
from hub.model import Level, Role
from hub.whistle import board
from hub.whistle.daily import Daily, DailyMatter, Measure, Split
from hub.whistle.evaluation import Score
from hub.whistle.lives import Life
from hub.whistle.shares import SMALL, Share

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)
LEAST = 5


def life(department: str, **changes: Any) -> Life:
    """A whistle that was blown yesterday, due to be signed within four hours."""
    blown_at = NOW - 24 * HOUR
    said: dict[str, Any] = {
        "department": department,
        "role": Role.LEAD,
        "category": "c.a",
        "level": Level.ROUTINE,
        "subdistrict": "s1",
        "is_own": False,
        "is_called_off": False,
        "is_relieved": False,
        "blown_at": blown_at,
        "reached": {"sign": blown_at + HOUR},
        "due": {"sign": blown_at + 4 * HOUR},
        "late": frozenset(),
        "excused": frozenset(),
        "score": Score(None, {}, ()),
        "returns": 0,
        "rounds": 0,
        "is_flagged": False,
    }
    return Life(**(said | changes))


def counted(*matters: DailyMatter) -> dict[tuple[str, Split, str, Measure], tuple[int, int]]:
    """What is counted of them."""
    one = Daily(NOW)
    for each in matters:
        one.take(each)
    return dict(one.counts())


def matter(*lives: Life, sources: tuple[str, ...] = ("a",), subdistrict: str = "s1") -> DailyMatter:
    """A matter with these whistles."""
    return DailyMatter(category="c.a", subdistrict=subdistrict, sources=sources, lives=lives)


def test_a_report_that_joined_a_known_matter_is_a_link_of_its_own_source() -> None:
    found = counted(matter(sources=("a", "b", "b")))
    assert (3, 2) == found["", Split.ALL, "", Measure.REPORTS]
    assert (1, 0) == found["", Split.SOURCE, "a", Measure.REPORTS]
    assert (2, 2) == found["", Split.SOURCE, "b", Measure.REPORTS]
    assert (1, 0) == found["", Split.ALL, "", Measure.MATTERS]


def test_a_matter_counts_once_in_all_and_once_for_each_department_that_it_called() -> None:
    late = life("y", reached={}, late=frozenset({"sign"}))
    found = counted(matter(life("x"), late, life("z", is_called_off=True)))
    assert (1, 1) == found["", Split.ALL, "", Measure.MATTERS]
    assert (1, 1) == found["", Split.DEPARTMENT, "x", Measure.MATTERS]
    assert (1, 1) == found["", Split.DEPARTMENT, "y", Measure.MATTERS]
    assert ("", Split.DEPARTMENT, "z", Measure.MATTERS) not in found
    assert (2, 1) == found["", Split.ALL, "", Measure.SIGN]
    assert (1, 0) == found["", Split.DEPARTMENT, "y", Measure.SIGN]


def test_each_part_of_the_district_is_counted_for_who_may_see_it() -> None:
    found = counted(matter(life("x")), matter(life("x"), subdistrict="s2"))
    assert (1, 1) == found["area:s1", Split.DEPARTMENT, "x", Measure.MATTERS]
    assert (2, 2) == found["department:x", Split.ALL, "", Measure.MATTERS]
    assert (1, 1) == found["department:x", Split.SUBDISTRICT, "s2", Measure.MATTERS]
    assert {"", "area:s1", "area:s2", "department:x"} == {scope for scope, *_ in found}


def table(counts: dict[str, int]) -> board.Table:
    """One day's matters by name."""
    return {name: {"d": {Measure.MATTERS: Share(n, 0)}} if n else {} for name, n in counts.items()}


def test_few_cases_are_not_told_nor_is_the_neighbour_that_would_betray_them() -> None:
    names = {"a": 2, "b": 0, "c": 9, "d": 9}
    found = {one.name: one for one in board.lines(table(names), ["d"], LEAST, [Measure.MATTERS])}
    assert [SMALL, SMALL] == [found[name].whole[Measure.MATTERS] for name in ("a", "b")]
    assert Share(9, 0) == found["c"].parts["d"][Measure.MATTERS]
    assert not found["b"].is_told


def test_the_sum_is_not_told_where_any_board_would_give_a_few_cases_away_by_it() -> None:
    whole = {"d": {Measure.MATTERS: Share(20, 0)}}
    open_, closed = table({"a": 10, "b": 10}), table({"a": 2, "b": 0, "c": 9, "d": 9})
    told = board.total(whole, [open_], ["d"], LEAST, [Measure.MATTERS])
    assert Share(20, 0) == told.whole[Measure.MATTERS]
    untold = board.total(whole, [open_, closed], ["d"], LEAST, [Measure.MATTERS])
    assert (SMALL, SMALL) == (untold.whole[Measure.MATTERS], untold.parts["d"][Measure.MATTERS])


def test_a_sum_of_few_cases_is_not_told() -> None:
    few = board.total({"d": {Measure.MATTERS: Share(4, 0)}}, [], ["d"], LEAST, [Measure.MATTERS])
    assert SMALL == few.whole[Measure.MATTERS]


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 12), min_size=1))
def test_no_few_cases_are_ever_told_and_what_is_told_is_true(counts: dict[str, int]) -> None:
    for one in board.lines(table(counts), ["d"], LEAST, [Measure.MATTERS]):
        for cell in (one.whole[Measure.MATTERS], one.parts["d"][Measure.MATTERS]):
            if isinstance(cell, Share):
                assert counts[one.name] == cell.n
                assert not 0 < cell.n < LEAST


@pytest.mark.parametrize("size", [0, 3])
def test_lines_stand_by_size_and_hidden_ones_last_by_name(size: int) -> None:
    names = {"a": size, "b": size, "c": 7, "d": 8}
    found = sorted(board.lines(table(names), ["d"], LEAST, [Measure.MATTERS]), key=board.size)
    assert ["d", "c", "a", "b"] == [one.name for one in found]
