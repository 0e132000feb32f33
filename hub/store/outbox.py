"""The outbox: messages written in the transaction of their effects; on the embedded bus it is the log."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, text, update

from hub.bus.message import Fenced, Message, Partition
from hub.bus.topics import partition_of
from hub.store.copying import insert_new
from hub.store.engine import Store, insert
from hub.store.lists import among
from hub.store.moments import to_us
from hub.store.tables import message, offset

_LOCK = 7_201_001
"""Advisory lock that keeps `seq` in commit order where PostgreSQL itself is the bus."""


class Outbox:
    """Writes messages for one kind of bus; `partitions` per topic, one where not named."""

    def __init__(self, partitions: Mapping[str, int], *, is_log: bool) -> None:
        self._partitions = partitions
        self._is_log = is_log

    def append(self, conn: Connection, messages: Sequence[Message], at: datetime) -> None:
        """Adds `messages` in this order; they exist exactly if the transaction of `conn` commits."""
        if not messages:
            return
        if self._is_log and conn.dialect.name == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": _LOCK})
        made_us, sent = to_us(at), 1 if self._is_log else 0
        insert_new(
            conn,
            message,
            [
                {
                    "topic": one.topic,
                    "part": partition_of(one.key, self._partitions.get(one.topic, 1)),
                    "key": one.key,
                    "value": one.value,
                    "made_us": made_us,
                    "sent": sent,
                }
                for one in messages
            ],
        )


def unsent(conn: Connection, limit: int) -> list[tuple[int, int, Message]]:
    """The oldest messages that Kafka does not have yet: (seq, partition, message)."""
    rows = conn.execute(
        select(message.c.seq, message.c.part, message.c.topic, message.c.key, message.c.value)
        .where(message.c.sent == 0)
        .order_by(message.c.seq)
        .limit(limit)
    )
    return [(r.seq, r.part, Message(r.topic, r.key, r.value)) for r in rows]


def mark_sent(conn: Connection, seqs: Sequence[int]) -> None:
    """Kafka has acknowledged these."""
    conn.execute(update(message).where(among(message.c.seq, seqs)).values(sent=1))


def waiting(conn: Connection) -> int:
    """How many messages wait for the relay."""
    return int(conn.exec_driver_sql("SELECT count(*) FROM message WHERE sent = 0").scalar_one())


def positions(store: Store, group: str) -> dict[Partition, int]:
    """The next offset of each partition this group has seen."""
    with store.read() as conn:
        rows = conn.execute(select(offset.c.topic, offset.c.part, offset.c.next).where(offset.c.grp == group))
        return {(r.topic, r.part): r.next for r in rows}


def advance(conn: Connection, group: str, moves: Mapping[Partition, tuple[int, int]]) -> None:
    """Moves each partition from (first offset handled) to (next offset), in the effects' own transaction.

    Compared and swapped: where another worker has already gone past `first`, raises Fenced, and the
    roll-back undoes the effects with it. So a worker that slept through a rebalance commits nothing.
    """
    for (topic, part), (first, following) in moves.items():
        moved = conn.execute(
            update(offset)
            .where(offset.c.grp == group, offset.c.topic == topic, offset.c.part == part)
            .where(offset.c.next <= first)
            .values(next=following)
        ).rowcount
        if not moved:
            row = {"grp": group, "topic": topic, "part": part, "next": following}
            if insert(conn, offset, [row]) == 0:
                raise Fenced
