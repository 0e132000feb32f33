"""All matters that a map can show, in memory, kept as they stand by asking what changed.

One a process. Whoever asks first loads it; then `catch_up` reads what was written since, with an overlap, because a
transaction holds later than the moment that it writes down. Nothing depends on being told: a process that was away
asks for as much more.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hub.clock import Clock
from hub.store import pins
from hub.store.engine import Store
from hub.store.moments import to_us
from hub.store.pins import Pin

CLOSED_KEPT: Final = timedelta(hours=12)
"""So long a closed matter stays on the map: what was done in a shift can be seen in it."""
_OVERLAP: Final = timedelta(seconds=10)
"""How far clocks of the hub's machines may be apart, and how long a batch may take on SQLite."""
_TIDIED_EVERY: Final = timedelta(minutes=5)


class Board:
    """Matters by id. Not for two threads at once: `Pictures` has the lock."""

    def __init__(self, store: Store, clock: Clock, *, speed: float = 1.0) -> None:
        """`speed`: seconds of `clock` a second."""
        self._speed: Final = speed
        self._store: Final = store
        self._clock: Final = clock
        self._pins: dict[str, Pin] = {}
        self._seen: Mapping[tuple[str, int], str] = {}
        self._asked_at: datetime | None = None
        self._tidied_at: datetime | None = None

    def __len__(self) -> int:
        return len(self._pins)

    def pins(self) -> Iterable[Pin]:
        """All of them."""
        return self._pins.values()

    def catch_up(self) -> dict[str, tuple[Pin | None, Pin | None]]:
        """Matter → how it stood and how it stands, None where it is not on the map, of all that changed since the last
        time. The first time loads everything, and says nothing of it."""
        now = self._clock.now()
        with self._store.read() as conn:
            if self._asked_at is None:
                self._load(conn, now)
                return {}
            changed = dict(self._fresh(conn, now))
        self._asked_at = now
        changed.update(self._tidied(now))
        return changed

    def _load(self, conn: Connection, now: datetime) -> None:
        self._seen = pins.changed_since(conn, now - _OVERLAP * self._speed)
        self._pins = pins.load(conn, pins.shown_ids(conn, now - CLOSED_KEPT))
        self._asked_at = self._tidied_at = now

    def _fresh(self, conn: Connection, now: datetime) -> Iterator[tuple[str, tuple[Pin | None, Pin | None]]]:
        """Read again: what was written since the last time, and what may only hold since then."""
        asked_at = self._asked_at or now
        open_for = timedelta(seconds=pins.oldest_writer_s(conn) * self._speed)
        seen = pins.changed_since(conn, min(asked_at, now - open_for) - _OVERLAP * self._speed)
        new = dict.fromkeys(matter for key, matter in seen.items() if key not in self._seen)
        loaded = pins.load(conn, new)
        self._seen = seen
        for id_ in new:
            yield from self._put(id_, loaded.get(id_), now)

    def _put(
        self, id_: str, pin: Pin | None, now: datetime
    ) -> Iterator[tuple[str, tuple[Pin | None, Pin | None]]]:
        before = self._pins.pop(id_, None)
        after = pin if pin and not _is_past(pin, now) else None
        if after:
            self._pins[id_] = after
        if before != after:
            yield id_, (before, after)

    def _tidied(self, now: datetime) -> Iterator[tuple[str, tuple[Pin | None, Pin | None]]]:
        """What was closed long enough ago leaves by itself."""
        if self._tidied_at is not None and now - self._tidied_at < _TIDIED_EVERY:
            return
        self._tidied_at = now
        for pin in [one for one in self._pins.values() if _is_past(one, now)]:
            yield from self._put(pin.id, None, now)


def _is_past(pin: Pin, now: datetime) -> bool:
    return pin.closed_us is not None and pin.closed_us < to_us(now - CLOSED_KEPT)


def board_at(store: Store, at: datetime) -> tuple[Pin, ...]:
    """What was open at that moment: placed and named as it is now, called and moved as it was then."""
    with store.read() as conn:
        return tuple(pins.load(conn, pins.ids_at(conn, at), at).values())
