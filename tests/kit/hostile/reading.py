"""Adapters that read, wait, keep and stop wrongly, and offers that are not whole."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pydantic import ConfigDict

from hub.clock import SHANGHAI
from hub.errors import HubError, SignInAgain, TryLater
from hub.plugin import Body, Page, Tools
from tests.kit.hostile.plain import (
    PLAIN,
    Row,
    SampleSource,
    SampleSourceConfig,
    SampleSourceSystem,
    understood,
    with_adapter,
)

# --- the offer


class _Open(SampleSourceConfig):
    model_config = ConfigDict(extra="ignore")


class _Lax(SampleSourceConfig):
    model_config = ConfigDict(strict=False)


class _Plain(SampleSourceConfig):
    push_token: str = ""


class _OtherSettings(SampleSourceSystem):
    def settings(self) -> Mapping[str, object]:
        return {**super().settings(), "colour": "green"}


class _Asking(SampleSource):
    def __init__(self, config: SampleSourceConfig, tools: Tools) -> None:
        super().__init__(config, tools)
        self.check()


# --- pages


class _OnePage(SampleSource):
    def read(self, cursor: str) -> Page:
        return Page((), cursor) if cursor else super().read(cursor)


class _NothingIsTrouble(SampleSource):
    def read(self, cursor: str) -> Page:
        page = super().read(cursor)
        if not page.bodies:
            raise TryLater("S110")
        return page


class _AllAgain(SampleSource):
    def read(self, cursor: str) -> Page:  # noqa: ARG002  that is what is wrong with it
        return super().read("")


class _AsItWas(SampleSource):
    """Leaves out what is newer than its first look at the list."""

    _first = ""

    def read(self, cursor: str) -> Page:
        page = super().read(cursor)
        self._first = self._first or self.tools.clock.now().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        old = [one for one in page.bodies if json.loads(one.content)["updateTime"] <= self._first]
        return replace(page, bodies=tuple(old))


class _InMemory(SampleSource):
    """Keeps its place to itself."""

    _place = ""

    def read(self, cursor: str) -> Page:  # noqa: ARG002  that is what is wrong with it
        page = super().read(self._place)
        self._place = page.cursor
        return replace(page, cursor="")


class OnDisk(SampleSource):
    """Keeps its place in a file, before what it read was stored."""

    def read(self, cursor: str) -> Page:
        place = Path(self.tools.place) / "cursor"
        page = super().read(place.read_text("utf-8") if place.exists() else cursor)
        place.write_text(page.cursor, "utf-8")
        return page


class _OncePerNumber(SampleSource):
    """Knows a number and its time, and reads it no more."""

    def __init__(self, config: SampleSourceConfig, tools: Tools) -> None:
        super().__init__(config, tools)
        self._known: set[tuple[str, str]] = set()

    def read(self, cursor: str) -> Page:
        page = super().read(cursor)
        fresh = [body for body in page.bodies if self._key(body) not in self._known]
        self._known |= {self._key(body) for body in page.bodies}
        return replace(page, bodies=tuple(fresh))

    @staticmethod
    def _key(body: Body) -> tuple[str, str]:
        row = json.loads(body.content)
        return row["eventNo"], row["updateTime"]


# --- the wire


class _Hiding(SampleSource):
    """Takes any trouble for a source that has nothing to say."""

    def check(self) -> None:
        return

    def read(self, cursor: str) -> Page:
        try:
            return super().read(cursor)
        except HubError:
            return Page((), cursor)


class _Impatient(SampleSource):
    """Reads the first piece that comes."""

    def read(self, cursor: str) -> Page:
        with self.client.stream("GET", "/api/events", params={"size": "1000"}) as response:
            first = next(response.iter_raw())
        try:
            json.loads(first)
        except ValueError:
            raise TryLater("S104") from None
        return super().read(cursor)


class _EndsAtTheSame(SampleSource):
    """A page that it has seen before is the last one to it, for good."""

    def __init__(self, config: SampleSourceConfig, tools: Tools) -> None:
        super().__init__(config, tools)
        self._before: bytes = b""
        self._over = False
        client = self.client
        client.event_hooks["response"] = [self._look]

    def _look(self, response: Any) -> None:
        content = response.read()
        self._over = self._over or (len(content) > 1000 and content == self._before)
        self._before = content

    def read(self, cursor: str) -> Page:
        page = Page((), cursor) if self._over else super().read(cursor)
        return Page((), cursor) if self._over else page


class _ReadsAll(SampleSource):
    def check(self) -> None:
        self.client.get("/api/events")


class _NotSignedOut(SampleSource):
    def read(self, cursor: str) -> Page:
        try:
            return super().read(cursor)
        except SignInAgain:
            raise TryLater("S102") from None


ROWS: Final = (
    Row("named", replace(PLAIN, name="Sample Source"), "name"),
    Row("settings-closed", replace(PLAIN, config=_Open), "open"),
    Row("settings-strict", replace(PLAIN, config=_Lax), "lax"),
    Row("secrets-marked", replace(PLAIN, config=_Plain), "plain"),
    Row("skips-named", replace(PLAIN, skips={"no-such-check": "there is no such thing here"}), "unknown"),
    Row("simulator", replace(PLAIN, simulator=None), "none"),
    Row("settings-reach", replace(PLAIN, simulator=_OtherSettings), "refused"),
    Row("opens-nothing", with_adapter(_Asking), "asked"),
    Row("samples-hold", understood(lambda draft, _: replace(draft, title=f"{draft.title}！")), "differs"),
    Row("owner-named", replace(PLAIN, owner=""), "nobody"),
    Row("pages-whole", with_adapter(_OnePage), "lost"),
    Row("empty-page", with_adapter(_NothingIsTrouble), "trouble"),
    Row("at-rest", with_adapter(_AllAgain), "again"),
    Row("grows-while-read", with_adapter(_AsItWas), "lost"),
    Row("goes-on", with_adapter(_InMemory), "twice"),
    Row("not-stored", with_adapter(OnDisk), "lost"),
    Row("same-time-changed", with_adapter(_OncePerNumber), "missed"),
    Row("half-an-answer", with_adapter(_Hiding), "lost"),
    *(
        Row(name, with_adapter(_Hiding), "hidden")
        for name in (
            "busy",
            "server-error",
            "login-page",
            "redirect",
            "reset",
            "silent-peer",
        )
    ),
    Row("slow-peer", with_adapter(_Impatient), "lost"),
    Row("page-repeated", with_adapter(_EndsAtTheSame), "lost"),
    Row("endless-answer", with_adapter(_ReadsAll), "read"),
    Row("signed-out", with_adapter(_NotSignedOut), "other"),
)
