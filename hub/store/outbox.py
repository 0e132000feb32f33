"""The outbox: messages written in the transaction of their effects; on the embedded bus it is the log."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import accumulate, takewhile
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    update,
)

from hub.bus.message import Fenced, Message, Partition
from hub.bus.topics import partition_of
from hub.store.copying import copy
from hub.store.engine import Store, insert
from hub.store.lists import among, as_list
from hub.store.moments import to_us
from hub.store.tables import message, offset, parcel

_LOCK: Final = 7_201_001
"""Advisory lock that keeps `seq` in commit order where PostgreSQL itself is the bus."""
PARCEL: Final = 1_000_000
"""Numbers of one parcel: its messages are `id * PARCEL` and those behind."""
MOST: Final = 2_000
"""Messages of one parcel: what a transaction says beyond that lies in the next, in order. So many and one look of the
relay are carried well within its lease."""
_LOOK: Final = 1_000
"""Parcels that one look of the relay takes in."""
_PARCELS: Final = select(parcel.c.id, parcel.c.number).order_by(parcel.c.id).limit(_LOOK)
_OF_PARCELS: Final = {
    "sqlite": f"""
        SELECT m.seq, m.part, m.topic, m.key, m.value FROM json_each(?) AS p JOIN message AS m
        ON m.seq >= p.value * {PARCEL} AND m.seq < (p.value + 1) * {PARCEL} WHERE m.sent = 0 ORDER BY m.seq""",  # noqa: S608 a number of ours
    # OFFSET 0: one look into the index for each parcel; joined freely, the planner walks through all messages
    "postgresql": f"""
        SELECT m.seq, m.part, m.topic, m.key, m.value FROM unnest((SELECT %s::bigint[])) AS p(id)
        CROSS JOIN LATERAL (SELECT seq, part, topic, key, value FROM message
        WHERE seq >= p.id * {PARCEL} AND seq < (p.id + 1) * {PARCEL} AND sent = 0 ORDER BY seq OFFSET 0) AS m
        ORDER BY m.seq""",  # noqa: S608 a number of ours
}
"""By parcel: what lies between two of them was carried before, and may be much."""
_NEXT: Final = {
    "sqlite": f"""
        INSERT INTO parcel (id, number)
        SELECT 1 + max(coalesce((SELECT max(id) FROM parcel), 0), coalesce((SELECT max(seq) FROM message), 0) / {PARCEL}), ?
        RETURNING id""",  # noqa: S608 a number of ours
    "postgresql": "INSERT INTO parcel (number) VALUES (%s) RETURNING id",
}
_PACK: Final = f"""
    UPDATE message SET sent = 0, seq = (:first + n / {MOST}) * {PARCEL} + n % {MOST}
    FROM (SELECT seq AS was, row_number() OVER (ORDER BY seq) - 1 AS n FROM message) AS numbered WHERE seq = was"""  # noqa: S608 numbers of ours
_BEHIND: Final = """
    SELECT setval(name, greatest(nextval(name), (SELECT max(id) FROM parcel)))
    FROM (SELECT pg_get_serial_sequence('parcel', 'id') AS name) AS counter"""


class Outbox:
    """Writes messages for one kind of bus; `partitions` per topic, one where not named.

    For the relay a transaction leaves a parcel, or several in order: a row that goes once its messages are carried,
    so that they themselves are written once and never again.
    """

    def __init__(self, partitions: Mapping[str, int], *, is_log: bool) -> None:
        self._partitions = partitions
        self._is_log = is_log

    def append(self, conn: Connection, messages: Sequence[Message], at: datetime) -> None:
        """Adds `messages` in this order; they exist exactly if the transaction of `conn` commits."""
        if not messages:
            return
        made_us, sent = to_us(at), 1 if self._is_log else 0
        rows: list[dict[str, Any]] = [
            {
                "topic": one.topic,
                "part": partition_of(one.key, self._partitions.get(one.topic, 1)),
                "key": one.key,
                "value": one.value,
                "made_us": made_us,
                "sent": sent,
            }
            for one in messages
        ]
        for start in range(0, len(rows), MOST):
            some = rows[start : start + MOST]
            first = self._first(conn, len(some))
            if first is not None:
                some = [{"seq": seq, **row} for seq, row in enumerate(some, first)]
            copy(conn, message, some)

    def _first(self, conn: Connection, number: int) -> int | None:
        """The number of the first of so many messages; None where the database counts by itself (SQLite as the log)."""
        dialect = conn.dialect.name
        if not self._is_log:
            told = conn.exec_driver_sql(_NEXT[dialect], (number,))
        elif dialect == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": _LOCK})
            told = conn.exec_driver_sql("SELECT nextval(pg_get_serial_sequence('parcel', 'id'))")
        else:
            return None
        return int(told.scalar_one()) * PARCEL


def unsent(store: Store, limit: int) -> list[tuple[int, int, Message]]:
    """The oldest messages that Kafka does not have yet: (seq, partition, message). Whole parcels, at least one
    where any waits, and no further one once `limit` is reached: fewer than `limit + MOST` messages."""
    with store.look() as conn:
        parcels = conn.execute(_PARCELS).all()
    before = accumulate((one.number for one in parcels), initial=0)
    taken = [one.id for one, n in takewhile(lambda pair: pair[1] < limit, zip(parcels, before, strict=False))]
    if not taken:
        return []
    with store.look() as conn:
        said = as_list(conn.dialect, taken)
        rows = conn.exec_driver_sql(_OF_PARCELS[conn.dialect.name], (said,)).all()
    return [(seq, part, Message(topic, key, value)) for seq, part, topic, key, value in rows]


def mark_sent(conn: Connection, seqs: Iterable[int]) -> None:
    """Kafka has acknowledged these, which are whole parcels."""
    ids = sorted({seq // PARCEL for seq in seqs})
    conn.execute(delete(parcel).where(among(parcel.c.id, ids)))


def is_carried() -> ColumnElement[bool]:
    """True for a message that waits for no relay."""
    first = select(func.min(parcel.c.id) * PARCEL).scalar_subquery()
    return or_(message.c.sent == 1, message.c.seq < first, ~exists().select_from(parcel))


def made_since(conn: Connection, topic: str, moment: datetime) -> int:
    """How many messages of one topic were written since then. Looks through all that are kept."""
    made = select(func.count()).select_from(message)
    return conn.execute(made.where(message.c.topic == topic, message.c.made_us >= to_us(moment))).scalar_one()


def waiting(conn: Connection) -> int:
    """How many messages wait for the relay."""
    return int(conn.execute(select(func.coalesce(func.sum(parcel.c.number), 0))).scalar_one())


def send_again(conn: Connection, *, is_log: bool) -> None:
    """Everything that is left of the outbox lies before another bus than the one that had it: in the log itself, or
    numbered anew in parcels as large as any, in order."""
    conn.execute(delete(parcel))
    if is_log:
        conn.execute(update(message).values(sent=1))
        return
    last = conn.execute(select(func.coalesce(func.max(message.c.seq), 0))).scalar_one()
    conn.execute(text(_PACK), {"first": last // PARCEL + 1})
    number = message.c.seq // PARCEL
    conn.execute(parcel.insert().from_select(["id", "number"], select(number, func.count()).group_by(number)))
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(_BEHIND)  # what is said from now on comes behind them


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
