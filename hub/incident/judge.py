"""How one report stands to one incident: same, likely, related, recurrence or different, and why.

Pure: sightings and rules in, a judgement out. Evidence and its worth: `evidence.py`. Which incident a
report joins: `decide.py`.
"""


from dataclasses import dataclass
from datetime import datetime
from math import exp
from typing import Final

from hub.incident.evidence import Evidence, reach_m, weigh, weigh_time
from hub.incident.rules import LinkRule, LinkRules
from hub.incident.sighting import Candidate, Sighting, metres_between
from hub.incident.ties import are_parts
from hub.model import IncidentState, Reason, Verdict

SAME_FROM: Final = 2.0
"""Points, 88 in 100: from here on nobody is asked."""
LIKELY_FROM: Final = 0.5
"""Points, 62 in 100: from here on a person decides."""
RELATED_FROM: Final = -1.0
OVERTIME: Final = 3
"""Windows after which an open matter's next report tells of another; after one it is at most likely."""
DRIFT: Final = 2
"""Reaches from the first report, further off it is at most likely: chained reports do not walk through town."""
COMPARED: Final = 8
"""Sightings of one incident that are compared: the first, and the latest."""

_GONE: Final = frozenset({IncidentState.MERGED, IncidentState.CANCELLED})
_RANK: Final = {
    verdict: rank
    for rank, verdict in enumerate(
        (Verdict.DIFFERENT, Verdict.RELATED, Verdict.RECURRENCE, Verdict.LIKELY, Verdict.SAME)
    )
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its score (0–1) and reasons, whose facts are figures and ids of ours only."""

    verdict: Verdict
    score: float
    reasons: tuple[Reason, ...]

    @property
    def strength(self) -> tuple[int, float]:
        """Orders judgements: verdict first (same, likely, recurrence, related, different), then score."""
        return _RANK[self.verdict], self.score


_SECRET: Final = Judgement(Verdict.DIFFERENT, 0.0, (Reason("secret"),))
_NOT_OPEN: Final = Judgement(Verdict.DIFFERENT, 0.0, (Reason("merged_or_cancelled"),))
_APART: Final = Judgement(Verdict.DIFFERENT, 0.0, (Reason("nothing_shared"),))


def judge(sighting: Sighting, candidate: Candidate, rules: LinkRules) -> Judgement:
    """How `sighting` stands to `candidate`, by the report in it that speaks most for one matter.

    `same` and `likely` need a shared place: points within the rule's reach, an address, a door or a
    device. Secret reports are always `different` (N16); against a verified incident, or one closed
    longer than the rule's grace, the best verdict is `recurrence` (N10).
    """
    if sighting.secret or candidate.secret:
        return _SECRET
    if candidate.state in _GONE:
        return _NOT_OPEN
    best = _APART
    for known in _compared(candidate.sightings):
        rule = rules.between(sighting.category, known.category)
        if rule is None or are_parts(sighting, known):
            continue
        judgement = _judge_pair(sighting, known, candidate, rule)
        if judgement.strength > best.strength:
            best = judgement
    return best


def _compared(sightings: tuple[Sighting, ...]) -> tuple[Sighting, ...]:
    return sightings if len(sightings) <= COMPARED else (sightings[0], *sightings[1 - COMPARED :])


def _judge_pair(sighting: Sighting, known: Sighting, candidate: Candidate, rule: LinkRule) -> Judgement:
    at = sighting.occurred_at
    takes_reports = _takes_reports(candidate, at, rule)
    gap = abs(at - known.occurred_at)
    if gap > rule.window * OVERTIME if takes_reports else not _may_recur(candidate, at, rule):
        return _APART
    evidence = weigh(sighting, known, rule)
    if evidence is None:
        return _APART
    if takes_reports:
        weigh_time(evidence, gap, rule)
    if _has_drifted(sighting, candidate.sightings[0], rule):
        evidence.cap("far_from_first_report")
    verdict = _verdict(evidence)
    if not takes_reports:
        evidence.cap("incident_" + candidate.state)
        if verdict in (Verdict.SAME, Verdict.LIKELY):
            verdict = Verdict.RECURRENCE
    reasons = (Reason("rule", {"name": rule.name}), *evidence.reasons)
    return Judgement(verdict, 1.0 / (1.0 + exp(-evidence.points)), reasons)


def _takes_reports(candidate: Candidate, at: datetime, rule: LinkRule) -> bool:
    if candidate.state is IncidentState.OPEN:
        return True
    return candidate.state is IncidentState.CLOSED and at <= _closed_at(candidate) + rule.closed_grace


def _may_recur(candidate: Candidate, at: datetime, rule: LinkRule) -> bool:
    return candidate.opened_at - rule.window <= at <= _closed_at(candidate) + rule.recurrence


def _closed_at(candidate: Candidate) -> datetime:
    return candidate.closed_at or candidate.last_reported_at


def _has_drifted(sighting: Sighting, first: Sighting, rule: LinkRule) -> bool:
    mine, origin = sighting.point, first.point
    if mine is None or origin is None:
        return False
    return metres_between(*mine[:2], *origin[:2]) > DRIFT * reach_m(sighting, first, rule)


def _verdict(evidence: Evidence) -> Verdict:
    if evidence.points < RELATED_FROM:
        return Verdict.DIFFERENT
    if evidence.ceiling is Verdict.RELATED or evidence.points < LIKELY_FROM:
        return Verdict.RELATED
    if evidence.ceiling is Verdict.LIKELY or evidence.points < SAME_FROM:
        return Verdict.LIKELY
    return Verdict.SAME
