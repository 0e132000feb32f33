"""What two reports say for and against telling of one matter, in points with their reasons.

Pure. Evidence adds up as log-odds do; what a piece is worth stands in `Points` and nowhere else. Which
verdict the points allow, and what an incident's state allows, stands in `judge.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import hypot
from typing import Final, NamedTuple

from hub.incident.rules import Extent, LinkRule
from hub.incident.sighting import Sighting
from hub.incident.text import same_matter
from hub.model import Reason, Verdict


@dataclass(frozen=True, slots=True)
class Points:
    """What evidence is worth; positive speaks for one matter."""

    same_category: float = 1.0
    kin_category: float = -0.6
    at_one_spot: float = 2.5
    at_the_reach: float = -1.0
    """Falls evenly from one spot to the furthest distance that rule and errors allow."""
    at_once: float = 0.6
    at_the_window: float = -0.6
    """Falls evenly to the window's end, and on after it."""
    same_address: float = 2.0
    same_door: float = 1.5
    other_door: float = -3.0
    same_firm: float = 1.0
    other_firm: float = -3.0
    same_device: float = 2.0
    other_device: float = -1.5
    words_alike: float = 1.2
    """From the rule's `text_min` on; falls evenly to `words_apart` at no likeness at all."""
    words_apart: float = -0.8
    witnesses_apart: float = 0.0
    """The same for what spreads: its witnesses see different sides of one thing."""


POINTS: Final = Points()
_MINUTE: Final = timedelta(minutes=1)


class Ground(NamedTuple):
    """One piece of evidence: what it is called, what it is worth, and its figures."""

    rule: str
    points: float
    facts: Mapping[str, str | float]

    @property
    def reason(self) -> Reason:
        """The same to be stored and shown, figures rounded."""
        figures = {**self.facts, "points": self.points} if self.points else self.facts
        return Reason(
            self.rule,
            {name: round(fact, 2) if isinstance(fact, float) else fact for name, fact in figures.items()},
        )


class Evidence:
    """Points and grounds as they are gathered; `ceiling` is the best verdict that they still allow."""

    __slots__ = ("ceiling", "grounds", "points")

    def __init__(self) -> None:
        self.points = 0.0
        self.grounds: list[Ground] = []
        self.ceiling = Verdict.SAME

    def add(self, rule: str, points: float, **facts: str | float) -> None:
        """One ground more."""
        self.points += points
        self.grounds.append(Ground(rule, points, facts))

    def cap(self, rule: str, ceiling: Verdict = Verdict.LIKELY) -> None:
        """At most `ceiling` from here on, whatever the points; `rule` says why. A lower one stays."""
        if self.ceiling is not Verdict.RELATED:
            self.ceiling = ceiling
        self.grounds.append(Ground(rule, 0.0, {}))


def weigh(one: Sighting, other: Sighting, rule: LinkRule, metres: float | None) -> Evidence | None:
    """The evidence of everything but time; None where they share no place.

    `metres` lie between their points, within reach; None where one has no point.
    """
    evidence = Evidence()
    if metres is not None:
        reach = reach_m(one, other, rule)
        fall = (POINTS.at_the_reach - POINTS.at_one_spot) * (metres / reach if reach else 0.0)
        evidence.add("distance", POINTS.at_one_spot + fall, metres=metres, reach_m=reach)
    at_one_address = _weigh_address(evidence, one, other, rule)
    at_one_device = _weigh_device(evidence, one, other, rule)
    if metres is None and not at_one_address and not at_one_device:
        return None
    if metres is not None and metres > rule.distance_m and not at_one_address:
        evidence.cap("near_by_errors_only")
    if one.category == other.category:
        evidence.add("same_category", POINTS.same_category)
    else:
        evidence.add("kin_category", POINTS.kin_category, known=other.category)
    at_one_firm = _weigh_firm(evidence, one, other, rule)
    if not at_one_firm:
        if rule.same_address and not at_one_address:
            evidence.cap("no_shared_address")
        if rule.extent is Extent.EMITTED:
            evidence.cap("no_shared_firm")
    _weigh_words(evidence, one, other, rule)
    return evidence


def weigh_time(evidence: Evidence, gap: timedelta, rule: LinkRule) -> None:
    """Adds what `gap` between two reports says; past the rule's window they are at most `likely`."""
    windows = gap / rule.window if rule.window else 0.0
    fall = (POINTS.at_the_window - POINTS.at_once) * windows
    evidence.add("time", POINTS.at_once + fall, minutes=gap // _MINUTE)
    if windows > 1.0:
        evidence.cap("past_the_window")


def reach_m(one: Sighting, other: Sighting, rule: LinkRule) -> float:
    """Metres that two points may lie apart: the rule's, and both errors, which are independent."""
    return rule.distance_m + hypot(one.error_m or 0.0, other.error_m or 0.0)


def _weigh_address(evidence: Evidence, one: Sighting, other: Sighting, rule: LinkRule) -> bool:
    """Whether both stand at one address; a rule that binds to the address caps another at `related`."""
    same_entry = bool(one.address_id) and one.address_id == other.address_id
    if same_entry:
        evidence.add("same_address", POINTS.same_address, address_id=one.address_id)
    same_door, other_door = _compare_doors(one.features.doors, other.features.doors)
    if same_door and not other_door:
        evidence.add("same_door", POINTS.same_door)
    elif other_door and (rule.same_address or (rule.extent is Extent.OBJECT and not same_door)):
        evidence.add("other_door", POINTS.other_door)
    if rule.same_address:
        other_entry = one.address_id and other.address_id and not same_entry
        if other_door or (other_entry and not same_door):
            evidence.cap("other_address", Verdict.RELATED)
            return False
    return same_entry or same_door


def _compare_doors(
    mine: Mapping[int, frozenset[int]], theirs: Mapping[int, frozenset[int]]
) -> tuple[bool, bool]:
    """Whether a place has the same number in both, and whether a place has another number in each."""
    same = other = False
    for place, numbers in mine.items():
        known = theirs.get(place)
        if known is None:
            continue
        if numbers.isdisjoint(known):
            other = True
        else:
            same = True
    return same, other


def _weigh_device(evidence: Evidence, one: Sighting, other: Sighting, rule: LinkRule) -> bool:
    if not one.device_ref or not other.device_ref or one.source != other.source:
        return False
    if one.device_ref == other.device_ref:
        evidence.add("same_device", POINTS.same_device)
        return True
    if rule.extent is Extent.OBJECT:
        evidence.add("other_device", POINTS.other_device)
    return False


def _weigh_firm(evidence: Evidence, one: Sighting, other: Sighting, rule: LinkRule) -> bool:
    mine, theirs = one.features.firms, other.features.firms
    if not mine or not theirs:
        return False
    if not mine.isdisjoint(theirs):
        evidence.add("same_firm", POINTS.same_firm)
        return True
    if rule.same_address or rule.extent is Extent.EMITTED:
        evidence.add("other_firm", POINTS.other_firm)
    return False


def _weigh_words(evidence: Evidence, one: Sighting, other: Sighting, rule: LinkRule) -> None:
    """Words count by their share of `text_min`; where an address binds, `same` needs all of it."""
    similarity = same_matter(one.features, other.features)
    if similarity is None:
        if rule.same_address:
            evidence.cap("no_words")
        return
    share = 1.0 if similarity >= rule.text_min else similarity / rule.text_min
    apart = POINTS.witnesses_apart if rule.extent is Extent.SPREAD else POINTS.words_apart
    points = apart + (POINTS.words_alike - apart) * share
    evidence.add("words", points, similarity=similarity)
    if rule.same_address and share < 1.0:
        evidence.cap("words_below_minimum")
