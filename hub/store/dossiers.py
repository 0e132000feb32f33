"""Dossiers in the database: what has still to be put into one, entries, heads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, Table, func, select, text, union_all

from hub.store.copying import insert_or_fence
from hub.store.engine import BATCH, BYTES, chunks, insert, update
from hub.store.lists import among
from hub.store.moments import from_us, from_us_or_none
from hub.store.tables import (
    answer,
    audit,
    audit_head,
    card,
    contact,
    delivery,
    dossier_entry,
    dossier_head,
    dossier_mark,
    emergency,
    evaluation,
    evidence,
    evidence_flag,
    link,
    measure,
    overdue,
    report,
    reveal,
    step,
    turn,
    whistle,
)
from hub.store.tables.dossier import UNFILED, unfiled_index
from hub.whistle.dossier import ENTRY, GENESIS, Algorithm, Chain, Entry, digests_of

_BLOCKS: Final = 4
"""Blocks of looks a portion: each may hold as many rows as a batch."""
MOST_COUNTED: Final = 100_000
"""A figure beyond it would cost more than it tells."""
_KNOWN: Final = {
    "sqlite": """
        SELECT e.whistle_id, e.origin FROM json_each(?) AS j CROSS JOIN dossier_entry AS e
        ON e.whistle_id = j.value ->> 0 AND e.origin = j.value ->> 1""",
    "postgresql": """
        SELECT e.whistle_id, e.origin FROM jsonb_array_elements(%s::jsonb) AS j CROSS JOIN LATERAL
        (SELECT whistle_id, origin FROM dossier_entry
        WHERE whistle_id = j ->> 0 AND origin = j ->> 1 OFFSET 0) AS e""",
}
"""Each pair by the index of both columns: two lists beside one another would be every whistle with every origin."""
_ALGORITHMS: Final = {one.value: one for one in Algorithm}
_LINKS: Final = {
    "sqlite": """
        SELECT e.whistle_id, e.seq, e.algorithm, e.inner_digest, e.digest FROM json_each(?) AS j
        CROSS JOIN dossier_entry AS e ON e.whistle_id = j.value ->> 0 AND e.seq > j.value ->> 1
        ORDER BY e.whistle_id, e.seq""",
    "postgresql": """
        SELECT e.* FROM jsonb_array_elements(%s::jsonb) AS j CROSS JOIN LATERAL
        (SELECT whistle_id, seq, algorithm, inner_digest, digest FROM dossier_entry
        WHERE whistle_id = j ->> 0 AND seq > (j ->> 1)::int ORDER BY seq) AS e""",
}
"""Each whistle by the primary key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """An entry as it is stored: with what can be said of it, and what its salts are made of."""

    entry: Entry
    kind: str
    made_us: int
    """When it happened; a clock that was late or wrong does not change the entry's place."""
    origin: str
    said: Mapping[str, Any]
    sealed: Mapping[str, tuple[str, str]]
    """Personal field → whose key salts it, and its digest; the value stands where it always stood."""
    seed: bytes

    @property
    def values(self) -> Mapping[str, Any]:
        """What can be said of it by itself, with what it is and when it happened."""
        return {ENTRY: [self.kind, moment(self.made_us)], **self.said}

    @property
    def digests(self) -> Mapping[str, str]:
        """Field → salted digest; made anew from what is said, so that a row that was changed does not fit."""
        made = digests_of(self.entry.algorithm, self.seed, self.values)
        return made | {name: digest for name, (_, digest) in self.sealed.items()}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one dossier stands, and which matter and clocks it tells of last."""

    chain: Chain
    incident_id: str = ""
    clocks: str = ""


# -- what has still to be put into one -------------------------------------------------------------------


def unfiled(conn: Connection, table: Table, limit: int) -> Sequence[Row[Any]]:
    """Rows of `table` that no dossier tells of yet. Those that somebody changes just now come next time: filing waits
    for nobody, so that nobody who waits for it is waited for.

    In the order of the index of such rows: PostgreSQL takes two columns that differ for the rule and not for the rare
    case, and would look for a few of them through the whole table.
    """
    query = (
        select(table).where(text(UNFILED[table.name])).order_by(unfiled_index(table).columns[0]).limit(limit)
    )
    return conn.execute(query.with_for_update(skip_locked=True)).all()


def behind(conn: Connection) -> tuple[int, datetime | None]:
    """How many moves no dossier tells of yet, counted up to MOST_COUNTED, and when the oldest of those was made."""
    waiting = select(step.c.made_us).where(text(UNFILED["step"])).limit(MOST_COUNTED).subquery()
    number, oldest_us = conn.execute(select(func.count(), func.min(waiting.c.made_us))).one()
    return number, from_us_or_none(oldest_us)


def unfiled_of(conn: Connection, whistle_id: str, incident_id: str) -> int:
    """How many rows of one whistle and its matter its dossier has still to tell of. Looks are not counted, and of turns
    those at its cards and measures."""
    own = (step, overdue, delivery, card, measure, evaluation, evidence, evidence_flag, contact, reveal)
    joined = select(link.c.event_key).where(link.c.incident_id == incident_id)
    earned = union_all(*(select(t.c.id).where(t.c.whistle_id == whistle_id) for t in (card, measure)))
    its = [
        *((table, table.c.whistle_id == whistle_id) for table in own),
        (link, link.c.incident_id == incident_id),
        (emergency, emergency.c.incident_id == incident_id),
        (answer, answer.c.event_key.in_(joined)),
        (turn, turn.c.subject_id.in_(earned)),
    ]
    counts = (
        select(func.count()).select_from(table).where(which, text(f"({UNFILED[table.name]})"))
        for table, which in its
    )
    return sum(conn.execute(one).scalar_one() for one in counts)


def mark_filed(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """From now on a dossier tells of them. `rows`: primary key and marks."""
    update(conn, table, rows, key=tuple(column.name for column in table.primary_key.columns))


def unread_blocks(conn: Connection) -> list[Row[Any]]:
    """Blocks of looks that were not looked through yet: chain, seq, rows; each chain in its order."""
    read = func.coalesce(dossier_mark.c.seq, 0)
    behind = conn.execute(
        select(audit_head.c.chain, read.label("read"))
        .outerjoin(dossier_mark, dossier_mark.c.chain == audit_head.c.chain)
        .where(audit_head.c.seq > read)
        .limit(_BLOCKS)
    ).all()
    found: list[Row[Any]] = []
    for one in behind:
        if len(found) >= _BLOCKS:
            break
        found += list(
            conn.execute(
                select(audit.c.chain, audit.c.seq, audit.c.rows)
                .where(audit.c.chain == one.chain, audit.c.seq > one.read)
                .order_by(audit.c.seq)
                .limit(_BLOCKS)
            )
        )
    return found


def mark_read(conn: Connection, blocks: Iterable[Row[Any]]) -> None:
    """These blocks, and those before them, were looked through."""
    last = {one.chain: one.seq for one in blocks}
    insert(conn, dossier_mark, [{"chain": c, "seq": s} for c, s in last.items()], update=("seq",))


# -- entries -----------------------------------------------------------------------------------------------


def standing(conn: Connection, ids: Iterable[str]) -> dict[str, Standing]:
    """Whistle → where its dossier stands; those that have none are missing."""
    found: dict[str, Standing] = {}
    for part in chunks(ids):
        for r in conn.execute(select(dossier_head).where(among(dossier_head.c.whistle_id, part))):
            found[r.whistle_id] = Standing(Chain(r.whistle_id, r.seq, r.digest), r.incident_id, r.clocks)
    return found


def known(conn: Connection, origins: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of these (whistle, origin) those that stand in their dossiers."""
    asked, found = sorted(set(origins)), set[tuple[str, str]]()
    for start in range(0, len(asked), BATCH):
        wanted = orjson.dumps(asked[start : start + BATCH]).decode()
        rows = conn.exec_driver_sql(_KNOWN[conn.dialect.name], (wanted,))
        found |= {(r.whistle_id, r.origin) for r in rows}
    return found


def add(conn: Connection, filed: Sequence[Filed], heads: Mapping[str, Standing]) -> None:
    """Appends entries and sets where their dossiers stand then; raises Fenced where somebody else appended."""
    insert_or_fence(conn, dossier_entry, [_row(one) for one in filed])
    rows = [
        {
            "whistle_id": id_,
            "seq": one.chain.seq,
            "digest": one.chain.head,
            "incident_id": one.incident_id,
            "clocks": one.clocks,
            "anchored": 0,
        }
        for id_, one in heads.items()
    ]
    insert(conn, dossier_head, rows, update=("seq", "digest", "incident_id", "clocks"))


def _row(one: Filed) -> dict[str, Any]:
    entry = one.entry
    return {
        "whistle_id": entry.whistle_id,
        "seq": entry.seq,
        "origin": one.origin,
        "kind": one.kind,
        "made_us": one.made_us,
        "algorithm": entry.algorithm.value,
        "inner_digest": entry.inner,
        "digest": entry.digest,
        "said": orjson.dumps(one.said).decode(),
        "sealed": orjson.dumps(one.sealed).decode(),
        "seed": one.seed.hex(),
    }


def entries(conn: Connection, whistle_id: str) -> list[Filed]:
    """The whole dossier as it stands in the database, first to last."""
    rows = conn.execute(
        select(dossier_entry).where(dossier_entry.c.whistle_id == whistle_id).order_by(dossier_entry.c.seq)
    ).all()
    return [
        Filed(
            entry=_entry(r, before),
            kind=r.kind,
            made_us=r.made_us,
            origin=r.origin,
            said=orjson.loads(r.said),
            sealed={name: (subject, digest) for name, (subject, digest) in orjson.loads(r.sealed).items()},
            seed=bytes.fromhex(r.seed),
        )
        for r, before in zip(rows, [GENESIS, *(r.digest for r in rows)], strict=False)
    ]


def links(conn: Connection, since: Mapping[str, Chain]) -> dict[str, list[Entry]]:
    """Whistle → the entries of its dossier behind where `since` says that it stood, in order."""
    found: dict[str, list[Entry]] = {}
    for part in chunks(since):
        wanted = [(id_, since[id_].seq) for id_ in part]
        for r in conn.exec_driver_sql(_LINKS[conn.dialect.name], (orjson.dumps(wanted).decode(),)):
            mine = found.setdefault(r.whistle_id, [])
            mine.append(_entry(r, mine[-1].digest if mine else since[r.whistle_id].head))
    return found


def _entry(row: Row[Any], before: str) -> Entry:
    return Entry(
        whistle_id=row.whistle_id,
        seq=row.seq,
        algorithm=_ALGORITHMS[row.algorithm],
        previous=before,
        inner=row.inner_digest,
        digest=row.digest,
    )


def moment(us: int) -> str:
    """A moment as entries say it: RFC 3339, UTC, always with microseconds."""
    return from_us(us).isoformat(timespec="microseconds")


# -- what stands beside ---------------------------------------------------------------------------------


def called_for(conn: Connection, ids: Iterable[str]) -> dict[str, list[str]]:
    """Incident → ids of its whistles."""
    found: dict[str, list[str]] = {}
    for part in chunks(ids):
        rows = conn.execute(
            select(whistle.c.incident_id, whistle.c.id).where(among(whistle.c.incident_id, part))
        )
        for r in rows:
            found.setdefault(r.incident_id, []).append(r.id)
    return found


def words_of_reports(conn: Connection, ids: Iterable[str]) -> dict[str, bytes]:
    """Report → what was written in it, sealed; b"" past retention."""
    found: dict[str, bytes] = {}
    for part in chunks(ids):
        wanted = select(report.c.id, report.c.sealed).where(among(report.c.id, part))
        found |= {r.id: r.sealed for r in conn.execute(wanted, execution_options=BYTES)}
    return found


# -- anchors -----------------------------------------------------------------------------------------------


def unanchored(conn: Connection, after: str, limit: int) -> list[Chain]:
    """Dossiers that have grown since their last anchor, by their whistles' ids, those behind `after`."""
    rows = conn.execute(
        select(dossier_head.c.whistle_id, dossier_head.c.seq, dossier_head.c.digest)
        .where(text("seq <> anchored"), dossier_head.c.whistle_id > after)
        .order_by(dossier_head.c.whistle_id)
        .limit(limit)
    )
    return [Chain(r.whistle_id, r.seq, r.digest) for r in rows]


def mark_anchored(conn: Connection, chains: Sequence[Chain]) -> None:
    """These stand in an anchor as they are."""
    rows = [{"whistle_id": one.whistle_id, "anchored": one.seq} for one in chains]
    update(conn, dossier_head, rows, key=("whistle_id",))
