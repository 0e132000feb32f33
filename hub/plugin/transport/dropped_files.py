"""The files of a directory into which a department puts them by any tool, read row by row.

A file is known by its content and not by its name: the same content is read once, a text file that grew is read on
where it ended, and one that was replaced from its beginning. It is not read before it is whole; how a department can
tell us that, `Whole` says. Files are only read here, never moved or deleted. Rules: domain.md 7.1, N18, N21, N22, N85.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Final

from hub.clock import Clock
from hub.errors import BadRecord, TryLater
from hub.plugin.adapter import Body, Page
from hub.plugin.transport.file_place import Content, Part, Place
from hub.plugin.transport.file_rows import GROWING, UTF16_MARKS, Layout, Row, Table, open_table

_TOO_LARGE: Final = "too large"
"""Instead of a digest: such a file is not read, however often it changes, until it fits."""
_BROKEN: Final = "broken:"
_UNFINISHED: Final = (".part", ".tmp", ".filepart", ".crdownload")
"""How tools name what they have not finished."""
_TWIN: Final = ".done"
_LONG: Final = timedelta(hours=1)
"""A file that is not whole for so long is somebody's mistake, and is told."""


class Whole(StrEnum):
    """How it is known that a file is whole. Names that begin with a dot or end with `.part`, `.tmp`… never are."""

    RENAMED = "renamed"
    """It is written under such a name and renamed when it is whole: whatever bears its own name is."""
    TWIN = "twin"
    """An empty file `<name>.done` is put beside it when it is whole, again after each change."""
    SETTLED = "settled"
    """Neither size nor time has changed for `settle_s`: for departments that can do neither of the others."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file as it was: `state` is its size and when it was written."""

    path: Path
    state: tuple[int, int]
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Where the files are, and what one may cost."""

    files: Path
    """A directory, or one file."""
    pattern: str = "*"
    whole: Whole = Whole.RENAMED
    settle_s: float = 60.0
    page_rows: int = 500
    file_bytes: int = 256 * 1024 * 1024


class DroppedFiles:
    """Rows page by page. Used by one adapter, one call at a time."""

    def __init__(self, dropped: Dropped, layout: Layout, clock: Clock) -> None:
        self._dropped: Final = dropped
        self._layout: Final = layout
        self._clock: Final = clock
        self._opened: _Opened | None = None
        self._table: tuple[_Opened, Table] | None = None
        self._seen: dict[Path, tuple[tuple[int, int], str]] = {}
        """File → its state and digest when all of it had been read: it is not read again to know that."""
        self._since: dict[Path, tuple[tuple[int, int], datetime]] = {}
        """File → its state, and since when it is like that. For those that are not known to be whole."""

    def check(self) -> None:
        """Returns where the files can be listed; raises TryLater S101."""
        self._files()

    def read(self, cursor: str) -> Page:
        """The next rows of one file. A file that cannot be opened at all is one record, which ends dead.

        Raises TryLater S128 where there is nothing else, and a file has not become whole for an hour.
        """
        files = self._files()
        there = set(files)
        self._since = {path: since for path, since in self._since.items() if path in there}
        place = Place.load(cursor).without_long_gone({path.name for path in files})
        ends = place.ends()
        for path in files:
            page = self._page(path, place, ends)
            if page is not None:
                return page
        overdue = [at for _, at in self._since.values() if at + _LONG <= self._clock.now()]
        if overdue:
            raise TryLater("S128", count=len(overdue))
        return Page((), cursor)

    def rows(self) -> Iterator[bytes]:
        """All rows of all whole files that can be opened, from the first on."""
        for path in self._files():
            state = self._state(path)
            if self._is_too_large(state) or not self._is_whole(path, state):
                continue
            try:
                rows = self._table_of(self._open(path, state)).rows_from(0)
            except BadRecord:
                continue  # it is a dead record already
            yield from (row.content for row in rows)

    def close(self) -> None:
        """Lets the open file go."""
        self._opened = self._table = None

    def _page(self, path: Path, place: Place, ends: frozenset[str]) -> Page | None:
        """The next rows of this file; None where there are none."""
        state = self._state(path)
        if (seen := self._seen.get(path)) and seen[0] == state and seen[1] in ends:
            return None
        if not self._is_whole(path, state):
            return None
        if self._is_too_large(state):
            return self._too_large(path, place)
        opened = self._open(path, state)
        grows = self._layout.format in GROWING and not opened.content.raw.startswith(UTF16_MARKS)
        begun = place.of(opened.content, grows=grows)
        if begun is not None and begun.is_end and begun.size == len(opened.content.raw):
            self._seen[path] = (state, begun.digest)
            return None
        try:
            return self._rows(opened, place, begun.at if begun else 0, grows=grows)
        except BadRecord as error:
            return self._broken(path, place.after(_whole(opened, 0)), error)

    def _rows(self, opened: _Opened, place: Place, begun: int, *, grows: bool) -> Page:
        most = self._dropped.page_rows
        rows = list(islice(self._table_of(opened).rows_from(begun), most))
        bodies = tuple(Body(row.content, self._layout.format.value) for row in rows)
        if len(rows) < most:
            part = _whole(opened, _resume(rows, begun, opened.content.raw))
        elif grows:
            size = rows[-1].behind
            part = Part(opened.path.name, size, opened.content.digest(size), size, is_end=False)
        else:
            part = replace(_whole(opened, rows[-1].behind), is_end=False)
        return Page(bodies, place.after(part).dump(), more=True)

    def _too_large(self, path: Path, place: Place) -> Page | None:
        part = Part(path.name, 0, _TOO_LARGE, 0, is_end=True)
        if part in place.parts:
            return None
        limit = self._dropped.file_bytes
        return self._broken(path, place.after(part), BadRecord("R103", limit=limit))

    @staticmethod
    def _broken(path: Path, behind: Place, error: BadRecord) -> Page:
        kind = f"{_BROKEN}{error.code}{error.pointer}"
        return Page((Body(path.name.encode(), kind),), behind.dump(), more=True)

    def _files(self) -> list[Path]:
        """The files that there are, by name; the word that one is whole is none."""
        root = self._dropped.files
        try:
            if root.is_file():
                return [root]
            found = sorted(root.iterdir())
        except OSError:
            raise TryLater("S101") from None
        return [path for path in found if self._is_ours(path)]

    def _is_ours(self, path: Path) -> bool:
        ended = (*_UNFINISHED, _TWIN) if self._dropped.whole is Whole.TWIN else _UNFINISHED
        named = path.match(self._dropped.pattern) and not path.name.startswith(".")
        return named and not path.name.lower().endswith(ended) and path.is_file()

    def _is_whole(self, path: Path, state: tuple[int, int]) -> bool:
        if self._dropped.whole is Whole.RENAMED:
            return True
        now = self._clock.now()
        known, since = self._since.setdefault(path, (state, now))
        if known != state:
            since = now
            self._since[path] = (state, now)
        whole = (
            _has_twin(path, state)
            if self._dropped.whole is Whole.TWIN
            else since + timedelta(seconds=self._dropped.settle_s) <= now
        )
        if whole:
            del self._since[path]
        return whole

    def _state(self, path: Path) -> tuple[int, int]:
        try:
            found = path.stat()
        except OSError:
            raise TryLater("S101") from None
        return found.st_size, found.st_mtime_ns

    def _is_too_large(self, state: tuple[int, int]) -> bool:
        return state[0] > self._dropped.file_bytes

    def _open(self, path: Path, state: tuple[int, int]) -> _Opened:
        """The file, read once while it stays as it is."""
        if self._opened is None or (self._opened.path, self._opened.state) != (path, state):
            try:
                self._opened = _Opened(path, state, Content(path.read_bytes()))
            except OSError:
                raise TryLater("S101") from None
        return self._opened

    def _table_of(self, opened: _Opened) -> Table:
        if self._table is None or self._table[0] is not opened:
            self._table = (opened, open_table(opened.content.raw, self._layout))
        return self._table[1]


def raise_if_broken(kind: str, *, limit: int) -> None:
    """Raises the BadRecord of a body that stands for a file which could not be opened as a whole."""
    if kind.startswith(_BROKEN):
        code, _, rest = kind.removeprefix(_BROKEN).partition("/")
        raise BadRecord(code, pointer=f"/{rest}" if rest else "", limit=limit)


def _whole(opened: _Opened, at: int) -> Part:
    size = len(opened.content.raw)
    return Part(opened.path.name, size, opened.content.digest(size), at, is_end=True)


def _resume(rows: Sequence[Row], begun: int, raw: bytes) -> int:
    """Where to go on should the file grow: a last row without its line break may not have been whole."""
    if not rows or raw.endswith(b"\n"):
        return rows[-1].behind if rows else begun
    return rows[-2].behind if len(rows) > 1 else begun


def _has_twin(path: Path, state: tuple[int, int]) -> bool:
    """Whether its twin was written after it: the one of a file that was replaced is older."""
    try:
        return path.with_name(path.name + _TWIN).stat().st_mtime_ns >= state[1]
    except OSError:
        return False
