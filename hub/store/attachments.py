"""Files that sources offer with reports: what is wanted, what came, and what a person said about showing it.

Bytes are read one file at a time; everything else here leaves them where they are.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, delete, func, literal_column, select, update

from hub.model import Attachment, AttachmentId, AttachmentState, Disclosure, EventId, EventKey, RecordId
from hub.store.engine import chunks, insert
from hub.store.lists import among
from hub.store.moments import from_us, from_us_or_none, to_us
from hub.store.tables import attachment

_SEALED: Final = ("sealed_ref", "sealed", "sealed_shown")
_OPEN: Final = tuple(column for column in attachment.c if column.name not in _SEALED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttachment:
    """One that is wanted; `code` where it is refused at once, "" where it is to be fetched."""

    id: AttachmentId
    event_id: EventId
    event_key: EventKey
    record_id: RecordId
    source: str
    sealed_ref: bytes
    code: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One that is to be fetched now."""

    id: AttachmentId
    record_id: RecordId
    attempts: int
    sealed_ref: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """What fetching came to; `sealed` is None where nothing is kept."""

    state: AttachmentState
    code: str = ""
    kind: str = ""
    size: int = 0
    digest: str = ""
    sealed: bytes | None = None


def add(conn: Connection, wanted: Sequence[NewAttachment], at: datetime) -> None:
    """Notes what is wanted; a file that a report named before stays as it is."""
    insert(
        conn,
        attachment,
        [
            {
                "id": one.id,
                "event_id": one.event_id,
                "event_key": one.event_key,
                "record_id": one.record_id,
                "source": one.source,
                "state": (AttachmentState.REFUSED if one.code else AttachmentState.WAITING).value,
                "code": one.code,
                "attempts": 0,
                "asked_us": to_us(at),
                "next_us": to_us(at),
                "kind": "",
                "size": 0,
                "digest": "",
                "disclosure": Disclosure.UNDECIDED.value,
                "decided_by": "",
                "reason": "",
                "shown_size": 0,
                "sealed_ref": one.sealed_ref,
            }
            for one in wanted
        ],
    )


def due(conn: Connection, source: str, now: datetime, limit: int) -> list[Wanted]:
    """What of `source` is to be fetched now, the longest due first."""
    rows = conn.execute(due_of(source, now, limit))
    return [Wanted(AttachmentId(r.id), RecordId(r.record_id), r.attempts, r.sealed_ref) for r in rows]


def due_of(source: str, now: datetime, limit: int) -> Select[Any]:
    """The question behind `due`. The state stands in its text: an index knows the few that wait, and no database
    uses it for a value that it is told later."""
    return (
        select(attachment.c.id, attachment.c.record_id, attachment.c.attempts, attachment.c.sealed_ref)
        .where(attachment.c.source == source, attachment.c.state == literal_column("'waiting'"))
        .where(attachment.c.next_us <= to_us(now))
        .order_by(attachment.c.next_us, attachment.c.id)
        .limit(limit)
    )


def settle(conn: Connection, id_: AttachmentId, got: Got) -> None:
    """Writes what one that waited came to; one that was deleted meanwhile stays deleted."""
    conn.execute(
        update(attachment)
        .where(attachment.c.id == id_, attachment.c.state == AttachmentState.WAITING.value)
        .values(
            state=got.state.value,
            code=got.code,
            attempts=attachment.c.attempts + 1,
            kind=got.kind,
            size=got.size,
            digest=got.digest,
            sealed=got.sealed,
        )
    )


def try_again(conn: Connection, id_: AttachmentId, code: str, at: datetime) -> None:
    """One that waits is tried again then."""
    conn.execute(
        update(attachment)
        .where(attachment.c.id == id_, attachment.c.state == AttachmentState.WAITING.value)
        .values(code=code, attempts=attachment.c.attempts + 1, next_us=to_us(at))
    )


def again(conn: Connection, source: str, codes: Collection[str], at: datetime) -> int:
    """Those of `source` that ended with one of `codes` are wanted once more. Returns how many."""
    return conn.execute(
        update(attachment)
        .where(attachment.c.source == source, attachment.c.code.in_(codes))
        .where(attachment.c.state.in_([AttachmentState.REFUSED.value, AttachmentState.EXPIRED.value]))
        .values(
            state=AttachmentState.WAITING.value, code="", attempts=0, asked_us=to_us(at), next_us=to_us(at)
        )
    ).rowcount


def get(conn: Connection, id_: str) -> Attachment | None:
    """One by id."""
    row = conn.execute(select(*_OPEN).where(attachment.c.id == id_)).first()
    return _attachment(row) if row else None


def of_reports(conn: Connection, keys: Iterable[str]) -> dict[str, list[Attachment]]:
    """Event key → its files, oldest first."""
    found: dict[str, list[Attachment]] = {}
    for part in chunks(keys):
        query = select(*_OPEN).where(among(attachment.c.event_key, part))
        for row in conn.execute(query.order_by(attachment.c.asked_us, attachment.c.id)):
            found.setdefault(row.event_key, []).append(_attachment(row))
    return found


def undecided(conn: Connection, limit: int) -> list[Attachment]:
    """Those that wait for a person, oldest first."""
    rows = conn.execute(_undecided(select(*_OPEN)).order_by(attachment.c.asked_us).limit(limit))
    return [_attachment(row) for row in rows]


def in_state(conn: Connection, state: AttachmentState, limit: int) -> list[Attachment]:
    """Those in one state, oldest first."""
    query = select(*_OPEN).where(attachment.c.state == state.value)
    return [_attachment(row) for row in conn.execute(query.order_by(attachment.c.asked_us).limit(limit))]


def body(conn: Connection, id_: AttachmentId) -> bytes | None:
    """The bytes as sent, sealed; None where none were kept."""
    return conn.execute(select(attachment.c.sealed).where(attachment.c.id == id_)).scalar()


def shown(conn: Connection, id_: AttachmentId) -> bytes | None:
    """The picture that departments are shown, sealed; None while there is none."""
    return conn.execute(select(attachment.c.sealed_shown).where(attachment.c.id == id_)).scalar()


def decide(
    conn: Connection,
    id_: AttachmentId,
    disclosure: Disclosure,
    *,
    by: str,
    reason: str,
    at: datetime,
    picture: tuple[bytes, int] | None,
) -> None:
    """Writes what a person said. `picture`: sealed, and its size before; None: departments are shown none."""
    conn.execute(
        update(attachment)
        .where(attachment.c.id == id_)
        .values(
            disclosure=disclosure.value,
            decided_by=by,
            decided_us=to_us(at),
            reason=reason,
            sealed_shown=picture[0] if picture else None,
            shown_size=picture[1] if picture else 0,
        )
    )


def forget(conn: Connection, records: Collection[str]) -> None:
    """Files of these records are gone with all that is known of them."""
    for part in chunks(records):
        conn.execute(delete(attachment).where(among(attachment.c.record_id, part)))


def counts(conn: Connection) -> dict[str, int]:
    """State → how many."""
    rows = conn.execute(select(attachment.c.state, func.count().label("n")).group_by(attachment.c.state))
    return {r.state: r.n for r in rows}


def unfetched_before(conn: Connection, moment: datetime) -> dict[str, int]:
    """Source → how many of its files were asked for before `moment` and still wait."""
    return _by_source(conn, AttachmentState.WAITING, attachment.c.asked_us < to_us(moment))


def unfollowed_since(conn: Connection, moment: datetime) -> dict[str, int]:
    """Source → how many of its links since `moment` led to a host or a network that its pack does not name."""
    return _by_source(
        conn,
        AttachmentState.REFUSED,
        attachment.c.asked_us >= to_us(moment),
        attachment.c.code.in_(("F101", "F102", "F104")),
    )


def undecided_before(conn: Connection, moment: datetime) -> int:
    """How many have waited for a person since before `moment`."""
    query = _undecided(select(func.count()).select_from(attachment))
    return int(conn.execute(query.where(attachment.c.asked_us < to_us(moment))).scalar_one())


def _by_source(conn: Connection, state: AttachmentState, *where: Any) -> dict[str, int]:
    rows = conn.execute(
        select(attachment.c.source, func.count().label("n"))
        .where(attachment.c.state == state.value, *where)
        .group_by(attachment.c.source)
        .order_by(attachment.c.source)
    )
    return {r.source: r.n for r in rows}


def _undecided(query: Select[Any]) -> Select[Any]:
    return query.where(
        attachment.c.state == AttachmentState.FETCHED.value,
        attachment.c.disclosure == Disclosure.UNDECIDED.value,
    )


def _attachment(r: Row[Any]) -> Attachment:
    return Attachment(
        id=AttachmentId(r.id),
        event_id=EventId(r.event_id),
        event_key=EventKey(r.event_key),
        record_id=RecordId(r.record_id),
        source=r.source,
        state=AttachmentState(r.state),
        code=r.code,
        asked_at=from_us(r.asked_us),
        kind=r.kind,
        size=r.size,
        disclosure=Disclosure(r.disclosure),
        decided_by=r.decided_by,
        decided_at=from_us_or_none(r.decided_us),
        reason=r.reason,
        shown_size=r.shown_size,
    )
