"""Requests that were taken and must not be taken again, for as long as their signatures could be good."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Final


class Seen:
    """Marks of requests, each kept `kept_s` seconds; for many threads of one process."""

    def __init__(self, kept_s: float) -> None:
        self._kept_s: Final = kept_s
        self._moments: Final[OrderedDict[Hashable, float]] = OrderedDict()
        self._lock: Final = threading.Lock()

    def holds(self, mark: Hashable) -> bool:
        """Whether `mark` is kept."""
        with self._lock:
            return mark in self._moments

    def add(self, mark: Hashable, moment: float) -> None:
        """Keeps `mark` from `moment` on (seconds); lets go what is older than it needs to be."""
        with self._lock:
            while self._moments and next(iter(self._moments.values())) < moment - self._kept_s:
                self._moments.popitem(last=False)
            self._moments.setdefault(mark, moment)
