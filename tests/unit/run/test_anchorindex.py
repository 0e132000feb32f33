"""What was anchored last: asked of an index that is worth no more than the lines it was made from."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from hub.run.dossier import anchorfiles, anchorindex
from hub.whistle.anchors import Anchor, Head, Signer, mark_of
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


WHISTLES = ("wh_1", "wh_2", "wh_3")


def months(place: Path) -> None:
    """Anchors of three months, each of them naming some of the whistles."""
    for days, names in ((0, WHISTLES), (1, WHISTLES[:1]), (30, WHISTLES[1:]), (31, WHISTLES[:1])):
        anchor(place, *((mark_of(name), days + 1, f"d{days}") for name in names), days=days)


def numbers(place: Path) -> list[list[int]]:
    """Which lines name each whistle, and one that nobody knows."""
    return [[one.number for one in anchorindex.naming(place, name)] for name in (*WHISTLES, "wh_4")]


@pytest.fixture
def reads_all(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The whistles for which every line was read."""
    asked: list[str] = []
    by_lines = anchorfiles.naming

    def naming(place: Path, whistle_id: str) -> list[Anchor]:
        asked.append(whistle_id)
        return by_lines(place, whistle_id)

    monkeypatch.setattr(anchorfiles, "naming", naming)
    return asked


ALL = [[1, 2, 4], [1, 3], [1, 3], []]


def test_a_whistles_anchors_are_found_without_reading_the_lines_of_others(
    tmp_path: Path, reads_all: list[str]
) -> None:
    months(tmp_path)
    last(tmp_path)
    assert ALL == numbers(tmp_path)
    assert [] == reads_all


def test_what_was_anchored_since_is_found_too(tmp_path: Path, reads_all: list[str]) -> None:
    months(tmp_path)
    last(tmp_path)
    for days, name in ((31, "wh_3"), (70, "wh_4")):
        anchor(tmp_path, (mark_of(name), 9, "later"), days=days)
    with next(tmp_path.glob("*-05.*")).open("ab") as opened:
        opened.write(b'{"number":')
    assert [[1, 2, 4], [1, 3], [1, 3, 5], [6]] == numbers(tmp_path)
    last(tmp_path)
    anchor(tmp_path, (mark_of("wh_4"), 10, "last"), days=70)
    assert [[1, 2, 4], [1, 3], [1, 3, 5], [6, 7]] == numbers(tmp_path)
    assert [] == reads_all


def test_while_somebody_anchors_they_are_found(tmp_path: Path, reads_all: list[str]) -> None:
    months(tmp_path)
    with anchorindex.opened(tmp_path) as index:
        index.last([])
        assert ALL == numbers(tmp_path)
    assert ALL == numbers(tmp_path)
    assert [] == reads_all


DAMAGE: Mapping[str, Callable[[Path], object]] = {
    "there is none": lambda file: file.unlink(),
    "it is damaged": lambda file: file.write_bytes(b"nonsense" * 100),
    "it is empty": lambda file: file.write_bytes(b""),
    "it is of before": lambda file: changed(file, "DROP TABLE known", "CREATE TABLE file (name, size)"),
    "a file became shorter": lambda file: changed(file, "UPDATE known SET size = size + 1"),
    "it names another line": lambda file: changed(file, "UPDATE line SET at = at + 1"),
    "it names a line of others": lambda file: changed(
        file, "UPDATE line SET at = 0 WHERE at <> 0 AND file = (SELECT max(id) FROM known)"
    ),
}


def changed(file: Path, *statements: str) -> None:
    """Something else stands in the index."""
    with closing(sqlite3.connect(file)) as conn:
        for statement in statements:
            conn.execute(statement)
        conn.commit()


@pytest.mark.parametrize("what", DAMAGE)
def test_where_the_index_does_not_fit_all_lines_are_read(
    tmp_path: Path, reads_all: list[str], what: str
) -> None:
    months(tmp_path)
    last(tmp_path)
    DAMAGE[what](tmp_path / ".last.db")
    assert ALL[0] == [one.number for one in anchorindex.naming(tmp_path, "wh_1")]
    assert ["wh_1"] == reads_all
    if what in ("there is none", "it is damaged", "it is of before"):
        last(tmp_path)
        assert ALL == numbers(tmp_path)
        assert ["wh_1"] == reads_all
