"""What waits for a person of the district, oldest first: likely links, matters that nobody leads, returns, held records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select, text, true, tuple_

from hub.jsonform import loads
from hub.model import Fate, Reason, Whistle
from hub.store.events import loads_reasons
from hub.store.moments import from_us, to_us
from hub.store.tables import fallback, incident, record, review, whistle
from hub.store.whistles import UNSETTLED

_ASKED: Final = text("review.decision IS NULL")
"""By the very words that the index has."""
_LIKELY_KEY: Final = (review.c.event_key, review.c.candidate_id)
_THEIRS: Final = incident.alias("theirs")
_PAIRS: Final = review.join(incident, incident.c.id == review.c.incident_id).join(
    _THEIRS, _THEIRS.c.id == review.c.candidate_id
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of one queue ends: the moment by which it is ordered, and what tells rows of one moment apart."""

    us: int
    id: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many wait in each queue."""

    likely: int
    unled: int
    returns: int
    held: int


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

    @property
    def place(self) -> Place:
        """Where it stands in its queue."""
        return Place(to_us(self.asked_at), self.event_key, self.candidate_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unled:
    """A matter that nobody leads: why, whose it is to decide, and until when."""

    incident_id: str
    reason: str
    owner: str
    queued_at: datetime
    due_at: datetime

    @property
    def place(self) -> Place:
        """Where it stands in its queue."""
        return Place(to_us(self.due_at), self.incident_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A record that waits for a person or a missing thing; nothing of what it says."""

    id: str
    source: str
    code: str
    owner: str
    received_at: datetime

    @property
    def place(self) -> Place:
        """Where it stands in its queue."""
        return Place(to_us(self.received_at), self.id)


def likely(conn: Connection, subdistrict: str, limit: int, behind: Place | None = None) -> list[Likely]:
    """Questions that nobody has answered; `subdistrict` "": of the whole district, else with both matters in it."""
    rows = conn.execute(
        select(review)
        .select_from(_PAIRS)
        .where(_ASKED, *_of_both(subdistrict), *_behind(behind, review.c.asked_us, *_LIKELY_KEY))
        .order_by(review.c.asked_us, *_LIKELY_KEY)
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


def unled(conn: Connection, subdistrict: str, limit: int, behind: Place | None = None) -> list[Unled]:
    """Matters at the desk, by when they are due."""
    rows = conn.execute(
        select(fallback)
        .join(incident, incident.c.id == fallback.c.incident_id)
        .where(fallback.c.resolved_us.is_(None), _of(subdistrict))
        .where(*_behind(behind, fallback.c.due_us, fallback.c.incident_id))
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


def returned(conn: Connection, subdistrict: str, limit: int, behind: Place | None = None) -> list[Whistle]:
    """Returns that the centre has not decided about, oldest call first."""
    rows = conn.execute(
        select(whistle.c.body)
        .join(incident, incident.c.id == whistle.c.incident_id)
        .where(UNSETTLED, _of(subdistrict), *_behind(behind, whistle.c.blown_us, whistle.c.id))
        .order_by(whistle.c.blown_us, whistle.c.id)
        .limit(limit)
    )
    return [loads(Whistle, body) for body in rows.scalars()]


def place_of_return(one: Whistle) -> Place:
    """Where it stands in its queue."""
    return Place(to_us(one.blown_at), one.id)


def held(conn: Connection, limit: int, behind: Place | None = None) -> list[Held]:
    """Held records of all sources."""
    columns = (record.c.id, record.c.source, record.c.code, record.c.owner, record.c.received_us)
    rows = conn.execute(
        select(*columns)
        .where(record.c.fate == Fate.HELD.value, *_behind(behind, record.c.received_us, record.c.id))
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


def sizes(conn: Connection, subdistrict: str) -> Sizes:
    """How many wait. Held records are of no area: none is counted for a subdistrict."""
    links = select(func.count()).select_from(_PAIRS).where(_ASKED, *_of_both(subdistrict))
    matters = (
        select(func.count())
        .select_from(fallback.join(incident, incident.c.id == fallback.c.incident_id))
        .where(fallback.c.resolved_us.is_(None), _of(subdistrict))
    )
    returns = (
        select(func.count())
        .select_from(whistle.join(incident, incident.c.id == whistle.c.incident_id))
        .where(UNSETTLED, _of(subdistrict))
    )
    records = select(func.count()).select_from(record).where(record.c.fate == Fate.HELD.value)
    return Sizes(
        likely=conn.execute(links).scalar_one(),
        unled=conn.execute(matters).scalar_one(),
        returns=conn.execute(returns).scalar_one(),
        held=0 if subdistrict else conn.execute(records).scalar_one(),
    )


def _behind(
    place: Place | None, moment: ColumnElement[Any], *key: ColumnElement[str]
) -> tuple[ColumnElement[bool], ...]:
    """Rows behind `place` in the order of `moment` and `key`; its index is entered by the moment."""
    if place is None:
        return ()
    rest = tuple_(*key) > (place.id, place.other)[: len(key)]
    return (moment >= place.us, or_(moment != place.us, rest))


def _of(subdistrict: str) -> ColumnElement[bool]:
    return incident.c.subdistrict_id == subdistrict if subdistrict else true()


def _of_both(subdistrict: str) -> tuple[ColumnElement[bool], ...]:
    return (_of(subdistrict), _THEIRS.c.subdistrict_id == subdistrict) if subdistrict else (true(),)
