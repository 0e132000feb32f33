"""Files as the hub's adapter: every row a record, file after file, in the order of names; no content twice."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from gridplus_file_import.config import FileImportConfig
from gridplus_file_import.row import draft_of
from hub import Arrival, BadRecord, Draft, HeldRecord
from hub.plugin import Body, Listed, Page, Tools
from hub.plugin.transport.dropped_files import Dropped, DroppedFiles


class FileImport:
    """Reports from files by a column map. Whether clocks start for them is the hub's to say (N78)."""

    def __init__(self, config: FileImportConfig, tools: Tools) -> None:
        self._config: Final = config
        dropped = Dropped(
            files=Path(config.files),
            pattern=config.pattern,
            page_rows=config.page_rows,
            file_bytes=config.file_bytes,
        )
        self._dropped: Final = DroppedFiles(dropped, config.layout(), tools.clock)

    def check(self) -> None:
        """Returns where the files can be listed; raises TryLater S101."""
        self._dropped.check()

    def read(self, cursor: str) -> Page:
        """The next rows of one file. A file that cannot be opened at all is one record, which ends dead."""
        return self._dropped.read(cursor)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        """The report of one row; see `row.draft_of`."""
        return (draft_of(body.content, body.kind or arrival.kind, self._config),)

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """Numbers of all readable rows that were reported in that time, or that do not say when."""
        told: set[str] = set()
        for row in self._dropped.rows():
            try:
                draft = draft_of(row, self._config.format.value, self._config)
            except (BadRecord, HeldRecord):
                continue  # it has no number that could be compared, or is waited for
            moment = draft.reported_at or draft.occurred_at
            if draft.source_ref not in told and (moment is None or since <= moment < until):
                told.add(draft.source_ref)
                yield Listed(draft.source_ref)

    def close(self) -> None:
        """Lets the open file go."""
        self._dropped.close()
