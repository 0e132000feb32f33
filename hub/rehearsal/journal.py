"""What was seen of a consumer, in order: every request that it made, and every message that was put before it.

Written by the web server's thread and read by the acts'; the only thing that both touch.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import orjson

_ME: Final = "/departments/me/whistles"


class Kind(StrEnum):
    """What a request is for."""

    FETCH = "fetch"
    ACKNOWLEDGE = "acknowledge"
    REPORT = "report"
    OTHER = "other"


@dataclass(slots=True)
class Asked:
    """One request. `status` is what the consumer was told, 0 where it was told nothing; `given`: ids of the messages
    that it was handed, of a webhook call the one that was posted."""

    number: int
    kind: Kind
    whistle_id: str
    said: Mapping[str, Any]
    status: int = 0
    given: tuple[str, ...] = ()
    code: str = ""
    """Of the refusal."""
    is_lost: bool = False
    """The hub worked, and its answer was thrown away."""
    is_ours: bool = False
    """The answer was made up: it says nothing about the request."""
    done: bool = False

    @property
    def ids(self) -> tuple[str, ...]:
        """What an acknowledgement names."""
        ids = self.said.get("ids", ())
        return tuple(one for one in ids if isinstance(one, str)) if isinstance(ids, list) else ()

    @property
    def nonce(self) -> str:
        """Of a report."""
        return str(self.said.get("nonce", ""))

    @property
    def move(self) -> str:
        """Of a report."""
        return str(self.said.get("move", ""))


def read(method: str, path: str, body: bytes) -> tuple[Kind, str, Mapping[str, Any]]:
    """What a request is for, which whistle it names, and its JSON object; empty where there is none."""
    try:
        said = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError:
        said = {}
    said = said if isinstance(said, dict) else {}
    parts = path.removeprefix(_ME).strip("/").split("/")
    whistle_id = parts[0] if path.startswith(_ME) and parts[0].startswith("wh_") else ""
    if (method, path) == ("GET", _ME):
        return Kind.FETCH, "", said
    if (method, path) == ("POST", f"{_ME}/acknowledgements"):
        return Kind.ACKNOWLEDGE, "", said
    if method == "POST" and whistle_id and parts[1:] == ["reports"]:
        return Kind.REPORT, whistle_id, said
    return Kind.OTHER, whistle_id, said


@dataclass(slots=True)
class Journal:
    """All of it; `mark` and `since` tell an act's part from the rest."""

    entries: list[Asked] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    active_at: float = field(default_factory=time.monotonic)
    """When it last did something; asking in vain is nothing."""
    idle_fetches: int = 0
    """How often it has asked in vain since."""

    def begin(self, method: str, path: str, body: bytes) -> Asked:
        """A request has come."""
        with self.changed:
            one = Asked(len(self.entries), *read(method, path, body))
            self.entries.append(one)
            if one.kind is not Kind.FETCH:
                self._active()
            return one

    def end(self, one: Asked) -> None:
        """It is about to be answered, as `one` says."""
        with self.changed:
            one.done = True
            if one.kind is Kind.FETCH and one.status == 200 and not one.given:
                self.idle_fetches += 1
            else:
                self._active()
            self.changed.notify_all()

    def posted(self, message_id: str, status: int) -> None:
        """A webhook call was made: the message was handed over, and with a 2xx it is acknowledged."""
        with self.changed:
            for kind, is_there in ((Kind.FETCH, True), (Kind.ACKNOWLEDGE, 200 <= status < 300)):
                if is_there:
                    said = {"ids": [message_id]} if kind is Kind.ACKNOWLEDGE else {}
                    given = (message_id,) if kind is Kind.FETCH else ()
                    self.entries.append(
                        Asked(len(self.entries), kind, "", said, status=200, given=given, done=True)
                    )
            self._active()
            self.changed.notify_all()

    def _active(self) -> None:
        self.active_at, self.idle_fetches = time.monotonic(), 0

    def mark(self) -> int:
        """How much there is by now."""
        with self.changed:
            return len(self.entries)

    def since(self, mark: int = 0, kind: Kind | None = None) -> list[Asked]:
        """What came behind `mark` and has its answer."""
        with self.changed:
            return [one for one in self.entries[mark:] if one.done and kind in (None, one.kind)]

    def wait(self, holds: Callable[[], bool], longest_s: float) -> bool:
        """Waits until `holds()`, looked at whenever something came; False after `longest_s`."""
        ends = time.monotonic() + longest_s
        with self.changed:
            while not holds():
                left = ends - time.monotonic()
                if left <= 0:
                    return False
                self.changed.wait(min(left, 0.05))
            return True

    # -- what is asked of it -------------------------------------------------------------------------

    def acknowledged(self, mark: int = 0) -> list[str]:
        """Ids in acknowledgements that were taken, in order; one that is named twice counts twice."""
        taken = (one for one in self.since(mark, Kind.ACKNOWLEDGE) if 200 <= one.status < 300 or one.is_lost)
        return [id_ for one in taken for id_ in one.ids]

    def given(self, mark: int = 0) -> list[str]:
        """Ids that were handed out, each as often as it was."""
        return [id_ for one in self.since(mark, Kind.FETCH) if one.status == 200 for id_ in one.given]

    def reports(self, *whistle_ids: str, mark: int = 0) -> list[Asked]:
        """Reports on these whistles, or on all."""
        return [
            one for one in self.since(mark, Kind.REPORT) if not whistle_ids or one.whistle_id in whistle_ids
        ]
