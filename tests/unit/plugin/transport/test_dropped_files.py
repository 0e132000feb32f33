"""A directory of files: when one is whole, and what becomes of names that come again, go away, or never end."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.clock import FixedClock
from hub.errors import BadRecord, TryLater
from hub.plugin.transport.dropped_files import Dropped, DroppedFiles, Whole, raise_if_broken
from hub.plugin.transport.file_place import Part, Place
from hub.plugin.transport.file_rows import Format, Layout, cells_of_row

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
LINES = Layout(format=Format.JSONL)
XML = Layout(format=Format.XML, records_at="/events/event")


class Reader:
    """A directory, read to its end by a clock that the test moves."""

    def __init__(self, folder: Path, whole: Whole, layout: Layout = LINES) -> None:
        self.folder = folder
        self.clock = FixedClock(NOON)
        self.files = DroppedFiles(Dropped(files=folder, whole=whole), layout, self.clock)
        self.cursor = ""

    def rows(self) -> list[bytes]:
        found: list[bytes] = []
        while (page := self.files.read(self.cursor)).cursor != self.cursor:
            found += [body.content for body in page.bodies]
            self.cursor = page.cursor
        return found

    def put(self, name: str, content: bytes, at: int = 0) -> None:
        """As if written so many seconds after noon, by the clock of the disk."""
        path = self.folder / name
        path.write_bytes(content)
        os.utime(path, (NOON.timestamp() + at,) * 2)


Start = Callable[..., Reader]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    return lambda whole, layout=LINES: Reader(tmp_path, whole, layout)


def test_a_file_is_read_once_its_twin_is_there_and_the_twin_is_no_record(start: Start) -> None:
    one = start(Whole.TWIN)
    one.put("a.jsonl", b"{}\n")
    assert one.rows() == []
    one.put("a.jsonl.done", b"", at=1)
    assert one.rows() == [b"{}"]
    assert one.rows() == []


def test_the_twin_of_what_was_there_before_says_nothing_of_a_file_that_is_written_anew(start: Start) -> None:
    one = start(Whole.TWIN)
    one.put("a.jsonl", b'{"no": 1}\n')
    one.put("a.jsonl.done", b"", at=1)
    assert len(one.rows()) == 1
    one.put("a.jsonl", b'{"no": 2}\n{"no"', at=60)
    assert one.rows() == []
    one.put("a.jsonl", b'{"no": 2}\n{"no": 3}\n', at=61)
    one.put("a.jsonl.done", b"", at=62)
    assert one.rows() == [b'{"no": 2}', b'{"no": 3}']


def test_a_file_that_still_grows_has_not_settled(start: Start) -> None:
    one = start(Whole.SETTLED)
    one.put("a.jsonl", b"{}\n")
    assert one.rows() == []
    one.clock.pause(70)
    one.put("a.jsonl", b"{}\n{}\n", at=70)
    assert one.rows() == []
    one.clock.pause(59)
    assert one.rows() == []
    one.clock.pause(1)
    assert one.rows() == [b"{}", b"{}"]


@pytest.mark.parametrize("name", ["a.jsonl.part", "a.jsonl.TMP", "a.filepart", ".a.jsonl"])
def test_what_bears_the_name_of_something_unfinished_is_not_read(name: str, start: Start) -> None:
    one = start(Whole.RENAMED)
    one.put(name, b"{}\n")
    assert one.rows() == []
    (one.folder / name).rename(one.folder / "a.jsonl")
    assert one.rows() == [b"{}"]


def test_a_file_that_is_not_whole_keeps_no_other_waiting_and_is_told_after_an_hour(start: Start) -> None:
    one = start(Whole.TWIN)
    one.put("a.jsonl", b"{}\n")
    one.put("b.jsonl", b'{"no": 2}\n')
    one.put("b.jsonl.done", b"", at=1)
    assert one.rows() == [b'{"no": 2}']
    one.clock.pause(3599)
    assert one.rows() == []
    one.clock.pause(1)
    with pytest.raises(TryLater, match="S128") as caught:
        one.rows()
    assert caught.value.facts == {"count": 1}
    one.put("c.jsonl", b'{"no": 3}\n')
    one.put("c.jsonl.done", b"", at=1)
    page = one.files.read(one.cursor)  # what is whole comes all the same
    assert [body.content for body in page.bodies] == [b'{"no": 3}']
    one.cursor = page.cursor
    (one.folder / "a.jsonl").unlink()
    assert one.rows() == []


def test_the_cursor_forgets_names_that_are_long_gone_and_no_others() -> None:
    parts = tuple(Part(f"{number:04d}", 1, f"{number}", 1, is_end=True) for number in range(500))
    kept = Place(parts).without_long_gone({"0001", "0499"}).parts
    assert len(kept) == 202
    assert {"0001", "0499", "0498"} <= {part.name for part in kept}
    assert "0000" not in {part.name for part in kept}


@pytest.mark.nasty("N30", "a document in a directory")
@pytest.mark.parametrize("charset", ["gb18030", "utf-8", "utf-16"])
def test_the_elements_of_a_document_are_its_records_whatever_it_says_of_its_charset(
    charset: str, start: Start
) -> None:
    text = '<?xml version="1.0" encoding="GB2312"?><events><event><no>1</no><words>路灯不亮</words></event>'
    one = start(Whole.RENAMED, XML)
    one.put("a.xml", f"{text}<event><no>2</no></event></events>".encode(charset))
    assert [cells_of_row(row, XML) for row in one.rows()] == [{"no": "1", "words": "路灯不亮"}, {"no": "2"}]


def test_what_is_no_document_is_one_record_that_says_so(start: Start) -> None:
    one = start(Whole.RENAMED, XML)
    one.put("a.xml", b"no,words\r\n")
    (body,) = one.files.read("").bodies
    with pytest.raises(BadRecord, match="R102"):
        raise_if_broken(body.kind, limit=1)


def test_a_row_that_is_longer_than_agreed_is_not_read() -> None:
    short = Layout(format=Format.JSONL, row_bytes=64)
    assert cells_of_row(b'{"no": 1}', short) == {"no": 1}
    with pytest.raises(BadRecord, match="R103"):
        cells_of_row(b'{"no": "%s"}' % (b"1" * 64), short)
