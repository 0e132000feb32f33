"""Proposals to change the whitelist, and every word that was said of each; never changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from hub import ids
from hub.access.proposal import Action, Change, Proposal, Said, Word
from hub.jsonform import dumps, loads
from hub.store.copying import insert_or_fence
from hub.store.engine import chunks
from hub.store.lists import among
from hub.store.moments import from_us, to_us
from hub.store.tables import proposal, proposal_said


@dataclass(frozen=True, slots=True)
class Stored:
    """A proposal with what was said of it, oldest first."""

    proposal: Proposal
    said: tuple[Said, ...]


def proposal_id(by: str, at_us: int, changes: str) -> str:
    """One proposal."""
    return "gp_" + ids.digest_of("proposal", by, str(at_us), changes)


def add(conn: Connection, one: Proposal) -> None:
    """Writes it; raises Fenced where it stands."""
    row = {
        "id": one.id,
        "action": one.action.value,
        "changes": dumps(one.changes),
        "reason": one.reason,
        "proposed_by": one.proposed_by,
        "proposed_us": to_us(one.proposed_at),
        "review_by": one.review_by.isoformat(),
        "needs": one.needs,
    }
    insert_or_fence(conn, proposal, [row])


def say(conn: Connection, id_: str, said: Said, number: int) -> None:
    """Writes the `number`th word about the proposal; raises Fenced where somebody said one at the same moment."""
    row = {
        "proposal_id": id_,
        "number": number,
        "word": said.word.value,
        "by": said.by,
        "said_us": to_us(said.at),
        "reason": said.reason,
        "review_by": "" if said.review_by is None else said.review_by.isoformat(),
    }
    insert_or_fence(conn, proposal_said, [row])


def load(conn: Connection, proposal_ids: Iterable[str]) -> dict[str, Stored]:
    """Proposals by id."""
    found: dict[str, Stored] = {}
    for part in chunks(proposal_ids):
        rows = conn.execute(select(proposal).where(among(proposal.c.id, part))).all()
        said = _said(conn, part)
        found |= {r.id: Stored(_proposal(r), said.get(r.id, ())) for r in rows}
    return found


def latest(conn: Connection, limit: int) -> list[Stored]:
    """The newest proposals, newest first."""
    rows = conn.execute(
        select(proposal).order_by(proposal.c.proposed_us.desc(), proposal.c.id).limit(limit)
    ).all()
    said = _said(conn, [r.id for r in rows])
    return [Stored(_proposal(r), said.get(r.id, ())) for r in rows]


def _said(conn: Connection, proposal_ids: Iterable[str]) -> Mapping[str, tuple[Said, ...]]:
    found: dict[str, tuple[Said, ...]] = {}
    for part in chunks(proposal_ids):
        rows = conn.execute(
            select(proposal_said)
            .where(among(proposal_said.c.proposal_id, part))
            .order_by(proposal_said.c.proposal_id, proposal_said.c.number)
        )
        for r in rows:
            one = Said(
                word=Word(r.word),
                by=r.by,
                at=from_us(r.said_us),
                reason=r.reason,
                review_by=date.fromisoformat(r.review_by) if r.review_by else None,
            )
            found[r.proposal_id] = (*found.get(r.proposal_id, ()), one)
    return found


def _proposal(r: Row[Any]) -> Proposal:
    return Proposal(
        id=r.id,
        action=Action(r.action),
        changes=loads(tuple[Change, ...], r.changes),
        reason=r.reason,
        proposed_by=r.proposed_by,
        proposed_at=from_us(r.proposed_us),
        review_by=date.fromisoformat(r.review_by),
        needs=r.needs,
    )
