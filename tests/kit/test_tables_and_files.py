"""Each check of views, middle tables, spreadsheets and files is failed by an adapter that is wrong in one thing, for that
thing's reason; the plugins as the scaffold writes them pass them all."""

import importlib
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest

from hub.errors import TryLater
from hub.kit import checked
from hub.kit.checks import files, tables
from hub.kit.outcome import CHECKS, Verdict
from hub.plugin import AdapterEntry, Body, Page, PeerRequest, Received
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.transport import ferry
from hub.plugin.transport.dropped_files import DroppedFiles, Whole
from hub.plugin.transport.file_place import Place as FilePlace
from hub.plugin.transport.seen_rows import Seen, SeenRows
from hub.plugin.transport.view_sweep import Place, ViewSweep
from hub.scaffold import write

TRANSPORTS = ("sql-view", "sql-table", "file-drop", "ferry", "excel")
OURS = [name for name, one in CHECKS.items() if one.run.__module__ in (tables.__name__, files.__name__)]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, AdapterEntry]]:
    """One plugin a transport, as the scaffold writes it."""
    folder, found = tmp_path_factory.mktemp("written"), {}
    for transport in TRANSPORTS:
        name = f"kit_{transport.replace('-', '_')}"
        sys.path.insert(0, str(write(name, transport, folder, "示例系统")))
        (found[transport],) = importlib.import_module(f"gridplus_{name}.plugin").grid_adapters()
    yield found
    sys.path[:] = [one for one in sys.path if not one.startswith(str(folder))]


# --- what may be wrong with an adapter


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


def sweeping(kind: type[ViewSweep]) -> Callable[[type], type]:
    def made(plain: type) -> type:
        class Hostile(plain):  # type: ignore[misc]  # a class of a module that is written first
            def __init__(self, config: Any, tools: Any) -> None:
                super().__init__(config, tools)
                self._sweep = kind(config, self.rows(), tools)

        return Hostile

    return made


def dropped(kind: type[DroppedFiles]) -> Callable[[type], type]:
    def made(plain: type) -> type:
        class Hostile(plain):  # type: ignore[misc]
            def __init__(self, config: Any, tools: Any) -> None:
                super().__init__(config, tools)
                plainly: DroppedFiles = vars(self)["_dropped"]
                self._dropped = kind(plainly._dropped, self._layout, tools.clock)

        return Hostile

    return made


def without_ready(plain: type) -> type:
    class Hostile(plain):  # type: ignore[misc]
        """Reads a batch while it is written."""

        def rows(self) -> Any:
            return replace(super().rows(), ready=None)

    return Hostile


def marking_at_once(plain: type) -> type:
    class Hostile(plain):  # type: ignore[misc]
        """Marks what it has read, whether or not it is stored."""

        def read(self, cursor: str) -> Page:
            page: Page = super().read(cursor)
            self._mark(self._sweep._seen_rows().proved(Place.of(page.cursor).mark))
            return page

    return Hostile


def believing_digits(plain: type) -> type:
    class Hostile(plain):  # type: ignore[misc]
        """Takes whatever stands in a cell."""

        def normalise(self, body: Body, arrival: Any) -> Any:
            if body.kind == "workbook":
                return super().normalise(body, arrival)
            return self.drafts(Fields.of(read_json(body.content)).inside("cells"), arrival)

    return Hostile


def receiving(
    change: Callable[[PeerRequest, Callable[[PeerRequest], Received]], Received],
) -> Callable[[type], type]:
    def made(plain: type) -> type:
        class Hostile(plain):  # type: ignore[misc]
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
    class Hostile(plain):  # type: ignore[misc]
        """Whatever lies there is whole."""

        def __init__(self, config: Any, tools: Any) -> None:
            super().__init__(config.model_copy(update={"whole": Whole.RENAMED, "pattern": "*.csv"}), tools)

    return Hostile


def skipping(code: str) -> Callable[[type], type]:
    def made(plain: type) -> type:
        class Hostile(plain):  # type: ignore[misc]
            """Goes on behind what it cannot have."""

            def read(self, cursor: str) -> Page:
                try:
                    return super().read(cursor)  # type: ignore[no-any-return]
                except TryLater as error:
                    if error.code != code:
                        raise
                    place = ferry.Place.load(cursor, 1)
                    return Page((), replace(place, file=place.file + 1, sm3="").dump(), more=True)

        return Hostile

    return made


def without_strangers(plain: type) -> type:
    class Hostile(plain):  # type: ignore[misc]
        """Does not look at what lies under numbers that were taken."""

        def __init__(self, config: Any, tools: Any) -> None:
            super().__init__(config, tools)
            self._ferry._stranger = lambda *_: None

    return Hostile


def silent_about(beginning: str) -> Callable[[type], type]:
    def made(plain: type) -> type:
        class Hostile(plain):  # type: ignore[misc]
            """Throws away what it refuses."""

            def read(self, cursor: str) -> Page:
                page: Page = super().read(cursor)
                return replace(
                    page, bodies=tuple(one for one in page.bodies if not one.kind.startswith(beginning))
                )

        return Hostile

    return made


HOSTILE: dict[str, tuple[str, Callable[[type], type], str]] = {
    "schema-changes": ("sql-view", sweeping(Sightless), "unseen"),
    "absent-row": ("sql-view", sweeping(Hasty), "at-once"),
    "emptied-view": ("sql-view", sweeping(Credulous), "believed"),
    "half-batch": ("sql-table", without_ready, "half"),
    "cleared-when-taken": ("sql-table", marking_at_once, "lost"),
    "lost-digits": ("excel", believing_digits, "believed"),
    "broken-workbook": ("excel", receiving(without_broken), "lost"),
    "sent-by-form": ("excel", receiving(without_forms), "other"),
    "sent-twice": ("excel", receiving(numbering), "other"),
    "merged-cells": ("excel", receiving(without_merging), "blank"),
    "half-written-file": ("file-drop", reading_at_once, "half"),
    "gap": ("ferry", skipping("S108"), "skipped"),
    "damaged-file": ("ferry", skipping("S109"), "hidden"),
    "foreign-copy": ("ferry", without_strangers, "hidden"),
    "ferried-bomb": ("ferry", silent_about("refused:"), "hidden"),
    "path-in-archive": ("ferry", silent_about("refused:"), "hidden"),
    "miscounted-file": ("ferry", silent_about("refused:"), "hidden"),
    "replaced-file": ("file-drop", dropped(ByName), "lost"),
    "continued-file": ("file-drop", dropped(ByName), "lost"),
    "charset-of-a-file": ("file-drop", dropped(OneCharset), "other"),
    "file-of-another": ("file-drop", silent_about("broken:"), "hidden"),
}
"""Check → transport, what is wrong, and the word that the check says of it."""


def test_every_check_has_somebody_who_fails_it() -> None:
    assert sorted(OURS) == sorted(HOSTILE)


@pytest.mark.parametrize("name", OURS)
def test_who_is_wrong_in_one_thing_fails_for_it(
    name: str, written: dict[str, AdapterEntry], tmp_path: Path
) -> None:
    transport, wrong, why = HOSTILE[name]
    plain = written[transport]
    assert isinstance(plain.make, type)
    result = checked(replace(plain, make=wrong(plain.make)), name, tmp_path)
    assert (Verdict.FAILED, why) == (result.verdict, result.why), result.line


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("name", OURS)
def test_what_the_scaffold_writes_passes_or_is_not_asked(
    name: str, transport: str, written: dict[str, AdapterEntry], tmp_path: Path
) -> None:
    result = checked(written[transport], name, tmp_path)
    asked = HOSTILE[name][0] == transport or (name, transport) == ("half-written-file", "ferry")
    assert (Verdict.PASSED if asked else Verdict.NOT_APPLICABLE) is result.verdict, result.line
