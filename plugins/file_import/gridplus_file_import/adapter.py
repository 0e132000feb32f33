"""Files as the hub's adapter: every row a record, file after file, in the order of names; no content twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from gridplus_file_import.config import FileImportConfig, Format
from gridplus_file_import.place import Content, Part, Place
from gridplus_file_import.row import draft_of, kind_of_broken
from gridplus_file_import.tables import UTF16_MARKS, Row, Table, open_table
from hub import Arrival, BadRecord, Draft, HeldRecord, TryLater
from hub.plugin import Body, Listed, Page, Tools

_GROWING: Final = frozenset({Format.CSV, Format.JSONL})
"""Where what is added stands behind what was there. Not so in UTF-16: its rows are cut in a copy."""
_TOO_LARGE: Final = "too large"
"""Instead of a digest: such a file is not read, however often it changes, until it fits."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file as it was: `state` is its size and when it was written."""

    path: Path
    state: tuple[int, int]
    content: Content


class FileImport:
    """Reports from files by a column map. Whether clocks start for them is the hub's to say (N78)."""

    def __init__(self, config: FileImportConfig, tools: Tools) -> None:
        self._config: Final = config
        self._source: Final = tools.source
        self._opened: _Opened | None = None
        self._table: tuple[_Opened, Table] | None = None
        self._seen: dict[Path, tuple[tuple[int, int], str]] = {}
        """File → its state and digest when all of it had been read: it is not read again to know that."""

    def check(self) -> None:
        """Returns where the files can be listed; raises TryLater S101."""
        self._files()

    def read(self, cursor: str) -> Page:
        """The next rows of one file. A file that cannot be opened at all is one record, which ends dead.

        The same content is read once, whatever its name; a text file that grew is read on where it ended, and
        one that changed before that from its beginning.
        """
        place = Place.load(cursor)
        ends = place.ends()
        for path in self._files():
            page = self._page(path, place, ends)
            if page is not None:
                return page
        return Page((), cursor)

    def _page(self, path: Path, place: Place, ends: frozenset[str]) -> Page | None:
        """The next rows of this file; None where there are none."""
        state = self._state(path)
        if self._is_too_large(state):
            return self._too_large(path, place)
        if (seen := self._seen.get(path)) and seen[0] == state and seen[1] in ends:
            return None
        opened = self._open(path, state)
        grows = self._config.format in _GROWING and not opened.content.raw.startswith(UTF16_MARKS)
        begun = place.of(opened.content, grows=grows)
        if begun is not None and begun.is_end and begun.size == len(opened.content.raw):
            self._seen[path] = (state, begun.digest)
            return None
        try:
            return self._rows(opened, place, begun.at if begun else 0, grows=grows)
        except BadRecord as error:
            return self._broken(path, place.after(_whole(opened, 0)), error)

    def _rows(self, opened: _Opened, place: Place, begun: int, *, grows: bool) -> Page:
        rows = list(islice(self._table_of(opened).rows_from(begun), self._config.page_rows))
        bodies = tuple(Body(row.content, self._config.format.value) for row in rows)
        if len(rows) < self._config.page_rows:
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
        return self._broken(path, place.after(part), BadRecord("R103", limit=self._config.file_bytes))

    @staticmethod
    def _broken(path: Path, behind: Place, error: BadRecord) -> Page:
        return Page((Body(path.name.encode(), kind_of_broken(error)),), behind.dump(), more=True)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        """The report of one row; see `row.draft_of`."""
        return (draft_of(body.content, body.kind or arrival.kind, self._config),)

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """Numbers of all readable rows that were reported in that time, or that do not say when."""
        told: set[str] = set()
        for path in self._files():
            for draft in self._drafts(path):
                moment = draft.reported_at or draft.occurred_at
                if draft.source_ref not in told and (moment is None or since <= moment < until):
                    told.add(draft.source_ref)
                    yield Listed(draft.source_ref)

    def close(self) -> None:
        """Lets the open file go."""
        self._opened = self._table = None

    def _drafts(self, path: Path) -> Iterator[Draft]:
        try:
            rows = self._all_rows(path)
        except BadRecord:
            return  # it is a dead record already
        for row in rows:
            try:
                yield draft_of(row.content, self._config.format.value, self._config)
            except (BadRecord, HeldRecord):
                continue  # it has no number that could be compared, or is waited for

    def _files(self) -> list[Path]:
        """The files that there are, by name."""
        root = Path(self._config.files)
        try:
            if root.is_file():
                return [root]
            found = sorted(root.iterdir())
        except OSError:
            raise TryLater("S101") from None
        return [
            path
            for path in found
            if path.match(self._config.pattern) and not path.name.startswith(".") and path.is_file()
        ]

    def _all_rows(self, path: Path) -> Iterator[Row]:
        state = self._state(path)
        if self._is_too_large(state):
            raise BadRecord("R103", limit=self._config.file_bytes)
        return self._table_of(self._open(path, state)).rows_from(0)

    def _state(self, path: Path) -> tuple[int, int]:
        try:
            found = path.stat()
        except OSError:
            raise TryLater("S101") from None
        return found.st_size, found.st_mtime_ns

    def _is_too_large(self, state: tuple[int, int]) -> bool:
        return state[0] > self._config.file_bytes

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
            self._table = (opened, open_table(opened.content.raw, self._config))
        return self._table[1]


def _whole(opened: _Opened, at: int) -> Part:
    size = len(opened.content.raw)
    return Part(opened.path.name, size, opened.content.digest(size), at, is_end=True)


def _resume(rows: Sequence[Row], begun: int, raw: bytes) -> int:
    """Where to go on should the file grow: a last row without its line break may not have been whole."""
    if not rows or raw.endswith(b"\n"):
        return rows[-1].behind if rows else begun
    return rows[-2].behind if len(rows) > 1 else begun
