"""Tells when the machine's clock was put forward or back: it is held against one that only ever goes on."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from hub.clock import Clock

JUMPED: Final = "clock_jumped"
"""Name of the fact: when the clock jumped last, and by how many seconds."""
TOLD_FOR: Final = timedelta(days=1)
"""How long `doctor` speaks of it."""
LEAST: Final = timedelta(minutes=1)
"""Less is a clock being set right, or a process that stood still between two readings."""


class Watch:
    """Held by a worker that looks often."""

    def __init__(self, clock: Clock, ticks: Callable[[], float] = time.monotonic) -> None:
        """`ticks`: seconds that never go back."""
        self._clock, self._ticks = clock, ticks
        self._seen, self._ticked = clock.now(), ticks()

    def look(self) -> timedelta:
        """By how much the clock jumped since the last look; nothing where that is less than `LEAST`."""
        now, ticked = self._clock.now(), self._ticks()
        by = now - self._seen - timedelta(seconds=ticked - self._ticked)
        self._seen, self._ticked = now, ticked
        return by if abs(by) >= LEAST else timedelta(0)


def written(at: datetime, by: timedelta) -> str:
    """As a fact."""
    return f"{at.isoformat()} {by.total_seconds():.0f}"


def read(fact: str) -> tuple[datetime, int]:
    """(when, by how many seconds) of such a fact."""
    at, by_s = fact.split(" ")
    return datetime.fromisoformat(at), int(by_s)
