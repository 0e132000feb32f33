"""On which days something was shown under which grant: counted from the audit, each block once or more often, which comes
to the same."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, select

from hub.store.engine import insert
from hub.store.tables import audit, audit_counted, audit_head, grant_day

_PORTION: Final = 50
"""Blocks that are held at a time: each may be of hundreds of rows."""
_COUNTED: Final[ColumnElement[int]] = func.coalesce(audit_counted.c.seq, 0)
_BOTH: Final = audit_head.outerjoin(audit_counted, audit_counted.c.chain == audit_head.c.chain)


@dataclass(frozen=True, slots=True)
class Grown:
    """A chain with blocks that were not counted: those behind `counted`, up to `head`."""

    chain: str
    counted: int
    head: int

    @property
    def left(self) -> int:
        """How many."""
        return self.head - self.counted


def grown(conn: Connection) -> list[Grown]:
    """All such chains, by name."""
    columns = (audit_head.c.chain, _COUNTED.label("counted"), audit_head.c.seq)
    query = select(*columns).select_from(_BOTH).where(audit_head.c.seq > _COUNTED)
    return [Grown(r.chain, r.counted, r.seq) for r in conn.execute(query.order_by(audit_head.c.chain))]


def bodies(conn: Connection, one: Grown, limit: int) -> Iterator[tuple[int, str]]:
    """The first `limit` of its blocks that were not counted: number and rows."""
    query = select(audit.c.seq, audit.c.rows).where(
        audit.c.chain == one.chain, audit.c.seq > one.counted, audit.c.seq <= one.head
    )
    rows = conn.execute(query.order_by(audit.c.seq).limit(limit).execution_options(yield_per=_PORTION))
    for r in rows:
        yield r.seq, r.rows


def put(conn: Connection, chain: str, seq: int, days: Iterable[tuple[str, str]]) -> None:
    """(grant, day) of all blocks of `chain` up to `seq`."""
    rows = [{"grant_id": grant_id, "day": day} for grant_id, day in sorted(days)]
    insert(conn, grant_day, rows)
    insert(conn, audit_counted, [{"chain": chain, "seq": seq}], update=("seq",))


def last_days(conn: Connection) -> dict[str, str]:
    """Grant → the last day on which something was shown under it."""
    query = select(grant_day.c.grant_id, func.max(grant_day.c.day).label("day"))
    return {r.grant_id: r.day for r in conn.execute(query.group_by(grant_day.c.grant_id))}
