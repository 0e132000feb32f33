"""Records in the database: what was received, and how each ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any, Final

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
    tuple_,
    update,
)

from hub.access.vault import DataKey
from hub.jsonform import dumps
from hub.model import Fate, Mode, Reason, RecordId
from hub.store.copying import copy, insert_new
from hub.store.engine import BYTES, chunks, insert
from hub.store.engine import update as update_rows
from hub.store.lists import among
from hub.store.moments import from_us, to_us
from hub.store.tables import body, data_key, record

RECEIVED: Final = 0
IN_CASEWORK: Final = 1
SETTLED: Final = 2

BATCH_BYTES: Final = 8 * 1024 * 1024
"""What one look at waiting records takes into memory, and somewhat more once it is unsealed and parsed."""

_HEADS: Final = (
    select(record.c.id, record.c.size)
    .where(record.c.source == bindparam("source"), record.c.stage == RECEIVED)
    .order_by(record.c.received_us, record.c.id)
    .limit(bindparam("most"))
)
"""Made once: it is asked twenty times a second of every source, mostly for nothing."""
Behind = tuple[datetime, RecordId]
"""The record that was looked at last."""
_POINTER: Final = 200
_RANK: Final = {Fate.HELD: 0, Fate.DEAD: 1, Fate.PUBLISHED: 2, Fate.LINKED: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """A record about to be stored. `sealed` is None where ingress refused everything."""

    id: RecordId
    source: str
    received_at: datetime
    kind: str
    mode: Mode
    size: int
    digest: str
    dropped: tuple[str, ...]
    sealed: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRecord:
    """A stored record that has not been read yet; `key` None where it was destroyed meanwhile."""

    id: RecordId
    kind: str
    mode: Mode
    received_at: datetime
    sealed: bytes
    key: DataKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a record ended, or where it waits. `fate` None: it is in casework now."""

    id: RecordId
    fate: Fate | None
    code: str = ""
    pointer: str = ""
    owner: str = ""
    hold_key: str | None = None
    why: tuple[Reason, ...] = ()


def add(conn: Connection, records: Sequence[NewRecord]) -> int:
    """Stores what is new of `records`; what ingress refused is dead at once (R105)."""
    written = insert_new(conn, record, [_row(one) for one in records])
    if written == len(records):
        copy(conn, body, _bodies(records))
        return written
    ids = [one.id for one in records]
    rows = conn.execute(select(record.c.id, record.c.received_us).where(among(record.c.id, ids)))
    came = {r.id: r.received_us for r in rows}
    insert(conn, body, _bodies(one for one in records if came[one.id] == to_us(one.received_at)))
    return written


def _bodies(records: Iterable[NewRecord]) -> list[dict[str, Any]]:
    return [
        {"received_us": to_us(one.received_at), "record_id": one.id, "sealed": one.sealed}
        for one in records
        if one.sealed is not None
    ]


def _row(one: NewRecord) -> dict[str, Any]:
    refused = one.sealed is None
    return {
        "id": one.id,
        "source": one.source,
        "received_us": to_us(one.received_at),
        "kind": one.kind,
        "mode": one.mode.value,
        "size": one.size,
        "digest": one.digest,
        "dropped": orjson.dumps(one.dropped).decode(),
        "stage": SETTLED if refused else RECEIVED,
        "fate": Fate.DEAD.value if refused else None,
        "code": "R105" if refused else None,
        "settled_us": to_us(one.received_at) if refused else None,
    }


def on_their_way(conn: Connection, source: str, most: int) -> int:
    """How many records of `source` have no fate yet; counted up to `most`."""
    some = (
        select(record.c.id)
        .where(record.c.source == source, record.c.stage.in_([RECEIVED, IN_CASEWORK]))
        .limit(most)
    )
    return conn.execute(select(func.count()).select_from(some.subquery())).scalar_one()


def newest_at(conn: Connection, source: str) -> datetime | None:
    """When the newest record of `source` came; None where there is none. One look into the index a stage."""
    newest = (
        select(func.max(record.c.received_us))
        .where(record.c.source == source, record.c.stage == stage)
        .scalar_subquery()
        for stage in (RECEIVED, IN_CASEWORK, SETTLED)
    )
    moments = [us for us in conn.execute(select(*newest)).one() if us is not None]
    return from_us(max(moments)) if moments else None


def waiting(conn: Connection, source: str, limit: int, limit_bytes: int = BATCH_BYTES) -> list[WaitingRecord]:
    """The oldest records of `source` that nobody has read yet: up to `limit`, up to `limit_bytes` of what was
    sent, and at least one where any waits."""
    heads = conn.execute(_HEADS, {"source": source, "most": limit}).all()
    behind = accumulate(r.size for r in heads)
    ids = [
        r.id
        for n, (r, bytes_) in enumerate(zip(heads, behind, strict=True))
        if not n or bytes_ <= limit_bytes
    ]
    if not ids:
        return []
    return with_bodies(conn, ids)


def lately(conn: Connection, source: str, most: int, behind: Behind | None = None) -> list[RecordId]:
    """The newest `most` records of `source`, whatever became of them, oldest first; `behind` that one, the oldest of
    those that came since."""
    ids = select(record.c.id).where(record.c.source == source)
    if behind is None:
        ids = ids.order_by(record.c.received_us.desc(), record.c.id.desc())
    else:
        at = to_us(behind[0]), behind[1]
        ids = ids.where(tuple_(record.c.received_us, record.c.id) > at).order_by(
            record.c.received_us, record.c.id
        )
    found = [RecordId(id_) for id_ in conn.execute(ids.limit(most)).scalars()]
    return found if behind else found[::-1]


def with_bodies(conn: Connection, ids: Sequence[str]) -> list[WaitingRecord]:
    """These few records in the order they came. What retention has let go is empty."""
    of_it = and_(body.c.received_us == record.c.received_us, body.c.record_id == record.c.id)
    rows = conn.execute(
        select(record.c.id, record.c.kind, record.c.mode, record.c.received_us, body.c.sealed)
        .add_columns(data_key.c.wrapped, data_key.c.salt)
        .outerjoin(body, of_it)
        .outerjoin(data_key, data_key.c.subject == record.c.id)
        .where(among(record.c.id, ids)),
        execution_options=BYTES,
    )
    return [_waiting(r) for r in sorted(rows, key=lambda r: (r.received_us, r.id))]


def _waiting(r: Row[Any]) -> WaitingRecord:
    return WaitingRecord(
        id=RecordId(r.id),
        kind=r.kind,
        mode=Mode(r.mode),
        received_at=from_us(r.received_us),
        sealed=r.sealed or b"",
        key=None if r.wrapped is None else DataKey(r.id, r.wrapped, r.salt),
    )


def lock(conn: Connection, ids: Iterable[RecordId]) -> None:
    """Keeps casework from settling these records until commit (PostgreSQL): a record that is read again may
    have an event there at this moment. SQLite has one writer at a time, so there is nothing to lock."""
    if conn.dialect.name == "postgresql":
        for part in chunks(sorted(ids)):
            conn.execute(
                select(record.c.id).where(among(record.c.id, part)).order_by(record.c.id).with_for_update()
            )


def settle(conn: Connection, ends: Sequence[End], at: datetime) -> None:
    """Writes where records ended or wait. A record given twice keeps the end that ranks first."""
    best: dict[str, End] = {}
    for end in ends:
        known = best.get(end.id)
        if known is None or _rank(end.fate) < _rank(known.fate):
            best[end.id] = end
    update_rows(
        conn,
        record,
        [
            {
                "id": end.id,
                "stage": SETTLED if end.fate else IN_CASEWORK,
                "fate": end.fate.value if end.fate else None,
                "code": end.code or None,
                "pointer": end.pointer[:_POINTER] or None,
                "owner": end.owner or None,
                "hold_key": end.hold_key,
                "why": dumps(end.why) if end.why else None,
                "settled_us": to_us(at) if end.fate else None,
            }
            for end in best.values()
        ],
        key=("id",),
    )


def _rank(fate: Fate | None) -> float:
    """A record with an event in casework stays open for as long as it can only be linked by its others: what
    is published by one of them (it was read again) stays so, whatever casework makes of the rest."""
    return _RANK[Fate.LINKED] - 0.5 if fate is None else _RANK[fate]


def settle_from_casework(conn: Connection, fates: Mapping[RecordId, Fate], at: datetime) -> None:
    """Fates that casework decided; a record of several events keeps the one that ranks first."""
    rank = case({fate.value: number for fate, number in _RANK.items()}, value=record.c.fate, else_=9)
    for fate in (Fate.PUBLISHED, Fate.LINKED):
        for ids in chunks(key for key, value in fates.items() if value is fate):
            conn.execute(
                update(record)
                .where(among(record.c.id, ids), rank > _RANK[fate])
                .values(fate=fate.value, stage=SETTLED, settled_us=to_us(at))
            )


def release(conn: Connection, hold_keys: Iterable[str]) -> int:
    """Updates that waited for these keys' creation (N03) are read again. Returns how many."""
    freed = 0
    for keys in chunks(hold_keys):
        freed += conn.execute(
            update(record)
            .where(
                record.c.fate == Fate.HELD.value,  # an index knows the few that are held
                among(record.c.hold_key, keys),
                record.c.code == "R302",
            )
            .where(_can_be_read())
            .values(stage=RECEIVED, fate=None, code=None, owner=None, hold_key=None, settled_us=None)
        ).rowcount
    return freed


def replay(conn: Connection, ids: Iterable[str]) -> int:
    """Held and dead records are read again, as after a mended mapping. Returns how many."""
    again = 0
    for part in chunks(ids):
        again += conn.execute(
            update(record)
            .where(
                among(record.c.id, part),
                _can_be_read(),
                record.c.fate.in_([Fate.HELD.value, Fate.DEAD.value]),
            )
            .values(
                stage=RECEIVED, fate=None, code=None, pointer=None, owner=None, hold_key=None, settled_us=None
            )
        ).rowcount
    return again


def _can_be_read() -> ColumnElement[bool]:
    """Not what was refused at ingress, nor what is past retention."""
    return exists().where(data_key.c.subject == record.c.id)


def with_code(conn: Connection, code: str, source: str | None) -> list[str]:
    """Ids of the records that wait or ended with `code`."""
    query = select(record.c.id).where(record.c.code == code)
    if source is not None:
        query = query.where(record.c.source == source)
    return list(conn.execute(query).scalars())


def account(conn: Connection) -> dict[str, dict[str, int]]:
    """Per source: records received (`records`), each fate, and `open` for those without a fate yet."""
    rows = conn.execute(
        select(record.c.source, record.c.fate, func.count().label("n")).group_by(
            record.c.source, record.c.fate
        )
    )
    by_source: dict[str, dict[str, int]] = {}
    for r in rows:
        one = by_source.setdefault(r.source, {"records": 0, **{f.value: 0 for f in Fate}, "open": 0})
        one["records"] += r.n
        one[r.fate or "open"] += r.n
    return by_source


def unsettled_before(conn: Connection, moment: datetime, limit: int = 20) -> list[str]:
    """Ids of records received before `moment` that still have no fate."""
    rows = conn.execute(
        select(record.c.id)
        .where(and_(record.c.fate.is_(None), record.c.received_us < to_us(moment)))
        .order_by(record.c.received_us)
        .limit(limit)
    )
    return [r.id for r in rows]
