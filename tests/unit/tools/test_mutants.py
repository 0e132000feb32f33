"""`make mutants`: what is drawn, how survivors are told apart, what is written down; and one small real run."""

import re
from pathlib import Path

import pytest

from tools.mutants import (
    BAR,
    HEADING,
    ROOMS,
    ROOT,
    Count,
    Mutant,
    Reason,
    drawn,
    explained,
    reasons,
    table,
    tried,
    written,
)

NAMES = [f"hub.place.x.x_f__mutmut_{n}" for n in range(50)]
LIVES = Mutant(
    "hub.place.x.x_f__mutmut_1", "hub/place/x.py", "survived", '-raise Bug("P1")\n+raise Bug("XXP1XX")'
)


def test_the_same_seed_draws_the_same_mutants() -> None:
    assert drawn(NAMES, 10, 1) == drawn(NAMES[::-1], 10, 1) != drawn(NAMES, 10, 2)
    assert 10 == len(set(drawn(NAMES, 10, 1)))
    assert sorted(NAMES) == drawn(NAMES, 99, 1)


@pytest.mark.parametrize(
    ("where", "change", "holds"),
    [
        pytest.param(r"hub/place/", r"raise Bug", True, id="both speak of it"),
        pytest.param(r"x_f__", "", True, id="by the name of its function"),
        pytest.param("", r"^\+raise", True, id="by a line"),
        pytest.param(r"hub/access/", r"raise Bug", False, id="another room"),
        pytest.param(r"hub/place/", r"return", False, id="another change"),
    ],
)
def test_a_reason_speaks_of_a_survivor_by_place_and_change(where: str, change: str, holds: bool) -> None:
    assert holds == Reason("r", "why", where, change).holds(LIVES)


def test_the_first_reason_that_holds_counts_and_what_has_none_is_told() -> None:
    other = Mutant("hub.place.x.x_g__mutmut_1", "hub/place/x.py", "survived", "-return 1\n+return 2")
    known = [Reason("words", "why", change="raise"), Reason("place", "why", where="x_f__")]
    by_reason, without = explained([LIVES, other], known)
    assert {"words": 1} == by_reason
    assert [other] == without


def test_a_time_out_is_tried_and_not_killed() -> None:
    ended = ("killed", "killed", "time-out", "survived", "survived")
    count = Count("place", 9, tuple(Mutant(str(n), "f", one) for n, one in enumerate(ended)), 1.0)
    assert 0.4 == count.share
    assert "| place | 9 | 5 | 2 | 2 | 1 | 40.0% |" == table([count]).splitlines()[-1]


@pytest.mark.parametrize(
    ("page", "becomes"),
    [
        pytest.param("# P\n\n## A\n\na\n", f"# P\n\n## A\n\na\n\n{HEADING}\n\nnew\n", id="none yet"),
        pytest.param(f"# P\n\n{HEADING}\n\nold\n", f"# P\n\n{HEADING}\n\nnew\n", id="the last one"),
        pytest.param(
            f"# P\n\n{HEADING}\n\nold\n\n## B\n\nb\n",
            f"# P\n\n{HEADING}\n\nnew\n\n## B\n\nb\n",
            id="in the middle",
        ),
    ],
)
def test_a_new_run_takes_the_place_of_the_old_one(page: str, becomes: str) -> None:
    assert becomes == written(page, f"{HEADING}\n\nnew\n")


def test_every_reason_says_why_and_where() -> None:
    listed = reasons()
    assert len(listed) == len({one.name for one in listed})
    for one in listed:
        assert len(one.why) > 20
        assert one.where or one.change, f"{one.name} would explain everything"
        re.compile(one.where)
        re.compile(one.change)


def test_every_room_has_code_and_tests() -> None:
    for room in ROOMS:
        assert (ROOT / "hub" / room).is_dir()
        assert (ROOT / "tests" / "unit" / room).is_dir()


@pytest.mark.drill
def test_a_small_run_kills_what_it_draws(tmp_path: Path) -> None:
    """On the real code: a third of what is drawn would have to live for this to be red."""
    count = tried(tmp_path / "intake", "intake", 12, 1)
    assert 12 == len(count.mutants) < count.made
    assert count.share >= BAR - 0.1
    assert all(one.change for one in count.mutants if one.ended != "killed")
