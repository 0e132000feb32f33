"""Back-pressure: a source that sends more than the hub takes is told to wait, before the disk is full of it.

At `limit` records on their way a source is *pressed*: its pages are not read and its pushes get the protocol's own
"later", until half of them have their fate. Which sources are pressed stands in the store, so that every process,
`/metrics` and `doctor` say the same.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from hub.store import facts, records
from hub.store.engine import Store

log = structlog.get_logger()

PRESSED: Final = "pressed:"
"""Before a source's name: the name of the fact."""
LATER_S: Final = 30
"""What a source is asked to wait before it sends again (`Retry-After`)."""
_LOOK_EVERY_S: Final = 1.0


@dataclass(slots=True)
class _Seen:
    """What was found at the last look, and what this process has let in since."""

    at_s: float
    waiting: int
    is_pressed: bool


class Pressure:
    """Of all sources, for one process. Looks at a source's records about once a second."""

    def __init__(self, store: Store, *, limit: int, ticks: Callable[[], float] = time.monotonic) -> None:
        self._store, self._limit, self._ticks = store, limit, ticks
        self._seen: dict[str, _Seen] = {}

    def is_on(self, source: str) -> bool:
        """Whether `source` has to wait now."""
        seen = self._seen.get(source)
        if seen is None or self._is_over(seen):
            seen = self._seen[source] = self._look(source)
        return seen.is_pressed

    def _is_over(self, seen: _Seen) -> bool:
        """Whether it is time to look again: after a while, and where the limit seems to be reached."""
        seems_full = not seen.is_pressed and seen.waiting >= self._limit
        return seems_full or self._ticks() - seen.at_s >= _LOOK_EVERY_S

    def took(self, source: str, number: int) -> None:
        """So many records of `source` were stored by this process just now."""
        if (seen := self._seen.get(source)) is not None:
            seen.waiting += number

    def _look(self, source: str) -> _Seen:
        with self._store.read() as conn:
            waiting = records.on_their_way(conn, source, self._limit)
            was_pressed = source in facts.under(conn, PRESSED)
        is_pressed = waiting >= self._limit or (was_pressed and waiting > self._limit // 2)
        if is_pressed != was_pressed:
            self._turn(source, is_pressed, waiting)
        return _Seen(self._ticks(), waiting, is_pressed)

    def _turn(self, source: str, is_pressed: bool, waiting: int) -> None:
        """Once when it begins, once when it is over."""
        with self._store.write() as conn:
            if is_pressed:
                facts.put(conn, PRESSED + source, str(waiting))
            else:
                facts.drop(conn, PRESSED + source)
        if is_pressed:
            log.warning("source_pressed", source=source, waiting=waiting)
        else:
            log.info("source_eased", source=source, waiting=waiting)
