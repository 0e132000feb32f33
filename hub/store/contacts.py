"""Contacts of residents in the database: asked for once, sent until a gateway takes them, followed until it says what became
of them. No number is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, or_, select, update

from hub.store.copying import insert_or_fence
from hub.store.engine import BYTES
from hub.store.lists import among
from hub.store.moments import to_us
from hub.store.tables import contact, resident
from hub.whistle.contact import ContactState, Kind

LONGEST_REST: Final = timedelta(minutes=5)
"""No contact is put off for longer by a gateway that does not answer."""
_FURTHEST: Final = timedelta(days=1)
"""Quiet hours put nothing off for longer: what waits beyond was put off by a clock that was ahead."""
_RECEIPT: Final = 128
_DETAIL: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """One contact that is asked for; `n`: its place among those of its report on its day."""

    id: str
    whistle_id: str
    department: str
    account: str
    event_id: str
    event_key: str
    day: str
    n: int
    kind: Kind
    channel: str
    template: str
    extension: str
    digest: str
    sealed: bytes


def add(conn: Connection, one: New, at: datetime) -> None:
    """Puts it on its way; raises Fenced where another took its place meanwhile."""
    row = {
        "id": one.id,
        "whistle_id": one.whistle_id,
        "department": one.department,
        "account": one.account,
        "event_id": one.event_id,
        "event_key": one.event_key,
        "day": one.day,
        "n": one.n,
        "kind": one.kind.value,
        "channel": one.channel,
        "template": one.template,
        "extension": one.extension,
        "state": ContactState.QUEUED.value,
        "code": "",
        "receipt": "",
        "detail": "",
        "tries": 0,
        "made_us": to_us(at),
        "sent_us": None,
        "next_us": to_us(at),
        "digest": one.digest,
        "sealed": one.sealed,
    }
    insert_or_fence(conn, contact, [row])


def find(conn: Connection, id_: str) -> Row[Any] | None:
    """It as stored; None where there is none."""
    return conn.execute(select(contact).where(contact.c.id == id_), execution_options=BYTES).first()


def of_whistle(conn: Connection, whistle_id: str, limit: int) -> list[Row[Any]]:
    """The newest of a whistle's contacts first."""
    query = select(contact).where(contact.c.whistle_id == whistle_id)
    newest = query.order_by(contact.c.made_us.desc(), contact.c.id).limit(limit)
    return list(conn.execute(newest, execution_options=BYTES))


def of_day(conn: Connection, event_key: str, day: str) -> list[Row[Any]]:
    """State and first taking (`sent_us`) of each contact of a report on a day, and its place `n`."""
    query = select(contact.c.n, contact.c.state, contact.c.sent_us)
    return list(conn.execute(query.where(contact.c.event_key == event_key, contact.c.day == day)))


def next_due(conn: Connection, channel: str, now: datetime) -> Row[Any] | None:
    """The one of this channel that waits longest to be sent or asked about."""
    due = or_(contact.c.next_us <= to_us(now), contact.c.next_us > to_us(now + _FURTHEST))
    return conn.execute(
        select(contact)
        .where(contact.c.channel == channel, contact.c.next_us.is_not(None), due)
        .order_by(contact.c.next_us, contact.c.id)
        .limit(1),
        execution_options=BYTES,
    ).first()


def settle(conn: Connection, id_: str, values: Mapping[str, object]) -> None:
    """Writes how it stands; `values` by column."""
    cut = {"receipt": _RECEIPT, "detail": _DETAIL}
    short = {key: str(value)[: cut[key]] if key in cut else value for key, value in values.items()}
    conn.execute(update(contact).where(contact.c.id == id_).values(**short))


def words_of(conn: Connection, ids: Iterable[str]) -> dict[str, bytes]:
    """Contact → what was written in it, sealed; b"" without words of its own, and past retention."""
    query = select(contact.c.id, contact.c.sealed).where(among(contact.c.id, list(ids)))
    return {r.id: r.sealed for r in conn.execute(query, execution_options=BYTES)}


def with_phone(conn: Connection, residents: Iterable[str]) -> set[str]:
    """Those of these requesters who left a phone; nothing of them is opened."""
    query = select(resident.c.id).where(
        among(resident.c.id, list(residents)), resident.c.phone_index.is_not(None)
    )
    return set(conn.execute(query).scalars())
