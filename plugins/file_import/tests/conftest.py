"""An importer over files that a test writes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from gridplus_file_import.adapter import FileImport
from gridplus_file_import.config import FileImportConfig

from hub import Arrival, HubError
from hub.clock import FixedClock
from hub.plugin import Body, Tools

NOON = datetime.fromisoformat("2026-03-10T12:00:00+08:00")
COLUMNS = {"source_ref": "编号", "title": "标题", "reported_at": "上报时间"}


@dataclass
class Import:
    """An adapter and what it has read so far."""

    adapter: FileImport
    cursor: str = ""
    bodies: list[Body] = field(default_factory=list)

    def run(self) -> None:
        """Reads all there is, page by page."""
        while (page := self.adapter.read(self.cursor)).cursor != self.cursor:
            self.bodies += page.bodies
            self.cursor = page.cursor

    def outcomes(self) -> list[str]:
        """Number and title of each report, or the code and pointer of what is wrong with it."""
        return [self._outcome(body) for body in self.bodies]

    def counts(self) -> Counter[str]:
        return Counter(self.outcomes())

    def _outcome(self, body: Body) -> str:
        try:
            (draft,) = self.adapter.normalise(body, Arrival(NOON, body.kind))
        except HubError as error:
            return f"{error.code} {error.pointer}".strip()
        return f"{draft.source_ref} {draft.title}"


@pytest.fixture(scope="session")
def make() -> Callable[..., Import]:
    """Makes an importer of `files`; settings over the smallest configuration."""

    def importer(files: Path | str, **settings: object) -> Import:
        config = {
            "files": str(files),
            "format": "csv",
            "columns": COLUMNS,
            "code_table": "hl-2024",
            **settings,
        }
        tools = Tools(source="history", clock=FixedClock(NOON), http=httpx.Client, nonce=lambda: "0" * 32)
        return Import(FileImport(FileImportConfig.model_validate(config), tools))

    return importer
