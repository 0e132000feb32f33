"""Events, the numbers they are found by and their residents in the database."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from hub.incident.ties import identities
from hub.intake import revisions
from hub.intake.revisions import Revision
from hub.jsonform import dumps, loads
from hub.model import Event, EventId, EventKey, Fate, GridDraft, Mode, Reason, RecordId
from hub.store.copying import insert_new
from hub.store.engine import BYTES, chunks, insert
from hub.store.engine import update as update_rows
from hub.store.lists import among
from hub.store.moments import to_us
from hub.store.tables import alias, event, grid_version, record, resident


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event about to be stored, with its sealed words and why it is where it is; `body`: itself in JSON."""

    event: Event
    body: str
    why: tuple[Reason, ...]
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NewResident:
    """A requester about to be stored; indexes are blind (`access.vault`)."""

    id: str
    sealed: bytes
    phone_index: bytes | None
    id_number_index: bytes | None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it stands, with its sealed words."""

    event: Event
    sealed: bytes
    fate: Fate | None
    note: str
    why: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What an event that stands already came in, and how it ended; `fate` None: it is in casework."""

    record_id: RecordId
    fate: Fate | None


def add(conn: Connection, events: Sequence[NewEvent], known: Container[str] = ()) -> None:
    """Stores events and the numbers they are found by, those that they name as their original too; what stands
    already stays as it was. `known`: keys of reports that had events before, whose numbers may stand."""
    insert_new(
        conn,
        event,
        [
            {
                "id": one.event.id,
                "key": one.event.key,
                "record_id": one.event.record_id,
                "source": one.event.source,
                "version": one.event.version,
                "received_us": to_us(one.event.received_at),
                "body": one.body,
                "why": dumps(one.why),
                "sealed": one.sealed,
                "note": "",
            }
            for one in events
        ],
    )
    names = {(*name, one.event.key) for one in events for name in identities(one.event)}
    rows = [{"system": system, "ref": ref, "key": key} for system, ref, key in sorted(names)]
    insert_new(conn, alias, [one for one in rows if one["key"] not in known])
    insert(conn, alias, [one for one in rows if one["key"] in known])


def add_residents(
    conn: Connection, residents: Sequence[NewResident], at: datetime, new: Container[str] = ()
) -> None:
    """Stores requesters as they stand now (`hub.intake.revisions`): the values of one report, newest last.
    `new`: those who had no key before."""
    last = {one.id: one for one in residents}
    rows = [
        {
            "id": one.id,
            "sealed": one.sealed,
            "phone_index": one.phone_index,
            "id_number_index": one.id_number_index,
            "updated_us": to_us(at),
        }
        for one in last.values()
    ]
    fresh = [one for one in rows if one["id"] in new]
    told_again = rows if insert_new(conn, resident, fresh) != len(fresh) else []
    told_again = told_again or [one for one in rows if one["id"] not in new]
    insert(conn, resident, told_again, update=("sealed", "phone_index", "id_number_index", "updated_us"))


def residents(conn: Connection, ids: Iterable[str]) -> dict[str, bytes]:
    """Requesters by id, sealed."""
    found: dict[str, bytes] = {}
    for part in chunks(ids):
        rows = conn.execute(select(resident.c.id, resident.c.sealed).where(among(resident.c.id, part)))
        found |= {r.id: r.sealed for r in rows}
    return found


def known(conn: Connection, ids: Iterable[EventId]) -> dict[str, Known]:
    """Those of `ids` that are stored already: resends (N01), or the events of a record that is read again."""
    found: dict[str, Known] = {}
    for part in chunks(ids):
        rows = conn.execute(
            select(event.c.id, event.c.record_id, event.c.fate).where(among(event.c.id, part))
        )
        found |= {r.id: Known(RecordId(r.record_id), Fate(r.fate) if r.fate else None) for r in rows}
    return found


def take_up(conn: Connection, ids: Iterable[EventId]) -> None:
    """Events that casework failed on are before it again."""
    for part in chunks(ids):
        conn.execute(update(event).where(among(event.c.id, part)).values(fate=None, note=""))


def versions(conn: Connection, keys: Iterable[EventKey]) -> dict[str, str]:
    """For each known key the highest version token seen."""
    newest: dict[str, str] = {}
    for part in chunks(keys):
        for r in conn.execute(select(event.c.key, event.c.version).where(among(event.c.key, part))):
            newest[r.key] = max(newest.get(r.key, ""), r.version)
    return newest


def newest(conn: Connection, keys: Iterable[str]) -> dict[str, Revision]:
    """For each known key the revision that counts (`hub.intake.revisions`)."""
    found: dict[str, list[Revision]] = {}
    for part in chunks(keys):
        rows = conn.execute(
            select(event.c.key, event.c.id, event.c.received_us, event.c.version).where(
                among(event.c.key, part)
            )
        )
        for r in rows:
            one = Revision(received_us=r.received_us, event_id=r.id, version=r.version)
            found.setdefault(r.key, []).append(one)
    return {key: revisions.newest(many) for key, many in found.items()}


def ids_of(conn: Connection, keys: Iterable[str]) -> dict[str, list[str]]:
    """For each known key the ids of all its revisions, in the order in which they came."""
    found: dict[str, list[str]] = {}
    for part in chunks(keys):
        many = select(event.c.key, event.c.id).where(among(event.c.key, part))
        for r in conn.execute(many.order_by(event.c.received_us, event.c.version, event.c.id)):
            found.setdefault(r.key, []).append(r.id)
    return found


def load(conn: Connection, ids: Iterable[str]) -> dict[str, StoredEvent]:
    """Events by id."""
    found: dict[str, StoredEvent] = {}
    for part in chunks(ids):
        for r in conn.execute(select(event).where(among(event.c.id, part)), execution_options=BYTES):
            found[r.id] = _stored(r)
    return found


def undecided(conn: Connection, ids: Iterable[str]) -> list[str]:
    """Those of `ids` that casework has still to decide about."""
    found: list[str] = []
    for part in chunks(ids):
        found += conn.execute(
            select(event.c.id).where(among(event.c.id, part), event.c.fate.is_(None))
        ).scalars()
    return found


def modes(conn: Connection, ids: Iterable[str]) -> dict[str, Mode]:
    """Report key → how this event of it came in."""
    return {one.event.key: one.event.mode for one in load(conn, ids).values()}


def of_keys(conn: Connection, keys: Iterable[str]) -> dict[str, list[StoredEvent]]:
    """Every revision of these reports, oldest first."""
    found: dict[str, list[StoredEvent]] = {}
    for part in chunks(keys):
        many = select(event).where(among(event.c.key, part)).order_by(event.c.received_us)
        for r in conn.execute(many, execution_options=BYTES):
            found.setdefault(r.key, []).append(_stored(r))
    return found


def _stored(r: Row[Any]) -> StoredEvent:
    return StoredEvent(
        loads(Event, r.body), r.sealed, Fate(r.fate) if r.fate else None, r.note, loads_reasons(r.why)
    )


def loads_reasons(text: str) -> tuple[Reason, ...]:
    """Reasons as `dumps` wrote them."""
    return loads(tuple[Reason, ...], text)


def settle(conn: Connection, fates: Mapping[EventId, tuple[Fate, str]]) -> None:
    """Writes each event's own fate and the note that says which kind of it."""
    update_rows(
        conn,
        event,
        [{"id": id_, "fate": fate.value, "note": note} for id_, (fate, note) in fates.items()],
        key=("id",),
    )


def add_grid_versions(conn: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Polygons that a source keeps, each with validity."""
    insert(conn, grid_version, rows)


def count_grid_versions(conn: Connection) -> int:
    """How many polygons sources have sent; none is ever changed or taken away."""
    return conn.execute(select(func.count()).select_from(grid_version)).scalar_one()


def grid_versions(conn: Connection) -> list[tuple[GridDraft, str]]:
    """All polygons with the source that sent them, in the order of their arrival; of one page, ended ones last."""
    rows = conn.execute(
        select(grid_version.c.body, record.c.source)
        .outerjoin(record, record.c.id == grid_version.c.record_id)
        .order_by(record.c.received_us, grid_version.c.valid_to.is_not(None), grid_version.c.id)
    )
    return [(loads(GridDraft, body), source or "") for body, source in rows]


def records_of(conn: Connection, ids: Iterable[EventId]) -> dict[str, RecordId]:
    """Event id → the record it came in."""
    found: dict[str, RecordId] = {}
    for part in chunks(ids):
        rows = conn.execute(select(event.c.id, event.c.record_id).where(among(event.c.id, part)))
        found |= {r.id: RecordId(r.record_id) for r in rows}
    return found
