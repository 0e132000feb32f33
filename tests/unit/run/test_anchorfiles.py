"""Anchors on disk: appended whole, found from the end, and a broken line stays where it is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from hub.errors import TryLater
from hub.run.dossier import anchorfiles
from hub.whistle.anchors import Anchor, Head, Signer, follows, is_signed, mark_of, parse
from tests.instruments import MORNING

SIGNER = Signer(b"o" * 32)


def heads(number: int) -> list[Head]:
    """As many heads."""
    return [Head(mark_of(f"wh_{n}"), 1, "d" * 64) for n in range(number)]


def chained(anchors: list[Anchor]) -> bool:
    """Whether each follows the one before it."""
    return all(follows(before, one) for before, one in zip([None, *anchors], anchors, strict=False))


def test_lines_follow_each_other_over_months_and_the_last_is_found(tmp_path: Path) -> None:
    assert None is anchorfiles.last(tmp_path / "anchors")
    for days in (0, 1, 40):
        anchorfiles.append(tmp_path / "anchors", SIGNER, heads(2), MORNING + timedelta(days=days))
    found = [parse(line) for line in anchorfiles.lines(tmp_path / "anchors")]
    assert [1, 2, 3] == [one.number for one in found if one]
    assert chained([one for one in found if one])
    assert all(one and is_signed(one, [SIGNER.public]) for one in found)
    names = sorted(one.name for one in (tmp_path / "anchors").glob("*.jsonl"))
    assert ["2026-03.anchors.jsonl", "2026-04.anchors.jsonl"] == names


def test_the_last_line_is_found_however_long_lines_are(tmp_path: Path) -> None:
    for number in (1, 5_000, 1):
        anchorfiles.append(tmp_path, SIGNER, heads(number), MORNING)
    last = anchorfiles.last(tmp_path)
    assert last is not None
    assert 3 == last.number
    anchorfiles.append(tmp_path, SIGNER, heads(5_000), MORNING)
    last = anchorfiles.last(tmp_path)
    assert last is not None
    assert (4, 5_000) == (last.number, len(last.heads))


def test_a_line_that_was_broken_off_stays_and_the_next_one_is_whole(tmp_path: Path) -> None:
    anchorfiles.append(tmp_path, SIGNER, heads(1), MORNING)
    (file,) = tmp_path.glob("*.jsonl")
    with file.open("ab") as opened:
        opened.write(b'{"at":"2026')
    anchorfiles.append(tmp_path, SIGNER, heads(1), MORNING)
    found = [parse(line) for line in anchorfiles.lines(tmp_path)]
    assert [1, None, 2] == [one and one.number for one in found]


def test_those_that_append_at_the_same_moment_do_it_one_after_the_other(tmp_path: Path) -> None:
    together = Barrier(4)

    def write(_: int) -> None:
        together.wait()
        for _ in range(10):
            anchorfiles.append(tmp_path, SIGNER, heads(3), MORNING)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    found = [parse(line) for line in anchorfiles.lines(tmp_path)]
    assert list(range(1, 41)) == [one.number for one in found if one]
    assert chained([one for one in found if one])


def test_a_whistles_anchors_are_found_by_its_id(tmp_path: Path) -> None:
    for number in (1, 3):
        anchorfiles.append(tmp_path, SIGNER, heads(number), MORNING)
    assert [1, 2] == [one.number for one in anchorfiles.naming(tmp_path, "wh_0")]
    assert [2] == [one.number for one in anchorfiles.naming(tmp_path, "wh_2")]
    assert [] == anchorfiles.naming(tmp_path, "wh_9")


def test_where_nothing_can_be_written_it_is_said_by_code(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TryLater, match="V109"):
        anchorfiles.append(tmp_path / "file", SIGNER, heads(1), MORNING)
