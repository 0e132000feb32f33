"""The audit as it is stored: heads of its chains for the anchors, and blocks by the moment of their rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select, text, tuple_

from hub.store.engine import chunks, update
from hub.store.moments import to_us
from hub.store.tables import audit, audit_head

_PORTION: Final = 200


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last block of a chain."""

    chain: str
    seq: int
    digest: str


def unanchored(conn: Connection, after: str, limit: int) -> list[ChainHead]:
    """Chains that have grown since their last anchor, by name, those behind `after`."""
    rows = conn.execute(
        select(audit_head.c.chain, audit_head.c.seq, audit_head.c.digest)
        .where(text("seq <> anchored"), audit_head.c.chain > after)
        .order_by(audit_head.c.chain)
        .limit(limit)
    )
    return [ChainHead(r.chain, r.seq, r.digest) for r in rows]


def mark_anchored(conn: Connection, heads: Sequence[ChainHead]) -> None:
    """These stand in an anchor as they are."""
    update(conn, audit_head, [{"chain": one.chain, "anchored": one.seq} for one in heads], key=("chain",))


def digests_at(conn: Connection, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """(chain, number) → the digest of that block; those that are not there are left out."""
    found: dict[tuple[str, int], str] = {}
    for part in chunks(places):
        wanted = tuple_(audit.c.chain, audit.c.seq).in_(part)
        rows = conn.execute(select(audit.c.chain, audit.c.seq, audit.c.digest).where(wanted))
        found |= {(r.chain, r.seq): r.digest for r in rows}
    return found


def chains(conn: Connection) -> list[str]:
    """The names of all chains that have a block or a head."""
    names = select(audit.c.chain).union(select(audit_head.c.chain))
    return sorted(conn.execute(names).scalars())


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands among all of them, by the moment of its rows."""

    made_us: int
    chain: str
    seq: int


def bodies(
    conn: Connection,
    *,
    since: datetime,
    before: datetime,
    place: Place | None = None,
    limit: int | None = None,
) -> Iterator[tuple[Place, str]]:
    """Blocks written from `since` until before `before`, newest first, with their rows; from `place` on; `limit` of them,
    None: all."""
    order = (audit.c.made_us, audit.c.chain, audit.c.seq)
    query = select(*order, audit.c.rows).where(
        audit.c.made_us >= to_us(since), audit.c.made_us < to_us(before)
    )
    if place is not None:
        query = query.where(tuple_(*order) <= (place.made_us, place.chain, place.seq))
    query = query.order_by(*(column.desc() for column in order)).limit(limit)
    for r in conn.execute(query.execution_options(yield_per=_PORTION)):
        yield Place(r.made_us, r.chain, r.seq), r.rows
