"""A source that is a directory of files: everything about it but what their rows mean.

A subclass says how the files are written (`layout`), and sorts a row into drafts (`drafts`). When a file is read, and
what of it, is `dropped_files`'. Rules: domain.md 7.1, N18, N21, N22, N85.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from hub.errors import BadRecord, HeldRecord
from hub.model import Arrival, Draft, GridDraft
from hub.plugin.adapter import Body, Listed, Page, Tools
from hub.plugin.fields import Fields
from hub.plugin.times import Zone, zone_of
from hub.plugin.transport.dropped_files import Dropped, DroppedFiles, Whole, raise_if_broken
from hub.plugin.transport.file_rows import Layout, cells_of_row


class FileDropConfig(BaseModel):
    """What an administrator sets for any directory of files. Closed: a misspelt setting stops the start."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    files: str
    """The directory; only read."""
    pattern: str = "*"
    """Which files of it, for instance `*.csv`."""
    whole: Annotated[Whole, Field(strict=False)] = Whole.TWIN
    settle_s: Annotated[float, Field(ge=1)] = 60.0
    """For `settled`."""
    zone: Zone = "+08:00"
    """Zone of times without one (N33)."""
    page_rows: Annotated[int, Field(ge=1, le=5000)] = 500
    file_bytes: Annotated[int, Field(ge=1024)] = 256 * 1024 * 1024


Config = TypeVar("Config", bound=FileDropConfig)


class FileDrop(Generic[Config]):
    """An adapter that reads files; a body's kind is their format."""

    def __init__(self, config: Config, tools: Tools) -> None:
        self.config: Final = config
        self.tools: Final = tools
        self.zone: Final = zone_of(config.zone)
        self._layout: Final = self.layout()
        dropped = Dropped(
            files=Path(config.files),
            pattern=config.pattern,
            whole=config.whole,
            settle_s=config.settle_s,
            page_rows=config.page_rows,
            file_bytes=config.file_bytes,
        )
        self._dropped: Final = DroppedFiles(dropped, self._layout, tools.clock)

    @abstractmethod
    def layout(self) -> Layout:
        """How the files are written. Asked once."""

    @abstractmethod
    def drafts(self, row: Fields, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """What a row says, by heading or name of the field."""

    def check(self) -> None:
        """Returns where the files can be listed; raises TryLater S101."""
        self._dropped.check()

    def read(self, cursor: str) -> Page:
        """The next rows of one file, as they stand in it; see `DroppedFiles.read`."""
        return self._dropped.read(cursor)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matters of one row; raises BadRecord for a file that could not be opened as a whole."""
        raise_if_broken(body.kind or arrival.kind, limit=self.config.file_bytes)
        return self.drafts(Fields(cells_of_row(body.content, self._layout)), arrival)

    def reported_between(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """As `Lists.inventory`, for a subclass that offers it: numbers of all readable rows that were reported in that
        time, or that do not say when."""
        told: set[str] = set()
        for row in self._dropped.rows():
            try:
                drafts = self.normalise(Body(row, self._layout.format), Arrival(self.tools.clock.now()))
            except (BadRecord, HeldRecord):
                continue  # it has no number that could be compared, or is waited for
            for draft in drafts:
                if draft.source_ref not in told and _is_between(draft, since, until):
                    told.add(draft.source_ref)
                    yield Listed(draft.source_ref)

    def close(self) -> None:
        """Lets the open file go."""
        self._dropped.close()


def _is_between(draft: Draft | GridDraft, since: datetime, until: datetime) -> bool:
    moment = (draft.reported_at or draft.occurred_at) if isinstance(draft, Draft) else None
    return moment is None or since <= moment < until
