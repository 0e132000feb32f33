"""How much one address, name or session may ask for in a while; kept in this process alone."""

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from hub.errors import Refused

MISSES_OF_ADDRESS: Final = parse("60 per 15 minute")
"""Wrong passwords from one address: a street office behind one address mistypes less."""
MISSES_OF_NAME: Final = parse("20 per 5 minute")
"""Also of a name that nobody has: how it is refused tells nothing."""
LEAVING_OF_ADDRESS: Final = parse("300 per 5 minute")
"""Browsers that go to the identity provider: each leaves a row."""
PAGES_OF_SESSION: Final = parse("1200 per 1 minute")
"""Of one browser: a map that is moved about asks a few times a second."""


class Limiting:
    """Counts what was asked. Thread-safe."""

    def __init__(self) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def count(self, item: RateLimitItem, who: str) -> None:
        """One more of `item`. Raises Refused A337 with the seconds to wait where none is left."""
        if not self._window.hit(item, who):
            raise self._refused(item, who)

    @contextmanager
    def missing(self, limits: Mapping[RateLimitItem, str]) -> Iterator[None]:
        """Around a try that may be a miss: what is refused inside counts for each of `limits`. Raises Refused A337 before
        anything is tried where nothing is left of one."""
        for item, who in limits.items():
            if not self._window.test(item, who):
                raise self._refused(item, who)
        try:
            yield
        except Refused:
            for item, who in limits.items():
                self._window.hit(item, who)
            raise

    def _refused(self, item: RateLimitItem, who: str) -> Refused:
        ends = self._window.get_window_stats(item, who).reset_time
        return Refused("A337", wait_s=max(1, math.ceil(ends - time.time())))
