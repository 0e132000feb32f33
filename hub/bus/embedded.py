"""The embedded bus: the outbox table is the log, an offset is its `seq`. Durable, one database, no server."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import text

from hub.bus.message import Consumer, Delivered, Message, Partition, Positions
from hub.clock import SystemClock
from hub.store.engine import Store

_IDLE_S: Final = 0.02
"""How long an idle consumer waits between two looks."""


class EmbeddedBus:
    """A bus in the database of the store."""

    outbox_is_log: bool = True

    def __init__(self, store: Store) -> None:
        self._store = store

    def ensure(self, topics: Mapping[str, int], *, retention_s: int) -> None:
        """Nothing to create: a topic exists with its first message."""

    def publish(self, messages: Sequence[tuple[Message, int]]) -> None:
        """Nothing to carry: what stands in the outbox is published."""

    def consumer(self, group: str, topics: Sequence[str], positions: Positions) -> Consumer:
        return _EmbeddedConsumer(self._store, group, tuple(topics), positions)

    def close(self) -> None:
        """Nothing of its own to give back."""


class _EmbeddedConsumer:
    def __init__(self, store: Store, group: str, topics: tuple[str, ...], positions: Positions) -> None:
        self._store, self._group, self._topics, self._positions = store, group, topics, positions
        self._next: dict[Partition, int] = dict(positions(group))
        self._wall = SystemClock()
        marks = ", ".join(f":t{i}" for i in range(len(topics)))
        self._names = {f"t{i}": topic for i, topic in enumerate(topics)}
        self._query = text(
            "SELECT topic, part, seq, key, value FROM message "  # noqa: S608 only marks are put in
            f"WHERE topic IN ({marks}) AND seq >= :low ORDER BY seq LIMIT :limit"
        )

    def poll(self, limit: int, timeout_s: float) -> Sequence[Delivered]:
        waited = 0.0
        while not (got := self._look(limit)) and waited < timeout_s:
            self._wall.pause(_IDLE_S)
            waited += _IDLE_S
        return got

    def _look(self, limit: int) -> list[Delivered]:
        # One scan from the lowest position: partitions of one database move together, so few rows repeat.
        low = min(self._next.values(), default=0) if self._next else 0
        got: list[Delivered] = []
        while len(got) < limit:
            with self._store.read() as conn:
                rows = conn.execute(self._query, {**self._names, "low": low, "limit": limit}).all()
            if not rows:
                break
            for topic, part, seq, key, value in rows:
                low = seq + 1
                if seq >= self._next.get((topic, part), 0) and len(got) < limit:
                    got.append(Delivered(topic, part, seq, key, value))
                    self._next[topic, part] = seq + 1
            if len(rows) < limit:
                break
        self._floor(low, idle=not got)
        return got

    def _floor(self, low: int, *, idle: bool) -> None:
        """An idle look moves every known partition up, so that the next scan starts at the end."""
        if idle:
            for partition, position in self._next.items():
                self._next[partition] = max(position, low)

    def rewind(self) -> None:
        self._next = dict(self._positions(self._group))

    def close(self) -> None:
        """Leaves nothing behind."""
