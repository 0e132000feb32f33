"""Files as the hub's adapter: every row a record, file after file, in the order of names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

import orjson

from gridplus_file_import.config import FileImportConfig
from gridplus_file_import.row import draft_of, kind_of_broken
from gridplus_file_import.tables import Table, open_table
from hub import Arrival, BadRecord, Draft, HeldRecord, TryLater
from hub.plugin import Body, Page, Tools


@dataclass(frozen=True, slots=True)
class Place:
    """Which files are done, and how far the next one is read (in its table's own measure)."""

    done: tuple[str, ...] = ()
    file: str = ""
    at: int = 0

    @classmethod
    def load(cls, cursor: str) -> "Place":
        """What `dump` wrote; "" is the place before the first file."""
        if not cursor:
            return cls()
        kept = orjson.loads(cursor)
        return cls(tuple(kept["done"]), kept["file"], kept["at"])

    def dump(self) -> str:
        """As a cursor."""
        return orjson.dumps(self).decode()


class FileImport:
    """Reports from files by a column map. Whether clocks start for them is the hub's to say (N78)."""

    def __init__(self, config: FileImportConfig, tools: Tools) -> None:
        self._config: Final = config
        self._source: Final = tools.source
        self._open: tuple[Path, tuple[int, int], Table] | None = None

    def check(self) -> None:
        """Returns where the files can be listed; raises TryLater S101."""
        self._files()

    def read(self, cursor: str) -> Page:
        """The next rows of one file. A file that cannot be opened at all is one record, which ends dead."""
        place = Place.load(cursor)
        waiting = [path for path in self._files() if path.name not in place.done]
        if not waiting:
            return Page((), cursor)
        path = next((one for one in waiting if one.name == place.file), waiting[0])
        begun = place.at if path.name == place.file else 0
        done = replace(place, done=(*place.done, path.name), file="", at=0).dump()
        try:
            rows = list(islice(self._table(path).rows_from(begun), self._config.page_rows))
        except BadRecord as error:
            return Page((Body(path.name.encode(), kind_of_broken(error)),), done, more=True)
        bodies = tuple(Body(row.content, self._config.format.value) for row in rows)
        if len(rows) < self._config.page_rows:
            return Page(bodies, done, more=True)
        return Page(bodies, replace(place, file=path.name, at=rows[-1].behind).dump(), more=True)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        """The report of one row; see `row.draft_of`."""
        return (draft_of(body.content, body.kind or arrival.kind, self._config),)

    def list_ids(self, since: datetime) -> Iterator[str]:
        """Numbers of all readable rows that were reported since then, or that do not say when."""
        told: set[str] = set()
        for path in self._files():
            for draft in self._drafts(path):
                moment = draft.reported_at or draft.occurred_at
                if draft.source_ref not in told and (moment is None or moment >= since):
                    told.add(draft.source_ref)
                    yield draft.source_ref

    def close(self) -> None:
        """Lets the open file go."""
        self._open = None

    def _drafts(self, path: Path) -> Iterator[Draft]:
        try:
            rows = self._table(path).rows_from(0)
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

    def _table(self, path: Path) -> Table:
        """The file, opened once while it stays as it is."""
        try:
            found = path.stat()
            state = (found.st_size, found.st_mtime_ns)
            if self._open is not None and self._open[:2] == (path, state):
                return self._open[2]
            if found.st_size > self._config.file_bytes:
                raise BadRecord("R103", limit=self._config.file_bytes)
            content = path.read_bytes()
        except OSError:
            raise TryLater("S101") from None
        self._open = (path, state, open_table(content, self._config))
        return self._open[2]
