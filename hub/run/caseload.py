"""The working set of one casework batch: what is known around its events, and what they change.

Loads everything it needs in a handful of queries, decides in memory with the pure rooms, and writes
in as many. Lives as long as one transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hub.access.vault import Vault
from hub.incident.decide import Join, Open
from hub.incident.flood import FOLDED
from hub.incident.sighting import Candidate, Sighting
from hub.model import (
    Event,
    EventId,
    EventText,
    Fate,
    Incident,
    IncidentId,
    IncidentState,
    Link,
    Mode,
    Reason,
    Stage,
    Urgency,
    Verdict,
)
from hub.pipeline import Journey, opened_by
from hub.run.sealing import texts_of
from hub.store import events, incidents, keys

LOOK_BACK: Final = timedelta(days=372)
"""Longest window of any link rule with its grace (components, domain.md 3.5)."""
SIGHTINGS: Final = 12
"""Reports of one incident that a new one is compared with: the first and the newest of them."""
_URGENCY: Final = {Urgency.ROUTINE: 0, Urgency.URGENT: 1, Urgency.CRITICAL: 2}


@dataclass(frozen=True, slots=True)
class Opened:
    """An incident that this batch opened, with the event that did."""

    incident: Incident
    event: Event


class Caseload:
    """One batch. `take` each event in order, then `write` once; `fates` and `opened` say what came of it."""

    def __init__(
        self,
        conn: Connection,
        journey: Journey,
        vault: Vault,
        todo: Sequence[tuple[Event, EventText]],
        now: datetime,
    ) -> None:
        self._conn, self._journey, self._vault, self._now = conn, journey, vault, now
        self.fates: dict[EventId, tuple[Fate, str]] = {}
        self.opened: list[Opened] = []
        self._sightings = {event.id: journey.sight(event, text) for event, text in todo}
        self._blocks = {id_: journey.blocks(s) for id_, s in self._sightings.items()}
        self._new_links: list[incidents.CurrentLink] = []
        self._new_blocks: dict[tuple[str, str], datetime] = {}
        self._questions: list[incidents.Question] = []
        self._changed: dict[str, Incident] = {}
        self._load([event for event, _ in todo])

    # -- loading -------------------------------------------------------------------------------------

    def _load(self, batch: Sequence[Event]) -> None:
        conn = self._conn
        self._lock_borders(batch)
        self._versions = events.versions(conn, {e.key for e in batch})
        self._links = incidents.current_links(conn, {e.key for e in batch})
        self._by_alias = self._aliases(batch)
        by_block = incidents.in_blocks(
            conn, {b for bs in self._blocks.values() for b in bs}, since=self._now - LOOK_BACK
        )
        near = (
            by_block | {one.link.incident_id for one in self._links.values()} | set(self._by_alias.values())
        )
        self._incidents: dict[str, Incident] = incidents.load(conn, near)
        self._candidates: dict[str, Candidate] = {}
        self._in_block: dict[str, set[str]] = {}
        self._add_candidates(near)

    def _lock_borders(self, batch: Sequence[Event]) -> None:
        """Two workers that hold neighbouring subdistricts meet at these locks (design: looks across)."""
        atlas = self._journey.pack.atlas
        near: set[str] = set()
        for e in batch:
            place = e.place
            if (
                place.lon is None
                or place.lat is None
                or atlas.near_border(place.lon, place.lat, 200.0, e.occurred_at.date())
            ):
                near |= set(self._blocks[e.id])
        incidents.lock_blocks(self._conn, near)

    def _aliases(self, batch: Sequence[Event]) -> dict[tuple[str, str], str]:
        """(system, ref) → the incident that a report of that name is joined to."""
        names: set[tuple[str, str]] = set()
        for e in batch:
            names |= {(a.system, a.ref) for a in e.aliases} | {(e.source, ref) for ref in e.same_as}
            names.add((e.source, e.source_ref))
        found = events.keys_of_aliases(self._conn, names)
        links = incidents.current_links(self._conn, {k for ks in found.values() for k in ks})
        return {
            name: links[key].link.incident_id
            for name, ks in found.items()
            for key in sorted(ks)
            if key in links
        }

    def _add_candidates(self, ids: Iterable[str]) -> None:
        links = incidents.links_of(self._conn, ids)
        chosen = {i: _first_and_newest(ls) for i, ls in links.items()}
        newest = incidents.latest_events(self._conn, {one.event_key for ls in chosen.values() for one in ls})
        stored = events.load(self._conn, newest.values())
        data_keys = keys.of(self._conn, {s.event.record_id for s in stored.values()})
        texts = texts_of(self._vault, list(stored.values()), data_keys)
        for id_, ls in chosen.items():
            seen = [stored[newest[one.event_key]] for one in ls if newest.get(one.event_key) in stored]
            sightings = tuple(self._journey.sight(s.event, texts[s.event.id]) for s in seen)
            self._put_candidate(self._incidents[id_], sightings)

    def _put_candidate(self, incident: Incident, sightings: tuple[Sighting, ...]) -> None:
        candidate = Candidate(
            incident_id=incident.id,
            state=incident.state,
            opened_at=incident.opened_at,
            last_reported_at=incident.last_reported_at,
            closed_at=incident.closed_at,
            sightings=sightings,
        )
        self._candidates[incident.id] = candidate
        for sighting in sightings:
            for block in self._journey.blocks(sighting):
                self._in_block.setdefault(block, set()).add(incident.id)

    # -- deciding ------------------------------------------------------------------------------------

    def take(self, event: Event) -> None:
        """Decides where one event belongs."""
        known = self._links.get(event.key)
        if known is not None:
            self._revise(event, known)
            return
        sighting = self._sightings[event.id]
        decision = self._journey.decide(sighting, self._around(event))
        if isinstance(decision, Join) and self._can_join(decision.incident_id):
            self._join(event, decision)
        elif isinstance(decision, Open):
            self._open(event, decision)
        else:
            self._open(event, Open())

    def _can_join(self, incident_id: str) -> bool:
        return self._incidents[incident_id].state in (IncidentState.OPEN, IncidentState.CLOSED)

    def _around(self, event: Event) -> list[Candidate]:
        """Candidates that share a block or a name with the event; merged matters stand for their target."""
        ids = {i for b in self._blocks[event.id] for i in self._in_block.get(b, ())}
        names = {(a.system, a.ref) for a in event.aliases} | {(event.source, ref) for ref in event.same_as}
        names.add((event.source, event.source_ref))
        ids |= {self._by_alias[n] for n in names if n in self._by_alias}
        return [self._candidates[i] for i in sorted(ids) if i in self._candidates]

    def _revise(self, event: Event, known: incidents.CurrentLink) -> None:
        """A further revision of a report that has its place already (N02, N04, N11)."""
        if event.version and event.version < self._versions.get(event.key, ""):
            self.fates[event.id] = (Fate.LINKED, "older_version")
            return
        self.fates[event.id] = (Fate.LINKED, "revision")
        incident = self._incidents.get(known.link.incident_id)
        if incident is not None and incident.state is IncidentState.OPEN:
            self._change(_touched(incident, event, more=0))

    def _join(self, event: Event, decision: Join) -> None:
        incident = self._incidents[decision.incident_id]
        reasons = decision.judgement.reasons
        self._link(event, incident.id, decision.judgement.verdict, reasons)
        folded = any(r.rule == FOLDED for r in reasons)
        self.fates[event.id] = (Fate.LINKED, "folded_alarm" if folded else "joined")
        self._change(_touched(incident, event, more=1))
        self._extend(event, self._incidents[incident.id])

    def _open(self, event: Event, decision: Open) -> None:
        incident = opened_by(event, recurrence_of=decision.recurrence_of)
        if event.mode is Mode.BACKFILL and event.stage in (Stage.CLOSED, Stage.REJECTED, Stage.CANCELLED):
            incident = replace(incident, state=IncidentState.CLOSED, closed_at=event.reported_at)
        self._incidents[incident.id] = incident
        self.opened.append(Opened(incident, event))
        verdict = Verdict.RECURRENCE if decision.recurrence_of else Verdict.SAME
        self._link(event, incident.id, verdict, (Reason("opened"), *decision.reasons))
        self.fates[event.id] = (Fate.PUBLISHED, "opened")
        self._questions += [
            incidents.Question(
                event_key=event.key,
                incident_id=incident.id,
                candidate_id=IncidentId(candidate),
                score=judgement.score,
                reasons=judgement.reasons,
                owner=self._journey.pack.fallback_owner,
            )
            for candidate, judgement in decision.likely
        ]
        self._extend(event, incident)

    def _link(self, event: Event, incident_id: str, verdict: Verdict, reasons: tuple[Reason, ...]) -> None:
        one = incidents.CurrentLink(
            event_key=event.key,
            seq=0,
            link=Link(
                event_id=event.id,
                incident_id=IncidentId(incident_id),
                verdict=verdict,
                reasons=reasons,
                linked_at=self._now,
                linked_by="rule",
            ),
        )
        self._links[event.key] = one
        self._new_links.append(one)

    def _extend(self, event: Event, incident: Incident) -> None:
        """The rest of the batch sees this report as a part of its incident."""
        sighting = self._sightings[event.id]
        earlier = self._candidates.get(incident.id)
        sightings = (*(earlier.sightings if earlier else ()), sighting)[-SIGHTINGS:]
        self._put_candidate(incident, sightings)
        for alias in event.aliases:
            self._by_alias[alias.system, alias.ref] = incident.id
        self._by_alias[event.source, event.source_ref] = incident.id
        for block in self._blocks[event.id]:
            self._new_blocks[block, incident.id] = incident.last_reported_at

    def _change(self, incident: Incident) -> None:
        """Keeps the change; the stored version goes up by one a batch, not by one an event."""
        opened = next((n for n, o in enumerate(self.opened) if o.incident.id == incident.id), None)
        if opened is not None:
            fresh = replace(incident, version=1)
            self.opened[opened] = Opened(fresh, self.opened[opened].event)
            self._incidents[incident.id] = fresh
            return
        base = self._changed.get(incident.id)
        version = base.version if base else incident.version + 1
        self._changed[incident.id] = self._incidents[incident.id] = replace(incident, version=version)

    # -- writing -------------------------------------------------------------------------------------

    def write(self) -> None:
        """Stores what the batch came to; raises Fenced where another worker was faster."""
        incidents.add(self._conn, [o.incident for o in self.opened])
        incidents.change(self._conn, list(self._changed.values()))
        incidents.add_links(self._conn, self._renumbered())
        incidents.put_blocks(self._conn, self._new_blocks)
        incidents.ask(self._conn, self._questions, self._now)

    def _renumbered(self) -> list[incidents.CurrentLink]:
        """A report that was un-linked before gets the next number, so that its history stays whole."""
        counts = incidents.link_counts(self._conn, [one.event_key for one in self._new_links])
        return [replace(one, seq=counts.get(one.event_key, 0)) for one in self._new_links]

    def touched(self) -> list[Incident]:
        """Every incident that this batch opened or changed, as it stands now."""
        return [o.incident for o in self.opened] + list(self._changed.values())


def _first_and_newest(links: list[incidents.CurrentLink]) -> list[incidents.CurrentLink]:
    return links if len(links) <= SIGHTINGS else [links[0], *links[-(SIGHTINGS - 1) :]]


def _touched(incident: Incident, event: Event, *, more: int) -> Incident:
    urgency = max(incident.urgency, event.urgency, key=_URGENCY.__getitem__)
    sources = incident.sources if event.source in incident.sources else (*incident.sources, event.source)
    return replace(
        incident,
        urgency=urgency,
        secret=incident.secret or event.secret,
        sources=sources,
        event_count=incident.event_count + more,
        last_reported_at=max(incident.last_reported_at, event.reported_at),
    )
