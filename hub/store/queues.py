"""What waits for a person of the district, oldest first: likely links, matters that nobody leads, returns, held records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, func, select, text, true

from hub.model import Fate, Reason
from hub.store.events import loads_reasons
from hub.store.moments import from_us
from hub.store.tables import fallback, incident, record, review

_ASKED: Final = text("review.decision IS NULL")
"""By the very words that the index has."""
_THEIRS: Final = incident.alias("theirs")
_PAIRS: Final = review.join(incident, incident.c.id == review.c.incident_id).join(
    _THEIRS, _THEIRS.c.id == review.c.candidate_id
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """A report whose matter may be another one, too."""

    event_key: str
    incident_id: str
    candidate_id: str
    score: float
    reasons: tuple[Reason, ...]
    asked_at: datetime
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unled:
    """A matter that nobody leads: why, whose it is to decide, and until when."""

    incident_id: str
    reason: str
    owner: str
    queued_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A record that waits for a person or a missing thing; nothing of what it says."""

    id: str
    source: str
    code: str
    owner: str
    received_at: datetime


def likely(conn: Connection, subdistrict: str, limit: int) -> list[Likely]:
    """Questions that nobody has answered; `subdistrict` "": of the whole district, else with both matters in it."""
    rows = conn.execute(
        select(review)
        .select_from(_PAIRS)
        .where(_ASKED, *_of_both(subdistrict))
        .order_by(review.c.asked_us, review.c.event_key, review.c.candidate_id)
        .limit(limit)
    )
    return [_likely(r) for r in rows]


def about(conn: Connection, incident_id: str, candidate_id: str) -> Likely | None:
    """The question about these two that nobody has answered; None where there is none."""
    query = select(review).where(
        review.c.incident_id == incident_id, review.c.candidate_id == candidate_id, _ASKED
    )
    row = conn.execute(query.limit(1)).first()
    return _likely(row) if row else None


def _likely(r: Row[Any]) -> Likely:
    return Likely(
        event_key=r.event_key,
        incident_id=r.incident_id,
        candidate_id=r.candidate_id,
        score=r.score,
        reasons=loads_reasons(r.reasons),
        asked_at=from_us(r.asked_us),
        owner=r.owner,
    )


def unled(conn: Connection, subdistrict: str, limit: int) -> list[Unled]:
    """Matters at the desk, by when they are due."""
    rows = conn.execute(
        select(fallback)
        .join(incident, incident.c.id == fallback.c.incident_id)
        .where(fallback.c.resolved_us.is_(None), _of(subdistrict))
        .order_by(fallback.c.due_us, fallback.c.incident_id)
        .limit(limit)
    )
    return [
        Unled(
            incident_id=r.incident_id,
            reason=r.reason,
            owner=r.owner,
            queued_at=from_us(r.queued_us),
            due_at=from_us(r.due_us),
        )
        for r in rows
    ]


def held(conn: Connection, limit: int) -> list[Held]:
    """Held records of all sources."""
    columns = (record.c.id, record.c.source, record.c.code, record.c.owner, record.c.received_us)
    rows = conn.execute(
        select(*columns)
        .where(record.c.fate == Fate.HELD.value)
        .order_by(record.c.received_us, record.c.id)
        .limit(limit)
    )
    return [
        Held(
            id=r.id,
            source=r.source,
            code=r.code or "",
            owner=r.owner or "",
            received_at=from_us(r.received_us),
        )
        for r in rows
    ]


def subdistricts(conn: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Incident → its subdistrict, "" where none is known."""
    rows = conn.execute(select(incident.c.id, incident.c.subdistrict_id).where(incident.c.id.in_(ids)))
    return {r.id: r.subdistrict_id or "" for r in rows}


def sizes(conn: Connection, subdistrict: str) -> tuple[int, int]:
    """How many likely links and how many matters without a lead wait."""
    links = select(func.count()).select_from(_PAIRS).where(_ASKED, *_of_both(subdistrict))
    matters = (
        select(func.count())
        .select_from(fallback.join(incident, incident.c.id == fallback.c.incident_id))
        .where(fallback.c.resolved_us.is_(None), _of(subdistrict))
    )
    return conn.execute(links).scalar_one(), conn.execute(matters).scalar_one()


def _of(subdistrict: str) -> ColumnElement[bool]:
    return incident.c.subdistrict_id == subdistrict if subdistrict else true()


def _of_both(subdistrict: str) -> tuple[ColumnElement[bool], ...]:
    return (_of(subdistrict), _THEIRS.c.subdistrict_id == subdistrict) if subdistrict else (true(),)
