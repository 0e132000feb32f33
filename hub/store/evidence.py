"""Evidence that departments handed in, where pictures that look alike are found, and what was doubted.

Bytes are read one file at a time; everything else here leaves them where they are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, and_, func, or_, select, union, update

from hub.store.engine import BYTES, chunks, insert
from hub.store.lists import among
from hub.store.moments import from_us, from_us_or_none, to_us
from hub.store.tables import evidence, evidence_band, evidence_flag, whistle
from hub.whistle.likeness import bands, is_near, probes

_OPEN: Final = tuple(column for column in evidence.c if column.name != "sealed")


class Doubt(StrEnum):
    """What may be wrong with a result's evidence (N80)."""

    NO_EVIDENCE = "no_evidence"
    OLD_PHOTO = "old_photo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One file that a department handed in for one round of one whistle."""

    id: str
    whistle_id: str
    department: str
    round: int
    kind: str
    size: int
    digest: str
    """Keyed: equal contents are known by it, and nothing else."""
    likeness: int | None
    """Of a picture (`hub.whistle.likeness`)."""
    taken_at: datetime | None
    """When the picture says that it was taken; cameras' clocks may be wrong."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A doubt that the centre sees. `other_whistle_id`: for which it was handed in before, "" for none. Withdrawn, it counts
    no more."""

    whistle_id: str
    round: int
    kind: Doubt
    at: datetime
    evidence_id: str = ""
    other_whistle_id: str = ""
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    """An account."""
    reason_code: str = ""


def add(conn: Connection, one: Piece, sealed: bytes) -> None:
    """Stores it; the same file for the same round stands already, and stays."""
    row = {
        "id": one.id,
        "whistle_id": one.whistle_id,
        "department": one.department,
        "round": one.round,
        "kind": one.kind,
        "size": one.size,
        "digest": one.digest,
        "likeness": "" if one.likeness is None else f"{one.likeness:016x}",
        "taken_us": to_us(one.taken_at) if one.taken_at else None,
        "made_us": to_us(one.at),
        "sealed": sealed,
    }
    if insert(conn, evidence, [row]) and one.likeness is not None:
        codes = bands(one.likeness)
        insert(conn, evidence_band, [{"code": code, "evidence_id": one.id} for code in codes])


def of_whistles(conn: Connection, ids: Iterable[str]) -> dict[str, list[Piece]]:
    """Whistle → what was handed in for it, in all its rounds, first to last."""
    found: dict[str, list[Piece]] = {}
    for part in chunks(ids):
        rows = conn.execute(
            select(*_OPEN)
            .where(among(evidence.c.whistle_id, part))
            .order_by(evidence.c.made_us, evidence.c.id)
        )
        for r in rows:
            found.setdefault(r.whistle_id, []).append(_piece(r))
    return found


def get(conn: Connection, id_: str) -> Piece | None:
    """One by id."""
    row = conn.execute(select(*_OPEN).where(evidence.c.id == id_)).first()
    return _piece(row) if row else None


def body(conn: Connection, id_: str) -> bytes:
    """Its sealed bytes; b"" where it is not there, or past retention."""
    query = select(evidence.c.sealed).where(evidence.c.id == id_)
    return conn.execute(query, execution_options=BYTES).scalar_one_or_none() or b""


def before(conn: Connection, one: Piece, incident_id: str) -> Piece | None:
    """The first file handed in before `one` that is the same, or a picture that looks alike: for another matter, or
    for an earlier round of the same whistle. Departments at one matter may show the same."""
    wanted = [select(evidence.c.id).where(evidence.c.digest == one.digest)]
    if one.likeness is not None:
        codes = among(evidence_band.c.code, probes(one.likeness))
        wanted.append(select(evidence_band.c.evidence_id).where(codes))
    ids = [id_ for id_ in conn.execute(union(*wanted)).scalars() if id_ != one.id]
    found: list[Piece] = []
    for part in chunks(ids):
        rows = conn.execute(
            select(*_OPEN, whistle.c.incident_id)
            .join(whistle, whistle.c.id == evidence.c.whistle_id)
            .where(among(evidence.c.id, part), evidence.c.made_us <= to_us(one.at))
        )
        found += [
            piece
            for r in rows
            if _is_alike(piece := _piece(r), one) and _is_old(piece, one, r.incident_id == incident_id)
        ]
    return min(found, key=lambda piece: (piece.at, piece.id), default=None)


def _is_alike(one: Piece, other: Piece) -> bool:
    if one.digest == other.digest:
        return True
    return one.likeness is not None and other.likeness is not None and is_near(one.likeness, other.likeness)


def _is_old(one: Piece, new: Piece, is_same_matter: bool) -> bool:
    if one.whistle_id == new.whistle_id:
        return one.round < new.round
    return not is_same_matter


def number(conn: Connection, whistle_id: str, round_: int) -> int:
    """How many pieces a round has."""
    query = select(func.count()).where(evidence.c.whistle_id == whistle_id, evidence.c.round == round_)
    return int(conn.execute(query).scalar_one())


def add_flags(conn: Connection, flags: Sequence[Flag]) -> None:
    """Notes doubts; one that stands stays as it is."""
    insert(
        conn,
        evidence_flag,
        [
            {
                "whistle_id": one.whistle_id,
                "round": one.round,
                "kind": one.kind.value,
                "evidence_id": one.evidence_id,
                "other_whistle_id": one.other_whistle_id,
                "made_us": to_us(one.at),
            }
            for one in flags
        ],
    )


def flags_since(conn: Connection, since: datetime, most: int) -> list[Flag]:
    """Doubts since then, newest first."""
    rows = conn.execute(
        select(evidence_flag)
        .where(evidence_flag.c.made_us >= to_us(since))
        .order_by(evidence_flag.c.made_us.desc(), evidence_flag.c.whistle_id, evidence_flag.c.evidence_id)
        .limit(most)
    )
    return [
        Flag(
            whistle_id=r.whistle_id,
            round=r.round,
            kind=Doubt(r.kind),
            at=from_us(r.made_us),
            evidence_id=r.evidence_id,
            other_whistle_id=r.other_whistle_id,
            withdrawn_at=from_us_or_none(r.withdrawn_us),
            withdrawn_by=r.withdrawn_by,
            reason_code=r.reason_code,
        )
        for r in rows
    ]


def withdraw(conn: Connection, doubted: str, *, by: str, reason_code: str, at: datetime) -> int:
    """Withdraws the doubts that stand about a whistle's evidence, or about one piece; returns how many."""
    piece = evidence_flag.c.evidence_id
    about = or_(evidence_flag.c.whistle_id == doubted, and_(piece == doubted, piece != ""))
    done = conn.execute(
        update(evidence_flag)
        .where(about, evidence_flag.c.withdrawn_us.is_(None))
        .values(withdrawn_us=to_us(at), withdrawn_by=by, reason_code=reason_code)
    )
    return done.rowcount


def flagged(conn: Connection, ids: Iterable[str]) -> frozenset[str]:
    """Those of these whistles about whose evidence a doubt stands."""
    found: set[str] = set()
    for part in chunks(ids):
        rows = conn.execute(
            select(evidence_flag.c.whistle_id)
            .where(among(evidence_flag.c.whistle_id, part), evidence_flag.c.withdrawn_us.is_(None))
            .distinct()
        )
        found.update(rows.scalars())
    return frozenset(found)


def _piece(r: Any) -> Piece:
    return Piece(
        id=r.id,
        whistle_id=r.whistle_id,
        department=r.department,
        round=r.round,
        kind=r.kind,
        size=r.size,
        digest=r.digest,
        likeness=int(r.likeness, 16) if r.likeness else None,
        taken_at=from_us_or_none(r.taken_us),
        at=from_us(r.made_us),
    )
