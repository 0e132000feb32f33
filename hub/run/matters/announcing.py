"""What the compacted topic says of matters: every change, their closing, state and place; no words of anyone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from hub.bus import Message
from hub.bus.topics import INCIDENTS
from hub.model import Incident, IncidentState
from hub.run.ground import envelope
from hub.store.outbox import Outbox


def as_closed(one: Incident, at: datetime) -> Incident:
    """The matter as it stands once all its leads have handed in their results; whoever stores it announces it."""
    return replace(one, state=IncidentState.CLOSED, closed_at=at, version=one.version + 1)


def tell_incidents(
    conn: Connection, outbox: Outbox, district: str, touched: Sequence[Incident], now: datetime
) -> None:
    """Announces each of `touched` as it stands; whoever changes an incident says so here."""
    outbox.append(conn, [Message(INCIDENTS, one.id, _message(one, district, now)) for one in touched], now)


def _message(one: Incident, district: str, now: datetime) -> str:
    return envelope.wrap(
        "grid.incident.v1",
        id_=f"{one.id}:{one.version}",
        source=district,
        subject=one.id,
        at=now,
        data=_public(one),
    )


def _public(one: Incident) -> dict[str, object]:
    """Secret matters show neither place nor category on the shared topic."""
    shown: dict[str, object] = {"incident_id": one.id, "state": one.state, "version": one.version}
    if not one.secret:
        shown |= {
            "category": one.category,
            "urgency": one.urgency,
            "subdistrict_id": one.place.subdistrict_id,
            "grid_id": one.place.grid_id,
            "event_count": one.event_count,
        }
    return shown
