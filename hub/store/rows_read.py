"""Rows that were read under grants with a daily limit: each counted once a grant and day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from sqlalchemy import Connection, delete, func, select, text

from hub.store.engine import chunks, insert
from hub.store.lists import among
from hub.store.tables import row_read


@dataclass(frozen=True, slots=True)
class Reading:
    """One row about to be read under a grant that gives at most `limit` rows a day."""

    grant_id: str
    limit: int
    row_id: str


def count(conn: Connection, readings: Iterable[Reading], day: date) -> frozenset[tuple[str, str]]:
    """(grant, row) of those that are over their grant's limit of `day`, a day in Asia/Shanghai.

    The others are counted in the caller's transaction; a row that was read before on that day is free. Call
    it at most once a transaction: until commit no other process counts for the same grants.
    """
    by_grant: dict[str, dict[str, int]] = {}
    for one in readings:
        by_grant.setdefault(one.grant_id, {})[one.row_id] = one.limit
    _lock(conn, by_grant)
    over: set[tuple[str, str]] = set()
    for grant, limits in by_grant.items():
        over |= {(grant, row) for row in _over(conn, grant, day.isoformat(), limits)}
    return frozenset(over)


def _lock(conn: Connection, grants: Iterable[str]) -> None:
    """SQLite has one writer at a time, so there is nothing to lock."""
    if conn.dialect.name != "postgresql":
        return
    keys = sorted(
        int.from_bytes(blake2b(f"row_read {grant}".encode(), digest_size=8).digest(), signed=True)
        for grant in grants
    )
    conn.execute(
        text("SELECT pg_advisory_xact_lock(k) FROM unnest(CAST(:keys AS bigint[])) AS k"), {"keys": keys}
    )


def _over(conn: Connection, grant: str, day: str, limits: dict[str, int]) -> set[str]:
    mine = (row_read.c.grant_id == grant, row_read.c.day == day)
    known: set[str] = set()
    for part in chunks(limits):
        known |= set(
            conn.execute(select(row_read.c.row_id).where(*mine, among(row_read.c.row_id, part))).scalars()
        )
    number = conn.execute(select(func.coalesce(func.max(row_read.c.number), 0)).where(*mine)).scalar_one()
    over: set[str] = set()
    fresh: list[dict[str, object]] = []
    for row, limit in limits.items():
        if row in known:
            continue
        if number >= limit:
            over.add(row)
            continue
        number += 1
        fresh.append({"grant_id": grant, "day": day, "row_id": row, "number": number})
    insert(conn, row_read, fresh)
    return over


def forget_before(conn: Connection, day: date) -> None:
    """Days that are over count no more."""
    conn.execute(delete(row_read).where(row_read.c.day < day.isoformat()))
