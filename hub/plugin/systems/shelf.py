"""What a platform has to hand out in pages, to whoever asks by one of the walks of `hub.plugin.transport.paging`.

Pure: how a page is written, and over what it travels, is the platform's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hub.plugin.simulator import Utterance
from hub.plugin.transport.paging import Keyset, Marked, Numbered, Walk


@dataclass(frozen=True, slots=True)
class Shown:
    """One row as the list holds it: sorted by what the walk sorts by."""

    at: str
    key: str
    serial: int
    content: bytes


@dataclass(frozen=True, slots=True)
class HandedOut:
    """One page: its rows, how many there are behind what was asked, and whether more follow."""

    rows: Sequence[Shown]
    total: int
    onward: bool
    fresh: int
    """Rows among them that nobody has had in their present state."""


class Shelf:
    """Rows by number; a row that changes takes the place of what it was. For one thread at a time."""

    def __init__(self, walk: Walk) -> None:
        self._walk: Final = walk
        self.rows: Final[dict[str, Shown]] = {}
        """All rows as they stand, by their number."""
        self._serial = 0
        self.unread: Final[set[bytes]] = set()
        """Rows that nobody has had in their present state."""

    def put(self, utterance: Utterance, row: Mapping[str, object], content: bytes) -> None:
        """From now on the list has the row, which is written as `content`."""
        old = self.rows.pop(utterance.ref, None)
        if old is not None:
            self.unread.discard(old.content)
        self._serial += 1
        self.rows[utterance.ref] = Shown(*self._place_of(row, utterance), self._serial, content)
        self.unread.add(content)

    def hand_out(self, asked: Mapping[str, str]) -> HandedOut:
        """The page that the walk's parameters ask for."""
        total, rows, onward = self._found(asked)
        fresh = {row.content for row in rows} & self.unread
        self.unread.difference_update(fresh)
        return HandedOut(rows, total, onward, len(fresh))

    def _place_of(self, row: Mapping[str, object], utterance: Utterance) -> tuple[str, str]:
        """What the list sorts it by."""
        match self._walk:
            case Keyset() as walk:
                return str(row.get(walk.at, "")), str(row.get(walk.key, ""))
            case Numbered() as walk:
                return utterance.at.astimezone(walk.zone).strftime(walk.form), utterance.ref
        return "", utterance.ref

    def _found(self, asked: Mapping[str, str]) -> tuple[int, Sequence[Shown], bool]:
        """Total, rows, and whether more follow."""
        match self._walk:
            case Keyset() as walk:
                behind = (asked.get(walk.since, ""), asked.get(walk.after, ""))
                rows = sorted(
                    (row for row in self.rows.values() if (row.at, row.key) > behind),
                    key=lambda row: (row.at, row.key),
                )
                size = int(asked.get(walk.size, "100"))
                return len(rows), rows[:size], len(rows) > size
            case Marked() as walk:
                after = int(asked.get(walk.cursor) or 0)
                rows = [row for row in self._in_order() if row.serial > after]
                size = int(asked.get(walk.size, "100"))
                return len(rows), rows[:size], len(rows) > size
            case Numbered() as walk:
                return self._numbered(walk, asked)
        raise TypeError("this walk is not served")

    def _numbered(self, walk: Numbered, asked: Mapping[str, str]) -> tuple[int, Sequence[Shown], bool]:
        since, until = asked.get(walk.since, ""), asked.get(walk.until, "")
        rows = [row for row in self._in_order() if since <= row.at <= until]
        size = int(asked.get(walk.size, "100"))
        number = int(asked.get(walk.number, "0"))
        begin = number if walk.by == "offset" else (number - walk.first) * size
        return len(rows), rows[begin : begin + size], len(rows) > begin + size

    def _in_order(self) -> list[Shown]:
        return sorted(self.rows.values(), key=lambda row: row.serial)
