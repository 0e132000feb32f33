"""Adapters of ferries and directories of files that each do one thing wrong."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import orjson

from hub.errors import TryLater
from hub.plugin import Body, Page
from hub.plugin.transport import ferry
from hub.plugin.transport.dropped_files import DroppedFiles, Whole
from hub.plugin.transport.file_place import Place as FilePlace
from tests.kit.hostile.written import Wrong, row


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


def dropped(kind: type[DroppedFiles]) -> Wrong:
    def made(plain: type) -> type:
        class Hostile(plain):
            def __init__(self, config: Any, tools: Any) -> None:
                super().__init__(config, tools)
                plainly: DroppedFiles = vars(self)["_dropped"]
                self._dropped = kind(plainly._dropped, self._layout, tools.clock)

        return Hostile

    return made


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


def in_another_order(plain: type) -> type:
    class Hostile(plain):
        """The third file comes before the second."""

        def read(self, cursor: str) -> Page:
            page: Page = super().read(cursor)
            if not page.bodies or ferry.Place.load(page.cursor, 1).file != 2:
                return page
            following: Page = super().read(page.cursor)
            return replace(following, bodies=following.bodies + page.bodies)

    return Hostile


def believing_files(plain: type) -> type:
    class Hostile(plain):
        """Holds no file against its digest."""

        def __init__(self, config: Any, tools: Any) -> None:
            super().__init__(config, tools)
            self._ferry._opened = self._believed

        def _believed(self, manifest: ferry.Manifest, raw: bytes) -> ferry.Parcel:
            lines = (Path(self.config.inbox) / manifest.name).read_bytes().splitlines()
            return ferry.Parcel(manifest, raw, tuple(lines))

    return Hostile


def taking_both(plain: type) -> type:
    class Hostile(plain):
        """A number that comes again is read again."""

        def read(self, cursor: str) -> Page:
            page: Page = super().read(cursor)
            return replace(page, bodies=tuple(row for one in page.bodies for row in self._rows(one)))

        def _rows(self, body: Body) -> list[Body]:
            if body.kind != "refused:S111":
                return [body]
            content = (Path(self.config.inbox) / orjson.loads(body.content)["name"]).read_bytes()
            return [Body(one, "row:gb18030") for one in content.splitlines() if one != b"{}"]

    return Hostile


def skipping_behind_a_refused_one(plain: type) -> type:
    class Hostile(plain):
        """Behind a file that it refuses it leaves one out."""

        def read(self, cursor: str) -> Page:
            page: Page = super().read(cursor)
            if not any(one.kind.startswith("refused:") for one in page.bodies):
                return page
            place = ferry.Place.load(page.cursor, 1)
            return replace(page, cursor=replace(place, file=place.file + 1, sm3="").dump())

    return Hostile


def adding_noise(plain: type) -> type:
    class Hostile(plain):
        """Each page brings something that is no record."""

        def read(self, cursor: str) -> Page:
            page: Page = super().read(cursor)
            return replace(page, bodies=(*page.bodies, Body(b"x", "csv"))) if page.bodies else page

    return Hostile


ROWS: Final = (
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
    row("gap", "ferry", in_another_order, "order"),
    row("damaged-file", "ferry", believing_files, "taken"),
    row("foreign-copy", "ferry", taking_both, "taken"),
    row("ferried-bomb", "ferry", skipping_behind_a_refused_one, "stopped"),
    row("replaced-file", "file-drop", adding_noise, "spoilt"),
)
