"""Whatever happens to a list while it is read page by page, every row arrives, and none for ever."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import SHANGHAI
from hub.errors import TryLater
from hub.plugin.transport.paging import SECONDS, Answered, Keyset, Marked, Numbered, Walk

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
KEYSET = Keyset(at="at", key="no", page_size=3, overlap_s=60)
MARKED = Marked(page_size=3)
BY_PAGE = Numbered(page_size=3, overlap_s=60, total=("total",))
BY_OFFSET = Numbered(page_size=3, overlap_s=60, total=("total",), by="offset", number="offset")
Row = dict[str, Any]


@dataclass
class Source:
    """A list as its owner keeps it, which answers each way of asking."""

    rows: dict[str, Row] = field(default_factory=dict)
    serial: int = 0

    def put(self, no: str, at: datetime, words: str = "") -> None:
        """A row, or a change of one: it stands last from now on."""
        self.serial += 1
        local = at.astimezone(SHANGHAI).strftime(SECONDS)
        self.rows.pop(no, None)
        self.rows[no] = {"no": no, "at": local, "words": words, "serial": self.serial}

    def answer(self, walk: Walk, asked: Mapping[str, str]) -> Answered:
        match walk:
            case Keyset():
                behind = (asked["since"], asked["after"])
                found = sorted((r for r in self.rows.values() if (r["at"], r["no"]) > behind), key=_by_time)
                return _answered(found[: int(asked["size"])])
            case Marked():
                after = int(asked["cursor"] or 0)
                found = [r for r in self.rows.values() if r["serial"] > after]
                some = found[: int(asked["limit"])]
                mark = str(some[-1]["serial"]) if some else ""
                return _answered(some, nextCursor=mark, hasMore=len(found) > len(some))
            case Numbered():
                inside = [r for r in self.rows.values() if asked["startTime"] <= r["at"] <= asked["endTime"]]
                size = int(asked["pageSize"])
                number = int(asked[walk.number])
                begin = number if walk.by == "offset" else (number - 1) * size
                return _answered(inside[begin : begin + size], total=len(inside))
        raise TypeError(walk)


def _by_time(row: Row) -> tuple[str, str]:
    return row["at"], row["no"]


def _answered(rows: Sequence[Row], **more: object) -> Answered:
    said = {"list": rows, **more}
    return Answered.of(orjson.dumps(said), said, ("list",))


@dataclass
class Reader:
    """Reads as the hub does: a cursor, page after page."""

    walk: Walk
    source: Source
    now: datetime = NOON
    cursor: str = ""
    read: list[Row] = field(default_factory=list)

    def page(self) -> bool:
        """Reads one page; whether the next is wanted at once."""
        answer = self.source.answer(self.walk, self.walk.question(self.cursor, self.now))
        walked = self.walk.walked(self.cursor, answer, self.now)
        self.cursor = walked.cursor
        self.read += [orjson.loads(row) for row in walked.fresh]
        return walked.more

    def sweep(self) -> None:
        """Reads until nothing is wanted at once."""
        for _ in range(200):
            if not self.page():
                return
        pytest.fail("a sweep does not end")


WALKS = pytest.mark.parametrize(
    "walk", [KEYSET, MARKED, BY_PAGE, BY_OFFSET], ids=["keyset", "marked", "page", "offset"]
)


@WALKS
@given(seed=st.integers(0, 10_000))
def test_every_row_and_every_change_arrives_whatever_changes_between_two_pages(walk: Walk, seed: int) -> None:
    chance, source = random.Random(seed), Source()
    reader = Reader(walk, source)
    said: set[tuple[str, str]] = set()

    def something(*ago_s: int) -> None:
        no, words = f"N{chance.randrange(12):02d}", str(chance.random())
        source.put(no, reader.now - timedelta(seconds=chance.choice(ago_s)), words)
        said.discard(next((one for one in said if one[0] == no), ("", "")))
        said.add((no, words))

    for ago_s in sorted((chance.randrange(100, 3600) for _ in range(chance.randrange(12))), reverse=True):
        something(ago_s)
    for _ in range(chance.randrange(4, 12)):
        if chance.random() < 0.5:
            something(0, 0, 1)
        reader.page()
        reader.now += timedelta(seconds=chance.choice([0, 0, 1, 5]))
    reader.sweep()
    reader.now += timedelta(seconds=10)
    reader.sweep()
    assert said <= {(row["no"], row["words"]) for row in reader.read}


@WALKS
def test_what_was_read_does_not_come_again(walk: Walk) -> None:
    source = Source()
    for n in range(7):
        source.put(f"N{n}", NOON - timedelta(seconds=10 * n))
    reader = Reader(walk, source)
    reader.sweep()
    for _ in range(20):
        reader.now += timedelta(seconds=7)
        reader.sweep()
    assert 7 == len(reader.read)


@pytest.mark.nasty("N02", "a source that sorts its numbers as numbers")
def test_a_page_that_ends_where_numbers_get_longer_is_not_the_last() -> None:
    """Twelve rows changed in one second, 1 to 12, and one after them."""
    later = "2026-03-10 11:00:01"
    rows = [{"no": str(n), "at": "2026-03-10 11:00:00"} for n in range(1, 13)] + [{"no": "1", "at": later}]
    cursor, read = "", set[bytes]()
    for _ in range(12):
        asked = KEYSET.question(cursor, NOON)
        behind = (asked["since"], int(asked["after"] or 0))
        page = _answered([row for row in rows if (row["at"], int(row["no"])) > behind][: int(asked["size"])])
        walked = KEYSET.walked(cursor, page, NOON)
        cursor, read = walked.cursor, {*read, *walked.fresh}
    assert len(rows) == len(read)


@WALKS
def test_another_process_goes_on_from_the_cursor_alone(walk: Walk) -> None:
    source = Source()
    for n in range(7):
        source.put(f"N{n}", NOON - timedelta(seconds=100 - n))
    first = Reader(walk, source)
    first.page()
    second = Reader(walk, source, cursor=first.cursor, read=first.read)
    second.sweep()
    assert [f"N{n}" for n in range(7)] == sorted(row["no"] for row in second.read)


def test_a_page_of_rows_without_a_time_leads_nowhere_and_says_so() -> None:
    page = _answered([{"no": "1", "at": ""}])
    with pytest.raises(TryLater, match="S104"):
        KEYSET.walked("", page, NOON)


def test_one_row_that_cannot_be_read_does_not_stop_its_page() -> None:
    page = _answered([{"no": "1", "at": "2026-03-10 12:00:00"}, {"no": {}, "at": []}])
    walked = KEYSET.walked("", page, NOON)
    assert (2, True) == (len(walked.fresh), walked.more)


@pytest.mark.parametrize("said", [{}, {"nextCursor": ""}, {"nextCursor": "7"}, {"nextCursor": None}])
def test_a_mark_that_leads_nowhere_is_a_fault(said: dict[str, object]) -> None:
    with pytest.raises(TryLater, match="S104"):
        MARKED.walked("7", _answered([{"no": "1"}], **said), NOON)


@WALKS
def test_a_probe_asks_for_next_to_nothing(walk: Walk) -> None:
    source = Source()
    for n in range(7):
        source.put(f"N{n}", NOON - timedelta(seconds=1))
    assert len(source.answer(walk, walk.probe(NOON)).rows) <= 1


def test_a_cursor_that_names_its_number_otherwise_goes_on_from_its_time() -> None:
    kept = orjson.dumps({"at": "2026-03-10 11:00:00", "number": "7", "walking": True, "seen": {}}).decode()
    assert {"since": "2026-03-10 11:00:00", "after": "", "size": "3"} == KEYSET.question(kept, NOON)


def test_where_an_answer_says_which_row_was_its_last_no_row_is_asked() -> None:
    walk = Keyset(at="at", key="no", last=("last",))
    page = Answered((b'{"no": ""}', b"{broken"), {"last": {"at": "2026-03-10 11:00:00", "no": "7"}})
    walked = walk.walked("", page, NOON)
    asked = walk.question(walked.cursor, NOON)
    assert ("2026-03-10 11:00:00", "7") == (asked["since"], asked["after"])


def test_a_walk_asks_for_as_many_rows_as_the_settings_say() -> None:
    sizes = [walk.sized(7).question("", NOON) for walk in (KEYSET, MARKED, BY_PAGE)]
    assert ["7", "7", "7"] == [
        asked.get("size") or asked.get("limit") or asked["pageSize"] for asked in sizes
    ]
