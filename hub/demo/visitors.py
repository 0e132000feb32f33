"""Whose whistles wait for a visitor of the demo: so many of each department that has an account on the sign-in page, until
somebody comes for them; what comes beyond that is played like every other department's.

While somebody of the department is signed in, nobody else touches what waits. Without anybody, what has waited for long is
played, too: whoever comes finds whistles that are still in time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from hub.clock import Clock
from hub.model import Grant, WhistleState
from hub.run.assembly import Assembly
from hub.store import sessions, whistles

LEFT_OUT: Final = ("chengguan", "incident.grid_code")
"""Department and field whose grant the demo that is visited begins without."""
ROOM: Final = 12
"""Whistles that wait for the visitor, of each department."""
_LONG: Final = timedelta(seconds=75)
"""So long one waits for nobody: the demo's signature is due after a minute."""
_HERE: Final = timedelta(minutes=2)
"""Whose browser was heard of so recently is there."""


def without(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """`grants` but for the one that visitors may give themselves, as two administrators: the contract asks for its field."""
    return tuple(one for one in grants if (one.department, one.field) != LEFT_OUT)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One that waits: by which message its department was called, since when, and what the work begins behind."""

    department: str
    whistle: str
    call: str
    begins: str
    since_s: float


class Visitors:
    """Keeps whistles for them. Called by one thread at a time."""

    def __init__(self, hub: Callable[[], Assembly], departments: Iterable[str], clock: Clock) -> None:
        """`hub` is there once anybody is called; `clock`: that of people, not of the scenario."""
        self._hub, self._departments, self._clock = hub, frozenset(departments), clock
        self._waiting: list[Waiting] = []

    def keep(self, department: str, whistle: str, call: str, begins: str) -> bool:
        """Whether this one waits for the visitor from now on."""
        if department not in self._departments:
            return False
        self._look()
        if sum(one.department == department for one in self._waiting) >= ROOM:
            return False
        self._waiting.append(Waiting(department, whistle, call, begins, self._now_s()))
        return True

    def let_go(self) -> list[Waiting]:
        """Those that have waited for long, of departments of which nobody is here: they wait no more."""
        long_ago = self._now_s() - _LONG.total_seconds()
        old = [one for one in self._waiting if one.since_s < long_ago]
        if not old:
            return []
        self._look()
        with self._hub().store.read() as conn:
            here = sessions.organisations(conn, seen_since=self._clock.now() - _HERE)
        gone = [one for one in self._waiting if one.since_s < long_ago and one.department not in here]
        self._waiting = [one for one in self._waiting if one not in gone]
        return gone

    def _look(self) -> None:
        """What somebody has moved, or what was called off, waits no more."""
        with self._hub().store.read() as conn:
            standing = whistles.load(conn, {one.whistle for one in self._waiting})
        untouched = {
            id_ for id_, one in standing.items() if one.state in (WhistleState.BLOWN, WhistleState.REOPENED)
        }
        self._waiting = [one for one in self._waiting if one.whistle in untouched]

    def _now_s(self) -> float:
        return self._clock.now().timestamp()
