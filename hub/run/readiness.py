"""Whether this process can do its work now: progress and freshness of its own workers, beside store and bus.

A process whose connections stand and whose workers stand still is not ready; one that has nothing to do is.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hub.bus import Bus
from hub.bus.topics import EVENTS
from hub.clock import Clock
from hub.errors import HubError, TryLater
from hub.run.ground.loop import Loop
from hub.store import migrate
from hub.store.engine import Store
from hub.store.moments import from_us
from hub.store.tables import record

MOVES_WITHIN_S: Final = 60.0
"""A worker that ended no step well for so long stands still: twice the longest rest after a failure."""
SETTLED_WITHIN_S: Final = 300.0
"""A record that waits longer is old work; then somebody of this process should be doing something."""
_MOVERS: Final = ("intake", "casework", "relay")
"""Workers that old records may be waiting for."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is looked at. `loops` are the workers of this process."""

    store: Store
    bus: Bus
    clock: Clock
    loops: Sequence[Loop]

    def faults(self) -> list[HubError]:
        """Why this process is not ready; empty where it is. Answers within seconds, whatever is away."""
        return [*self._workers(), *self._store(), *self._bus()]

    def _workers(self) -> Iterator[HubError]:
        now_s = time.monotonic()
        for one in self.loops:
            still_s = now_s - one.moved_s
            if one.broken is not None or still_s > MOVES_WITHIN_S:
                yield HubError("C151", worker=one.name, age_s=int(still_s))

    def _store(self) -> Iterator[HubError]:
        try:
            if migrate.current(self.store) != migrate.head():
                yield HubError("C152")
            elif stale := self._stale_s():
                yield HubError("C153", age_s=int(stale))
        except TryLater as error:  # the file of its password
            yield error
        except (DBAPIError, PoolTimeout):
            yield HubError("C104")

    def _stale_s(self) -> float:
        """How long a record has been waiting while the workers that it may wait for did nothing; else 0."""
        movers = [one for one in self.loops if one.name.split(":")[0] in _MOVERS]
        if not movers or time.monotonic() - max(one.worked_s for one in movers) < MOVES_WITHIN_S:
            return 0.0
        age_s = oldest_unsettled_s(self.store, self.clock.now())
        return age_s if age_s > SETTLED_WITHIN_S else 0.0

    def _bus(self) -> Iterator[HubError]:
        try:
            self.bus.unread({(EVENTS, 0): 0})
        except TryLater as error:
            yield error
        except (DBAPIError, PoolTimeout):
            return  # the embedded bus is the store, which is told already


def oldest_unsettled_s(store: Store, now: datetime) -> float:
    """How long the oldest record without a fate has been waiting, in seconds; 0 where none waits."""
    with store.read() as conn:
        oldest = conn.execute(select(func.min(record.c.received_us)).where(record.c.fate.is_(None))).scalar()
    return 0.0 if oldest is None else max((now - from_us(oldest)).total_seconds(), 0.0)
