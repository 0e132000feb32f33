"""The working set of one casework batch: what is known around its events, and what they change.

Loads everything it needs in a handful of queries, decides in memory with the pure rooms, and writes
in as many. Lives as long as one transaction.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from hub.access.vault import Vault
from hub.incident.decide import Join, Open
from hub.incident.flood import FOLDED
from hub.incident.sighting import Candidate, Sighting
from hub.intake.revisions import is_older
from hub.model import (
    UNMAPPED,
    Event,
    EventId,
    Fate,
    Incident,
    IncidentId,
    IncidentState,
    Level,
    Link,
    Mode,
    Reason,
    Stage,
    Urgency,
    Verdict,
)
from hub.pipeline import Journey, opened_by
from hub.run.concern import Concern, accused_in, concerns_of
from hub.run.matters import Matter, Matters
from hub.run.sealing import texts_of
from hub.store import events, incidents, keys

T = TypeVar("T")

LOOK_BACK: Final = timedelta(days=372)
"""Longest window of any link rule with its grace (components, domain.md 3.5)."""
SIGHTINGS: Final = 12
"""Reports of one incident that a new one is compared with: the first and the newest of them."""
WITHDRAWN: Final = (Stage.CANCELLED, Stage.REJECTED)
"""Stages in which the source itself has let a report go (N11)."""
_URGENCY: Final = {Urgency.ROUTINE: 0, Urgency.URGENT: 1, Urgency.CRITICAL: 2}


class Caseload:
    """One batch. `take` each event in order, then `write` once; `fates` and `concerns` say what came of it."""

    def __init__(
        self,
        conn: Connection,
        journey: Journey,
        vault: Vault,
        matters: Matters,
        todo: Sequence[tuple[Event, Sighting]],
        now: datetime,
    ) -> None:
        """`matters`: what the batches before this one saw. `todo`: events with what link rules compare of them."""
        self._conn, self._journey, self._vault, self._now = conn, journey, vault, now
        self._matters = matters
        self.fates: dict[EventId, tuple[Fate, str]] = {}
        self._opened: dict[str, Concern] = {}
        self._moved: dict[str, datetime] = {}
        """Incidents that may call other departments than before, and when what moved them came."""
        self.late: list[tuple[Event, IncidentId]] = []
        """Live reports that joined a matter which is closed: nobody is called, they are told its results."""
        self._sightings = {event.id: sighting for event, sighting in todo}
        self._blocks = {id_: journey.blocks(s) for id_, s in self._sightings.items()}
        self._new_links: list[incidents.CurrentLink] = []
        self._new_blocks: dict[tuple[str, str], datetime] = {}
        self._questions: list[incidents.Question] = []
        self._changed: dict[str, Incident] = {}
        self._load([event for event, _ in todo])

    # -- loading -------------------------------------------------------------------------------------

    def _load(self, batch: Sequence[Event]) -> None:
        conn = self._conn
        self._lock(batch)
        self._links, self._linked = incidents.current_links_counted(conn, {e.key for e in batch})
        told = Counter(e.key for e in batch)
        self._newest = events.newest(conn, {key for key, n in told.items() if n > 1 or key in self._links})
        self._by_alias = incidents.of_names(conn, {name for e in batch for name in _names(e)})
        by_block = incidents.in_blocks(
            conn, {b for bs in self._blocks.values() for b in bs}, since=self._now - LOOK_BACK
        )
        near = (
            by_block | {one.link.incident_id for one in self._links.values()} | set(self._by_alias.values())
        )
        self._incidents: dict[str, Incident] = {}
        self._candidates: dict[str, Candidate] = {}
        self._in_block: dict[str, set[str]] = {}
        self._found_in: dict[str, set[str]] = {}
        """Incident → the blocks in which it is found: `_in_block` the other way round."""
        self._reports: dict[str, dict[str, Event]] = {}
        """Incident → its reports by key, as last told; all of them where the batch revises one of them."""
        self._began = events.modes(conn, {one.link.event_id for one in self._links.values()})
        """How the reports that the batch revises first came in."""
        self._read(self._recall(near))

    def _recall(self, near: Iterable[str]) -> set[str]:
        """Takes up what was seen before and has not changed since; gives back the others, to be read."""
        revised = {one.link.incident_id for one in self._links.values()}
        unknown: set[str] = set()
        for id_, version in incidents.versions(self._conn, near).items():
            seen = self._matters.get(id_, version)
            if seen is None or (id_ in revised and len(seen.reports) < seen.incident.event_count):
                unknown.add(id_)
                continue
            self._incidents[id_], self._candidates[id_] = seen.incident, seen.candidate
            self._reports[id_] = dict(seen.reports)
            self._find_in(id_, seen.blocks)
        return unknown

    def _lock(self, batch: Sequence[Event]) -> None:
        """Two workers that hold neighbouring subdistricts, or reports of one number, meet at these locks."""
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
        incidents.lock(self._conn, blocks=near, names={name for e in batch for name in _names(e)})

    def _read(self, ids: Iterable[str]) -> None:
        self._incidents |= incidents.load(self._conn, ids)
        links = incidents.links_of(self._conn, ids)
        chosen = {i: _first_and_newest(ls) for i, ls in links.items()}
        revised = {one.link.incident_id for one in self._links.values()}
        wanted = {i: ls if i in revised else chosen[i] for i, ls in links.items()}
        newest = incidents.latest_events(self._conn, {one.event_key for ls in wanted.values() for one in ls})
        stored = events.load(self._conn, newest.values())
        compared = [stored[newest[one.event_key]] for ls in chosen.values() for one in ls]
        data_keys = keys.of(self._conn, {s.event.record_id for s in compared})
        texts = texts_of(self._vault, compared, data_keys)
        for id_, ls in chosen.items():
            self._reports[id_] = {one.event_key: stored[newest[one.event_key]].event for one in wanted[id_]}
            seen = [self._reports[id_][one.event_key] for one in ls]
            sightings = tuple(self._journey.sight(e, texts[e.id]) for e in seen)
            self._put_candidate(self._incidents[id_], sightings)
            self._find_in(id_, {block for one in sightings for block in self._journey.blocks(one)})

    def _put_candidate(self, incident: Incident, sightings: tuple[Sighting, ...]) -> None:
        self._candidates[incident.id] = Candidate(
            incident_id=incident.id,
            state=incident.state,
            opened_at=incident.opened_at,
            last_reported_at=incident.last_reported_at,
            closed_at=incident.closed_at,
            sightings=sightings,
        )

    def _find_in(self, id_: str, blocks: Iterable[str]) -> None:
        """From here on the incident is found in these blocks too."""
        self._found_in.setdefault(id_, set()).update(blocks)
        for block in blocks:
            self._in_block.setdefault(block, set()).add(id_)

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
        ids |= {self._by_alias[n] for n in _names(event) if n in self._by_alias}
        known = [self._candidates[i] for i in sorted(ids) if i in self._candidates]
        return known if event.mode is Mode.BACKFILL else [self._as_live_sees(one) for one in known]

    def _as_live_sees(self, one: Candidate) -> Candidate:
        """What was over in history before it came here takes no live report: nobody here was called for it, and
        there is no result that could be told. The report is a recurrence of it (N10, N78)."""
        told = self._reports[one.incident_id].values()
        if one.state is not IncidentState.CLOSED or any(each.mode is not Mode.BACKFILL for each in told):
            return one
        return replace(one, state=IncidentState.VERIFIED)

    def _revise(self, event: Event, known: incidents.CurrentLink) -> None:
        """A further revision of a report that has its place already (N02, N04, N11)."""
        newest = self._newest[event.key]
        if is_older(event.version, newest.version):
            self.fates[event.id] = (Fate.LINKED, "older_version")
            return
        self.fates[event.id] = (Fate.LINKED, "revision")
        incident = self._incidents.get(known.link.incident_id)
        if incident is None or newest.event_id != event.id:  # a later one comes, or came, elsewhere
            return
        if incident.state in (IncidentState.OPEN, IncidentState.CANCELLED):
            self._follow(event, known, incident)
            return
        # What is over stays as it is; but it is closed to everyone where its report is, and is compared by it.
        self._reports[incident.id][event.key] = event
        self._change(replace(incident, secret=incident.secret or event.secret))
        self._extend(event, self._incidents[incident.id])

    def _follow(self, event: Event, known: incidents.CurrentLink, incident: Incident) -> None:
        """The matter takes over what its report now says: all of it from the one that speaks for it."""
        self._reports[incident.id][event.key] = event
        after = _touched(incident, event, more=0)
        if incident.event_count == 1 or known.opened_it:
            after = self._taken_over(after, event)
        after = replace(after, state=self._state(after))
        comes_alive = self._comes_alive(event, incident)
        if comes_alive and event.stage is Stage.CLOSED:
            after = replace(after, state=IncidentState.CLOSED, closed_at=event.reported_at)
        self._change(after)
        self._extend(event, after)
        speaks = incident.event_count == 1 or known.opened_it  # of what it is asked for, too
        if comes_alive or speaks or event.accused or _route_facts(after) != _route_facts(incident):
            self._move(after, event)

    def _comes_alive(self, event: Event, incident: Incident) -> bool:
        """Whether a report that a back-fill brought goes on at its source, and only back-fills told of its matter."""
        if event.mode is Mode.BACKFILL or self._began.get(event.key) is not Mode.BACKFILL:
            return False
        others = (one for key, one in self._reports[incident.id].items() if key != event.key)
        return all(one.mode is Mode.BACKFILL for one in others)

    def _taken_over(self, incident: Incident, event: Event) -> Incident:
        """An unmapped code says nothing new of what it is; another report may hold the urgency up."""
        told = self._reports[incident.id].values()
        rest = [] if len(told) == incident.event_count else [incident.urgency]
        urgency = most_urgent([one.urgency for one in told] + rest)
        calm = Level.ROUTINE if incident.level is Level.EMERGENCY else incident.level
        return replace(
            incident,
            category=incident.category if event.category == UNMAPPED else event.category,
            place=event.place,
            urgency=urgency,
            level=Level.EMERGENCY if event.urgency is Urgency.CRITICAL else calm,
        )

    def _state(self, incident: Incident) -> IncidentState:
        """Cancelled once the sources have let go of every report; open again once one is taken up again."""
        told = self._reports[incident.id].values()
        if len(told) == incident.event_count and all(one.stage in WITHDRAWN for one in told):
            return IncidentState.CANCELLED
        return IncidentState.OPEN

    def _move(self, incident: Incident, event: Event) -> None:
        """Clocks of what this batch opened start with its first report, be it revised at once."""
        opened = self._opened.get(incident.id)
        since = opened.since if opened and not opened.is_history else event.received_at
        self._moved[incident.id] = max(since, self._moved.get(incident.id, since))

    def _join(self, event: Event, decision: Join) -> None:
        incident = self._incidents[decision.incident_id]
        reasons = decision.judgement.reasons
        self._link(event, incident.id, decision.judgement.verdict, reasons)
        folded = any(r.rule == FOLDED for r in reasons)
        self.fates[event.id] = (Fate.LINKED, "folded_alarm" if folded else "joined")
        after = _touched(incident, event, more=1)
        if self._calls_others(incident, after, event):
            self._move(after, event)
        if incident.state is IncidentState.CLOSED and event.mode is not Mode.BACKFILL:
            self.late.append((event, incident.id))
        self._reports[incident.id][event.key] = event
        self._change(after)
        self._extend(event, self._incidents[incident.id])

    def _calls_others(self, incident: Incident, after: Incident, event: Event) -> bool:
        """Whether a joining report changes who is called; what is over stays so (N10).

        Of a matter that only back-fills told of, nobody was ever called: its first live report does (N78).
        """
        if incident.state is not IncidentState.OPEN:
            return False
        if event.accused:  # it may be at the matter already
            return True
        if event.mode is Mode.BACKFILL:
            return False
        if all(one.mode is Mode.BACKFILL for one in self._reports[incident.id].values()):
            return True
        return incident.id not in self._opened and _route_facts(after) != _route_facts(incident)

    def _open(self, event: Event, decision: Open) -> None:
        incident = opening(event, recurrence_of=decision.recurrence_of)
        self._incidents[incident.id] = incident
        self._reports[incident.id] = {event.key: event}
        self._opened[incident.id] = Concern(
            incident=incident,
            event=event,
            since=event.received_at,
            is_history=event.mode is Mode.BACKFILL,
            accused=accused_in([event]),
        )
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
        self._began[event.key] = event.mode
        self._new_links.append(one)

    def _extend(self, event: Event, incident: Incident) -> None:
        """The report is a part of its incident, for the rest of the batch and for whoever looks there later."""
        sighting = self._sightings[event.id]
        earlier = self._candidates.get(incident.id)
        self._put_candidate(incident, _with(earlier.sightings if earlier else (), sighting))
        self._find_in(incident.id, self._blocks[event.id])
        for alias in event.aliases:
            self._by_alias[alias.system, alias.ref] = incident.id
        self._by_alias[event.source, event.source_ref] = incident.id
        for block in self._blocks[event.id]:
            self._new_blocks[block, incident.id] = incident.last_reported_at

    def _change(self, incident: Incident) -> None:
        """Keeps the change; the stored version goes up by one a batch, not by one an event."""
        opened = self._opened.get(incident.id)
        if opened is not None:
            fresh = replace(incident, version=1)
            self._opened[incident.id] = replace(opened, incident=fresh)
            self._incidents[incident.id] = fresh
            return
        base = self._changed.get(incident.id)
        version = base.version if base else incident.version + 1
        self._changed[incident.id] = self._incidents[incident.id] = replace(incident, version=version)

    # -- writing -------------------------------------------------------------------------------------

    def write(self) -> None:
        """Stores what the batch came to; raises Fenced where another worker was faster."""
        incidents.add(self._conn, [o.incident for o in self._opened.values()])
        incidents.change(self._conn, list(self._changed.values()))
        incidents.add_links(self._conn, self._renumbered())
        incidents.put_blocks(self._conn, self._new_blocks, self._opened)
        incidents.ask(self._conn, self._questions, self._now)

    def _renumbered(self) -> list[incidents.CurrentLink]:
        """A report that was un-linked before gets the next number, so that its history stays whole."""
        return [replace(one, seq=self._linked.get(one.event_key, 0)) for one in self._new_links]

    def matters(self) -> list[Matter]:
        """What this batch saw and made, for the batches after it once it holds."""
        return [
            Matter(
                incident=self._incidents[id_],
                candidate=candidate,
                reports={s.event_key: self._reports[id_][s.event_key] for s in candidate.sightings},
                blocks=frozenset(self._found_in[id_]),
            )
            for id_, candidate in self._candidates.items()
        ]

    def touched(self) -> list[Incident]:
        """Every incident that this batch opened or changed, as it stands now."""
        return [o.incident for o in self._opened.values()] + list(self._changed.values())

    def concerns(self) -> list[Concern]:
        """What may call other departments than before, in the order it came; asked after `write`."""
        fresh = [o for id_, o in self._opened.items() if id_ not in self._moved and not o.is_history]
        moved = [(self._incidents[id_], at) for id_, at in self._moved.items()]
        return fresh + concerns_of(self._conn, moved)


def most_urgent(told: Iterable[Urgency]) -> Urgency:
    """The highest of some."""
    return max(told, key=_URGENCY.__getitem__)


def opening(event: Event, *, recurrence_of: IncidentId | None) -> Incident:
    """The matter that `event` opens, in the state in which its source leaves it: what was withdrawn calls nobody."""
    incident = opened_by(event, recurrence_of=recurrence_of)
    if event.mode is Mode.BACKFILL and event.stage in (Stage.CLOSED, *WITHDRAWN):
        return replace(incident, state=IncidentState.CLOSED, closed_at=event.reported_at)
    if event.stage in WITHDRAWN:
        return replace(incident, state=IncidentState.CANCELLED)
    return incident


def _names(event: Event) -> set[tuple[str, str]]:
    """(system, number): the report's own, and those that it names."""
    named = {(a.system, a.ref) for a in event.aliases} | {(event.source, ref) for ref in event.same_as}
    return named | {(event.source, event.source_ref)}


def _route_facts(one: Incident) -> tuple[Any, ...]:
    """What a route is decided from (`Journey.route`), and whether anyone is called at all."""
    where = (one.place.subdistrict_id, one.place.community_id)
    return one.category, where, one.urgency, one.level, one.sources, one.secret, one.state


def _with(sightings: tuple[Sighting, ...], new: Sighting) -> tuple[Sighting, ...]:
    """`new` in the place of an earlier revision of the same report, else as the last."""
    if any(one.event_key == new.event_key for one in sightings):
        return tuple(new if one.event_key == new.event_key else one for one in sightings)
    return tuple(_first_and_newest((*sightings, new)))


def _first_and_newest(many: Sequence[T]) -> Sequence[T]:
    return many if len(many) <= SIGHTINGS else [many[0], *many[-(SIGHTINGS - 1) :]]


def _touched(incident: Incident, event: Event, *, more: int) -> Incident:
    urgency = most_urgent((incident.urgency, event.urgency))
    sources = incident.sources if event.source in incident.sources else (*incident.sources, event.source)
    return replace(
        incident,
        urgency=urgency,
        secret=incident.secret or event.secret,
        sources=sources,
        event_count=incident.event_count + more,
        last_reported_at=max(incident.last_reported_at, event.reported_at),
    )
