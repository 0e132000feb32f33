"""Incidents, the links that make them, the blocks that find them, and the queues beside them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from hub import ids
from hub.bus.message import Fenced
from hub.incident.merge import MERGED
from hub.incident.ties import Identity
from hub.jsonform import dumps, loads
from hub.model import EventId, EventKey, Incident, IncidentId, IncidentState, Link, Reason, Verdict
from hub.store import blocks, marks
from hub.store.copying import insert_or_fence
from hub.store.engine import chunks, insert
from hub.store.events import loads_reasons, newest
from hub.store.lists import among
from hub.store.moments import from_us, from_us_or_none, to_us, to_us_or_none
from hub.store.swapping import swap
from hub.store.tables import fallback, incident, link, review
from hub.store.tables.matters import OPEN_AND_ANNOUNCED

_OF_NAMES: Final = {
    "sqlite": """
        SELECT a.system, a.ref, l.incident_id, min(a.key) FROM json_each(?) AS name CROSS JOIN alias AS a
        ON a.system = json_extract(name.value, '$[0]') AND a.ref = json_extract(name.value, '$[1]')
        CROSS JOIN link AS l ON l.event_key = a.key AND l.undone_us IS NULL
        GROUP BY 1, 2, 3""",
    # OFFSET 0: one look into the index for each name, however few rows the planner believes there are
    "postgresql": """
        SELECT name.pair->>0, name.pair->>1, l.incident_id, min(a.key)
        FROM json_array_elements(%s::json) AS name(pair)
        CROSS JOIN LATERAL (SELECT key FROM alias
        WHERE system = name.pair->>0 AND ref = name.pair->>1 OFFSET 0) AS a
        CROSS JOIN LATERAL (SELECT incident_id FROM link
        WHERE event_key = a.key AND undone_us IS NULL OFFSET 0) AS l GROUP BY 1, 2, 3""",
}
"""Incidents of a JSON list of [system, ref], each with a report by which it is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentLink:
    """A report's place: the incident it is joined to now, by which revision, as its `seq`-th link."""

    event_key: EventKey
    seq: int
    link: Link

    @property
    def opened_it(self) -> bool:
        """Whether this report opened the incident that it is joined to: an incident's id is made of its opener's."""
        openings = (ids.incident_id(self.event_key, generation) for generation in range(self.seq + 1))
        return self.link.incident_id in openings


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Two reports that a person should compare: a `likely` candidate."""

    event_key: EventKey
    incident_id: IncidentId
    candidate_id: IncidentId
    score: float
    reasons: tuple[Reason, ...]
    owner: str


def lock(conn: Connection, *, blocks: Iterable[str], names: Iterable[tuple[str, str]]) -> None:
    """Keeps other workers from deciding about the same neighbourhood, or about reports of the same number
    (system, ref), until commit (PostgreSQL).
    """
    marks.lock(conn, (*blocks, *(f"{system}\x00{ref}" for system, ref in names)))


def lock_rows(conn: Connection, ids: Iterable[str]) -> None:
    """Keeps others from changing these incidents, or from deciding by how they stand, until commit (PostgreSQL)."""
    if conn.dialect.name == "postgresql":
        for part in chunks(sorted(ids)):
            conn.execute(
                select(incident.c.id)
                .where(among(incident.c.id, part))
                .order_by(incident.c.id)
                .with_for_update()
            )


def versions(conn: Connection, ids: Iterable[str]) -> dict[str, int]:
    """Incident → its version as it is stored."""
    found: dict[str, int] = {}
    for part in chunks(ids):
        rows = conn.execute(select(incident.c.id, incident.c.version).where(among(incident.c.id, part)))
        found |= {r.id: r.version for r in rows}
    return found


def of_names(conn: Connection, names: Iterable[Identity]) -> list[tuple[Identity, str, str]]:
    """Where reports have these numbers or name them (`identities`): the number, the incident, and of the reports
    there that have it the first by key."""
    found: list[tuple[Identity, str, str]] = []
    for part in chunks(orjson.dumps(one).decode() for one in dict.fromkeys(names)):
        rows = conn.exec_driver_sql(_OF_NAMES[conn.dialect.name], (f"[{','.join(part)}]",))
        found += [((system, ref), incident_id, key) for system, ref, incident_id, key in rows]
    return found


def load(conn: Connection, ids: Iterable[str]) -> dict[str, Incident]:
    """Incidents by id."""
    found: dict[str, Incident] = {}
    for part in chunks(ids):
        rows = conn.execute(select(incident.c.id, incident.c.body).where(among(incident.c.id, part)))
        found |= {r.id: loads(Incident, r.body) for r in rows}
    return found


def current_links(conn: Connection, keys: Iterable[str]) -> dict[str, CurrentLink]:
    """Event key → its link that is not undone."""
    return {one.event_key: one for one in _links(conn, link.c.event_key, keys)}


def current_links_counted(
    conn: Connection, keys: Iterable[str]
) -> tuple[dict[str, CurrentLink], dict[str, int]]:
    """The same, and how many links each of these reports ever had: the number of its next one."""
    current: dict[str, CurrentLink] = {}
    counts: dict[str, int] = {}
    for part in chunks(keys):
        for r in conn.execute(select(link).where(among(link.c.event_key, part))):
            counts[r.event_key] = counts.get(r.event_key, 0) + 1
            if r.undone_us is None:
                current[r.event_key] = _current(r)
    return current, counts


def links_of(conn: Connection, incidents: Iterable[str]) -> dict[str, list[CurrentLink]]:
    """Incident → the links that hold it together now, oldest first."""
    found: dict[str, list[CurrentLink]] = {}
    for one in _links(conn, link.c.incident_id, incidents):
        found.setdefault(one.link.incident_id, []).append(one)
    return found


def _links(conn: Connection, column: ColumnElement[Any], values: Iterable[str]) -> list[CurrentLink]:
    found: list[CurrentLink] = []
    for part in chunks(values):
        rows = conn.execute(
            select(link).where(among(column, part), link.c.undone_us.is_(None)).order_by(link.c.linked_us)
        )
        found += [_current(r) for r in rows]
    return found


def merged_in(conn: Connection, id_: str) -> list[Incident]:
    """The matters that merges made a part of this one, of which reports are in it still."""
    links = links_of(conn, [id_]).get(id_, [])
    return list(
        load(
            conn, {str(why.facts["from"]) for o in links for why in o.link.reasons if why.rule == MERGED}
        ).values()
    )


def homes(conn: Connection, ids: Iterable[str]) -> dict[str, IncidentId]:
    """Matter → the one that merges made it a part of; itself where none did."""
    found = {id_: IncidentId(id_) for id_ in ids}
    while True:
        known = load(conn, set(found.values()))
        moved = {
            id_: into
            for id_, home in found.items()
            if home in known and (into := known[home].merged_into) is not None
        }
        if not moved:
            return found
        found |= moved


def history_of(conn: Connection, key: str) -> list[CurrentLink]:
    """Every link a report ever had, undone ones too, oldest first."""
    rows = conn.execute(select(link).where(link.c.event_key == key).order_by(link.c.seq))
    return [_current(r) for r in rows]


def _current(r: Row[Any]) -> CurrentLink:
    return CurrentLink(
        event_key=EventKey(r.event_key),
        seq=r.seq,
        link=Link(
            event_id=EventId(r.event_id),
            incident_id=IncidentId(r.incident_id),
            verdict=Verdict(r.verdict),
            reasons=loads_reasons(r.reasons),
            linked_at=from_us(r.linked_us),
            linked_by=r.linked_by,
            undone_at=from_us_or_none(r.undone_us),
            undone_by=r.undone_by,
        ),
    )


def latest_events(conn: Connection, keys: Iterable[str]) -> dict[str, str]:
    """Event key → id of its newest revision: by version, then by arrival (`hub.intake.revisions`)."""
    return {key: one.event_id for key, one in newest(conn, keys).items()}


def add(conn: Connection, incidents: Sequence[Incident], at: datetime) -> None:
    """Stores new incidents, written `at` that moment; raises Fenced where one stands already, since its opener went
    before us."""
    insert_or_fence(conn, incident, [_row(one, at) for one in incidents])


def _row(one: Incident, at: datetime) -> dict[str, object]:
    return {
        "id": one.id,
        "category": one.category,
        "state": one.state.value,
        "subdistrict_id": one.place.subdistrict_id,
        "opened_us": to_us(one.opened_at),
        "last_us": to_us(one.last_reported_at),
        "closed_us": to_us(one.closed_at) if one.closed_at else None,
        "version": one.version,
        "lon": one.place.lon,
        "lat": one.place.lat,
        "body": dumps(one),
        "changed_us": to_us(at),
        "handling": one.handling.value,
        "until_us": to_us_or_none(one.until),
    }


def change(conn: Connection, incidents: Sequence[Incident], at: datetime) -> None:
    """Stores incidents changed `at` that moment, each one version on, and in their blocks whether they are over; raises
    Fenced where someone else changed one meanwhile. By id, as `lock_rows` locks them: nobody waits for who waits for it."""
    swap(conn, incident, [_row(one, at) for one in sorted(incidents, key=lambda one: one.id)])
    blocks.follow(conn, incidents)


def announced_before(
    conn: Connection, now: datetime, most: int, but: Collection[IncidentId] = ()
) -> list[IncidentId]:
    """Open matters whose announced end has passed, longest ago first; none of `but`."""
    over = select(incident.c.id).where(OPEN_AND_ANNOUNCED, incident.c.until_us <= to_us(now))
    if but:
        over = over.where(incident.c.id.not_in(but))
    return [IncidentId(id_) for id_ in conn.execute(over.order_by(incident.c.until_us).limit(most)).scalars()]


def add_links(conn: Connection, links: Sequence[CurrentLink]) -> None:
    """Joins reports to incidents; raises Fenced where another worker has joined one of them."""
    rows = [
        {
            "event_key": one.event_key,
            "incident_id": one.link.incident_id,
            "seq": one.seq,
            "event_id": one.link.event_id,
            "verdict": one.link.verdict.value,
            "reasons": dumps(one.link.reasons),
            "linked_us": to_us(one.link.linked_at),
            "linked_by": one.link.linked_by,
        }
        for one in links
    ]
    insert_or_fence(conn, link, rows)


def undo_link(conn: Connection, one: CurrentLink, at: datetime, by: str) -> None:
    """Marks a link undone; raises Fenced where it was undone meanwhile."""
    undone = conn.execute(
        update(link)
        .where(link.c.event_key == one.event_key, link.c.seq == one.seq, link.c.undone_us.is_(None))
        .values(undone_us=to_us(at), undone_by=by)
    ).rowcount
    if not undone:
        raise Fenced


def link_counts(conn: Connection, keys: Iterable[str]) -> dict[str, int]:
    """How many links each report ever had: the number of its next one."""
    found: dict[str, int] = {}
    for part in chunks(keys):
        rows = conn.execute(
            select(link.c.event_key, func.count().label("n"))
            .where(among(link.c.event_key, part))
            .group_by(link.c.event_key)
        )
        found |= {r.event_key: r.n for r in rows}
    return found


def ask(conn: Connection, questions: Sequence[Question], at: datetime) -> None:
    """Puts `likely` candidates before a person."""
    insert(
        conn,
        review,
        [
            {
                "event_key": q.event_key,
                "incident_id": q.incident_id,
                "candidate_id": q.candidate_id,
                "score": q.score,
                "reasons": dumps(q.reasons),
                "asked_us": to_us(at),
                "owner": q.owner,
            }
            for q in questions
        ],
    )


def questions_about(conn: Connection, incidents: Iterable[str]) -> list[Row[Any]]:
    """Open and decided questions that touch one of `incidents`."""
    found: list[Row[Any]] = []
    for part in chunks(incidents):
        found += conn.execute(
            select(review).where(among(review.c.incident_id, part) | among(review.c.candidate_id, part))
        ).all()
    return found


def queue_fallback(
    conn: Connection, rows: Sequence[tuple[IncidentId, str]], owner: str, at: datetime, due_at: datetime
) -> None:
    """Matters that nobody leads: (incident, reason) wait with an owner and a clock. Who waits already keeps its clock;
    the reason is that of now."""
    new = [
        {
            "incident_id": i,
            "reason": reason,
            "owner": owner,
            "queued_us": to_us(at),
            "due_us": to_us(due_at),
        }
        for i, reason in rows
    ]
    if insert(conn, fallback, new) == len(new):
        return
    for row in new:  # some stood there before: those that had been resolved wait again
        again = (fallback.c.incident_id == row["incident_id"]) & fallback.c.resolved_us.is_not(None)
        if not conn.execute(update(fallback).where(again).values(**row, resolved_us=None)).rowcount:
            waits = fallback.c.incident_id == row["incident_id"]
            conn.execute(update(fallback).where(waits).values(reason=row["reason"]))


def resolve_fallback(conn: Connection, ids: Iterable[str], at: datetime) -> None:
    """These wait no longer."""
    for part in chunks(ids):
        conn.execute(
            update(fallback)
            .where(among(fallback.c.incident_id, part), fallback.c.resolved_us.is_(None))
            .values(resolved_us=to_us(at))
        )


def counts(conn: Connection) -> dict[str, int]:
    """Incidents by state, merged ones left out."""
    rows = conn.execute(select(incident.c.state, func.count().label("n")).group_by(incident.c.state))
    return {r.state: r.n for r in rows if r.state != IncidentState.MERGED.value}
