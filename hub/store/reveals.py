"""Reveals as they are stored: who asked for which field, what a second person said, how often it was looked at."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from hub import ids
from hub.access.beyond import Decided, Reveal, Verdict
from hub.bus.message import Fenced
from hub.model import DepartmentId
from hub.store.copying import insert_or_fence
from hub.store.lists import among
from hub.store.moments import from_us, to_us
from hub.store.tables import reveal, whistle


def reveal_id(whistle_id: str, event_key: str, field: str, by: str, at: datetime) -> str:
    """One reveal."""
    return "rv_" + ids.digest_of(whistle_id, event_key, field, by, str(to_us(at)))


def hold(conn: Connection, whistle_id: str) -> None:
    """Until commit nobody else asks for one on the same whistle."""
    conn.execute(select(whistle.c.id).where(whistle.c.id == whistle_id).with_for_update())


def add(conn: Connection, one: Reveal) -> None:
    """Writes what was asked for; raises Fenced where it stands."""
    row = {
        "id": one.id,
        "whistle_id": one.whistle_id,
        "department": one.department,
        "event_key": one.event_key,
        "field": one.field,
        "reason": one.reason,
        "asked_by": one.by,
        "asked_us": to_us(one.at),
        "verdict": "",
        "decided_by": "",
        "decided_us": None,
        "looks": 0,
        "filed": 0,
    }
    insert_or_fence(conn, reveal, [row])


def decide(conn: Connection, id_: str, said: Decided) -> None:
    """Writes the verdict; raises Fenced where somebody gave one meanwhile."""
    done = conn.execute(
        update(reveal)
        .where(reveal.c.id == id_, reveal.c.verdict == "")
        .values(verdict=said.verdict.value, decided_by=said.by, decided_us=to_us(said.at))
    )
    if done.rowcount != 1:
        raise Fenced


def looked(conn: Connection, reveal_ids: Iterable[str]) -> None:
    """Each of them was shown once more."""
    conn.execute(update(reveal).where(among(reveal.c.id, list(reveal_ids))).values(looks=reveal.c.looks + 1))


def find(conn: Connection, id_: str) -> Reveal | None:
    """The reveal of that id."""
    row = conn.execute(select(reveal).where(reveal.c.id == id_)).first()
    return _reveal(row) if row else None


def of_account(conn: Connection, whistle_id: str, by: str) -> list[Reveal]:
    """What that account ever asked for of the whistle, newest first."""
    rows = conn.execute(
        select(reveal)
        .where(reveal.c.whistle_id == whistle_id, reveal.c.asked_by == by)
        .order_by(reveal.c.asked_us.desc(), reveal.c.id)
    )
    return [_reveal(r) for r in rows]


def waiting(conn: Connection, since: datetime) -> int:
    """How many that were asked for after `since` nobody has decided about."""
    query = select(func.count()).where(reveal.c.verdict == "", reveal.c.asked_us > to_us(since))
    return int(conn.execute(query).scalar_one())


def latest(conn: Connection, limit: int, *, department: str = "") -> list[Reveal]:
    """The newest first; with `department`, of it alone."""
    query = select(reveal).order_by(reveal.c.asked_us.desc(), reveal.c.id).limit(limit)
    if department:
        query = query.where(reveal.c.department == department)
    return [_reveal(r) for r in conn.execute(query)]


def _reveal(r: Row[Any]) -> Reveal:
    return Reveal(
        id=r.id,
        whistle_id=r.whistle_id,
        department=DepartmentId(r.department),
        event_key=r.event_key,
        field=r.field,
        reason=r.reason,
        by=r.asked_by,
        at=from_us(r.asked_us),
        decided=Decided(verdict=Verdict(r.verdict), by=r.decided_by, at=from_us(r.decided_us))
        if r.verdict
        else None,
        looks=r.looks,
    )
