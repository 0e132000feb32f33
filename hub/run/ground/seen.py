"""What a worker has seen of matters and reports, so that it does not read them again for each batch.

A matter's version counts every change of it, its links and the newest words of its reports included: where
the stored version is still the same, so is all of it. Nothing here holds a word of anyone: a sighting is
made of sketches and hashes.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from hub.incident.sighting import Candidate, Sighting
from hub.model import Event, Incident

T = TypeVar("T")

MOST: Final = 12_000
"""Matters, and reports, that one worker keeps: about 60 MB when full."""


class _Latest(Generic[T]):
    """The latest things by id; the oldest go first. For several threads of one process."""

    def __init__(self, most: int) -> None:
        self._most: Final = most
        self._kept: Final[dict[str, T]] = {}
        self._lock: Final = threading.Lock()

    def get(self, id_: str) -> T | None:
        """What is kept under `id_`."""
        return self._kept.get(id_)

    def put(self, fresh: Mapping[str, T]) -> None:
        """Keeps these; what stood under the same ids goes."""
        with self._lock:
            for id_, one in fresh.items():
                self._kept.pop(id_, None)  # put at the end, as the latest
                self._kept[id_] = one
            for id_ in list(self._kept)[: max(len(self._kept) - self._most, 0)]:
                del self._kept[id_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """An incident as its reports show it to the link rules."""

    incident: Incident
    candidate: Candidate
    reports: Mapping[str, Event]
    """Key → the report as last told, of each sighting of the candidate: the first and the newest, or all."""
    blocks: frozenset[str]
    """Where it is found."""


class Matters:
    """Matters of one casework worker, as its last committed batch left them."""

    def __init__(self, most: int = MOST) -> None:
        self._latest: Final = _Latest[Matter](most)

    def get(self, id_: str, version: int) -> Matter | None:
        """The matter at exactly this version; None where it must be read."""
        found = self._latest.get(id_)
        return found if found is not None and found.incident.version == version else None

    def keep(self, seen: Iterable[Matter]) -> None:
        """What a batch saw or made; to be called once it holds."""
        self._latest.put({one.incident.id: one for one in seen})


class Reports:
    """Events that this process has just stored: where casework runs here too, it does not read them back."""

    def __init__(self, most: int = MOST) -> None:
        self._latest: Final = _Latest[tuple[Event, Sighting]](most)
        self._asked: set[str] = set()

    def ask(self, keys: Iterable[str]) -> None:
        """Casework of this process handles events whose messages have these keys (subdistricts)."""
        self._asked.update(keys)

    def are_asked_for(self, key: str) -> bool:
        """Whether casework here handles such events: those that go elsewhere are not worth keeping."""
        return key in self._asked

    def get(self, id_: str) -> tuple[Event, Sighting] | None:
        """An event as it was stored, and what link rules compare of it."""
        return self._latest.get(id_)

    def keep(self, stored: Iterable[tuple[Event, Sighting]]) -> None:
        """New events of a transaction that holds."""
        self._latest.put({event.id: (event, sighting) for event, sighting in stored})
