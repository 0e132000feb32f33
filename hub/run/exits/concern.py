"""A matter as it stands, with the report that speaks for it: what a call is decided from."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub import ids
from hub.incident.rules import LinkRules
from hub.model import (
    DepartmentId,
    Ending,
    Event,
    EventKey,
    Handling,
    Incident,
    Mode,
    SourceClock,
    Stage,
    Urgency,
)
from hub.pipeline import Handled, handled_as
from hub.store import events, incidents

WITHDRAWN: Final = (Stage.CANCELLED, Stage.REJECTED)
"""Stages in which the source itself has let a report go (N11)."""
DONE: Final = (Stage.DONE_BY_DEPT, Stage.CLOSED)
"""Stages in which the source itself says that nothing is left to do."""
_CALLED: Final = Handled(handling=Handling.CALL, handled_by="", until=None)
_URGENCY: Final = {Urgency.ROUTINE: 0, Urgency.URGENT: 1, Urgency.CRITICAL: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One incident that may call other departments than before."""

    incident: Incident
    event: Event
    """The newest revision of the report that opened it; of its oldest, where that one has left."""
    since: datetime
    """When what moved it came: clocks of new calls start here."""
    is_history: bool
    """Whether only back-fills tell of it: it calls nobody then (N78)."""
    accused: frozenset[DepartmentId] = frozenset()
    """被诉单位 of its reports, of any of them: neither called nor shown the matter (domain.md 2.5)."""
    clocks: tuple[SourceClock, ...] = ()
    """What the sources of its reports keep by themselves (N39), of those that ask for something now."""
    why: Ending = Ending.REROUTED
    """What departments are told that are called no longer."""
    is_let_go: bool = False
    """Whether its sources have let go of all of its reports."""

    @property
    def calls_nobody(self) -> bool:
        """Whether no department is called that is not at it already: history, a drill, or what is dealt with elsewhere,
        unless it is an emergency: then being called twice is the lesser evil."""
        handling = self.incident.handling
        is_elsewhere = handling is Handling.ELSEWHERE and self.incident.urgency is not Urgency.CRITICAL
        return self.is_history or handling is Handling.DRILL or is_elsewhere

    @property
    def is_over_elsewhere(self) -> bool:
        """Whether who deals with it, and is no department of ours, says that it is done."""
        return self.incident.handling is not Handling.CALL and self.event.stage in DONE


def concerns_of(
    conn: Connection, moved: Sequence[tuple[Incident, datetime]], why: Ending = Ending.REROUTED
) -> list[Concern]:
    """Each incident that holds a report, with the moment that moved it, as its stored links tell of it now."""
    if not moved:
        return []
    links = incidents.links_of(conn, [incident.id for incident, _ in moved])
    newest = incidents.latest_events(conn, {one.event_key for ls in links.values() for one in ls})
    stored = events.load(conn, newest.values())
    found: list[Concern] = []
    for incident, at in moved:
        mine = links.get(incident.id, [])
        if not mine:
            continue
        told = {one.event_key: stored[newest[one.event_key]].event for one in mine}
        found.append(_concern(incident, at, told[speaker_of(mine)], told.values(), why))
    return found


def speaker_of(links: Sequence[incidents.CurrentLink]) -> EventKey:
    """Of a matter's links the report that speaks for it: the one that opened it, of the oldest where that has left."""
    return next((one for one in links if one.opened_it), links[0]).event_key


def concern_of(incident: Incident, at: datetime, told: Mapping[str, Event]) -> Concern | None:
    """The same of one incident, all of whose reports are `told`, by key; None where only its links can say which
    of them speaks for it: the one that opened it has left, or came back."""
    speaks = speaker_in(incident, told)
    return _concern(incident, at, speaks, told.values()) if speaks else None


def speaker_in(incident: Incident, told: Mapping[str, Event]) -> Event | None:
    """Of `told`, by key, the report that opened the matter; None where it has left, or came back."""
    return next((e for key, e in told.items() if ids.incident_id(EventKey(key)) == incident.id), None)


def _concern(
    incident: Incident,
    at: datetime,
    speaks: Event,
    told: Collection[Event],
    why: Ending = Ending.REROUTED,
) -> Concern:
    return Concern(
        incident=incident,
        event=speaks,
        since=at,
        is_history=all(one.mode is Mode.BACKFILL for one in told),
        accused=accused_in(told),
        clocks=clocks_in(told, speaks),
        why=why,
        is_let_go=all(one.stage in WITHDRAWN for one in told),
    )


def accused_in(told: Iterable[Event]) -> frozenset[DepartmentId]:
    """Whom the reports of a matter complain about."""
    return frozenset(one.accused for one in told if one.accused)


def clocks_in(told: Iterable[Event], speaks: Event | None) -> tuple[SourceClock, ...]:
    """What the sources of these reports keep by themselves, in one order: the same again is the same. `speaks`: of
    these the report that speaks for their matter."""
    kept = {clock for one in _asking(told, speaks) if one.stage is not Stage.CLOSED for clock in one.clocks}
    return tuple(sorted(kept, key=lambda one: (one.name, one.due_at, one.from_at or one.due_at)))


def handled_in(told: Collection[Event], speaks: Event, rules: LinkRules) -> Handled:
    """Who deals with a matter of these reports: whoever `speaks` for it names, for as long as that holds of the others.

    Only what is nothing but a drill is one. What a channel has let go, and what is no more of what was announced, somebody
    waits for: it is called for.
    """
    others = [one for one in told if one is not speaks and one.stage not in WITHDRAWN]
    is_drill = speaks.handling is Handling.DRILL
    if is_drill and any(one.handling is not Handling.DRILL for one in others):
        return _CALLED
    is_left = speaks.handling is Handling.ELSEWHERE and speaks.stage in WITHDRAWN and bool(others)
    if is_left or any(_is_beside(one, speaks, rules) for one in others):
        return _CALLED
    return handled_as(speaks)


def _is_beside(one: Event, notice: Event, rules: LinkRules) -> bool:
    """Whether a live report is, by now, of another time or of something else than `notice` announces."""
    if notice.until is None or one.until is not None or one.handling is not Handling.CALL:
        return False
    if one.mode is Mode.BACKFILL:
        return False
    rule = rules.between(one.category, notice.category)
    is_of_it = rule is not None and rule.announced
    return not (is_of_it and notice.occurred_at <= one.occurred_at <= notice.until)


def urgency_in(told: Collection[Event], speaks: Event | None) -> Urgency:
    """How urgent a matter of these reports is; one that is withdrawn as a whole stays what it was."""
    return most_urgent(one.urgency for one in _asking(told, speaks) or told)


def is_asking(one: Event, *, speaks: bool) -> bool:
    """Whether a report asks for something now: its source has not let it go, and history asks only by the report that
    speaks for its matter (N78)."""
    return one.stage not in WITHDRAWN and (speaks or one.mode is not Mode.BACKFILL)


def most_urgent(told: Iterable[Urgency]) -> Urgency:
    """The highest of some."""
    return max(told, key=_URGENCY.__getitem__)


def _asking(told: Iterable[Event], speaks: Event | None) -> list[Event]:
    return [one for one in told if is_asking(one, speaks=one is speaks)]
