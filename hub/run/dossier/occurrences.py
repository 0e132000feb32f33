"""What dossiers tell of: each table's rows as things that happened to whistles.

May hold which words a row becomes. A field is named as the whitelist names it (`whistle.clause`); where several fields
fall under one grant, its own name stands behind a stroke (`dossier.moves/by`). Values here are ids, codes, moments and
counts; personal ones come as `sealed`, with whose key salts them, and are stored nowhere a second time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, Table, select

from hub import ids
from hub.jsonform import plain
from hub.model import Actor, Deadline, Event, EventText, Incident, Reason, Whistle
from hub.store import dossiers, incidents
from hub.store.engine import chunks
from hub.store.lists import among
from hub.store.moments import to_us
from hub.store.tables import (
    answer,
    card,
    contact,
    deferral,
    delivery,
    emergency,
    evaluation,
    evidence,
    evidence_flag,
    link,
    measure,
    overdue,
    reveal,
    step,
    turn,
    whistle,
)

ACCOUNT: Final = "dossier.accounts/by"
"""Which account of the centre, of a post or of the desk did it: for the centre's eyes."""
WHY: Final = "dossier.accounts/reason"
"""Why somebody asked for more than the whitelist gives: for the same eyes. Names of the matter are taken out of it, and who
wrote it does not read which (`hub.run.whitelist.reasons`)."""
WORDS: Final = "report.text"
"""What a department wrote to a requester."""
_WAITS: Final = 1
"""No moment: a delivery's mark while it has no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One thing that happened to one whistle."""

    whistle_id: str
    origin: str
    kind: str
    at_us: int
    said: Mapping[str, Any]
    sealed: Mapping[str, tuple[str, Any]] = field(default_factory=dict)
    """Personal field → (subject, value)."""


@dataclass(frozen=True, slots=True)
class Source:
    """One table whose rows dossiers tell of. `marks`: what is set once they do; `whistles`: of a portion, each row's."""

    table: Table
    marks: Callable[[Row[Any]], Mapping[str, Any]]
    whistles: Callable[[Connection, Sequence[Row[Any]]], Sequence[Sequence[str]]]
    tell: Callable[[Row[Any], str], Occurrence]

    def take(self, conn: Connection, limit: int) -> list[Occurrence]:
        """A portion of what no dossier tells of yet, marked as told in the caller's transaction."""
        rows = dossiers.unfiled(conn, self.table, limit)
        if not rows:
            return []
        key = [column.name for column in self.table.primary_key.columns]
        marked = [{**{name: getattr(r, name) for name in key}, **self.marks(r)} for r in rows]
        dossiers.mark_filed(conn, self.table, marked)
        of = self.whistles(conn, rows)
        return [self.tell(row, id_) for row, mine in zip(rows, of, strict=True) for id_ in mine]


def _own(_conn: Connection, rows: Sequence[Row[Any]]) -> list[list[str]]:
    return [[r.whistle_id] for r in rows]


def _of_matters(conn: Connection, rows: Sequence[Row[Any]]) -> list[list[str]]:
    """All whistles of a link's matter: each has a file of its own."""
    called = dossiers.called_for(conn, {r.incident_id for r in rows})
    return [called.get(r.incident_id, []) for r in rows]


def _of_whole_matters(conn: Connection, rows: Sequence[Row[Any]]) -> list[list[str]]:
    """The same of the matter that merges made it a part of, where some did."""
    homes = incidents.homes(conn, {r.incident_id for r in rows})
    called = dossiers.called_for(conn, set(homes.values()))
    return [called.get(homes[r.incident_id], []) for r in rows]


def _of_turns(conn: Connection, rows: Sequence[Row[Any]]) -> list[list[str]]:
    """The whistle of a card or measure; all whistles of a matter that is agreed to wait."""
    of: dict[str, list[str]] = {}
    for part in chunks({r.subject_id for r in rows}):
        for table in (card, measure):
            own = select(table.c.id, table.c.whistle_id).where(among(table.c.id, part))
            of |= {r.id: [r.whistle_id] for r in conn.execute(own)}
        waits = select(deferral.c.id, deferral.c.incident_id).where(among(deferral.c.id, part))
        matters = {r.id: r.incident_id for r in conn.execute(waits)}
        called = dossiers.called_for(conn, set(matters.values()))
        of |= {id_: called.get(matter, []) for id_, matter in matters.items()}
    return [of.get(r.subject_id, []) for r in rows]


def _of_answers(conn: Connection, rows: Sequence[Row[Any]]) -> list[Sequence[str]]:
    """The whistle whose move made the answer, by its id (`hub.run.matters.answering`); all of the report's matter where none is
    known by it."""
    matters: dict[str, tuple[str, int]] = {}
    for part in chunks({r.event_key for r in rows}):
        found = conn.execute(
            select(link.c.event_key, link.c.seq, link.c.incident_id).where(
                among(link.c.event_key, part), link.c.undone_us.is_(None)
            )
        )
        matters |= {r.event_key: (r.incident_id, r.seq) for r in found}
    mine = dossiers.called_for(conn, {matter for matter, _ in matters.values()})
    of: dict[str, list[str]] = {}
    for part in chunks([id_ for many in mine.values() for id_ in many]):
        stand = conn.execute(select(whistle.c.id, whistle.c.version).where(among(whistle.c.id, part)))
        of |= {r.id: [f"{r.id}:{number}" for number in range(r.version + 1)] for r in stand}
    joined = [matters.get(r.event_key, ("", 0)) for r in rows]
    return [
        _asked_by(r, link_, mine.get(matter, []), of) for r, (matter, link_) in zip(rows, joined, strict=True)
    ]


def _asked_by(
    row: Row[Any], link_: int, candidates: Sequence[str], seeds: Mapping[str, Sequence[str]]
) -> Sequence[str]:
    """Those of `candidates` whose move made the answer, to a report that is joined by its `link_`-th link now."""
    made = [
        id_
        for id_ in candidates
        if any(
            ids.answer_id(seed, row.event_key, n) == row.id for seed in seeds[id_] for n in range(link_ + 1)
        )
    ]
    return made or candidates


def _step(r: Row[Any], id_: str) -> Occurrence:
    said = {
        "version": r.version,
        "move": r.move,
        "actor": r.actor,
        "before": r.before,
        "after": r.after,
        "reason_code": r.reason_code,
        "until": None if r.until_us is None else dossiers.moment(r.until_us),
        "level": r.level,
        ACCOUNT: r.person,
    } | _who(r.actor, r.by)
    return _told(id_, f"step:{r.version}", "move", r.made_us, "dossier.moves", said)


def _overdue(r: Row[Any], id_: str) -> Occurrence:
    said = {"step": r.step, "round": r.round, "due_at": dossiers.moment(r.due_us), "excused": r.excused}
    origin = f"overdue:{r.step}:{r.round}:{r.excused}"
    return _told(id_, origin, "overdue", r.noted_us, "dossier.overdue", said)


def _delivery(r: Row[Any], id_: str) -> Occurrence:
    said = {
        "message": r.message_id,
        "channel": r.channel,
        "state": r.state,
        "attempts": r.attempts,
        "code": r.code,
    }
    origin = "delivery:" + ids.digest_of(r.message_id, r.channel, str(r.done_us))
    at_us = r.next_us if r.done_us is None else r.done_us
    return _told(id_, origin, "delivery", at_us, "dossier.deliveries", said)


def _answer(r: Row[Any], id_: str) -> Occurrence:
    said = {
        "id": r.id,
        "source": r.source,
        "report": r.event_key,
        "state": r.state,
        "attempts": r.attempts,
        "receipt": r.receipt,
    }
    return _told(id_, f"answer:{r.id}", "answer", r.next_us, "dossier.answers", said)


def linked(r: Row[Any], id_: str) -> Occurrence:
    """A report was joined to the whistle's matter, and why."""
    said = {
        "report": r.event_key,
        "number": r.seq,
        "verdict": r.verdict,
        "reasons": orjson.loads(r.reasons),
    } | _who(Actor.CENTRE, r.linked_by)
    return _told(id_, f"link:{r.event_key}:{r.seq}", "link", r.linked_us, "dossier.links", said)


def _unlinked(r: Row[Any], id_: str) -> Occurrence:
    said = {"report": r.event_key, "number": r.seq} | _who(Actor.CENTRE, r.undone_by)
    return _told(id_, f"unlink:{r.event_key}:{r.seq}", "unlink", r.undone_us, "dossier.links", said)


def _card(r: Row[Any], id_: str) -> Occurrence:
    said = {
        "id": r.id,
        "card": r.card,
        "step": r.step,
        "round": r.round,
        "rule": r.rule,
        "calculation": orjson.loads(r.calculation),
    }
    return _told(id_, f"card:{r.id}", "card", r.issued_us, "dossier.cards", said)


def _measure(r: Row[Any], id_: str) -> Occurrence:
    said = {
        "id": r.id,
        "kind": r.kind,
        "why": r.why,
        "cards": orjson.loads(r.cards),
        "due_at": dossiers.moment(r.due_us),
    }
    return _told(id_, f"measure:{r.id}", "measure", r.opened_us, "dossier.cards", said)


def _turn(r: Row[Any], id_: str) -> Occurrence:
    said = {
        "of": r.subject_id,
        "turn": r.turn,
        "actor": r.actor,
        "after": r.after,
        "reason_code": r.reason_code,
    } | _who(r.actor, r.by)
    return _told(id_, f"turn:{r.subject_id}:{r.version}", "turn", r.made_us, "dossier.cards", said)


def _evaluation(r: Row[Any], id_: str) -> Occurrence:
    said = {
        "round": r.round,
        "actor": r.actor,
        "response": r.response,
        "resolve": r.resolve,
        "satisfy": r.satisfy,
    } | _who(r.actor, r.account)
    return _told(id_, f"evaluation:{r.version}", "evaluation", r.made_us, "dossier.evaluation", said)


def _evidence(r: Row[Any], id_: str) -> Occurrence:
    said = {"id": r.id, "round": r.round, "kind": r.kind, "size": r.size, "digest": r.digest}
    return _told(id_, f"evidence:{r.id}", "evidence", r.made_us, "dossier.evidence", said)


def _evidence_flag(r: Row[Any], id_: str) -> Occurrence:
    said = {"round": r.round, "doubt": r.kind, "id": r.evidence_id, "other": r.other_whistle_id}
    origin = "doubt:" + ids.digest_of(str(r.round), r.kind, r.evidence_id)
    return _told(id_, origin, "doubt", r.made_us, "dossier.doubts", said)


def _withdrawn(r: Row[Any], id_: str) -> Occurrence:
    said = {"round": r.round, "doubt": r.kind, "id": r.evidence_id, "reason_code": r.reason_code}
    origin = "withdrawn:" + ids.digest_of(str(r.round), r.kind, r.evidence_id)
    who = _who(Actor.CENTRE, r.withdrawn_by)
    return _told(id_, origin, "doubt_withdrawn", r.withdrawn_us, "dossier.doubts", said | who)


_ASKED, _DECIDED, _REVIEWED = 0, 1, 2
"""How much of one that waited for a second person, or for its review, stands in dossiers before this entry."""


def _revealed(r: Row[Any], id_: str) -> Occurrence:
    said = {"id": r.id, "report": r.event_key, "field": r.field}
    return _two_persons(r, r.filed, id_, "reveal", said)


def in_emergency(r: Row[Any], turn: int, id_: str) -> Occurrence:
    """The entry of an emergency before which so much of it stands in dossiers."""
    said = {"id": r.id, "kind": r.kind}
    if turn < _REVIEWED:
        return _two_persons(r, turn, id_, "emergency", said)
    said |= {"turn": "review", WHY: r.note, ACCOUNT: r.reviewed_by}
    return _told(id_, f"emergency:{r.id}:{turn}", "emergency", r.reviewed_us, "dossier.emergencies", said)


def _two_persons(r: Row[Any], turn: int, id_: str, kind: str, said: Mapping[str, Any]) -> Occurrence:
    """What one person asked for, or what another one said of it."""
    under = {"reveal": "dossier.reveals", "emergency": "dossier.emergencies"}[kind]
    if turn == _ASKED:
        at_us, more = r.asked_us, {"turn": "ask", WHY: r.reason, ACCOUNT: r.asked_by}
    else:
        at_us, more = r.decided_us, {"turn": r.verdict, ACCOUNT: r.decided_by}
    return _told(id_, f"{kind}:{r.id}:{turn}", kind, at_us, under, {**said, **more})


def _contact(r: Row[Any], id_: str) -> Occurrence:
    """A requester was to be contacted: how, by whom; the department's own words are added, sealed under its key."""
    said = {
        "id": r.id,
        "report": r.event_id,
        "kind": r.kind,
        "template": r.template,
        "extension": r.extension,
        "by": r.account or r.department,
    }
    return _told(id_, f"contact:{r.id}", "contact", r.made_us, "dossier.contacts", said)


def _contacted(r: Row[Any], id_: str) -> Occurrence:
    """What became of it, as far as a gateway knew."""
    sent_at = "" if r.sent_us is None else dossiers.moment(r.sent_us)
    said = {"id": r.id, "state": r.state, "code": r.code, "sent_at": sent_at}
    at_us = r.made_us if r.sent_us is None else r.sent_us
    return _told(id_, f"contacted:{r.id}", "contacted", at_us, "dossier.contacts", said)


SOURCES: Final[tuple[Source, ...]] = (
    # One that was undone, or withdrawn, before it was told is told twice: first that it was made.
    Source(
        link,
        lambda r: {"filed": r.filed + 1},
        _of_matters,
        lambda r, id_: _unlinked(r, id_) if r.filed else linked(r, id_),
    ),
    Source(step, lambda _: {"filed": 1}, _own, _step),
    Source(overdue, lambda r: {"filed": r.excused}, _own, _overdue),
    Source(delivery, lambda r: {"filed_us": r.done_us or _WAITS}, _own, _delivery),
    Source(answer, lambda _: {"filed": 1}, _of_answers, _answer),
    Source(card, lambda _: {"filed": 1}, _own, _card),
    Source(measure, lambda _: {"filed": 1}, _own, _measure),
    Source(turn, lambda _: {"filed": 1}, _of_turns, _turn),
    Source(evaluation, lambda _: {"filed": 1}, _own, _evaluation),
    Source(evidence, lambda _: {"filed": 1}, _own, _evidence),
    Source(
        evidence_flag,
        lambda r: {"filed": r.filed + 1},
        _own,
        lambda r, id_: _withdrawn(r, id_) if r.filed else _evidence_flag(r, id_),
    ),
    Source(reveal, lambda r: {"filed": r.filed + 1}, _own, _revealed),
    Source(
        emergency,
        lambda r: {"filed": r.filed + 1},
        _of_whole_matters,
        lambda r, id_: in_emergency(r, r.filed, id_),
    ),
    Source(
        contact,
        lambda r: {"filed": r.filed + 1},
        _own,
        lambda r, id_: _contacted(r, id_) if r.filed else _contact(r, id_),
    ),
)
"""Tables that tell of whistles, in the order in which what they tell of is put down. Whoever adds one gives its table
a mark and an index of what is not told yet (`hub.store.tables.dossier`), and a row here."""


def opened(one: Whistle, incident: Incident, at_us: int) -> Occurrence:
    """The first entry: who is called, for what, by which clause of which contract version."""
    place = incident.place
    said = {
        "whistle.id": one.id,
        "whistle.role": one.role.value,
        "whistle.level": one.level.value,
        "whistle.contract_id": one.contract_id,
        "whistle.clause": one.clause,
        "whistle.blown_at": plain(one.blown_at),
        "whistle.reasons": [reason.rule for reason in one.reasons],
        "dossier.department": one.department,
        "dossier.blown_by": one.blown_by,
        "dossier.reasons": _reasons(one.reasons),
        "incident.id": incident.id,
        "incident.category": incident.category,
        "incident.urgency": incident.urgency.value,
        "incident.grid_id": place.grid_id,
        "incident.subdistrict_id": place.subdistrict_id,
        "incident.opened_at": plain(incident.opened_at),
    }
    return Occurrence(whistle_id=one.id, origin="opened", kind="opened", at_us=at_us, said=said)


def moved_to(one: Whistle, at_us: int) -> Occurrence:
    """Its matter was merged into another, or parted from it: the whistle went along."""
    said = {"incident.id": one.incident_id}
    origin = f"matter:{one.incident_id}:{one.version}"
    return Occurrence(whistle_id=one.id, origin=origin[:64], kind="matter", at_us=at_us, said=said)


def clocks(one: Whistle, at_us: int) -> Occurrence:
    """When each step is due and how that was computed."""
    said: dict[str, Any] = {"whistle.deadlines": {d.step: plain(d.due_at) for d in one.deadlines}}
    said |= {f"dossier.clocks/{d.step}": _clock(d) for d in one.deadlines}
    origin = f"clocks:{one.version}:{clocks_digest(one)}"
    return Occurrence(whistle_id=one.id, origin=origin, kind="clocks", at_us=at_us, said=said)


def clocks_digest(one: Whistle) -> str:
    """32 hex digits by which a change of clocks is noticed."""
    return ids.digest_of(orjson.dumps(one.deadlines))


def _clock(one: Deadline) -> dict[str, Any]:
    return {
        "due_at": plain(one.due_at),
        "managed_at": plain(one.managed_at),
        "from_at": plain(one.from_at),
        "limit": f"{one.limit.value} {one.limit.unit.value}",
        "provisional": one.provisional,
        "derivation": _reasons(one.derivation),
    }


def look(row: Mapping[str, Any], block: str, number: int, at_us: int) -> Occurrence:
    """Which field was shown to whom, in which form, under which grant; or refused."""
    names = ("who", "exit", "result", "purpose", "fields", "masks", "grants", "reason", "on_behalf_of")
    said = {name: row.get(name) for name in names} | {"block": block}
    origin = "look:" + ids.digest_of(block, str(number))
    return _told(str(row["matter"]), origin, "look", at_us, "dossier.looks", said)


def reported(r: Row[Any], words: Mapping[str, Any]) -> Occurrence:
    """What a department wrote beside its move, sealed under the report's key."""
    said = {"id": r.id, "move": r.move, "reason_code": r.reason_code, "by": r.department}
    one = _told(r.whistle_id, f"report:{r.id}", "report", r.reported_us, "dossier.reports", said)
    return replace(one, sealed={f"report.{name}": (r.id, value) for name, value in words.items() if value})


def with_words(one: Occurrence, words: str) -> Occurrence:
    """A contact with what the department wrote itself, sealed under the contact's key."""
    return replace(one, sealed={WORDS: (str(one.said["dossier.contacts/id"]), words)})


def told_in(one: Event, words: EventText, id_: str) -> Occurrence:
    """One revision of a linked report. Of who reported nothing: the file is a matter's, not a person's."""
    texts = {"title": words.title, "content": words.content, "address": words.address}
    return Occurrence(
        whistle_id=id_,
        origin=f"event:{one.id}",
        kind="event",
        at_us=to_us(one.received_at),
        said={
            "event.id": one.id,
            "event.source": one.source,
            "event.occurred_at": plain(one.occurred_at),
            "event.reported_at": plain(one.reported_at),
            "dossier.links/report": one.key,
        },
        sealed={f"event.{name}": (one.record_id, text) for name, text in texts.items() if text},
    )


def _told(id_: str, origin: str, kind: str, at_us: int, under: str, said: Mapping[str, Any]) -> Occurrence:
    """Names without a stroke are parts of `under`."""
    fields = {name if "/" in name else f"{under}/{name}": value for name, value in said.items()}
    return Occurrence(whistle_id=id_, origin=origin, kind=kind, at_us=at_us, said=fields)


def _who(actor: str, by: str) -> dict[str, str]:
    """Who it was: the department, whose file it is, beside what it did; anybody else by an account, under a grant of its
    own. Of a requester's mark the account says which report was theirs."""
    return {"by" if actor == Actor.DEPARTMENT else ACCOUNT: by}


def _reasons(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    return [{"rule": one.rule, "facts": dict(one.facts)} for one in reasons]
