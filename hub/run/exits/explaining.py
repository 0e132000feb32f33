"""Why: the stored reasons of one event, incident or whistle, gathered in one answer. Staff only.

Everything here was written down with the decision (invariant 9); nothing is computed again. No value of
the vault is opened.
"""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Connection, select

from hub.errors import Refused
from hub.jsonform import plain
from hub.messages.text import Language
from hub.messages.why import in_words
from hub.model import Reason, Whistle
from hub.store import (
    attachments,
    cards,
    contracts,
    deferrals,
    events,
    incidents,
    measures,
    steps,
    summonses,
    turns,
    whistles,
)
from hub.store.deferrals import Deferral
from hub.store.measures import Asked
from hub.store.moments import from_us
from hub.store.steps import Made
from hub.store.tables import audit, event, fallback, record
from hub.whistle.calculation import in_words as told_in_words
from hub.whistle.supervision import Turned

_LOOKS: Final = 50


def explain(conn: Connection, id_: str) -> dict[str, Any]:
    """`id_` of an event (ev_), incident (in_), whistle (wh_) or record (rc_); raises Refused C106."""
    kind = {"ev_": _event, "in_": _incident, "wh_": _whistle, "rc_": _record}.get(id_[:3])
    if kind is None:
        raise Refused("C106", id=id_[:40])
    return kind(conn, id_)


def _record(conn: Connection, id_: str) -> dict[str, Any]:
    row = conn.execute(
        select(
            record.c.source,
            record.c.fate,
            record.c.code,
            record.c.pointer,
            record.c.owner,
            record.c.dropped,
            record.c.why,
        ).where(record.c.id == id_)
    ).first()
    if row is None:
        raise Refused("C106", id=id_)
    ids = conn.execute(select(event.c.id).where(event.c.record_id == id_)).scalars().all()
    return {
        "record": id_,
        "source": row.source,
        "fate": row.fate,
        "code": row.code,
        "pointer": row.pointer,
        "owner": row.owner,
        "why": orjson.loads(row.why) if row.why else [],
        "dropped_at_ingress": orjson.loads(row.dropped),
        "events": [_event(conn, one) for one in ids],
    }


def _event(conn: Connection, id_: str) -> dict[str, Any]:
    stored = events.load(conn, [id_]).get(id_)
    if stored is None:
        raise Refused("C106", id=id_)
    one, place = stored.event, stored.event.place
    history = incidents.history_of(conn, one.key)
    return {
        "event": one.id,
        "source": one.source,
        "source_ref": one.source_ref,
        "fate": stored.fate,
        "note": stored.note,
        "category": {"hub": one.category, "table": one.code_table, "code": one.code_raw},
        "why_here": {
            "grid": place.grid_id,
            "map_version": place.map_version,
            "method": place.method,
            "reasons": _reasons(stored.why),
        },
        "why_linked": [
            {
                "incident": link.link.incident_id,
                "verdict": link.link.verdict,
                "by": link.link.linked_by,
                "at": plain(link.link.linked_at),
                "undone_at": plain(link.link.undone_at),
                "reasons": _reasons(link.link.reasons),
            }
            for link in history
        ],
        "flags": list(one.flags),
        "attachments": {
            "offered": one.attachments,
            "files": _files(conn, one.key) if one.attachments else [],
        },
    }


def _files(conn: Connection, key: str) -> list[dict[str, Any]]:
    """How far fetching is, and what a person said about showing them."""
    return [
        {
            "attachment": one.id,
            "state": one.state,
            "code": one.code,
            "kind": one.kind,
            "size": one.size,
            "disclosure": one.disclosure,
            "decided_by": one.decided_by,
            "decided_at": plain(one.decided_at),
            "reason": one.reason,
        }
        for one in attachments.of_reports(conn, [key]).get(key, [])
    ]


def _incident(conn: Connection, id_: str) -> dict[str, Any]:
    found = incidents.load(conn, [id_]).get(id_)
    if found is None:
        raise Refused("C106", id=id_)
    links = incidents.links_of(conn, [id_]).get(id_, [])
    called = whistles.of_incidents(conn, [id_]).get(id_, [])
    queued = conn.execute(select(fallback).where(fallback.c.incident_id == id_)).first()
    return {
        "incident": id_,
        "category": found.category,
        "state": found.state,
        "opened_at": plain(found.opened_at),
        "recurrence_of": found.recurrence_of,
        "merged_into": found.merged_into,
        "events": [_event(conn, one.link.event_id) for one in links],
        "likely": [
            {"incident": q.incident_id, "candidate": q.candidate_id, "score": q.score, "decision": q.decision}
            for q in incidents.questions_about(conn, [id_])
        ],
        "why_these_departments": [_call(one) for one in called],
        "fallback": {"reason": queued.reason, "owner": queued.owner} if queued else None,
    }


def _step(made: Made) -> dict[str, Any]:
    return {
        "move": made.step.move,
        "actor": made.step.actor,
        "by": made.by,
        "at": plain(made.step.at),
        "before": made.step.before,
        "after": made.step.after,
        "reason_code": made.reason_code,
    }


def _whistle(conn: Connection, id_: str) -> dict[str, Any]:
    found = whistles.load(conn, [id_]).get(id_)
    if found is None:
        raise Refused("C106", id=id_)
    return {
        "whistle": id_,
        **_call(found),
        "history": [_step(one) for one in steps.of_whistles(conn, [id_]).get(id_, [])],
        "calls": _calls(conn, id_),
        "contract_kept_since": plain(contracts.kept_since(conn, found.contract_id)),
        "why_late": [
            {
                "step": d.step,
                "due_at": plain(d.due_at),
                "limit": f"{d.limit.value} {d.limit.unit.value}",
                "provisional": d.provisional,
                "managed_at": plain(d.managed_at),
                "derivation": _derivation(d.derivation),
            }
            for d in found.deadlines
        ],
        "cards": _cards(conn, id_),
        "answers_for": [_asked(one) for one in measures.of_whistles(conn, [id_])],
        "deferred": [
            _deferral(one)
            for one in deferrals.of_incidents(conn, [found.incident_id]).get(found.incident_id, [])
        ],
        "why_these_fields": _looks(conn, id_),
        "incident": _incident(conn, found.incident_id),
    }


def _calls(conn: Connection, id_: str) -> list[dict[str, Any]]:
    """Who was called to a duty phone, by label: the number stands in the pack alone."""
    return [
        {
            "n": r.n,
            "channel": r.channel,
            "of": r.department,
            "contact": r.contact,
            "at": plain(from_us(r.made_us)),
            "state": r.state,
            "code": r.code,
            "detail": r.detail,
            "receipt": r.receipt,
            "tries": r.tries,
        }
        for r in summonses.rows_of(conn, [id_]).get(id_, [])
    ]


def _cards(conn: Connection, whistle_id: str) -> list[dict[str, Any]]:
    """Each with its calculation, in words and with every input, and with what became of it."""
    some = cards.of_whistles(conn, [whistle_id]).get(whistle_id, [])
    made = turns.of_subjects(conn, (one.id for one in some))
    return [
        {
            "id": one.id,
            "card": one.card,
            "step": one.step,
            "round": one.round,
            "state": one.state,
            "issued_at": plain(one.issued_at),
            "words": {language.value: told_in_words(one.calculation, language) for language in Language},
            "calculation": plain(one.calculation),
            "turns": [_turn(each) for each in made.get(one.id, [])],
        }
        for one in some
    ]


def _turn(made: Turned) -> dict[str, Any]:
    return {
        "turn": made.turn,
        "by": made.by,
        "at": plain(made.at),
        "after": made.after,
        "reason_code": made.reason_code,
    }


def _asked(one: Asked) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "why": one.why,
        "cards": list(one.cards),
        "due_at": plain(one.due_at),
        "state": one.state,
    }


def _deferral(one: Deferral) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state,
        "reason_code": one.reason_code,
        "review_at": plain(one.review_at),
    }


def _call(one: Whistle) -> dict[str, Any]:
    return {
        "department": one.department,
        "role": one.role,
        "state": one.state,
        "contract": one.contract_id,
        "clause": one.clause,
        "reasons": _reasons(one.reasons),
    }


def _looks(conn: Connection, whistle_id: str) -> list[dict[str, Any]]:
    """Every audited look at this whistle: exit, fields, masks and the grants behind them."""
    blocks = conn.execute(
        select(audit.c.rows).where(audit.c.rows.contains(whistle_id)).limit(_LOOKS)
    ).scalars()
    rows = [orjson.loads(line) for block in blocks for line in block.splitlines()]
    return [
        {
            name: row[name]
            for name in ("at", "who", "exit", "result", "fields", "masks", "grants", "reason")
            if name in row
        }
        for row in rows
        if row.get("matter") == whistle_id
    ]


def _derivation(reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    """The same, each in words too."""
    words = ({one.value: in_words(reason.rule, reason.facts, one) for one in Language} for reason in reasons)
    return [{**told, **said} for told, said in zip(_reasons(reasons), words, strict=True)]


def _reasons(reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    return [{"rule": one.rule, **one.facts} for one in reasons]
