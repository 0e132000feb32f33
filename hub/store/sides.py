"""What is stored of each side of a border: reports by their sources' numbers, answers, whistles and deliveries.

Looks only, but for `tell_again`. Rows are read in portions where a source or a year may have many.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Connection, and_, exists, or_, select, update

from hub.access.vault import DataKey
from hub.jsonform import loads
from hub.model import Fate, Mode, RecordId, Whistle
from hub.store.engine import BATCH, BYTES, chunks
from hub.store.lists import among
from hub.store.moments import from_us, to_us
from hub.store.records import IN_CASEWORK, RECEIVED, SETTLED, WaitingRecord
from hub.store.tables import alias, answer, body, data_key, delivery, event, record, report, whistle

_PORTION: Final = 100
"""Bodies in memory at a time: each may be as large as a source may send."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A report that came: its source's number, and when it is said to have been made."""

    ref: str
    reported_at: datetime


def versions(conn: Connection, source: str, refs: Iterable[str]) -> dict[str, set[str]]:
    """Number → every version that came of it, whenever that was; those of which nothing came are left out, and some may
    be there that were not asked for."""
    found: dict[str, set[str]] = {}
    for part in chunks(refs):
        keys = conn.execute(
            select(alias.c.key).where(alias.c.system == source, among(alias.c.ref, part)).distinct()
        ).scalars()
        for some in chunks(keys):
            told = select(event.c.version, event.c.body).where(
                among(event.c.key, some), event.c.source == source
            )
            for r in conn.execute(told):
                ref = orjson.loads(r.body)["source_ref"]  # its own: it may only name what was asked for
                found.setdefault(ref, set()).add(r.version)
    return found


def arrived(conn: Connection, source: str, since: datetime, until: datetime) -> Iterator[Arrived]:
    """Live reports that came in that time, each revision of them. The connection is read from until the last."""
    rows = conn.execute(
        select(event.c.body)
        .join(record, record.c.id == event.c.record_id)
        .where(
            record.c.source == source,
            record.c.stage.in_(
                [RECEIVED, IN_CASEWORK, SETTLED]
            ),  # named, as an index knows it with the moment
            record.c.received_us >= to_us(since),
            record.c.received_us < to_us(until),
            record.c.mode != Mode.BACKFILL.value,
        )
        .execution_options(yield_per=BATCH)
    )
    for text in rows.scalars():
        one = orjson.loads(text)
        yield Arrived(one["source_ref"], datetime.fromisoformat(one["reported_at"]))


def without_event(conn: Connection, source: str, since: datetime) -> Iterator[list[WaitingRecord]]:
    """Records since then that are on their way, wait for a person or ended unread, in portions; those past retention
    are left out."""
    of_it = and_(body.c.received_us == record.c.received_us, body.c.record_id == record.c.id)
    ids = conn.execute(
        select(record.c.id)
        .where(
            record.c.source == source,
            record.c.stage.in_([RECEIVED, IN_CASEWORK, SETTLED]),
            record.c.received_us >= to_us(since),
            or_(record.c.fate.is_(None), record.c.fate.in_([Fate.HELD.value, Fate.DEAD.value])),
        )
        .order_by(record.c.received_us.desc(), record.c.id)
    ).scalars()
    for part in chunks(ids.all(), _PORTION):
        rows = conn.execute(
            select(record.c.id, record.c.kind, record.c.mode, record.c.received_us, body.c.sealed)
            .add_columns(data_key.c.wrapped, data_key.c.salt)
            .join(body, of_it)
            .join(data_key, data_key.c.subject == record.c.id)
            .where(among(record.c.id, part)),
            execution_options=BYTES,
        )
        yield [
            WaitingRecord(
                id=RecordId(r.id),
                kind=r.kind,
                mode=Mode(r.mode),
                received_at=from_us(r.received_us),
                sealed=r.sealed,
                key=DataKey(r.id, r.wrapped, r.salt),
            )
            for r in rows
        ]


# -- answers ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Failed:
    """An answer that was given up: with which code, and whether a later one of the same report was told since."""

    id: str
    code: str
    passed: bool


def failed_answers(conn: Connection, source: str) -> list[Failed]:
    """Every answer to `source` that was given up, in order."""
    later = answer.alias()
    passed = exists().where(
        later.c.event_key == answer.c.event_key,
        later.c.source == source,
        later.c.state == "told",
        later.c.seq > answer.c.seq,
    )
    rows = conn.execute(
        select(answer.c.id, answer.c.receipt, passed.label("passed"))
        .where(answer.c.source == source, answer.c.state == "failed")
        .order_by(answer.c.seq)
    )
    return [Failed(r.id, r.receipt or "", bool(r.passed)) for r in rows]


def unreceipted_answers(conn: Connection, source: str, since: datetime) -> list[str]:
    """Ids of the newest answers of their reports that were told since then and came back without a number; none where
    the source never gives one."""
    told = and_(answer.c.source == source, answer.c.state == "told")
    gives = conn.execute(select(answer.c.id).where(told, answer.c.receipt != "").limit(1)).first()
    if gives is None:
        return []
    later = answer.alias()
    passed = exists().where(
        later.c.event_key == answer.c.event_key,
        later.c.source == source,
        later.c.state == "told",
        later.c.seq > answer.c.seq,
    )
    rows = conn.execute(
        select(answer.c.id)
        .where(told, answer.c.receipt == "", answer.c.next_us >= to_us(since), ~passed)
        .order_by(answer.c.seq)
    )
    return list(rows.scalars())


def tried_answers(conn: Connection, source: str) -> list[str]:
    """Ids of the answers that were tried and still wait."""
    waits = and_(answer.c.source == source, answer.c.state == "waiting", answer.c.attempts > 0)
    return list(conn.execute(select(answer.c.id).where(waits).order_by(answer.c.seq)).scalars())


def untellable_reports(conn: Connection, source: str, since: datetime) -> list[str]:
    """Numbers at `source` of the reports that it was to be told something of since then, and cannot be."""
    rows = conn.execute(
        select(answer.c.body)
        .where(answer.c.source == source, answer.c.state == "cannot", answer.c.next_us >= to_us(since))
        .execution_options(yield_per=BATCH)
    )
    return sorted({str(orjson.loads(body)["source_ref"]) for body in rows.scalars()})


def tell_again(conn: Connection, ids: Iterable[str], at: datetime) -> int:
    """These answers wait again, in their old order; returns how many. Their ids stay, so a source that has one of
    them changes nothing."""
    return sum(
        conn.execute(
            update(answer)
            .where(among(answer.c.id, part), answer.c.state.in_(["failed", "told"]))
            .values(state="waiting", attempts=0, next_us=to_us(at), receipt=None)
        ).rowcount
        for part in chunks(ids)
    )


# -- departments --------------------------------------------------------------------------------------


def blown(conn: Connection, department: str, since: datetime) -> Iterator[list[Whistle]]:
    """Its whistles since then, in portions. The connection is read from until the last."""
    rows = conn.execute(
        select(whistle.c.body)
        .where(whistle.c.department == department, whistle.c.blown_us >= to_us(since))
        .order_by(whistle.c.blown_us, whistle.c.id)
        .execution_options(yield_per=BATCH)
    )
    for portion in rows.scalars().partitions():
        yield [loads(Whistle, text) for text in portion]


def delivered(conn: Connection, whistles: Iterable[str]) -> set[tuple[str, str]]:
    """(whistle, channel) of those whose blowing is on its way or through."""
    found: set[tuple[str, str]] = set()
    for part in chunks(whistles):
        rows = conn.execute(
            select(delivery.c.message_id, delivery.c.channel).where(among(delivery.c.message_id, part))
        )
        found |= {(r.message_id, r.channel) for r in rows}
    return found


def known(conn: Connection, whistles: Iterable[str]) -> set[str]:
    """Those of `whistles` that their department is known to have: it acknowledged or took one, or answered it."""
    found: set[str] = set()
    for part in chunks(whistles):
        took = select(delivery.c.whistle_id).where(
            among(delivery.c.message_id, part), delivery.c.state.in_(["acknowledged", "sent"])
        )
        answered = select(report.c.whistle_id).where(among(report.c.whistle_id, part))
        found.update(conn.execute(took).scalars(), conn.execute(answered).scalars())
    return found


def deliveries(conn: Connection, department: str, states: Iterable[str], before: datetime) -> list[str]:
    """Message ids of its deliveries in one of `states` whose last try lies before that moment, oldest first."""
    rows = conn.execute(
        select(delivery.c.message_id)
        .where(delivery.c.department == department, delivery.c.state.in_(list(states)))
        .where(delivery.c.next_us < to_us(before))
        .order_by(delivery.c.seq)
    )
    return list(rows.scalars())
