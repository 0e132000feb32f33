"""Adapters that stay connected to their system, and acknowledge, wait or tell wrongly."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final

from hub import scaffold
from hub.errors import HubError, TryLater
from hub.model import Arrival, Draft
from hub.plugin import AdapterEntry, Body, Page, Tools
from hub.plugin.transport.mqtt import KIND, body_of
from tests.kit.hostile.keeping import LET_GO
from tests.kit.hostile.plain import FOLDER, Row

sys.path.insert(0, str(scaffold.write("sample_queue", "mqtt", Path(FOLDER.name), "示例队列")))

from gridplus_sample_queue.adapter import SampleQueue
from gridplus_sample_queue.plugin import grid_adapters

(GOOD,) = grid_adapters()


class _TooEarly(SampleQueue):
    """Acknowledges what it has, stored or not."""

    def read(self, cursor: str) -> Page:
        self._session.open()
        found = self._session.take(500)
        self._session.acknowledge(found)
        bodies = tuple(Body(body_of(one), KIND) for one in found)
        return Page(bodies, f"{cursor}x" if found else cursor, more=bool(found))


class _Twice(SampleQueue):
    """Hands everything out twice."""

    def read(self, cursor: str) -> Page:
        page = super().read(cursor)
        return replace(page, bodies=page.bodies * 2)


class _OneConnection(SampleQueue):
    """Connects once in its life."""

    _lost = False

    def read(self, cursor: str) -> Page:
        if self._lost:
            return Page((), cursor)
        try:
            return super().read(cursor)
        except TryLater:
            self._lost = True
            raise


class _Quiet(SampleQueue):
    """Takes a system that does not answer for one that has nothing to say."""

    def check(self) -> None:
        return

    def read(self, cursor: str) -> Page:
        try:
            return super().read(cursor)
        except HubError:
            return Page((), cursor)


class _AllTheSame(SampleQueue):
    """Has one word for every trouble."""

    def check(self) -> None:
        try:
            super().check()
        except HubError:
            raise TryLater("S104") from None


class _Patient(SampleQueue):
    """Waits for an answer as long as it takes."""

    def check(self) -> None:
        try:
            super().check()
        except HubError:
            LET_GO.wait(4.0)
            raise


class _Jealous(SampleQueue):
    """Breaks where another one of its kind has come after it."""

    newest: ClassVar[list[SampleQueue]] = []

    def __init__(self, config: Any, tools: Tools) -> None:
        super().__init__(config, tools)
        self.newest[:] = [self]

    def read(self, cursor: str) -> Page:
        if self.newest != [self]:
            raise RuntimeError("I am not the one any more")
        return super().read(cursor)


def _understood(**changes: Any) -> AdapterEntry:
    class Hostile(SampleQueue):
        def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
            drafts = super().normalise(body, arrival)
            return [replace(one, **{name: of(one) for name, of in changes.items()}) for one in drafts]

    return replace(GOOD, make=Hostile)


def _row(check: str, make: type, why: str) -> Row:
    return Row(check, replace(GOOD, make=make), why, GOOD)


ROWS: Final = (
    _row("acknowledged-when-stored", _TooEarly, "lost"),
    _row("stored-is-acknowledged", _Twice, "again"),
    _row("line-cut", _OneConnection, "lost"),
    _row("line-silent", _Quiet, "hidden"),
    _row("line-silent", _Patient, "waits"),
    _row("session-refused", _AllTheSame, "other"),
    _row("session-busy", _AllTheSame, "other"),
    _row("two-workers", _TooEarly, "lost"),
    _row("two-workers", _Jealous, "crashed"),
    Row("flapping", _understood(source_ref=lambda draft: draft.device_ref), "lost", GOOD),
)
