"""Matters that are agreed to wait (挂账), each with the day on which it is looked at again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from hub import ids
from hub.store import turns
from hub.store.copying import insert_or_fence
from hub.store.engine import chunks
from hub.store.lists import among
from hub.store.moments import from_us, to_us
from hub.store.tables import deferral
from hub.whistle.supervision import IN_FORCE, State, Waits, waits_of

_WAITS: Final = tuple(sorted(one.value for one in (State.PROPOSED, *IN_FORCE)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferral:
    """One matter that is to wait. What its state was when stands in its turns."""

    id: str
    incident_id: str
    reason_code: str
    proposed_by: str
    """Whose word it was: another one agrees."""
    proposed_at: datetime
    review_at: datetime
    """The end of the day on which it is looked at again."""
    state: State = State.PROPOSED
    version: int = 1


def deferral_id(incident_id: str, at: datetime) -> str:
    """One proposal."""
    return "df_" + ids.digest_of("deferral", incident_id, str(to_us(at)))


def add(conn: Connection, one: Deferral) -> None:
    """Writes it; raises Fenced where it stands."""
    row = {
        "id": one.id,
        "incident_id": one.incident_id,
        "reason_code": one.reason_code,
        "proposed_by": one.proposed_by,
        "proposed_us": to_us(one.proposed_at),
        "review_us": to_us(one.review_at),
        "state": one.state.value,
        "version": one.version,
    }
    insert_or_fence(conn, deferral, [row])


def _deferral(row: Row[Any]) -> Deferral:
    return Deferral(
        id=row.id,
        incident_id=row.incident_id,
        reason_code=row.reason_code,
        proposed_by=row.proposed_by,
        proposed_at=from_us(row.proposed_us),
        review_at=from_us(row.review_us),
        state=State(row.state),
        version=row.version,
    )


def load(conn: Connection, deferral_ids: Iterable[str]) -> dict[str, Deferral]:
    """Deferrals by id."""
    found: dict[str, Deferral] = {}
    for part in chunks(deferral_ids):
        rows = conn.execute(select(deferral).where(among(deferral.c.id, part)))
        found |= {r.id: _deferral(r) for r in rows}
    return found


def of_incidents(conn: Connection, incident_ids: Iterable[str]) -> dict[str, list[Deferral]]:
    """Matter → its deferrals, oldest first."""
    found: dict[str, list[Deferral]] = {}
    for part in chunks(incident_ids):
        rows = conn.execute(
            select(deferral)
            .where(among(deferral.c.incident_id, part))
            .order_by(deferral.c.proposed_us, deferral.c.id)
        )
        for r in rows:
            found.setdefault(r.incident_id, []).append(_deferral(r))
    return found


def waits(conn: Connection, incident_ids: Iterable[str]) -> dict[str, Waits]:
    """Matter → the times in which it was agreed to wait, by the turns of its deferrals; those that never were left
    out."""
    known = of_incidents(conn, incident_ids)
    made = turns.of_subjects(conn, (one.id for some in known.values() for one in some))
    return {incident: waits_of(made.get(one.id, ()) for one in some) for incident, some in known.items()}


def unsettled(conn: Connection, incident_ids: Iterable[str]) -> list[Deferral]:
    """Those of these matters that are proposed or agreed, oldest first."""
    known = of_incidents(conn, incident_ids)
    return [one for some in known.values() for one in some if one.state is not State.ENDED]


def waiting(conn: Connection, limit: int) -> list[Deferral]:
    """Those proposed or agreed, by the day of their review."""
    rows = conn.execute(
        select(deferral)
        .where(deferral.c.state.in_(_WAITS))
        .order_by(deferral.c.review_us, deferral.c.id)
        .limit(limit)
    )
    return [_deferral(r) for r in rows]


def unreviewed(conn: Connection, now: datetime) -> tuple[int, str]:
    """How many are past the day of their review, and the first of them."""
    number, first = conn.execute(
        select(func.count(), func.min(deferral.c.id)).where(
            deferral.c.state.in_(_WAITS), deferral.c.review_us < to_us(now)
        )
    ).one()
    return number, first or ""
