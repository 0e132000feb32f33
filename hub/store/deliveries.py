"""What departments are told that do not read the bus: by pull or webhook, in order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select, update

from hub.store import numbering
from hub.store.engine import chunks, insert
from hub.store.lists import among
from hub.store.moments import from_us_or_none, to_us
from hub.store.resting import is_due_again
from hub.store.tables import delivery, whistle

_UNDONE: Final = ("waiting", "fetched", "failed")


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


@dataclass(frozen=True, slots=True)
class Standing:
    """How one channel of one department stands. `states`: state → how many."""

    department: str
    channel: str
    states: Mapping[str, int]
    oldest_at: datetime | None
    """When the oldest whistle was blown that the department does not have yet; None where it has them all."""
    code: str
    """Of the last one that failed or is tried again; "" for none."""


def standings(conn: Connection) -> list[Standing]:
    """Every department's channels that are told by pull or webhook, by name."""
    keys = (delivery.c.department, delivery.c.channel)
    counts = conn.execute(
        select(*keys, delivery.c.state, func.count().label("n")).group_by(*keys, delivery.c.state)
    )
    found: dict[tuple[str, str], dict[str, int]] = {}
    for r in counts:
        found.setdefault((r.department, r.channel), {})[r.state] = r.n
    return [_standing(conn, *one, states) for one, states in sorted(found.items())]


def _standing(conn: Connection, department: str, channel: str, states: Mapping[str, int]) -> Standing:
    """One look into the index of what waits each."""
    mine = (delivery.c.department == department, delivery.c.channel == channel)
    undone = (*mine, delivery.c.state.in_(_UNDONE))
    oldest = conn.execute(
        select(whistle.c.blown_us)
        .join(delivery, delivery.c.whistle_id == whistle.c.id)
        .where(*undone)
        .order_by(delivery.c.seq)
        .limit(1)
    ).scalar()
    code = conn.execute(
        select(delivery.c.code)
        .where(*undone, delivery.c.code.is_not(None))
        .order_by(delivery.c.seq.desc())
        .limit(1)
    ).scalar()
    return Standing(department, channel, states, from_us_or_none(oldest), code or "")
