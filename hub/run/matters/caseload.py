"""One casework batch: decides where each event belongs and what that changes, and writes it.

What is known around the events is `neighbourhood`'s; the rules are the pure rooms'. Lives as long as one
transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from hub.access.vault import Vault
from hub.incident.blocks import is_of_place
from hub.incident.decide import Join, Near, Open
from hub.incident.flood import FOLDED
from hub.incident.sighting import Candidate, Sighting
from hub.intake.revisions import is_older
from hub.model import (
    UNMAPPED,
    Event,
    EventId,
    Fate,
    Handling,
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
from hub.pipeline import Handled, Journey, opened_by
from hub.run.exits.concern import (
    DONE,
    WITHDRAWN,
    Concern,
    accused_in,
    clocks_in,
    concern_of,
    concerns_of,
    handled_in,
    is_asking,
    most_urgent,
    speaker_in,
    urgency_in,
)
from hub.run.ground.seen import Matter, Matters
from hub.run.matters.neighbourhood import Neighbourhood
from hub.store import blocks, incidents, whistles
from hub.store.blocks import Entry
from hub.whistle.levels import weighed


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
        self._conn, self._journey, self._now = conn, journey, now
        self._near = Neighbourhood(conn, journey, vault, matters, todo)
        self.fates: dict[EventId, tuple[Fate, str]] = {}
        self._opened: dict[str, Concern] = {}
        self._moved: dict[str, datetime] = {}
        """Incidents that may call other departments than before, and when what moved them came."""
        self.late: list[tuple[Event, IncidentId]] = []
        """Live reports that joined a matter of before this batch, or one of which no whistle will tell them, or that is
        over at another time than announced: they are told how it stands."""
        self.said: list[tuple[Event, IncidentId]] = []
        """Revisions that say whether their requester is content, each with its matter."""
        self._new_links: list[incidents.CurrentLink] = []
        self._new_blocks: dict[tuple[str, str], Entry] = {}
        self._questions: list[incidents.Question] = []
        self._changed: dict[str, Incident] = {}
        self._relabelled: set[str] = set()
        """Incidents that are of another category, or elsewhere, than before: their whistles' rows say so, too."""

    # -- deciding ------------------------------------------------------------------------------------

    def take(self, event: Event) -> None:
        """Decides where one event belongs."""
        known = self._near.links.get(event.key)
        if known is not None:
            self._revise(event, known)
            return
        sighting = self._near.sightings[event.id]
        decision = self._journey.decide(sighting, self._around(event))
        if isinstance(decision, Join) and self._can_join(decision.incident_id):
            self._join(event, decision)
        elif isinstance(decision, Open):
            self._open(event, decision)
        else:
            self._open(event, Open())

    def _can_join(self, incident_id: str) -> bool:
        return self._near.incidents[incident_id].state in (IncidentState.OPEN, IncidentState.CLOSED)

    def _around(self, event: Event) -> list[Candidate]:
        known = self._near.around(event)
        return known if event.mode is Mode.BACKFILL else [self._as_live_sees(one) for one in known]

    def _as_live_sees(self, one: Candidate) -> Candidate:
        """What was over in history before it came here takes no live report: nobody here was called for it, and
        there is no result that could be told. The report is a recurrence of it (N10, N78)."""
        if one.state is not IncidentState.CLOSED or not self._near.is_history(one.incident_id):
            return one
        return replace(one, state=IncidentState.VERIFIED)

    def _revise(self, event: Event, known: incidents.CurrentLink) -> None:
        """A further revision of a report that has its place already (N02, N04, N11)."""
        newest = self._near.newest[event.key]
        if is_older(event.version, newest.version):
            self.fates[event.id] = (Fate.LINKED, "older_version")
            return
        self.fates[event.id] = (Fate.LINKED, "revision")
        if event.satisfaction is not None:
            self.said.append((event, known.link.incident_id))
        incident = self._near.incidents.get(known.link.incident_id)
        if incident is None or newest.event_id != event.id:  # a later one comes, or came, elsewhere
            return
        is_under_way = incident.state in (IncidentState.OPEN, IncidentState.CANCELLED)
        if is_under_way or self._is_taken_up(event, known, incident):
            self._follow(event, known, incident)
            return
        # What is over stays so; but it is closed to everyone where its report is, and is as urgent, should it be done
        # again. It is compared by it.
        self._near.reports[incident.id][event.key] = event
        after = replace(incident, secret=incident.secret or event.secret)
        self._change(self._weighed(after, self._urgency(after, event, speaks=_speaks(incident, known))))
        self._extend(event, self._near.incidents[incident.id])

    def _follow(self, event: Event, known: incidents.CurrentLink, incident: Incident) -> None:
        """The matter takes over what its report now says: all of it from the one that speaks for it."""
        before = self._near.reports[incident.id].get(event.key)
        self._near.reports[incident.id][event.key] = event
        speaks = _speaks(incident, known)  # of what it is asked for, too
        after = _touched(incident, event, more=0)
        if speaks:
            after = _taken_over(after, event)
            if incident.id not in self._opened and _label(after) != _label(incident):
                self._relabelled.add(incident.id)
        after = self._weighed(after, self._urgency(after, event, speaks=speaks))
        after = replace(after, state=self._state(after), closed_at=None, **self._handled(incident))
        comes_alive = self._comes_alive(event, incident)
        if comes_alive and event.stage is Stage.CLOSED:
            after = replace(after, state=IncidentState.CLOSED, closed_at=event.reported_at)
        if after.handling is Handling.ELSEWHERE and after.until != incident.until:
            told = self._near.reports[incident.id].values()
            self.late += [(one, incident.id) for one in told if one.mode is not Mode.BACKFILL]
        self._change(after)
        self._extend(event, after)
        calls_others = comes_alive or event.accused or _route_facts(after) != _route_facts(incident)
        if speaks or calls_others or _keeps_other_clocks(before, event):
            self._move(after, event)

    def _is_taken_up(self, event: Event, known: incidents.CurrentLink, incident: Incident) -> bool:
        """Whether what was closed without any department, by who had it or by its announced end, is to be done by this
        revision: it was given back, goes on, or was no drill. What departments closed stays so."""
        if incident.state is not IncidentState.CLOSED or incident.handling is Handling.CALL:
            return False
        if event.mode is Mode.BACKFILL or event.stage in (*DONE, *WITHDRAWN):
            return False
        told = {**self._near.reports[incident.id], event.key: event}
        goes_on = _speaks(incident, known) and (
            incident.until is None or (event.until is not None and event.until > self._now)
        )
        is_ours = self._handled_by(incident, told)["handling"] is Handling.CALL
        return (goes_on or is_ours) and not whistles.of_incidents(self._conn, [incident.id])

    def _handled(self, incident: Incident) -> Handled:
        """Who deals with the matter, by all of its reports."""
        told = self._near.reports[incident.id]
        if not self._near.has_all_reports(incident):
            return Handled(handling=incident.handling, handled_by=incident.handled_by, until=incident.until)
        return self._handled_by(incident, told)

    def _handled_by(self, incident: Incident, told: Mapping[str, Event]) -> Handled:
        speaks = speaker_in(incident, told) or next(iter(told.values()))
        return handled_in(told.values(), speaks, self._journey.pack.link_rules)

    def _comes_alive(self, event: Event, incident: Incident) -> bool:
        """Whether a report that a back-fill brought goes on at its source, and only back-fills told of its matter."""
        if event.mode is Mode.BACKFILL or self._near.began.get(event.key) is not Mode.BACKFILL:
            return False
        others = (one for key, one in self._near.reports[incident.id].items() if key != event.key)
        return all(one.mode is Mode.BACKFILL for one in others)

    def _urgency(self, incident: Incident, event: Event, *, speaks: bool) -> Urgency:
        """How urgent the matter is once this is the newest word of one of its reports; another one may hold it up."""
        told = self._near.reports[incident.id]
        speaker = event if speaks else speaker_in(incident, told)
        rest = [] if self._near.has_all_reports(incident) else [incident.urgency]
        return most_urgent([urgency_in(told.values(), speaker), *rest])

    def _weighed(self, incident: Incident, urgency: Urgency) -> Incident:
        """An emergency begins with the first report that makes it one, and ends with the last."""
        if Urgency.CRITICAL not in (incident.urgency, urgency):
            return replace(incident, urgency=urgency)
        ends = urgency is not Urgency.CRITICAL
        return weighed(incident, urgency, incidents.merged_in(self._conn, incident.id) if ends else ())

    def _state(self, incident: Incident) -> IncidentState:
        """Cancelled once the sources have let go of every report; open again once one is taken up again."""
        told = self._near.reports[incident.id].values()
        if self._near.has_all_reports(incident) and all(one.stage in WITHDRAWN for one in told):
            return IncidentState.CANCELLED
        return IncidentState.OPEN

    def _move(self, incident: Incident, event: Event) -> None:
        """Clocks of what this batch opened start with its first report, be it revised at once."""
        opened = self._opened.get(incident.id)
        since = opened.since if opened and not opened.is_history else event.received_at
        self._moved[incident.id] = max(since, self._moved.get(incident.id, since))

    def _join(self, event: Event, decision: Join) -> None:
        incident = self._near.incidents[decision.incident_id]
        reasons = decision.judgement.reasons
        self._link(event, incident.id, decision.judgement.verdict, reasons)
        folded = any(r.rule == FOLDED for r in reasons)
        self.fates[event.id] = (Fate.LINKED, "folded_alarm" if folded else "joined")
        after = _touched(incident, event, more=1)
        if is_asking(event, speaks=False):
            after = self._weighed(after, most_urgent((incident.urgency, event.urgency)))
        if self._calls_others(incident, after, event):
            self._move(after, event)
        is_new = incident.id in self._opened and incident.handling is Handling.CALL
        if not is_new and event.mode is not Mode.BACKFILL:
            self.late.append((event, incident.id))
        self._ask(event, incident.id, decision.likely)
        self._change(after)
        self._extend(event, self._near.incidents[incident.id])

    def _calls_others(self, incident: Incident, after: Incident, event: Event) -> bool:
        """Whether a joining report changes who is called; what is over stays so (N10).

        Of a matter that only back-fills told of, nobody was ever called: its first live report does (N78).
        """
        if incident.state is not IncidentState.OPEN:
            return False
        if event.accused or self._keeps_more(
            incident.id, event
        ):  # who is at the matter already is concerned, too
            return True
        if event.mode is Mode.BACKFILL:
            return False
        if self._near.is_history(incident.id):
            return True
        return incident.id not in self._opened and _route_facts(after) != _route_facts(incident)

    def _keeps_more(self, incident_id: str, event: Event) -> bool:
        """Whether its source keeps a clock that none of the matter's reports is known to have."""
        kept = set(clocks_in([event], None))
        if not kept:
            return False
        told = (one for key, one in self._near.reports[incident_id].items() if key != event.key)
        return not kept <= {clock for one in told for clock in one.clocks}

    def _open(self, event: Event, decision: Open) -> None:
        incident = opening(event, recurrence_of=decision.recurrence_of)
        self._near.incidents[incident.id] = incident
        self._opened[incident.id] = Concern(
            incident=incident,
            event=event,
            since=event.received_at,
            is_history=event.mode is Mode.BACKFILL,
            accused=accused_in([event]),
            clocks=clocks_in([event], event),
        )
        verdict = Verdict.RECURRENCE if decision.recurrence_of else Verdict.SAME
        self._link(event, incident.id, verdict, (Reason("opened"), *decision.reasons))
        self.fates[event.id] = (Fate.PUBLISHED, "opened")
        self._ask(event, incident.id, decision.likely)
        self._extend(event, incident)

    def _ask(self, event: Event, incident_id: IncidentId, likely: Sequence[Near]) -> None:
        """A person shall say whether these are the same matter as the one that the report is in."""
        self._questions += [
            incidents.Question(
                event_key=event.key,
                incident_id=incident_id,
                candidate_id=candidate,
                score=judgement.score,
                reasons=judgement.reasons,
                owner=self._journey.pack.fallback_owner,
            )
            for candidate, judgement in likely
        ]

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
        self._near.links[event.key] = one
        self._near.began[event.key] = event.mode
        self._new_links.append(one)

    def _extend(self, event: Event, incident: Incident) -> None:
        """The report is a part of its incident, for the rest of the batch and for whoever looks there later."""
        self._near.add(event, incident)
        for key in self._near.blocks[event.id]:
            here = self._new_blocks.get((key, incident.id))
            box = self._near.boxes[event.id] if is_of_place(key) else None
            if here and here.box and box:
                box = here.box.with_(box)
            told = (incident.last_reported_at, event.reported_at, *((here.last_at,) if here else ()))
            self._new_blocks[key, incident.id] = Entry(max(told), box)

    def _change(self, incident: Incident) -> None:
        """Keeps the change; the stored version goes up by one a batch, not by one an event."""
        opened = self._opened.get(incident.id)
        if opened is not None:
            fresh = replace(incident, version=1)
            self._opened[incident.id] = replace(opened, incident=fresh)
            self._near.incidents[incident.id] = fresh
            return
        base = self._changed.get(incident.id)
        version = base.version if base else incident.version + 1
        self._changed[incident.id] = self._near.incidents[incident.id] = replace(incident, version=version)

    # -- writing -------------------------------------------------------------------------------------

    def write(self) -> None:
        """Stores what the batch came to; raises Fenced where another worker was faster."""
        incidents.add(self._conn, [o.incident for o in self._opened.values()], self._now)
        incidents.change(self._conn, list(self._changed.values()), self._now)
        whistles.label(self._conn, self._relabelled)
        incidents.add_links(self._conn, self._renumbered())
        blocks.put(self._conn, self._new_blocks, self._opened, self._near.incidents)
        incidents.ask(self._conn, self._questions, self._now)

    def _renumbered(self) -> list[incidents.CurrentLink]:
        """A report that was un-linked before gets the next number, so that its history stays whole."""
        return [replace(one, seq=self._near.linked.get(one.event_key, 0)) for one in self._new_links]

    def matters(self) -> list[Matter]:
        """What this batch saw and made, for the batches after it once it holds."""
        return self._near.matters()

    def touched(self) -> list[Incident]:
        """Every incident that this batch opened or changed, as it stands now."""
        return [o.incident for o in self._opened.values()] + list(self._changed.values())

    def concerns(self) -> list[Concern]:
        """What may call other departments than before, in the order it came; asked after `write`."""
        fresh = [o for id_, o in self._opened.items() if id_ not in self._moved and not o.is_history]
        moved = {id_: (self._near.incidents[id_], at) for id_, at in self._moved.items()}
        told = {id_: self._told(incident, at) for id_, (incident, at) in moved.items()}
        read = concerns_of(self._conn, [moved[id_] for id_, concern in told.items() if concern is None])
        told |= {one.incident.id: one for one in read}
        return fresh + [one for one in told.values() if one]

    def _told(self, incident: Incident, at: datetime) -> Concern | None:
        reports = self._near.reports[incident.id]
        return concern_of(incident, at, reports) if self._near.has_all_reports(incident) else None


def opening(event: Event, *, recurrence_of: IncidentId | None) -> Incident:
    """The matter that `event` opens, in the state in which its source leaves it: what was withdrawn calls nobody."""
    incident = opened_by(event, recurrence_of=recurrence_of)
    if event.mode is Mode.BACKFILL and event.stage in (Stage.CLOSED, *WITHDRAWN):
        return replace(incident, state=IncidentState.CLOSED, closed_at=event.reported_at)
    if event.stage in WITHDRAWN:
        return replace(incident, state=IncidentState.CANCELLED)
    return incident


def _speaks(incident: Incident, known: incidents.CurrentLink) -> bool:
    """Whether the matter's report with this link speaks for it."""
    return incident.event_count == 1 or known.opened_it


def _keeps_other_clocks(before: Event | None, event: Event) -> bool:
    """Whether the report says so; where `before` is the revision itself, which was read back, nobody knows."""
    if before is None or before.id == event.id:
        return bool(event.clocks)
    return clocks_in([before], None) != clocks_in([event], None)


def _route_facts(one: Incident) -> tuple[Any, ...]:
    """What a route is decided from (`Journey.route`), and whether anyone is called at all."""
    where = (one.place.subdistrict_id, one.place.community_id)
    return one.category, where, one.urgency, one.level, one.sources, one.secret, one.state, one.handling


def _label(one: Incident) -> tuple[str, str | None]:
    return one.category, one.place.subdistrict_id


def _taken_over(incident: Incident, event: Event) -> Incident:
    """An unmapped code says nothing new of what it is."""
    category = incident.category if event.category == UNMAPPED else event.category
    return replace(incident, category=category, place=event.place)


def _touched(incident: Incident, event: Event, *, more: int) -> Incident:
    sources = incident.sources if event.source in incident.sources else (*incident.sources, event.source)
    return replace(
        incident,
        secret=incident.secret or event.secret,
        sources=sources,
        event_count=incident.event_count + more,
        last_reported_at=max(incident.last_reported_at, event.reported_at),
    )
