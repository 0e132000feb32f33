"""Records that wait for somebody or ended unread, without their content; and what was put back, by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select

from hub.model import Fate
from hub.store import records
from hub.store.engine import chunks, insert
from hub.store.lists import among
from hub.store.moments import to_us
from hub.store.tables import data_key, record, replayed

PARKED: Final = (Fate.HELD.value, Fate.DEAD.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which of a source's parked records; "" for all."""

    source: str
    code: str = ""
    fate: str = ""

    def where(self) -> ColumnElement[bool]:
        """The condition."""
        fates = [self.fate] if self.fate in PARKED else list(PARKED)
        said = [record.c.source == self.source, record.c.fate.in_(fates)]
        return and_(*said, record.c.code == self.code) if self.code else and_(*said)


def reasons(conn: Connection, source: str) -> Sequence[Row[Any]]:
    """`fate`, `code`, `owner`, `n`, and `oldest_us`, the most frequent first."""
    n = func.count().label("n")
    oldest = func.min(record.c.received_us).label("oldest_us")
    keys = (record.c.fate, record.c.code, record.c.owner)
    query = select(*keys, n, oldest).where(Chosen(source=source).where()).group_by(*keys)
    return conn.execute(query.order_by(n.desc(), record.c.code)).all()


def newest(conn: Connection, chosen: Chosen, limit: int) -> Sequence[Any]:
    """Heads of the newest of them; `has_key` None where nothing of it can be read any more."""
    query = (
        select(
            record.c.id,
            record.c.fate,
            record.c.code,
            record.c.pointer,
            record.c.owner,
            record.c.kind,
            record.c.size,
            record.c.received_us,
            data_key.c.subject.label("has_key"),
        )
        .outerjoin(data_key, data_key.c.subject == record.c.id)
        .where(chosen.where())
        .order_by(record.c.received_us.desc(), record.c.id)
        .limit(limit)
    )
    return conn.execute(query).all()


def ids(conn: Connection, chosen: Chosen, limit: int) -> list[str]:
    """The oldest of them."""
    query = select(record.c.id).where(chosen.where()).order_by(record.c.received_us, record.c.id)
    return list(conn.execute(query.limit(limit)).scalars())


def put_back(conn: Connection, source: str, ids_: Sequence[str], by: str, at: datetime) -> int:
    """Parked records of `source` among `ids_` are read again; how each stood is kept. Returns how many."""
    before: list[Any] = []
    for part in chunks(ids_):
        query = (
            select(record.c.id, record.c.fate, record.c.code)
            .join(data_key, data_key.c.subject == record.c.id)
            .where(among(record.c.id, part), Chosen(source=source).where())
        )
        before += conn.execute(query).all()
    rows = [
        {
            "record_id": r.id,
            "asked_us": to_us(at),
            "source": source,
            "asked_by": by,
            "fate": r.fate,
            "code": r.code or "",
        }
        for r in before
    ]
    insert(conn, replayed, rows)
    return records.replay(conn, [r.id for r in before])


def put_back_lately(conn: Connection, source: str, limit: int) -> Sequence[Any]:
    """What was put back, newest first: how it stood (`fate`, `code`), and how it stands (`now_fate`, `now_code`)."""
    query = (
        select(
            replayed.c.record_id,
            replayed.c.asked_us,
            replayed.c.asked_by,
            replayed.c.fate,
            replayed.c.code,
            record.c.fate.label("now_fate"),
            record.c.code.label("now_code"),
        )
        .join(record, record.c.id == replayed.c.record_id)
        .where(replayed.c.source == source)
        .order_by(replayed.c.asked_us.desc(), replayed.c.record_id)
        .limit(limit)
    )
    return conn.execute(query).all()
