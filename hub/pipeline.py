"""The journey of a record, and nothing but its order. Composes the pure rooms; stores and sends nothing.

draft ─▶ doubts ─▶ times ─▶ category ─▶ place ─▶ EVENT ─▶ schema      (`understand`, called by intake)
event ─▶ sighting ─▶ link decision ─▶ INCIDENT ─▶ calls ─▶ WHISTLES   (`sight`, `decide`, `route`; casework)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypedDict

import orjson

from hub import ids
from hub.clock import day_of
from hub.contract.clauses import Unrouted
from hub.contract.matter import Matter
from hub.contract.route import Due, Routed, Routers
from hub.errors import BadRecord, HeldRecord
from hub.incident.blocks import Box, Since, blocks, box_of, since_of
from hub.incident.decide import Join, Open, decide
from hub.incident.sighting import Candidate, Sighting
from hub.incident.text import features
from hub.intake import doubts, times
from hub.intake.revisions import Standing, completed, requester_after, says_a_place
from hub.intake.validate import Validator
from hub.model import (
    Call,
    DepartmentId,
    Draft,
    Event,
    EventKey,
    EventText,
    Fate,
    Grid,
    GridDraft,
    Handling,
    Incident,
    IncidentId,
    IncidentState,
    Level,
    Reason,
    Urgency,
)
from hub.pack import Pack
from hub.place.address import parse
from hub.place.atlas import Atlas
from hub.place.locate import Claim, Located, Unlocated, locate
from hub.place.surveys import survey
from hub.understood import Origin, Understood, understood
from hub.whistle.clocks import due_from
from hub.whistle.timetable import source_deadlines

_SILENT: Final = (b',"until":null', b',"handling":"call"', b',"satisfaction":null')
"""The last fields of a draft, where they say nothing; the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A draft that did not: `held` with an owner, or `dead`; `hold_key` frees it once that key is created."""

    fate: Fate
    code: str
    pointer: str = ""
    owner: str = ""
    hold_key: EventKey | None = None
    why: tuple[Reason, ...] = ()
    """For the desk: what was tried, and the candidates it can pick from."""


class Journey:
    """The rooms with one pack: everything that depends on nothing but the pack and the arguments."""

    def __init__(
        self,
        pack: Pack,
        *,
        schema: Validator,
        fingerprint: Callable[[bytes], str],
        is_staff: Callable[[DepartmentId, str], bool],
    ) -> None:
        """`fingerprint` is keyed, so that a revision's id tells nothing about its words;
        `is_staff(department, phone)` knows who works where (N59)."""
        self.pack: Final = pack
        self._schema = schema
        self._fingerprint = fingerprint
        self._is_staff = is_staff
        self._routers = Routers(pack.contracts)
        self._atlas: Atlas | None = None
        self.surveyed = 0
        """How many grids of sources the maps know; see `take_up`."""

    # -- a draft becomes an event ------------------------------------------------------------------

    def understand(
        self, draft: Draft, origin: Origin, standing: Standing | None = None
    ) -> Understood | Parked:
        """`draft` as an event, or why it waits or ends; never raises for what the draft says.

        `standing`: how its report stands, where it is known; what `draft` leaves out is taken from there.
        """
        if not draft.source_ref:
            return Parked(fate=Fate.DEAD, code="R201", pointer="/source_ref")
        key = ids.event_key(origin.source, draft.source_ref, draft.part)
        if standing is None and draft.is_update and not says_a_place(draft):
            return Parked(fate=Fate.HELD, code="R302", owner=self.pack.fallback_owner, hold_key=key)
        accused = self._accused(draft) or (standing.event.accused if standing else None)
        whole = completed(draft, standing) if standing else draft
        try:
            doubts.refuse_doubtful(draft, is_staff_of_accused=lambda d: self._conflict(d, accused))
            moments = times.order(
                whole.occurred_at,
                whole.reported_at,
                origin.received_at,
                is_announced=whole.until is not None,
            )
            found = self._place(draft, moments.occurred_at, standing)
            if isinstance(found, Unlocated):
                return self._unplaced(found)
            revision = self._fingerprint(_as_it_counts(draft))
            made = understood(
                whole,
                origin,
                self.pack,
                key=key,
                revision=revision,
                accused=accused,
                moments=moments,
                found=found,
            )
            self._validate(made.body)
        except HeldRecord as held:
            return Parked(
                fate=Fate.HELD, code=held.code, pointer=held.pointer, owner=self.pack.fallback_owner
            )
        except BadRecord as bad:
            return Parked(fate=Fate.DEAD, code=bad.code, pointer=bad.pointer)
        return (
            replace(made, resident=requester_after(made.event, made.resident, standing)) if standing else made
        )

    def _accused(self, draft: Draft) -> DepartmentId | None:
        if not (draft.accused_name or draft.accused_uscc):
            return None
        return self.pack.organisation_of(name=draft.accused_name, uscc=draft.accused_uscc)

    def _conflict(self, draft: Draft, accused: DepartmentId | None) -> bool:
        phone = draft.requester.phone if draft.requester else ""
        return bool(accused and phone and self._is_staff(accused, phone))

    def _place(self, draft: Draft, at: datetime, standing: Standing | None) -> Located | Unlocated:
        if standing and not says_a_place(draft):
            reason = Reason("place_of_earlier_revision", {"event_id": standing.event.id})
            return Located(standing.event.place, (reason,))
        claim = Claim(
            position=draft.position,
            address=draft.address,
            area_code=draft.area_code,
            grid_code=draft.grid_code,
            at=at,
        )
        return locate(claim, self._atlas or self.pack.atlas, self.pack.gazetteer)

    def _unplaced(self, found: Unlocated) -> Parked:
        """It waits at the desk, with what was tried and the addresses that a person may choose from."""
        choices = tuple(Reason("candidate", {"address_id": one}) for one in found.candidates)
        return Parked(
            fate=Fate.HELD,
            code=found.code,
            pointer="/place",
            owner=self.pack.fallback_owner,
            why=(*found.reasons, *choices),
        )

    def _validate(self, body: str) -> None:
        for fault in self._schema.faults(orjson.loads(body)):
            raise BadRecord("R206", pointer=fault.pointer, kind=fault.keyword)

    # -- grids that a source sends -----------------------------------------------------------------

    def refuse_grid(self, draft: GridDraft, source: str) -> Parked | None:
        """Why a grid waits for a person: no sound polygon, or none of this district; None where it is fine."""
        found = survey(draft, source, self.pack.atlas.bounds)
        if isinstance(found, Grid):
            return None
        owner = self.pack.fallback_owner
        return Parked(fate=Fate.HELD, code=found.code, pointer=found.pointer, owner=owner, why=found.reasons)

    def take_up(self, sent: Sequence[tuple[GridDraft, str]]) -> None:
        """From now on the maps hold all these grids, each with its source, in the order of their arrival."""
        bounds = self.pack.atlas.bounds
        found = [survey(draft, source, bounds) for draft, source in sent]
        self._atlas = self.pack.atlas.with_surveys(one for one in found if isinstance(one, Grid))
        self.surveyed = len(sent)

    # -- an event finds its matter -----------------------------------------------------------------

    def sight(self, event: Event, text: EventText) -> Sighting:
        """What link rules compare of an event."""
        title, _, content = text.masked.partition("\n")
        return Sighting(
            event_key=event.key,
            source=event.source,
            source_ref=event.source_ref,
            aliases=event.aliases,
            same_as=event.same_as,
            category=event.category,
            lon=event.place.lon,
            lat=event.place.lat,
            error_m=event.place.error_m,
            address_id=event.place.address_id,
            subdistrict_id=event.place.subdistrict_id,
            occurred_at=event.occurred_at,
            features=features(title, content, *([parse(text.address)] if text.address else [])),
            secret=event.secret,
            device_ref=event.device_ref,
            community_id=event.place.community_id,
            handling=event.handling,
            until=event.until,
        )

    def blocks(self, of: Sighting | Candidate) -> tuple[str, ...]:
        """Where to look for matters that a report may belong to."""
        return blocks(of, self.pack.link_rules)

    def box(self, of: Sighting) -> Box | None:
        """Where in those blocks it lies; see `hub.incident.blocks`."""
        return box_of(of, self.pack.link_rules)

    def since(self, of: Sighting, key: str) -> Since:
        """How far back under one of those keys; see `hub.incident.blocks`."""
        return since_of(of, key, self.pack.link_rules)

    def decide(self, sighting: Sighting, candidates: Sequence[Candidate]) -> Join | Open:
        """Which matter a report belongs to, by the pack's link rules."""
        return decide(sighting, candidates, self.pack.link_rules)

    # -- a matter calls its departments ------------------------------------------------------------

    def route(
        self,
        event: Event,
        incident: Incident,
        since: datetime | None = None,
        accused: frozenset[DepartmentId] = frozenset(),
    ) -> Routed | Unrouted:
        """Who takes the matter that `event` speaks for, under the contracts of the day it was opened.

        Clocks start at `since`, where the call comes later than the report. `accused`: by other reports of it.
        """
        starts = since or event.received_at
        routed = self._routers.on(day_of(incident.opened_at)).route(
            matter_of(event, incident, accused), self._due(starts)
        )
        return _with_source(routed, event, starts) if event.clocks else routed

    def callable(
        self, event: Event, incident: Incident, since: datetime, accused: frozenset[DepartmentId]
    ) -> tuple[Call, ...]:
        """Everyone whom a clause gives the matter to, beside those whom `route` chooses of them."""
        return self._routers.on(day_of(incident.opened_at)).callable(
            matter_of(event, incident, accused), self._due(since)
        )

    def _due(self, since: datetime) -> Due:
        """Clocks start at whole seconds: records of one page differ by microseconds, and share their deadlines."""
        return due_from(since.replace(microsecond=0), self.pack.calendar)


def _with_source(routed: Routed | Unrouted, event: Event, starts: datetime) -> Routed | Unrouted:
    """Beside the contract's clocks, the one that the source keeps by itself (N39)."""
    if not isinstance(routed, Routed):
        return routed
    kept = source_deadlines(event.clocks, starts)
    calls = tuple(replace(call, deadlines=(*call.deadlines, *kept)) for call in routed.calls)
    return replace(routed, calls=calls)


def matter_of(event: Event, incident: Incident, accused: frozenset[DepartmentId] = frozenset()) -> Matter:
    """`incident` as contracts see it; `event` speaks for it, `accused` are those that its other reports name."""
    return Matter(
        category=incident.category,
        subdistrict_id=incident.place.subdistrict_id,
        community_id=incident.place.community_id,
        urgency=incident.urgency,
        level=incident.level,
        request_type=event.request_type,
        sources=incident.sources,
        secret=incident.secret,
        accused=accused | ({event.accused} if event.accused else set()),
        at=incident.opened_at,
    )


def _as_it_counts(draft: Draft) -> bytes:
    """What tells revisions apart. A field that drafts had no room for before counts only where it says something: what
    was read before it was there, and is sent again, is no revision."""
    said = orjson.dumps(draft).removesuffix(b"}")
    for silent in _SILENT:
        said = said.removesuffix(silent)
    return said + b"}"


def opened_by(event: Event, *, recurrence_of: IncidentId | None) -> Incident:
    """The matter that `event` is the first report of."""
    critical = event.urgency is Urgency.CRITICAL
    return Incident(
        id=ids.incident_id(event.key),
        category=event.category,
        urgency=event.urgency,
        level=Level.EMERGENCY if critical else Level.ROUTINE,
        state=IncidentState.OPEN,
        secret=event.secret,
        place=event.place,
        opened_at=event.received_at,
        last_reported_at=event.reported_at,
        closed_at=None,
        event_count=1,
        sources=(event.source,),
        recurrence_of=recurrence_of,
        merged_into=None,
        version=1,
        own_level=Level.ROUTINE,
        **handled_as(event),
    )


class Handled(TypedDict):
    """What a matter takes over from the report that speaks for it."""

    handling: Handling
    handled_by: str
    until: datetime | None


def handled_as(event: Event) -> Handled:
    """Who deals with the matter that `event` speaks for."""
    by = event.source if event.handling is Handling.ELSEWHERE else ""
    return {"handling": event.handling, "handled_by": by, "until": event.until}
