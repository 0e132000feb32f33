"""Adapters of views, middle tables, spreadsheets and files that each do one thing wrong."""

import importlib
import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import openpyxl
import orjson

from hub.errors import TryLater
from hub.plugin import AdapterEntry, Body, Page, PeerRequest, Received
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.transport import ferry
from hub.plugin.transport.dropped_files import DroppedFiles, Whole
from hub.plugin.transport.file_place import Place as FilePlace
from hub.plugin.transport.seen_rows import Seen, SeenRows
from hub.plugin.transport.view_sweep import Place, ViewSweep
from hub.scaffold import write
from tests.kit.hostile.plain import FOLDER, Row

Wrong = Callable[[type], type]
"""An adapter's class → one that differs from it by one thing."""


def _written(transport: str) -> AdapterEntry:
    """The plugin as the scaffold writes it."""
    name = f"kit_{transport.replace('-', '_')}"
    sys.path.insert(0, str(write(name, transport, Path(FOLDER.name), "示例系统")))
    (entry,) = importlib.import_module(f"gridplus_{name}.plugin").grid_adapters()
    return entry


WRITTEN: Final = {one: _written(one) for one in ("sql-view", "sql-table", "file-drop", "ferry", "excel")}
"""The good ones, by transport."""


def row(check: str, transport: str, wrong: Wrong, why: str) -> Row:
    """Who fails `check`, beside who holds it."""
    good = WRITTEN[transport]
    assert isinstance(good.make, type)
    return Row(check, replace(good, make=wrong(good.make)), why, good)


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


class ByName(DroppedFiles):
    """A name that was read is never looked at again."""

    def _page(self, path: Path, place: FilePlace, ends: frozenset[str]) -> Page | None:
        known = any(part.name == path.name and part.is_end for part in place.parts)
        return None if known else super()._page(path, place, ends)


class OneCharset(DroppedFiles):
    """What begins with a mark is in no charset that it knows."""

    def _page(self, path: Path, place: FilePlace, ends: frozenset[str]) -> Page | None:
        marked = path.read_bytes()[:2] in (b"\xef\xbb", b"\xff\xfe")
        return None if marked else super()._page(path, place, ends)


def sweeping(kind: type[ViewSweep]) -> Wrong:
    def made(plain: type) -> type:
        class Hostile(plain):
            def __init__(self, config: Any, tools: Any) -> None:
                super().__init__(config, tools)
                self._sweep = kind(config, self.rows(), tools)

        return Hostile

    return made


def dropped(kind: type[DroppedFiles]) -> Wrong:
    def made(plain: type) -> type:
        class Hostile(plain):
            def __init__(self, config: Any, tools: Any) -> None:
                super().__init__(config, tools)
                plainly: DroppedFiles = vars(self)["_dropped"]
                self._dropped = kind(plainly._dropped, self._layout, tools.clock)

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


def reading_at_once(plain: type) -> type:
    class Hostile(plain):
        """Whatever lies there is whole."""

        def __init__(self, config: Any, tools: Any) -> None:
            super().__init__(config.model_copy(update={"whole": Whole.RENAMED, "pattern": "*.csv"}), tools)

    return Hostile


def skipping(code: str) -> Wrong:
    def made(plain: type) -> type:
        class Hostile(plain):
            """Goes on behind what it cannot have."""

            def read(self, cursor: str) -> Page:
                try:
                    return super().read(cursor)
                except TryLater as error:
                    if error.code != code:
                        raise
                    place = ferry.Place.load(cursor, 1)
                    return Page((), replace(place, file=place.file + 1, sm3="").dump(), more=True)

        return Hostile

    return made


def without_strangers(plain: type) -> type:
    class Hostile(plain):
        """Does not look at what lies under numbers that were taken."""

        def __init__(self, config: Any, tools: Any) -> None:
            super().__init__(config, tools)
            self._ferry._stranger = lambda *_: None

    return Hostile


def silent_about(beginning: str) -> Wrong:
    def made(plain: type) -> type:
        class Hostile(plain):
            """Throws away what it refuses."""

            def read(self, cursor: str) -> Page:
                page: Page = super().read(cursor)
                return replace(
                    page, bodies=tuple(one for one in page.bodies if not one.kind.startswith(beginning))
                )

        return Hostile

    return made


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
    row("half-written-file", "file-drop", reading_at_once, "half"),
    row("gap", "ferry", skipping("S108"), "skipped"),
    row("damaged-file", "ferry", skipping("S109"), "hidden"),
    row("foreign-copy", "ferry", without_strangers, "hidden"),
    row("ferried-bomb", "ferry", silent_about("refused:"), "hidden"),
    row("path-in-archive", "ferry", silent_about("refused:"), "hidden"),
    row("miscounted-file", "ferry", silent_about("refused:"), "hidden"),
    row("replaced-file", "file-drop", dropped(ByName), "lost"),
    row("continued-file", "file-drop", dropped(ByName), "lost"),
    row("charset-of-a-file", "file-drop", dropped(OneCharset), "other"),
    row("file-of-another", "file-drop", silent_about("broken:"), "hidden"),
)
