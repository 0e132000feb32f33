"""Names that a transaction locks until it commits (PostgreSQL), so that two workers do one thing after the other.

SQLite has one writer at a time, so there is nothing to lock.
"""

from collections.abc import Iterable
from hashlib import blake2b

from sqlalchemy import Connection, text


def lock(conn: Connection, marks: Iterable[str]) -> None:
    """Waits until nobody else holds one of `marks`, and holds them all.

    One statement, in the order of the keys: two workers never wait for each other.
    """
    if conn.dialect.name != "postgresql":
        return
    keys = sorted({int.from_bytes(blake2b(m.encode(), digest_size=8).digest(), signed=True) for m in marks})
    if keys:
        conn.execute(
            text("SELECT pg_advisory_xact_lock(k) FROM unnest(CAST(:keys AS bigint[])) AS k"), {"keys": keys}
        )
