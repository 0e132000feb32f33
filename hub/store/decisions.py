"""What was decided about grants of the whitelist, one row each, numbered from 1 without a gap; never changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from hub.access.whitelist import Decision
from hub.jsonform import dumps, loads
from hub.model import Grant
from hub.store.copying import insert_or_fence
from hub.store.moments import from_us, to_us
from hub.store.tables import decision


@dataclass(frozen=True, slots=True)
class Made:
    """A decision, by which proposal and when."""

    decision: Decision
    proposal_id: str
    at: datetime


def newest(conn: Connection) -> int:
    """The number of the last one; 0 before the first. One look at the end of an index."""
    return conn.execute(select(func.max(decision.c.number))).scalar() or 0


def add(conn: Connection, made: Iterable[Made], *, behind: int) -> None:
    """Writes them behind the decision numbered `behind`, the newest that whoever made them knew; raises Fenced where
    somebody else has decided since."""
    rows = [
        {
            "number": behind + place,
            "grant_id": one.decision.grant_id,
            "version": one.decision.version,
            "proposal_id": one.proposal_id,
            "decided_us": to_us(one.at),
            "body": "" if one.decision.grant is None else dumps(one.decision.grant),
        }
        for place, one in enumerate(made, start=1)
    ]
    insert_or_fence(conn, decision, rows)


def last(conn: Connection) -> dict[str, Made]:
    """Grant id → what was decided about it last."""
    numbers = select(func.max(decision.c.number)).group_by(decision.c.grant_id)
    rows = conn.execute(select(decision).where(decision.c.number.in_(numbers)))
    return {r.grant_id: _made(r) for r in rows}


def of_grant(conn: Connection, grant_id: str) -> list[Made]:
    """All that was ever decided about it, oldest first."""
    rows = conn.execute(select(decision).where(decision.c.grant_id == grant_id).order_by(decision.c.number))
    return [_made(r) for r in rows]


def _made(r: Row[Any]) -> Made:
    grant = loads(Grant, r.body) if r.body else None
    return Made(Decision(r.grant_id, r.version, grant), r.proposal_id, from_us(r.decided_us))
