"""Evidence of what a department did: taken, sealed under its whistle's own key, and doubted where it looks old (N80).

A doubt is a row that the centre sees and may withdraw; it refuses nothing by itself. A department hands in, and sees none but its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from hub import ids
from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.vault import DataKey, Vault
from hub.clock import day_of
from hub.errors import Refused
from hub.intake.filetypes import PICTURES
from hub.intake.uploads import check_upload
from hub.model import Contract, Whistle
from hub.pack import Pack
from hub.run.ground.contractbook import ContractBook
from hub.run.ground.pictures import grey, taken_at
from hub.run.matters.deciding import check_code
from hub.store import evidence, incidents, keys, whistles
from hub.store.engine import Store
from hub.store.evidence import Doubt, Flag, Piece
from hub.whistle.lifecycle import RELIEVED, UNBLOWN
from hub.whistle.likeness import HEIGHT, WIDTH, likeness

SEALED_AT: Final = "evidence.sealed"
MOST_BYTES: Final = 8 * 1024 * 1024
"""Of one file: a telephone's photo, or a scanned page."""
MOST: Final = 20
"""Pieces of one round of one whistle."""
FIELD: Final = "evidence"
"""Of a contract's form: ids of what was handed in."""
_ID: Final = re.compile(r"ed_[0-9a-f]{32}")
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_.@-]{0,63}")
_OLDER: Final = timedelta(days=1)
"""A picture that was taken so long before its matter began shows something else."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What the department is told of it: the id that a result names, and the digest of what came."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class _Read:
    """What a file is, by its content."""

    kind: str
    likeness: int | None
    taken_at: datetime | None


class Evidence:
    """Takes evidence, and checks it when a result is handed in."""

    def __init__(self, *, store: Store, pack: Pack, contracts: ContractBook, vault: Vault) -> None:
        self._store, self._pack, self._contracts, self._vault = store, pack, contracts, vault

    def hand_in(self, department: str, whistle_id: str, content: bytes, now: datetime) -> HandedIn:
        """Stores one file. The same again changes nothing and has the same id.

        Raises Refused W103 where the whistle is not its own, or nothing is asked of it any more; W124 for a kind that
        is not kept, F131 for a damaged picture, W125 where there are too many.
        """
        read, digest = _read(content), self._vault.fingerprint(content)  # before anything is locked
        with self._store.write() as conn:
            whistle = whistles.held(conn, [whistle_id]).get(whistle_id)
            if whistle is None or whistle.department != department or whistle.state in RELIEVED | UNBLOWN:
                raise Refused("W103")
            id_ = ids.evidence_id(whistle.id, whistle.round, digest)
            if evidence.get(conn, id_) is None:
                if evidence.number(conn, whistle.id, whistle.round) >= MOST:
                    raise Refused("W125", most=MOST)
                piece = _piece(id_, whistle, read, len(content), digest, now)
                sealed = self._vault.seal(self._key(conn, whistle), SEALED_AT, content)
                evidence.add(conn, piece, sealed)
        return HandedIn(id_, digest)

    def _key(self, conn: Connection, whistle: Whistle) -> DataKey:
        """The whistle's own key, made for its first file; the whistle is held, so there is one who makes it."""
        found = keys.of(conn, [whistle.id]).get(whistle.id)
        if found is None:
            found = self._vault.new_key(whistle.id)
            keys.add(conn, [found])
        return found

    def content(self, conn: Connection, id_: str) -> tuple[Piece, bytes]:
        """A piece and its bytes, for a person of the centre. Raises Refused F136 where it is not there any more."""
        piece = evidence.get(conn, id_)
        key = keys.of(conn, [piece.whistle_id]).get(piece.whistle_id) if piece else None
        sealed = evidence.body(conn, id_)
        if piece is None or key is None or not sealed:
            raise Refused("F136")
        return piece, self._vault.open(key, SEALED_AT, sealed)

    def doubts(
        self,
        conn: Connection,
        whistle: Whistle,
        handed_in: Sequence[Piece],
        form: Mapping[str, object] | None,
        at: datetime,
    ) -> list[Flag]:
        """What may be wrong with the evidence of a result; `handed_in`: all of its whistle. Whoever takes the result
        notes it for the centre (`hub.store.evidence`).

        Checked is what `form` names under `evidence`, or all that was handed in for this round where it names none.
        Raises Refused W126 where it names what was not handed in for it.
        """
        pieces = _named([one for one in handed_in if one.round == whistle.round], form)
        if pieces:
            return [flag for piece in pieces if (flag := _doubted(conn, whistle, piece, at))]
        contract = self._contracts.of(conn, whistle.contract_id)
        return [_flag(whistle, Doubt.NO_EVIDENCE, at)] if self._asks(contract, at) else []

    def _asks(self, contract: Contract, at: datetime) -> bool:
        properties = contract.form.get("properties")
        in_form = isinstance(properties, Mapping) and FIELD in properties
        return in_form or self._pack.rules_on(day_of(at)).evaluation.evidence


def looked_at(piece: Piece, *, by: str, why: str, at: datetime) -> AuditRow:
    """The line that says who of the centre looked at it. Raises Refused F135 where either is no code."""
    if not (_CODE.fullmatch(by.lower()) and _CODE.fullmatch(why)):
        raise Refused("F135")
    return AuditRow(
        at=at,
        who=by,
        exit=Exit.CLI,
        result=Result.ALLOW,
        purpose="look_as_sent",
        fields=(SEALED_AT,),
        rows=(piece.id,),
        matter=piece.whistle_id,
        reason=why,
    )


def withdraw(conn: Connection, doubted: str, *, by: str, reason_code: str, at: datetime) -> int:
    """A person's word that a whistle's evidence, or one piece of it, is in order: its doubts count no more. Returns how
    many they were. Raises Refused W142 where none stands, W114 for a reason in words."""
    check_code(reason_code)
    if not (number := evidence.withdraw(conn, doubted, by=by, reason_code=reason_code, at=at)):
        raise Refused("W142")
    return number


def _named(pieces: list[Piece], form: Mapping[str, object] | None) -> list[Piece]:
    said: Any = (form or {}).get(FIELD)
    given = said if isinstance(said, list) else [said]
    named = [one for one in given if isinstance(one, str) and _ID.fullmatch(one)]
    if not named:  # words of the department's own, which show nothing
        return pieces
    known = {piece.id: piece for piece in pieces}
    if not known.keys() >= set(named):
        raise Refused("W126", pointer=f"/form/{FIELD}")
    return [known[id_] for id_ in dict.fromkeys(named)]


def _read(content: bytes) -> _Read:
    """By content; names and headers lie. Raises Refused W124, P108, F131."""
    kind = check_upload(content, most_bytes=MOST_BYTES)
    if kind not in PICTURES:
        return _Read(kind.value, None, None)
    return _Read(kind.value, likeness(grey(content, WIDTH, HEIGHT)), taken_at(content))


def _piece(id_: str, whistle: Whistle, read: _Read, size: int, digest: str, now: datetime) -> Piece:
    return Piece(
        id=id_,
        whistle_id=whistle.id,
        department=whistle.department,
        round=whistle.round,
        kind=read.kind,
        size=size,
        digest=digest,
        likeness=read.likeness,
        taken_at=read.taken_at,
        at=now,
    )


def _doubted(conn: Connection, whistle: Whistle, piece: Piece, at: datetime) -> Flag | None:
    """An old photo: handed in before for something else, or taken more than a day before the matter began."""
    seen = evidence.before(conn, piece, whistle.incident_id)
    if seen is not None:
        return _flag(whistle, Doubt.OLD_PHOTO, at, piece.id, seen.whistle_id)
    if piece.taken_at is None:
        return None
    began = incidents.load(conn, [whistle.incident_id])[whistle.incident_id].opened_at
    is_old = piece.taken_at < min(began, whistle.blown_at) - _OLDER
    return _flag(whistle, Doubt.OLD_PHOTO, at, piece.id) if is_old else None


def _flag(whistle: Whistle, kind: Doubt, at: datetime, evidence_id: str = "", other: str = "") -> Flag:
    return Flag(
        whistle_id=whistle.id,
        round=whistle.round,
        kind=kind,
        at=at,
        evidence_id=evidence_id,
        other_whistle_id=other,
    )
