"""Do place, time and category find the requests that the city itself linked to one another?

Truth: `parent_sr_number`, the city's own links, a lower bound. A pair is one decision: when the later
request came in, was it the matter of the earlier one? Decisions are halved by the root request of the
later one; link rules are tuned on one half, and the hub's own `judge` decides the other.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from itertools import combinations
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from pydantic import AfterValidator, BaseModel

from hub.ids import digest_of
from hub.incident import Candidate, Doorplate, Extent, LinkRule, LinkRules, Sighting, features, judge
from hub.incident.sighting import metres_apart
from hub.model import EventKey, IncidentId, IncidentState, Verdict
from hub.run.measure.score import Score

SIMPLE_M: Final = 150.0
"""The simple method: same type, at most this far apart, the earlier case still open."""
ENOUGH: Final = 8
"""True pairs of a type, in the tuning half, that give it a rule of its own; the other types share one."""
TRIED: Final = tuple(
    LinkRule(name="tried", distance_m=distance_m, window=timedelta(hours=hours), extent=extent)
    for distance_m in (250.0, 150.0, 100.0, 50.0, 25.0, 10.0)
    for hours in (48, 6)  # the set spans 37 hours
    for extent in (Extent.OBJECT, Extent.SPREAD)
)
"""Link rules to choose from, widest first: of equals the widest is taken."""

_FURTHEST_M: Final = 300.0
"""Beyond all rules to choose from."""
_ERROR_M: Final = 5.0
_NO_FAMILIES: Final[Mapping[str, frozenset[str]]] = {}
_SHARED: Final = "*"

CHICAGO: Final = timezone(timedelta(hours=-6))
Moment = Annotated[datetime, AfterValidator(lambda moment: moment.replace(tzinfo=CHICAGO))]
"""The city writes local time without a zone; the set lies in winter."""


@dataclass(frozen=True, slots=True)
class _Request:
    sighting: Sighting
    closed_at: datetime | None
    root: str
    """The request that the city links this one to, or itself."""

    def as_it_stood(self, at: datetime) -> Candidate:
        closed = self.closed_at is not None and self.closed_at <= at
        return Candidate(
            incident_id=IncidentId(self.sighting.event_key),
            state=IncidentState.VERIFIED if closed else IncidentState.OPEN,
            opened_at=self.sighting.occurred_at,
            last_reported_at=self.sighting.occurred_at,
            closed_at=self.closed_at if closed else None,
            sightings=(self.sighting,),
        )


class _Decision(NamedTuple):
    later: _Request
    earlier: Candidate
    earlier_root: str
    metres: float

    @property
    def true(self) -> bool:
        return self.later.root == self.earlier_root

    @property
    def type(self) -> str:
        return self.later.sighting.category


def measure(data: Path) -> dict[str, float]:
    """`ours_*` and `simple_*` precision, recall and F1 on the measured half, and more F1 to judge them by.

    `…_f1_swapped`: tuned and measured the other way round. `…_f1_apart`: only pairs of which both roots
    are in the measured half. `data` is the folder of all real data; raises OSError where it is absent.
    """
    decisions = _decisions(_read(data / "chicago311" / "requests.json"))
    tuning, measured = ([one for one in decisions if _half(one.later.root) == half] for half in (0, 1))
    apart = [one for one in measured if _half(one.earlier_root) == 1]
    rules, swapped = _tuned(tuning), _tuned(measured)
    return {
        **_ours(measured, rules).figures("ours"),
        **_simple(measured).figures("simple"),
        "ours_f1_swapped": _ours(tuning, swapped).f1,
        "simple_f1_swapped": _simple(tuning).f1,
        "ours_f1_apart": _ours(apart, rules).f1,
        "simple_f1_apart": _simple(apart).f1,
        "true_pairs": sum(one.true for one in measured),
    }


def tuned_rules(data: Path) -> LinkRules:
    """The rules that `measure` judges by: tuned on the one half, by type (`chicago.<short code>`) and `*`."""
    decisions = _decisions(_read(data / "chicago311" / "requests.json"))
    return _tuned([one for one in decisions if not is_measured(one.later.root)])


def is_measured(root: str) -> bool:
    """Whether decisions about requests with this root are in the measured half."""
    return _half(root) == 1


def _half(root: str) -> int:
    return int(digest_of("half", root), 16) % 2


def _ours(decisions: Sequence[_Decision], rules: LinkRules) -> Score:
    score = Score()
    for one in decisions:
        verdict = judge(one.later.sighting, one.earlier, rules).verdict
        score.count(verdict is Verdict.SAME, one.true)
    return score


def _simple(decisions: Sequence[_Decision]) -> Score:
    score = Score()
    for one in decisions:
        same_type = one.earlier.sightings[0].category == one.type
        is_open = one.earlier.state is IncidentState.OPEN
        score.count(same_type and one.metres <= SIMPLE_M and is_open, one.true)
    return score


def _tuned(decisions: Sequence[_Decision]) -> LinkRules:
    """For each type with truth enough, and for the rest together, the rule that makes all of it best."""
    true_of = Counter(one.type for one in decisions if one.true)
    groups: dict[str, list[_Decision]] = defaultdict(list)
    for one in decisions:
        groups[one.type if true_of[one.type] >= ENOUGH else _SHARED].append(one)
    scores = {
        pattern: [_ours(group, LinkRules({_SHARED: rule}, _NO_FAMILIES)) for rule in TRIED]
        for pattern, group in groups.items()
    }
    chosen = {pattern: max(range(len(TRIED)), key=lambda n: own[n].f1) for pattern, own in scores.items()}
    for _ in range(3):  # one rule at a time, the others held: F1 is no sum over types
        for pattern, own in scores.items():
            rest = sum((scores[other][chosen[other]] for other in scores if other != pattern), Score())
            chosen[pattern] = max(range(len(TRIED)), key=lambda n: ((rest + own[n]).f1, own[n].f1))
    rules = {pattern: replace(TRIED[n], name=pattern) for pattern, n in chosen.items()}
    return LinkRules(rules, _NO_FAMILIES)


def _decisions(requests: Sequence[_Request]) -> list[_Decision]:
    """Every pair, the earlier request first; without those that are untrue and refused by all rules alike."""
    in_time = sorted(requests, key=lambda one: (one.sighting.occurred_at, one.sighting.event_key))
    found = []
    for earlier, later in combinations(in_time, 2):
        metres = metres_apart(earlier.sighting, later.sighting) or 0.0
        same_type = earlier.sighting.category == later.sighting.category
        if earlier.root == later.root or (same_type and metres <= _FURTHEST_M):
            stood = earlier.as_it_stood(later.sighting.occurred_at)
            found.append(_Decision(later, stood, earlier.root, metres))
    return found


def _read(file: Path) -> list[_Request]:
    rows = [_Row.model_validate(row) for row in json.loads(file.read_bytes())]
    parents = {row.sr_number: row.parent_sr_number for row in rows if row.parent_sr_number}
    return [_Request(row.sighting, row.closed_date, last_parent(row.sr_number, parents)) for row in rows]


def last_parent(number: str, parents: Mapping[str, str]) -> str:
    """The request that `number` is linked to at last, over any number of links; itself without one."""
    seen = {number}
    while (parent := parents.get(number, number)) not in seen:
        number = parent
        seen.add(number)
    return number


class _Row(BaseModel):
    """What is read of one request."""

    sr_number: str
    sr_short_code: str
    parent_sr_number: str = ""
    created_date: Moment
    closed_date: Moment | None = None
    latitude: float
    longitude: float
    street_address: str
    street_number: str
    street_direction: str
    street_name: str

    @property
    def sighting(self) -> Sighting:
        road = f"{self.street_direction} {self.street_name}"
        return Sighting(
            event_key=EventKey(self.sr_number),
            source="chicago311",
            source_ref=self.sr_number,
            category=f"chicago.{self.sr_short_code}",
            lon=self.longitude,
            lat=self.latitude,
            error_m=_ERROR_M,
            address_id=self.street_address,
            occurred_at=self.created_date,
            features=features("", "", Doorplate(road=road, number=self.street_number)),
        )
