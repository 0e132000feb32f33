"""The good plugins that hostile ones differ from by one thing: the scaffold's own, and two that can do what it cannot.

The scaffold's is written into a folder of this test run, and imported from there as an installed one would be.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson

from hub import scaffold
from hub.model import Arrival, Draft
from hub.plugin import AdapterEntry, Body, Listed, PeerReply, PeerRequest, Utterance
from hub.plugin.json_text import cut_rows

FOLDER: Final = TemporaryDirectory(prefix="gridplus-")
sys.path.insert(0, str(scaffold.write("sample_source", "rest-pull", Path(FOLDER.name), "示例系统")))

from gridplus_sample_source.adapter import PATH, SampleSource, SampleSourceConfig  # noqa: E402
from gridplus_sample_source.plugin import grid_adapters  # noqa: E402
from gridplus_sample_source.simulator import SampleSourceSystem  # noqa: E402

__all__ = [
    "FOLDER",
    "LISTED",
    "PATH",
    "PLAIN",
    "Row",
    "SampleSource",
    "SampleSourceConfig",
    "SampleSourceSystem",
    "understood",
    "with_adapter",
]

(PLAIN,) = grid_adapters()


@dataclass(frozen=True, slots=True)
class Row:
    """One check, who fails it, and for which reason. `good` holds, and differs by the one thing that is wrong."""

    check: str
    hostile: AdapterEntry
    why: str
    good: AdapterEntry = PLAIN


Changed = Callable[[Draft, dict[str, Any]], Draft]


def with_adapter(make: type, **changes: Any) -> AdapterEntry:
    """The good plugin with another adapter."""
    return replace(PLAIN, make=make, **changes)


def understood(change: Changed, **changes: Any) -> AdapterEntry:
    """The good plugin, but each draft is passed through `change`, with the row that it came from."""

    class Hostile(SampleSource):
        def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
            drafts = super().normalise(body, arrival)
            return [change(one, orjson.loads(body.content)) for one in drafts]

    return with_adapter(Hostile, **changes)


class ListingSystem(SampleSourceSystem):
    """Also says what it holds, shows single events, and knows secrecy."""

    def row(self, utterance: Utterance) -> Mapping[str, object]:
        return {**super().row(utterance), "isSecret": "1" if utterance.secret else "0"}

    def answer(self, request: PeerRequest) -> PeerReply:
        if request.path == f"{PATH}/ids":
            rows = [orjson.loads(one.content) for one in self._shelf.rows.values()]
            return _said([{"no": one["eventNo"], "at": one["updateTime"]} for one in rows])
        if request.path.startswith(f"{PATH}/one/"):
            found = self._shelf.rows.get(request.path.rpartition("/")[2])
            return _said([orjson.Fragment(found.content)] if found else [])
        return super().answer(request)


class Listing(SampleSource):
    """Also reconciles (`Lists`), fetches (`Fetches`), and keeps secrets."""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        row = orjson.loads(body.content) if body.content.startswith(b"{") else {}
        drafts = super().normalise(body, arrival)
        return [replace(one, secret=isinstance(row, dict) and row.get("isSecret") == "1") for one in drafts]

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:  # noqa: ARG002  it lists all
        for one in self._asked(f"{PATH}/ids"):
            row = orjson.loads(one)
            moment = datetime.strptime(row["at"] + "+0800", "%Y-%m-%d %H:%M:%S%z")
            yield Listed(row["no"], moment.astimezone(self.utc).isoformat())

    def fetch(self, refs: Sequence[str]) -> Iterator[Body]:
        for ref in refs:
            yield from (Body(one, "event") for one in self._asked(f"{PATH}/one/{ref}"))

    @property
    def utc(self) -> Any:
        return self.tools.clock.now().tzinfo

    def _asked(self, path: str) -> tuple[bytes, ...]:
        from hub.plugin.transport.http import call

        return cut_rows(call(self.client, "GET", path).content, "data", "list")


def _said(rows: list[Any]) -> PeerReply:
    return PeerReply(
        200, orjson.dumps({"code": 0, "data": {"list": rows}}), {"content-type": "application/json"}
    )


LISTED: Final = replace(
    PLAIN, make=Listing, simulator=ListingSystem, declares={**PLAIN.declares, "isSecret": "internal"}
)
