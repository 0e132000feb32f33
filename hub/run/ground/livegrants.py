"""The grants in force in this process: the pack's, and what was decided since by any process.

Asked for every whistle, it looks into the store at most once a second: what was decided holds everywhere within two
seconds of its commit, without a restart. A store that does not answer shows nothing: who asks fails as unavailable.
"""

import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final

from hub.access.whitelist import InForce, joined
from hub.model import Grant
from hub.store import decisions
from hub.store.engine import Store

LOOK_S: Final = 1.0
"""On the machine's own clock: a fast scenario does not ask more often, and one that stands still does not stop asking."""


class LiveGrants:
    """One object serves all threads of a process; see `hub.access.whitelist.Whitelist`."""

    def __init__(
        self, store: Store, pack: Sequence[Grant], *, passed_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._pack, self._passed_s = store, tuple(pack), passed_s
        self._looking: Final = Lock()
        self._next_s = float("-inf")
        self._in_force = InForce(-1, ())

    def now(self) -> InForce:
        """The grants as they stood at most a second ago."""
        if self._passed_s() >= self._next_s:
            with self._looking:  # who comes second waits: it may not go on with what is older
                if self._passed_s() >= self._next_s:
                    self._look()
        return self._in_force

    def _look(self) -> None:
        asked_s = self._passed_s()
        with self._store.look() as conn:
            number = decisions.newest(conn)
        if number != self._in_force.number:
            with self._store.read() as conn:  # both from one moment
                number = decisions.newest(conn)
                last = decisions.last(conn)
            grants = joined(self._pack, (one.decision for one in last.values()))
            self._in_force = InForce(number, grants)
        self._next_s = asked_s + LOOK_S
