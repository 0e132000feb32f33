"""Adapters that say, keep or hold on to what they must not."""

import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from hub.errors import BadRecord, HubError
from hub.model import Arrival, Draft
from hub.plugin import Body, Page, Tools
from tests.kit.hostile.plain import PLAIN, Row, SampleSource, SampleSourceConfig, with_adapter
from tests.kit.hostile.reading import OnDisk

LET_GO: Final = threading.Event()
"""Set behind a test: what goes on for ever ends with it."""


class _Logging(SampleSource):
    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        logging.getLogger("gridplus_sample_source").warning("row %s", body.content.decode("utf-8", "replace"))
        return super().normalise(body, arrival)


class _Quoting(SampleSource):
    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        try:
            return super().normalise(body, arrival)
        except HubError:
            raise BadRecord("R202", pointer=f"/{body.content.decode('utf-8', 'replace')}") from None


class _Marking(SampleSource):
    """Its cursor holds the last row."""

    def read(self, cursor: str) -> Page:
        page = super().read(cursor.partition("\n")[0])
        last = page.bodies[-1].content.decode() if page.bodies else ""
        return replace(page, cursor=f"{page.cursor}\n{last}")


class _Keeping(SampleSource):
    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        (Path(self.tools.place) / "last.json").write_bytes(body.content)
        return super().normalise(body, arrival)


class _Telling(SampleSource):
    def check(self) -> None:
        logging.getLogger("gridplus_sample_source").info("key %s", self.config.api_key.get_secret_value())
        super().check()


class _Rewriting(SampleSource):
    def read(self, cursor: str) -> Page:
        page = super().read(cursor)
        return replace(
            page,
            bodies=tuple(Body(json.dumps(json.loads(one.content)).encode(), one.kind) for one in page.bodies),
        )


# --- resources


class _Hoarding(SampleSource):
    def __init__(self, config: SampleSourceConfig, tools: Tools) -> None:
        super().__init__(config, tools)
        self._all: list[bytes] = []

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        self._all.append(body.content)
        return super().normalise(body, arrival)


class _Threading(SampleSource):
    def __init__(self, config: SampleSourceConfig, tools: Tools) -> None:
        super().__init__(config, tools)
        threading.Thread(target=LET_GO.wait, args=(60.0,), daemon=True).start()


class _ClosingOnce(SampleSource):
    _closed = False

    def close(self) -> None:
        if self._closed:
            raise RuntimeError
        self._closed = True
        super().close()


class _Lingering(SampleSource):
    def close(self) -> None:
        LET_GO.wait(60.0)
        super().close()


ROWS: Final = (
    Row("log-says-nothing", with_adapter(_Logging), "said"),
    Row("errors-say-nothing", with_adapter(_Quoting), "said"),
    Row("cursor-says-nothing", with_adapter(_Marking), "said"),
    Row("disk-says-nothing", with_adapter(_Keeping), "kept"),
    Row("secrets-stay", with_adapter(_Telling), "log"),
    Row("fields-declared", replace(PLAIN, declares={"eventNo": "internal"}), "unknown"),
    Row("people-declared", replace(PLAIN, declares={**PLAIN.declares, "reporterName": "public"}), "open"),
    Row("as-sent", with_adapter(_Rewriting), "changed"),
    Row("memory", with_adapter(_Hoarding), "grows"),
    Row("nothing-left", with_adapter(_Threading), "thread"),
    Row("close-twice", with_adapter(_ClosingOnce), "crashed"),
    Row("stops-in-time", with_adapter(_Lingering), "waits"),
    Row("killed", with_adapter(OnDisk), "lost"),
)
