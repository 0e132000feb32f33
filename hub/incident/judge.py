"""How one report stands to one incident: same, likely, related, recurrence or different, and why.

Pure: sightings and rules in, a judgement out. Evidence and its worth: `evidence.py`. Which incident a
report joins: `decide.py`.
"""

from datetime import datetime
from math import exp
from typing import Final, NamedTuple

from hub.incident.evidence import Evidence, Ground, reach_m, weigh, weigh_time
from hub.incident.rules import LinkRule, LinkRules
from hub.incident.sighting import Candidate, Sighting, metres_apart
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

ANNOUNCED: Final = "announced"
"""The reason's rule of a report that an announcement explains; its fact `report` is the key of the announcement."""

_RANK: Final = {
    verdict: rank
    for rank, verdict in enumerate(
        (Verdict.DIFFERENT, Verdict.RELATED, Verdict.RECURRENCE, Verdict.LIKELY, Verdict.SAME)
    )
}


class Judgement(NamedTuple):
    """A verdict with its score, 0–1, and what it rests on."""

    verdict: Verdict
    score: float
    grounds: tuple[Ground, ...]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The grounds to be stored and shown: figures and ids of ours only.

        Made when asked for: most judgements are only compared with others.
        """
        return tuple(ground.reason for ground in self.grounds)

    @property
    def strength(self) -> tuple[int, float]:
        """Orders judgements: verdict first (same, likely, recurrence, related, different), then score."""
        return _RANK[self.verdict], self.score


def ruled(verdict: Verdict, rule: str, **facts: str) -> Judgement:
    """A judgement that rests on one certain ground."""
    return Judgement(verdict, 0.0 if verdict is Verdict.DIFFERENT else 1.0, (Ground(rule, 0.0, facts),))


_SECRET: Final = ruled(Verdict.DIFFERENT, "secret")
_GONE: Final = ruled(Verdict.DIFFERENT, "merged_or_cancelled")
_APART: Final = ruled(Verdict.DIFFERENT, "nothing_shared")


def judge(sighting: Sighting, candidate: Candidate, rules: LinkRules) -> Judgement:
    """How `sighting` stands to `candidate`, by the report in it that speaks most for one matter.

    `same` and `likely` need a shared place: points within the rule's reach, an address, a door or a
    device. Secret reports are always `different` (N16); against a verified incident, or one closed
    longer than the rule's grace, the best verdict is `recurrence` (N10).
    """
    if sighting.secret:
        return _SECRET
    if candidate.state is IncidentState.MERGED or candidate.state is IncidentState.CANCELLED:
        return _GONE
    best = _APART
    for known in _compared(candidate.sightings):
        rule = rules.between(sighting.category, known.category)
        if rule is None or are_parts(sighting, known):
            continue
        if rule.announced and candidate.state is IncidentState.OPEN and explains(known, sighting):
            return _SECRET if candidate.secret else ruled(Verdict.SAME, ANNOUNCED, report=known.event_key)
        judgement = _judge_pair(sighting, known, candidate, rule)
        if judgement is not _APART and judgement.strength > best.strength:
            best = judgement
    # Asked last: most candidates share nothing, and then it makes no difference.
    return _SECRET if best is not _APART and candidate.secret else best


def explains(notice: Sighting, report: Sighting) -> bool:
    """Whether `notice` announced for the community of `report` what that tells of, at that time. Who announced it tells of
    something else: it knows its own plans."""
    if notice.until is None or not notice.community_id or notice.community_id != report.community_id:
        return False
    if notice.source == report.source:
        return False
    return report.until is None and notice.occurred_at <= report.occurred_at <= notice.until


def _compared(sightings: tuple[Sighting, ...]) -> tuple[Sighting, ...]:
    return sightings if len(sightings) <= COMPARED else (sightings[0], *sightings[1 - COMPARED :])


def _judge_pair(sighting: Sighting, known: Sighting, candidate: Candidate, rule: LinkRule) -> Judgement:
    metres = metres_apart(sighting, known)
    if metres is not None and metres > reach_m(sighting, known, rule):
        return _APART
    at = sighting.occurred_at
    takes_reports = _takes_reports(candidate, at, rule)
    gap = abs(at - known.occurred_at)
    if gap > rule.window * OVERTIME if takes_reports else not _may_recur(candidate, at, rule):
        return _APART
    evidence = weigh(sighting, known, rule, metres)
    if evidence is None:
        return _APART
    if takes_reports:
        weigh_time(evidence, gap, rule)
    else:
        evidence.cap("incident_" + candidate.state)
    if known is not candidate.sightings[0] and _has_drifted(sighting, candidate.sightings[0], rule):
        evidence.cap("far_from_first_report")
    verdict = _verdict(evidence)
    if verdict is Verdict.LIKELY and not takes_reports:
        verdict = Verdict.RECURRENCE
    evidence.grounds.insert(0, Ground("rule", 0.0, {"name": rule.name}))
    return Judgement(verdict, 1.0 / (1.0 + exp(-evidence.points)), tuple(evidence.grounds))


def _takes_reports(candidate: Candidate, at: datetime, rule: LinkRule) -> bool:
    if candidate.state is IncidentState.OPEN:
        return True
    return candidate.state is IncidentState.CLOSED and at <= _closed_at(candidate) + rule.closed_grace


def _may_recur(candidate: Candidate, at: datetime, rule: LinkRule) -> bool:
    return candidate.opened_at - rule.window <= at <= _closed_at(candidate) + rule.recurrence


def _closed_at(candidate: Candidate) -> datetime:
    return candidate.closed_at or candidate.last_reported_at


def _has_drifted(sighting: Sighting, first: Sighting, rule: LinkRule) -> bool:
    metres = metres_apart(sighting, first)
    return metres is not None and metres > DRIFT * reach_m(sighting, first, rule)


def _verdict(evidence: Evidence) -> Verdict:
    if evidence.points < RELATED_FROM:
        return Verdict.DIFFERENT
    if evidence.ceiling is Verdict.RELATED or evidence.points < LIKELY_FROM:
        return Verdict.RELATED
    if evidence.ceiling is Verdict.LIKELY or evidence.points < SAME_FROM:
        return Verdict.LIKELY
    return Verdict.SAME
