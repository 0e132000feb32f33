"""How one report stands to one incident: same, likely, related, recurrence or different, and why.

Pure: sightings and rules in, a judgement out. Evidence adds up in points, as log-odds do; what a
piece of evidence is worth stands in `Points` and nowhere else. Which incident to choose: `decide.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, hypot
from typing import Final

from hub.incident.rules import Extent, LinkRule, LinkRules
from hub.incident.sighting import Candidate, Sighting, metres_between
from hub.incident.text import same_matter
from hub.model import IncidentState, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Points:
    """What evidence is worth; positive speaks for one matter. Set on invented reports, see the tests."""

    same_category: float = 1.0
    kin_category: float = -0.6
    at_one_spot: float = 2.5
    at_the_reach: float = -1.0
    """Falls evenly from one spot to the furthest distance that the rule and the errors allow."""
    at_once: float = 0.6
    at_the_window: float = -0.6
    """Falls on evenly after the window's end, up to `OVERTIME` windows."""
    same_address: float = 2.0
    same_door: float = 1.5
    other_door: float = -2.5
    same_firm: float = 1.0
    other_firm: float = -2.5
    same_device: float = 2.0
    other_device: float = -2.5
    words_alike: float = 1.5
    """From the rule's `text_min` on; falls evenly to `words_apart` at no likeness at all."""
    words_apart: float = -0.8


POINTS: Final = Points()
SAME_FROM: Final = 2.0
"""Points: 88 in 100. Below, a person decides."""
LIKELY_FROM: Final = 0.5
"""Points: 62 in 100."""
RELATED_FROM: Final = -1.0
OVERTIME: Final = 3
"""Windows after which an open matter's next report is another matter; after one it is at most likely."""
DRIFT: Final = 2
"""Reaches from the first report; further off it is at most likely, or a chain of reports walks through town."""
COMPARED: Final = 8
"""Sightings of one incident that are compared: the first and the latest."""

_DEAD: Final = frozenset({IncidentState.MERGED, IncidentState.CANCELLED})
_NO_TIME: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its score, 0–1, and its reasons, which hold figures and ids of ours only."""

    verdict: Verdict
    score: float
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class _Weighed:
    """Evidence as it adds up; `ceiling` is the best verdict that what was seen allows."""

    points: float
    reasons: list[Reason]
    ceiling: Verdict = Verdict.SAME


def judge(sighting: Sighting, candidate: Candidate, rules: LinkRules) -> Judgement:
    """How `sighting` stands to `candidate`, by the sighting of it that speaks most for one matter.

    `same` and `likely` need a shared place: two points within the rule's reach, an address, a door or
    a device. Secret reports are always `different` (N16); what is verified is at most `recurrence` (N10).
    """
    if sighting.secret or candidate.secret:
        return _different("secret")
    if candidate.state in _DEAD:
        return _different("incident_" + candidate.state)
    best: _Weighed | None = None
    for known in _compared(candidate.sightings):
        rule = rules.between(sighting.category, known.category)
        if rule is None or not _in_time(sighting, known, candidate, rule):
            continue
        weighed = _weigh(sighting, known, candidate, rule)
        if weighed is not None and (best is None or _rank(weighed) > _rank(best)):
            best = weighed
    return _different("out_of_reach") if best is None else _judgement(best)
