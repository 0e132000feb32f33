"""Data keys in the database. Deleting a row is deleting what its subject sealed."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, select

from hub.access.vault import DataKey
from hub.store.copying import insert_new
from hub.store.engine import BYTES, chunks
from hub.store.lists import among
from hub.store.tables import data_key


def add(conn: Connection, keys: Sequence[DataKey]) -> None:
    """Stores wrapped keys; a subject that has one keeps it."""
    insert_new(conn, data_key, [{"subject": k.subject, "wrapped": k.wrapped, "salt": k.salt} for k in keys])


def of(conn: Connection, subjects: Iterable[str]) -> dict[str, DataKey]:
    """The keys of these subjects; one whose key was destroyed is missing."""
    found: dict[str, DataKey] = {}
    for part in chunks(subjects):
        wanted = select(data_key).where(among(data_key.c.subject, part))
        rows = conn.execute(wanted, execution_options=BYTES)
        found |= {r.subject: DataKey(r.subject, r.wrapped, r.salt) for r in rows}
    return found


def destroy(conn: Connection, subjects: Iterable[str]) -> int:
    """Makes everything that these subjects sealed unreadable for good."""
    return sum(
        conn.execute(delete(data_key).where(among(data_key.c.subject, part))).rowcount
        for part in chunks(subjects)
    )
