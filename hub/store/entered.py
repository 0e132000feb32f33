"""What people have entered on our own pages, each account its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from hub.model import EventKey
from hub.store.engine import insert
from hub.store.moments import from_us, to_us
from hub.store.tables import entered


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """One of them."""

    event_key: EventKey
    source: str
    number: str
    account: str
    category: str
    photos: int
    at: datetime


def add(conn: Connection, one: Entered) -> bool:
    """Notes it; False where it stands already: it was sent before."""
    row = {
        "event_key": one.event_key,
        "source": one.source,
        "number": one.number,
        "account": one.account,
        "category": one.category,
        "photos": one.photos,
        "entered_us": to_us(one.at),
    }
    return insert(conn, entered, [row]) == 1


def of(conn: Connection, account: str, source: str, limit: int) -> Sequence[Entered]:
    """What `account` entered for `source`, newest first."""
    rows = conn.execute(
        select(entered)
        .where(entered.c.account == account, entered.c.source == source)
        .order_by(entered.c.entered_us.desc(), entered.c.event_key)
        .limit(limit)
    )
    return [
        Entered(
            event_key=EventKey(r.event_key),
            source=r.source,
            number=r.number,
            account=r.account,
            category=r.category,
            photos=r.photos,
            at=from_us(r.entered_us),
        )
        for r in rows
    ]


def forget(conn: Connection, before: datetime) -> None:
    """What was entered before that is on nobody's list any more."""
    conn.execute(delete(entered).where(entered.c.entered_us < to_us(before)))
