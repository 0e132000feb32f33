"""What is kept of each class of data: how long the pack says, how much there is, since when, and how much is past it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, Table, func, select, text

from hub.pack.manifest import Retention
from hub.run.care.retiring import due_by_month
from hub.store.moments import from_us_or_none, to_us
from hub.store.tables import audit, body, card, data_key, evidence, measure, message, report, resident


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One class of data."""

    kind: str
    """topics, records, reports, residents, evidence, audit."""
    within: timedelta
    stored: int
    oldest_at: datetime | None
    due: Mapping[str, int]
    """Month → how many are past their time: what the next round lets go."""
    is_let_go: bool
    """Whether the hub lets it go. The audit stays: a law gives its least time, nothing its longest."""

    @property
    def due_count(self) -> int:
        """Of all months."""
        return sum(self.due.values())


def kept(conn: Connection, retention: Retention, now: datetime) -> list[Kept]:
    """Every class, with what a round would let go now: the dry run."""
    due = due_by_month(conn, retention, now)
    within = {"records": retention.records, "reports": retention.records, "evidence": retention.records}
    found = [
        Kept(
            kind=kind,
            within=within.get(kind, retention.residents),
            stored=number,
            oldest_at=from_us_or_none(oldest),
            due=due[kind],
            is_let_go=True,
        )
        for kind, (number, oldest) in _stored(conn).items()
    ]
    return [_topics(conn, retention, now), *found, _audit(conn, retention)]


def _stored(conn: Connection) -> dict[str, tuple[int, int | None]]:
    """Kind → how much of it can still be read, and the moment of the oldest."""
    readable = body.join(data_key, data_key.c.subject == body.c.record_id)
    said = (
        _size(conn, report, report.c.reported_us, _SEALED),
        _size(conn, card, card.c.issued_us, _SEALED),
        _size(conn, measure, measure.c.opened_us, _SEALED),
    )
    return {
        "records": _size(conn, readable, body.c.received_us),
        "reports": (
            sum(one for one, _ in said),
            min((oldest for _, oldest in said if oldest is not None), default=None),
        ),
        "residents": _size(conn, resident, resident.c.updated_us),
        "evidence": _size(conn, evidence, evidence.c.made_us, _SEALED),
    }


_SEALED: Final = text("length(sealed) > 0")


def _size(
    conn: Connection, table: FromClause, moment: ColumnElement[Any], where: Any = None
) -> tuple[int, int | None]:
    query = select(func.count(), func.min(moment)).select_from(table)
    number, oldest = conn.execute(query if where is None else query.where(where)).one()
    return number, oldest


def _topics(conn: Connection, retention: Retention, now: datetime) -> Kept:
    """Those on the embedded bus and in the outbox; a broker lets its own go by itself."""
    number, oldest = _size(conn, message, message.c.made_us)
    old = select(func.count()).where(message.c.made_us < to_us(now - retention.topics))
    past = conn.execute(old).scalar_one()
    return Kept(
        kind="topics",
        within=retention.topics,
        stored=number,
        oldest_at=from_us_or_none(oldest),
        due={"": past} if past else {},
        is_let_go=True,
    )


def _audit(conn: Connection, retention: Retention) -> Kept:
    table: Table = audit
    number, oldest = _size(conn, table, table.c.made_us)
    return Kept(
        kind="audit",
        within=retention.audit,
        stored=number,
        oldest_at=from_us_or_none(oldest),
        due={},
        is_let_go=False,
    )
