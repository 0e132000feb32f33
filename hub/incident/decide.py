"""Which incident a report joins, or that it opens its own, with what a person should look at.

Pure. Certain ties come first (an id, an alias, a number that the source names), then one device's
repeated alarm, then the best judgement. Every decision carries its reasons.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from hub.incident.flood import FOLDED, folds_into
from hub.incident.judge import Judgement, judge, ruled
from hub.incident.rules import LinkRules
from hub.incident.sighting import Candidate, Sighting
from hub.incident.ties import Tie, are_parts, tie_of
from hub.model import EventKey, Handling, IncidentId, IncidentState, Reason, Verdict

TIED: Final = "same_number"
"""The reason's rule of a link by id, alias or 原单号. Its facts: `report`, the key of the report there that it is
tied to, and `how` their numbers meet (`Tie`)."""

_BY_DEVICE: Final = ruled(Verdict.SAME, FOLDED)


class Near(NamedTuple):
    """An incident that the report does not join, and how it stands to it."""

    incident_id: IncidentId
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Join:
    """The report belongs to a known incident. `likely`: others that its numbers tie it to, oldest first: a person
    is asked whether they are the same matter."""

    incident_id: IncidentId
    judgement: Judgement
    likely: tuple[Near, ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """The report opens an incident of its own. Each tuple is ordered, nearest first.

    `likely` waits for a person; `recurrences` are closed matters that it repeats; `related` is shown
    beside it and asks nothing of anyone.
    """

    likely: tuple[Near, ...] = ()
    recurrences: tuple[Near, ...] = ()
    related: tuple[Near, ...] = ()

    @property
    def recurrence_of(self) -> IncidentId | None:
        """The closed incident that this one repeats most nearly."""
        return self.recurrences[0].incident_id if self.recurrences else None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it repeats that one; empty where it repeats none."""
        return self.recurrences[0].judgement.reasons if self.recurrences else ()


def decide(sighting: Sighting, candidates: Iterable[Candidate], rules: LinkRules) -> Join | Open:
    """What becomes of `sighting`; the same for every order of `candidates`.

    A secret report opens its own incident, unseen by any rule, and nothing joins a secret one (N16). A drill and
    what is real never meet.
    Nothing joins a verified incident, or one closed longer than its rule's grace, not even under its own
    number: that is a recurrence (N10). Within the grace it joins, and the matter stays closed.
    """
    if sighting.secret:
        return Open()
    is_drill = sighting.handling is Handling.DRILL
    known = tuple(one for one in candidates if one.is_drill is is_drill)
    tied = {one.incident_id: tie for one in known if (tie := _tie_to(sighting, one))}
    joinable = [one for one in known if one.incident_id in tied and _takes(sighting, one, rules)]
    if joinable:
        near = _nearest_first(sighting, joinable, rules)
        of = {one.incident_id: one for one in joinable}
        chosen = near[0].incident_id if near else min(joinable, key=_age).incident_id
        others = [one for one in sorted(joinable, key=_age) if _may_be_one(one, of[chosen])]
        likely = tuple(Near(one.incident_id, tied[one.incident_id].judged(Verdict.LIKELY)) for one in others)
        return Join(chosen, tied[chosen].judged(Verdict.SAME), likely)
    if sighting.device_ref:
        folding = [one for one in known if folds_into(sighting, one, rules)]
        if folding:
            return Join(min(folding, key=_age).incident_id, _BY_DEVICE)
    decision = _by_judgement(sighting, [one for one in known if one.incident_id not in tied], rules)
    if tied and isinstance(decision, Open):
        oldest_first = sorted((one for one in known if one.incident_id in tied), key=_age)
        repeated = tuple(
            Near(one.incident_id, tied[one.incident_id].judged(Verdict.RECURRENCE)) for one in oldest_first
        )
        return replace(decision, recurrences=repeated + decision.recurrences)
    return decision


def _takes(sighting: Sighting, candidate: Candidate, rules: LinkRules) -> bool:
    """Whether a matter still takes a report of its own number: open, or closed within the grace of its rule."""
    if candidate.state is not IncidentState.CLOSED:
        return candidate.state is IncidentState.OPEN
    rule = rules.of(candidate.sightings[0].category)
    grace = rule.closed_grace if rule else timedelta()
    return sighting.occurred_at <= (candidate.closed_at or candidate.last_reported_at) + grace


class _ByNumber(NamedTuple):
    """The report of a matter whose numbers meet those of another report, and how they do."""

    report: EventKey
    how: Tie

    def judged(self, verdict: Verdict) -> Judgement:
        """What follows from it, with its reason."""
        return ruled(verdict, TIED, how=self.how.value, report=self.report)


def _tie_to(sighting: Sighting, candidate: Candidate) -> _ByNumber | None:
    """What ties a report to a matter by number. Nothing does where the matter holds another part of the
    report's own letter or order: the source told the two apart, whoever names that letter.
    """
    for known in candidate.sightings:
        how = tie_of(sighting, known)
        if how is None:
            continue
        if candidate.secret or candidate.state is IncidentState.MERGED:
            return None
        apart = any(are_parts(sighting, one) for one in candidate.sightings)
        return None if apart else _ByNumber(known.event_key, how)
    return None


def _may_be_one(one: Candidate, other: Candidate) -> bool:
    """Whether two matters differ, and not by their sources' own word, as two parts of one letter do."""
    if one.incident_id == other.incident_id:
        return False
    return not any(are_parts(a, b) for a in one.sightings for b in other.sightings)


def _by_judgement(sighting: Sighting, known: list[Candidate], rules: LinkRules) -> Join | Open:
    near = _nearest_first(sighting, known, rules)
    if near and near[0].judgement.verdict is Verdict.SAME:
        return Join(near[0].incident_id, near[0].judgement)
    return Open(
        likely=tuple(one for one in near if one.judgement.verdict is Verdict.LIKELY),
        recurrences=tuple(one for one in near if one.judgement.verdict is Verdict.RECURRENCE),
        related=tuple(one for one in near if one.judgement.verdict is Verdict.RELATED),
    )


def _nearest_first(sighting: Sighting, known: list[Candidate], rules: LinkRules) -> list[Near]:
    """Those not different, by falling strength; of equals the older first, so that every worker agrees."""
    judged = [(judge(sighting, one, rules), one) for one in known]
    near = [pair for pair in judged if pair[0].verdict is not Verdict.DIFFERENT]
    near.sort(key=lambda pair: _age(pair[1]))
    near.sort(key=lambda pair: pair[0].strength, reverse=True)
    return [Near(one.incident_id, judgement) for judgement, one in near]


def _age(candidate: Candidate) -> tuple[datetime, IncidentId]:
    return candidate.opened_at, candidate.incident_id
