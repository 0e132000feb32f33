"""Emergencies as they are stored: who opened which matter, what a second person said, what the review found."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from hub import ids
from hub.access.beyond import Decided, Emergency, Ended, Reviewed, Verdict
from hub.bus.message import Fenced
from hub.model import IncidentId
from hub.store import incidents
from hub.store.copying import insert_or_fence
from hub.store.moments import from_us, from_us_or_none, to_us
from hub.store.tables import emergency, incident, whistle


def emergency_id(incident_id: str, kind: str, by: str, at: datetime) -> str:
    """One emergency."""
    return "em_" + ids.digest_of(incident_id, kind, by, str(to_us(at)))


def hold(conn: Connection, incident_id: str) -> None:
    """Until commit nobody else proposes one for the same matter."""
    conn.execute(select(incident.c.id).where(incident.c.id == incident_id).with_for_update())


def add(conn: Connection, one: Emergency) -> None:
    """Writes what was proposed; raises Fenced where it stands."""
    row = {
        "id": one.id,
        "incident_id": one.incident_id,
        "kind": one.kind,
        "reason": one.reason,
        "asked_by": one.by,
        "asked_us": to_us(one.at),
        "verdict": "",
        "decided_by": "",
        "decided_us": None,
        "due_us": None,
        "reviewed_by": "",
        "reviewed_us": None,
        "note": "",
        "filed": 0,
        "ended_by": "",
        "ended_us": None,
    }
    insert_or_fence(conn, emergency, [row])


def decide(conn: Connection, id_: str, said: Decided, due_at: datetime | None) -> None:
    """Writes the verdict, and by when it is to be reviewed; raises Fenced where somebody gave one meanwhile."""
    done = conn.execute(
        update(emergency)
        .where(emergency.c.id == id_, emergency.c.verdict == "")
        .values(
            verdict=said.verdict.value,
            decided_by=said.by,
            decided_us=to_us(said.at),
            due_us=to_us(due_at) if due_at else None,
        )
    )
    if done.rowcount != 1:
        raise Fenced


def review(conn: Connection, id_: str, said: Reviewed) -> None:
    """Writes what the review found; raises Fenced where somebody reviewed it meanwhile."""
    done = conn.execute(
        update(emergency)
        .where(emergency.c.id == id_, emergency.c.reviewed_us.is_(None))
        .values(reviewed_by=said.by, reviewed_us=to_us(said.at), note=said.note)
    )
    if done.rowcount != 1:
        raise Fenced


def end(conn: Connection, id_: str, said: Ended) -> None:
    """Writes that it gives nothing from now on; raises Fenced where somebody ended it meanwhile."""
    done = conn.execute(
        update(emergency)
        .where(emergency.c.id == id_, emergency.c.ended_us.is_(None))
        .values(ended_by=said.by, ended_us=to_us(said.at))
    )
    if done.rowcount != 1:
        raise Fenced


def find(conn: Connection, id_: str) -> Emergency | None:
    """The emergency of that id."""
    row = conn.execute(select(emergency).where(emergency.c.id == id_)).first()
    return _emergency(row) if row else None


def of_incident(conn: Connection, incident_id: str) -> list[Emergency]:
    """All of one matter, and of those that merges made a part of it; newest first."""
    parts = [incident_id, *(one.id for one in incidents.merged_in(conn, incident_id))]
    return _all(conn, _newest().where(emergency.c.incident_id.in_(parts)))


def waiting(conn: Connection, since: datetime) -> int:
    """How many that were asked for after `since` nobody has decided about."""
    query = select(func.count()).where(emergency.c.verdict == "", emergency.c.asked_us > to_us(since))
    return int(conn.execute(query).scalar_one())


def latest(conn: Connection, limit: int) -> list[Emergency]:
    """The newest first."""
    return _all(conn, _newest().limit(limit))


def latest_for(conn: Connection, limit: int, department: str, states: Iterable[str]) -> list[Emergency]:
    """The same of matters for which the department has a whistle in one of `states` alone."""
    called = select(whistle.c.incident_id).where(
        whistle.c.department == department, whistle.c.state.in_(list(states))
    )
    return _all(conn, _newest().where(emergency.c.incident_id.in_(called)).limit(limit))


def unreviewed(conn: Connection, limit: int) -> list[Emergency]:
    """Those that gave something and were not reviewed, the longest due first."""
    query = select(emergency).where(emergency.c.due_us.is_not(None), emergency.c.reviewed_us.is_(None))
    return _all(conn, query.order_by(emergency.c.due_us, emergency.c.id).limit(limit))


def overdue(conn: Connection, now: datetime) -> tuple[int, str]:
    """How many should have been reviewed by now, and the first of them."""
    number, first = conn.execute(
        select(func.count(), func.min(emergency.c.id)).where(
            emergency.c.due_us < to_us(now), emergency.c.reviewed_us.is_(None)
        )
    ).one()
    return number, first or ""


def _newest() -> Select[Any]:
    return select(emergency).order_by(emergency.c.asked_us.desc(), emergency.c.id)


def _all(conn: Connection, query: Select[Any]) -> list[Emergency]:
    return [_emergency(r) for r in conn.execute(query)]


def _emergency(r: Row[Any]) -> Emergency:
    decided, reviewed = None, None
    if r.verdict:
        decided = Decided(verdict=Verdict(r.verdict), by=r.decided_by, at=from_us(r.decided_us))
    if r.reviewed_us is not None:
        reviewed = Reviewed(by=r.reviewed_by, at=from_us(r.reviewed_us), note=r.note)
    return Emergency(
        id=r.id,
        incident_id=IncidentId(r.incident_id),
        kind=r.kind,
        reason=r.reason,
        by=r.asked_by,
        at=from_us(r.asked_us),
        decided=decided,
        due_at=from_us_or_none(r.due_us),
        reviewed=reviewed,
        ended=None if r.ended_us is None else Ended(by=r.ended_by, at=from_us(r.ended_us)),
    )
