"""What was anchored last: asked of an index that is worth no more than the lines it was made from."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from hub.run import anchorfiles, anchorindex
from hub.whistle.anchors import Head, Signer
from tests.instruments import MORNING

SIGNER = Signer(b"s" * 32)
A, B, C = ("a" * 32, "b" * 32, "c" * 32)


def anchor(place: Path, *heads: tuple[str, int, str], days: int = 0) -> None:
    """One line more."""
    at = MORNING + timedelta(days=days)
    anchorfiles.append(place, SIGNER, [Head(*one) for one in heads], at)


def last(place: Path, *marks: str) -> Sequence[Head]:
    """What the index says of them."""
    with anchorindex.opened(place) as index:
        return sorted(index.last(marks).values(), key=lambda one: one.mark)


def test_the_furthest_entry_counts_and_of_one_entry_the_first_digest(tmp_path: Path) -> None:
    assert [] == last(tmp_path, A)
    anchor(tmp_path, (A, 3, "3"), (B, 1, "1"))
    anchor(tmp_path, (A, 5, "5"), days=40)
    assert [Head(A, 5, "5"), Head(B, 1, "1")] == last(tmp_path, A, B, C)
    anchor(tmp_path, (A, 5, "forged"), (A, 4, "4"), (C, 2, "2"), days=40)
    assert [Head(A, 5, "5"), Head(C, 2, "2")] == last(tmp_path, A, C)


def test_what_is_written_while_it_is_open_is_known_at_the_next_question(tmp_path: Path) -> None:
    with anchorindex.opened(tmp_path) as index:
        assert {} == index.last([A])
        anchor(tmp_path, (A, 1, "1"))
        assert {A: Head(A, 1, "1")} == index.last([A])


@pytest.mark.parametrize("damage", [b"", b"nonsense" * 100])
def test_an_index_that_is_damaged_or_gone_is_made_anew_from_the_lines(tmp_path: Path, damage: bytes) -> None:
    anchor(tmp_path, (A, 3, "3"))
    assert [Head(A, 3, "3")] == last(tmp_path, A)
    (tmp_path / ".last.db").write_bytes(damage)
    assert [Head(A, 3, "3")] == last(tmp_path, A)


def test_a_file_that_is_gone_or_shorter_is_not_the_one_that_was_read(tmp_path: Path) -> None:
    anchor(tmp_path, (A, 3, "3"))
    anchor(tmp_path, (A, 4, "4"))
    assert [Head(A, 4, "4")] == last(tmp_path, A)
    (file,) = anchorfiles.files(tmp_path)
    file.write_bytes(file.read_bytes().splitlines(keepends=True)[0])
    assert [Head(A, 3, "3")] == last(tmp_path, A)
    file.unlink()
    assert [] == last(tmp_path, A)


def test_a_line_that_was_broken_off_counts_as_none_and_the_next_one_counts(tmp_path: Path) -> None:
    anchor(tmp_path, (A, 3, "3"))
    (file,) = anchorfiles.files(tmp_path)
    with file.open("ab") as opened:
        opened.write(b'{"number":2')
    assert [Head(A, 3, "3")] == last(tmp_path, A)
    anchor(tmp_path, (A, 4, "4"))
    assert [Head(A, 4, "4")] == last(tmp_path, A)


def test_where_the_directory_takes_nothing_but_new_lines_it_is_made_each_time(tmp_path: Path) -> None:
    anchor(tmp_path, (A, 3, "3"))
    (tmp_path / ".last.db").mkdir()
    for _ in range(2):
        assert [Head(A, 3, "3")] == last(tmp_path, A)
