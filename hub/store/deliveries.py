"""What departments are told that do not read the bus: by pull or webhook, in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from hub.store import numbering
from hub.store.engine import chunks, insert
from hub.store.lists import among
from hub.store.moments import to_us
from hub.store.resting import is_due_again
from hub.store.tables import delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """Something to tell a department that does not read the bus; the message is made when it is sent."""

    message_id: str
    """The CloudEvents id: what the department acknowledges."""
    whistle_id: str
    department: str
    channel: str


def queue(conn: Connection, deliveries: Sequence[NewDelivery], at: datetime) -> None:
    """Puts them on their way; a repeat changes nothing."""
    if not deliveries:
        return
    numbers = numbering.following(conn, delivery, "department", [one.department for one in deliveries])
    insert(
        conn,
        delivery,
        [
            {
                "message_id": one.message_id,
                "whistle_id": one.whistle_id,
                "department": one.department,
                "channel": one.channel,
                "state": "waiting",
                "seq": number,
                "attempts": 0,
                "next_us": to_us(at),
            }
            for number, one in zip(numbers, deliveries, strict=True)
        ],
    )


def pull(conn: Connection, department: str, limit: int, *, behind: int = 0) -> tuple[dict[str, str], int]:
    """Message id → whistle id of what `department` has not acknowledged, oldest first, of its own only; and the
    place of the last of them, `behind` which to go on."""
    rows = conn.execute(
        select(delivery.c.message_id, delivery.c.whistle_id, delivery.c.seq)
        .where(delivery.c.department == department, delivery.c.channel == "pull")
        .where(delivery.c.state.in_(["waiting", "fetched"]), delivery.c.seq > behind)
        .order_by(delivery.c.seq)
        .limit(limit)
    ).all()
    return {r.message_id: r.whistle_id for r in rows}, rows[-1].seq if rows else behind


def place_of(conn: Connection, department: str, message_id: str) -> int:
    """Where a message of `department` stands among those that it fetches; before all of them where it has none such."""
    query = select(delivery.c.seq).where(
        delivery.c.message_id == message_id,
        delivery.c.channel == "pull",
        delivery.c.department == department,
    )
    return conn.execute(query).scalar_one_or_none() or 0


def mark(
    conn: Connection, channel: str, ids: Iterable[str], state: str, at: datetime, *, department: str
) -> int:
    """Sets the state of `department`'s own deliveries, by message id; returns how many were its own."""
    done_us = to_us(at) if state in ("acknowledged", "sent") else None
    return sum(
        conn.execute(
            update(delivery)
            .where(
                among(delivery.c.message_id, part),
                delivery.c.channel == channel,
                delivery.c.department == department,
                delivery.c.state != "acknowledged",
            )
            .values(state=state, done_us=done_us)
        ).rowcount
        for part in chunks(ids)
    )


def next_webhook(conn: Connection, department: str, now: datetime) -> Row[Any] | None:
    """The oldest webhook delivery of `department` that waits; None where there is none, or while it rests after
    a failure: what came later does not overtake what failed."""
    row = conn.execute(
        select(delivery)
        .where(delivery.c.department == department, delivery.c.channel == "webhook")
        .where(delivery.c.state == "waiting")
        .order_by(delivery.c.seq)
        .limit(1)
    ).first()
    return row if row is not None and is_due_again(row.next_us, now) else None


def try_again(conn: Connection, message_id: str, code: str, at: datetime) -> None:
    """A webhook failed: the next try comes at `at`."""
    conn.execute(
        update(delivery)
        .where(delivery.c.message_id == message_id, delivery.c.channel == "webhook")
        .values(attempts=delivery.c.attempts + 1, next_us=to_us(at), code=code)
    )


def give_up(conn: Connection, message_id: str, code: str, at: datetime) -> None:
    """A webhook was refused for good: `failed`, until somebody sends it again."""
    conn.execute(
        update(delivery)
        .where(delivery.c.message_id == message_id, delivery.c.channel == "webhook")
        .values(state="failed", attempts=delivery.c.attempts + 1, code=code, done_us=to_us(at))
    )


def send_again(conn: Connection, department: str, at: datetime) -> int:
    """Puts what `department`'s webhook refused back on its way, in its old order; returns how many."""
    return conn.execute(
        update(delivery)
        .where(delivery.c.department == department, delivery.c.channel == "webhook")
        .where(delivery.c.state == "failed")
        .values(state="waiting", attempts=0, next_us=to_us(at), code=None, done_us=None)
    ).rowcount
