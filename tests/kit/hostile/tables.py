"""Adapters of views, middle tables and spreadsheets that each do one thing wrong."""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import openpyxl
import orjson

from hub.errors import SourceGone
from hub.plugin import Body, Page, PeerRequest, Received
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.transport.seen_rows import Seen, SeenRows
from hub.plugin.transport.view_sweep import Place, ViewSweep
from tests.kit.hostile.written import Wrong, row


class Sightless(ViewSweep):
    """Looks at no columns."""

    def _accepted(self) -> tuple[str, ...]:
        return ()


class Hasty(ViewSweep):
    """A row that is missing once is gone."""

    def ended(self, seen: SeenRows, news: Sequence[Seen]) -> list[Seen]:
        return seen.end_queue_sweep(absences=1, news=news)


class Credulous(ViewSweep):
    """However many rows are missing, they are gone."""

    def ended(self, seen: SeenRows, news: Sequence[Seen]) -> list[Seen]:
        return seen.end_queue_sweep(absences=self.settings.absences, news=news)


def sweeping(kind: type[ViewSweep]) -> Wrong:
    def made(plain: type) -> type:
        class Hostile(plain):
            def __init__(self, config: Any, tools: Any) -> None:
                super().__init__(config, tools)
                self._sweep = kind(config, self.rows(), tools)

        return Hostile

    return made


def without_ready(plain: type) -> type:
    class Hostile(plain):
        """Reads a batch while it is written."""

        def rows(self) -> Any:
            return replace(super().rows(), ready=None)

    return Hostile


def marking_at_once(plain: type) -> type:
    class Hostile(plain):
        """Marks what it has read, whether or not it is stored."""

        def read(self, cursor: str) -> Page:
            page: Page = super().read(cursor)
            self._mark(self._sweep._seen_rows().proved(Place.of(page.cursor).mark))
            return page

    return Hostile


def believing_digits(plain: type) -> type:
    class Hostile(plain):
        """Takes whatever stands in a cell."""

        def normalise(self, body: Body, arrival: Any) -> Any:
            if body.kind == "workbook":
                return super().normalise(body, arrival)
            return self.drafts(Fields.of(read_json(body.content)).inside("cells"), arrival)

    return Hostile


def receiving(
    change: Callable[[PeerRequest, Callable[[PeerRequest], Received]], Received],
) -> Wrong:
    def made(plain: type) -> type:
        class Hostile(plain):
            def receive(self, request: PeerRequest) -> Received:
                return change(request, super().receive)

        return Hostile

    return made


def without_broken(request: PeerRequest, take: Callable[[PeerRequest], Received]) -> Received:
    received = take(request)
    return replace(received, bodies=tuple(one for one in received.bodies if one.kind != "workbook"))


def without_forms(request: PeerRequest, take: Callable[[PeerRequest], Received]) -> Received:
    received = take(request)
    if not request.headers.get("content-type", "").startswith("multipart"):
        return received
    return replace(received, bodies=(Body(request.body, "workbook"),))


def numbering(request: PeerRequest, take: Callable[[PeerRequest], Received]) -> Received:
    numbered.append(request)
    received = take(request)
    found = [orjson.dumps({**orjson.loads(one.content), "came": len(numbered)}) for one in received.bodies]
    return replace(received, bodies=tuple(Body(one, "row") for one in found))


numbered: list[PeerRequest] = []


def without_merging(request: PeerRequest, take: Callable[[PeerRequest], Received]) -> Received:
    book = openpyxl.load_workbook(io.BytesIO(request.body))
    for sheet in book.worksheets:
        for area in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(area))
    out = io.BytesIO()
    book.save(out)
    return take(replace(request, body=out.getvalue()))


class Silent(ViewSweep):
    """Rows that are gone are nobody's business."""

    def ended(self, seen: SeenRows, news: Sequence[Seen]) -> list[Seen]:
        seen.end_queue_sweep(absences=self.settings.absences, news=news)
        return []


def naming_no_column(plain: type) -> type:
    class Hostile(plain):
        """Says that something changed, and not what."""

        def read(self, cursor: str) -> Page:
            try:
                return super().read(cursor)
            except SourceGone as error:
                raise SourceGone("S107", columns="", fingerprint=error.facts["fingerprint"]) from None

    return Hostile


def telling_of_deletions(plain: type) -> type:
    class Hostile(plain):
        """What the department deletes is a record."""

        def __init__(self, config: Any, tools: Any) -> None:
            super().__init__(config, tools)
            self._sweep.bodies = lambda rows, news, gone: ViewSweep.bodies(self._sweep, rows, news, gone)

    return Hostile


def stopping_at_a_broken_one(plain: type) -> type:
    class Hostile(plain):
        """Takes nothing more behind a file that it could not read."""

        broken = False

        def receive(self, request: PeerRequest) -> Received:
            received: Received = super().receive(request)
            if self.broken:
                return replace(received, bodies=())
            self.broken = any(one.kind == "workbook" for one in received.bodies)
            return received

    return Hostile


ROWS: Final = (
    row("schema-changes", "sql-view", sweeping(Sightless), "unseen"),
    row("absent-row", "sql-view", sweeping(Hasty), "at-once"),
    row("emptied-view", "sql-view", sweeping(Credulous), "believed"),
    row("half-batch", "sql-table", without_ready, "half"),
    row("cleared-when-taken", "sql-table", marking_at_once, "lost"),
    row("lost-digits", "excel", believing_digits, "believed"),
    row("broken-workbook", "excel", receiving(without_broken), "lost"),
    row("sent-by-form", "excel", receiving(without_forms), "other"),
    row("sent-twice", "excel", receiving(numbering), "other"),
    row("merged-cells", "excel", receiving(without_merging), "blank"),
    row("schema-changes", "sql-view", naming_no_column, "unnamed"),
    row("absent-row", "sql-view", sweeping(Silent), "unsaid"),
    row("cleared-when-taken", "sql-table", telling_of_deletions, "again"),
    row("broken-workbook", "excel", stopping_at_a_broken_one, "stopped"),
)
