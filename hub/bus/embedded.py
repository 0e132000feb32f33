"""The embedded bus: the outbox table is the log, an offset is its `seq`. Durable, one database, no server."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Select, func, literal_column, select

from hub.bus.message import Consumer, Delivered, Message, Partition, Positions
from hub.clock import SystemClock
from hub.store.engine import Store
from hub.store.tables import message, offset

NAME: Final = "embedded"
"""What it is called in settings; the log is the store's own, so a copy of the store has it whole."""
_IDLE_S: Final = 0.02
"""How long an idle consumer waits between two looks."""
_LIES_HERE: Final = message.c.sent == literal_column("1")  # as the index says it: a parameter would not match


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

    def unread(self, positions: Mapping[Partition, int]) -> Mapping[Partition, int]:
        with self._store.read() as conn:
            return {
                (topic, part): conn.execute(
                    select(func.count())
                    .select_from(message)
                    .where(
                        message.c.topic == topic, message.c.part == part, message.c.seq >= next_, _LIES_HERE
                    )
                ).scalar_one()
                for (topic, part), next_ in positions.items()
            }

    def followers(self, prefix: str) -> Mapping[str, Mapping[Partition, int]]:
        found: dict[str, dict[Partition, int]] = {}
        with self._store.read() as conn:
            for r in conn.execute(select(offset).where(offset.c.grp.startswith(prefix, autoescape=True))):
                found.setdefault(r.grp, {})[r.topic, r.part] = r.next
        return found

    def identity(self) -> str:
        return NAME

    def close(self) -> None:
        """Nothing of its own to give back."""


class _EmbeddedConsumer:
    """Scans the log once, in order of `seq`: partitions of one database move together."""

    def __init__(self, store: Store, group: str, topics: tuple[str, ...], positions: Positions) -> None:
        self._store, self._group, self._topics, self._positions = store, group, topics, positions
        self._wall = SystemClock()
        self._stored: dict[Partition, int] = {}
        self._next = 0
        self._sought = False

    def poll(self, limit: int, timeout_s: float) -> Sequence[Delivered]:
        if not self._sought:
            self._seek()
        waited = 0.0
        while not (got := self._look(limit)) and waited < timeout_s:
            self._wall.pause(_IDLE_S)
            waited += _IDLE_S
        return got

    def _seek(self) -> None:
        """Where to scan from: the lowest stored position, or the first message of a topic without one."""
        self._stored = dict(self._positions(self._group))
        mine = [next_ for (topic, _), next_ in self._stored.items() if topic in self._topics]
        known = {topic for topic, _ in self._stored}
        unread = select(func.min(message.c.seq)).where(
            message.c.topic.in_(set(self._topics) - known), _LIES_HERE
        )
        with self._store.read() as conn:
            first = conn.execute(unread).scalar()
        self._next = min([*mine, *([] if first is None else [first])], default=0)
        self._sought = True

    def _look(self, limit: int) -> list[Delivered]:
        got: list[Delivered] = []
        while len(got) < limit:
            with self._store.read() as conn:
                rows = conn.execute(self._scan(limit)).all()
            for topic, part, seq, key, value in rows:
                if len(got) == limit:
                    break
                self._next = seq + 1
                if seq >= self._stored.get((topic, part), 0):
                    got.append(Delivered(topic, part, seq, key, value))
            if len(rows) < limit:
                break
        return got

    def _scan(self, limit: int) -> Select[str, int, int, str, str]:
        return (
            select(message.c.topic, message.c.part, message.c.seq, message.c.key, message.c.value)
            .where(message.c.topic.in_(self._topics), message.c.seq >= self._next, _LIES_HERE)
            .order_by(message.c.seq)
            .limit(limit)
        )

    def rewind(self) -> None:
        self._sought = False

    def close(self) -> None:
        """Leaves nothing behind."""
