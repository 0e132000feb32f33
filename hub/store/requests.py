"""Requests of residents in the database: which reports they are about, their steps, who is to be told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, select, update

from hub.access.rights import Basis, Kind, State
from hub.ids import resident_id
from hub.model import EventKey
from hub.store.engine import chunks, insert
from hub.store.lists import among
from hub.store.moments import from_us, from_us_or_none, to_us
from hub.store.tables import (
    event,
    resident,
    resident_request,
    resident_request_row,
    resident_request_step,
    resident_request_task,
)

FOUND, KEPT, DONE = "found", "kept", "done"
"""States of a row: nothing was done about it yet; its matter still needs it; done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it stands."""

    id: str
    kind: Kind
    basis: Basis
    reference: str
    state: State
    unsure: int
    """Rows of the same phone under another name: left alone."""
    due_at: datetime
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Theirs:
    """A report whose requester is the person who asks."""

    event_key: str
    resident_id: str
    state: str


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did about a request."""

    step: str
    by: str
    at: datetime
    reason: str
    reports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Who has to be told, of what, until it answers. `kind`: source, receiver."""

    receiver: str
    kind: str
    refs: tuple[str, ...]
    fields: tuple[str, ...]
    number: int = 0
    done_at: datetime | None = None
    done_by: str = ""
    reference: str = ""


def add(conn: Connection, one: Request, rows: Sequence[Theirs]) -> None:
    """A new request; the same one again changes nothing."""
    insert(
        conn,
        resident_request,
        [
            {
                "id": one.id,
                "kind": one.kind.value,
                "basis": one.basis.value,
                "reference": one.reference,
                "state": one.state.value,
                "unsure": one.unsure,
                "due_us": to_us(one.due_at),
                "sealed": one.sealed,
            }
        ],
    )
    insert(
        conn,
        resident_request_row,
        [
            {
                "request_id": one.id,
                "event_key": row.event_key,
                "resident_id": row.resident_id,
                "state": row.state,
            }
            for row in rows
        ],
    )


def locked(conn: Connection, id_: str) -> Request | None:
    """It, held until the transaction ends: nobody decides about it beside us."""
    query = select(resident_request).where(resident_request.c.id == id_).with_for_update()
    found = conn.execute(query).first()
    return _request(found) if found else None


def find(conn: Connection, id_: str) -> Request | None:
    """It; None where there is none."""
    found = conn.execute(select(resident_request).where(resident_request.c.id == id_)).first()
    return _request(found) if found else None


def every(conn: Connection, limit: int) -> list[Request]:
    """The most urgent of those that are not over, then the others, the newest due first."""
    over = resident_request.c.state.in_((State.DONE.value, State.REFUSED.value))
    waiting = select(resident_request).where(~over).order_by(resident_request.c.due_us).limit(limit)
    ended = select(resident_request).where(over).order_by(resident_request.c.due_us.desc()).limit(limit)
    return [_request(r) for query in (waiting, ended) for r in conn.execute(query)]


def set_state(conn: Connection, id_: str, state: State) -> None:
    """Where it stands; what was sealed for it goes with its end."""
    changed: dict[str, Any] = {"state": state.value}
    if state in (State.DONE, State.REFUSED):
        changed["sealed"] = b""
    conn.execute(update(resident_request).where(resident_request.c.id == id_).values(**changed))


def rows(conn: Connection, id_: str) -> list[Theirs]:
    """The reports that it is about."""
    query = select(resident_request_row).where(resident_request_row.c.request_id == id_)
    return [
        Theirs(r.event_key, r.resident_id, r.state)
        for r in conn.execute(query.order_by(resident_request_row.c.event_key))
    ]


def mark(conn: Connection, id_: str, keys: Iterable[str], state: str) -> None:
    """Of these reports that is what was done."""
    for part in chunks(keys):
        mine = (resident_request_row.c.request_id == id_, among(resident_request_row.c.event_key, part))
        conn.execute(update(resident_request_row).where(*mine).values(state=state))


def note(conn: Connection, id_: str, one: Step) -> None:
    """A step that was done, behind the others."""
    last = select(func.coalesce(func.max(resident_request_step.c.number), 0)).where(
        resident_request_step.c.request_id == id_
    )
    row = {
        "request_id": id_,
        "number": conn.execute(last).scalar_one() + 1,
        "step": one.step,
        "by": one.by,
        "made_us": to_us(one.at),
        "reason": one.reason,
        "reports": one.reports,
    }
    insert(conn, resident_request_step, [row])


def steps(conn: Connection, id_: str) -> list[Step]:
    """In order."""
    query = select(resident_request_step).where(resident_request_step.c.request_id == id_)
    return [
        Step(r.step, r.by, from_us(r.made_us), r.reason, r.reports)
        for r in conn.execute(query.order_by(resident_request_step.c.number))
    ]


def add_tasks(conn: Connection, id_: str, some: Sequence[Task]) -> None:
    """Who has to be told; at most once a request."""
    insert(
        conn,
        resident_request_task,
        [
            {
                "request_id": id_,
                "number": number,
                "receiver": one.receiver,
                "kind": one.kind,
                "refs": orjson.dumps(one.refs).decode(),
                "fields": orjson.dumps(one.fields).decode(),
                "done_us": None,
                "done_by": "",
                "reference": "",
            }
            for number, one in enumerate(some, 1)
        ],
    )


def tasks(conn: Connection, id_: str) -> list[Task]:
    """In order."""
    query = select(resident_request_task).where(resident_request_task.c.request_id == id_)
    return [
        Task(
            number=r.number,
            receiver=r.receiver,
            kind=r.kind,
            refs=tuple(orjson.loads(r.refs)),
            fields=tuple(orjson.loads(r.fields)),
            done_at=from_us_or_none(r.done_us),
            done_by=r.done_by,
            reference=r.reference,
        )
        for r in conn.execute(query.order_by(resident_request_task.c.number))
    ]


def confirm(conn: Connection, id_: str, number: int, *, by: str, at: datetime, reference: str) -> bool:
    """Notes that the receiver answered; False where that was noted before, or there is no such task."""
    mine = (
        resident_request_task.c.request_id == id_,
        resident_request_task.c.number == number,
        resident_request_task.c.done_us.is_(None),
    )
    done = {"done_us": to_us(at), "done_by": by, "reference": reference}
    return conn.execute(update(resident_request_task).where(*mine).values(**done)).rowcount == 1


# -- what the hub holds of one person ------------------------------------------------------------------


def residents_by(conn: Connection, phones: Sequence[bytes], id_numbers: Sequence[bytes]) -> dict[str, bytes]:
    """Requesters that are found by one of these indexes, sealed."""
    found: dict[str, bytes] = {}
    for column, wanted in ((resident.c.phone_index, phones), (resident.c.id_number_index, id_numbers)):
        if wanted:
            query = select(resident.c.id, resident.c.sealed).where(column.in_(wanted))
            found |= {r.id: r.sealed for r in conn.execute(query)}
    return found


def keys_of(conn: Connection, residents: Iterable[str]) -> dict[str, str]:
    """Requester → the report that was theirs. A requester does not say which: all reports are looked through."""
    wanted = set(residents)
    found: dict[str, str] = {}
    if not wanted:
        return found
    query = select(event.c.key).distinct().execution_options(yield_per=5000)
    for key in conn.execute(query).scalars():
        id_ = resident_id(EventKey(key))
        if id_ in wanted:
            found[id_] = key
            if len(found) == len(wanted):
                break
    return found


def records_of(conn: Connection, keys: Iterable[str]) -> dict[str, list[str]]:
    """Record → the keys of all reports that came in it, of those records that brought one of `keys`."""
    records: set[str] = set()
    for part in chunks(keys):
        query = select(event.c.record_id).where(among(event.c.key, part))
        records |= set(conn.execute(query).scalars())
    found: dict[str, list[str]] = {}
    for part in chunks(sorted(records)):
        both = select(event.c.record_id, event.c.key).where(among(event.c.record_id, part)).distinct()
        for r in conn.execute(both):
            found.setdefault(r.record_id, []).append(r.key)
    return found


def _request(r: Row[Any]) -> Request:
    return Request(
        id=r.id,
        kind=Kind(r.kind),
        basis=Basis(r.basis),
        reference=r.reference,
        state=State(r.state),
        unsure=r.unsure,
        due_at=from_us(r.due_us),
        sealed=r.sealed,
    )
