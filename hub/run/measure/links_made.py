"""The links and questions of a hub against a truth of groups, pair by pair.

Pure. A pair of reports is right where one incident holds both and the truth names one matter for both.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from itertools import combinations
from math import comb

from hub.run.measure.score import Score


def compare(incident_of: Mapping[str, str], matter_of: Mapping[str, Hashable]) -> Score:
    """Pairs of the reports that both mappings know, by their keys."""
    keys = incident_of.keys() & matter_of.keys()
    said = _pairs(incident_of[key] for key in keys)
    true = _pairs(matter_of[key] for key in keys)
    right = _pairs((incident_of[key], matter_of[key]) for key in keys)
    return Score(right=right, wrong=said - right, missed=true - right)


def linked_or_asked(
    incident_of: Mapping[str, str],
    matter_of: Mapping[str, Hashable],
    questions: Collection[frozenset[str]],
) -> float:
    """Share of the true pairs that are in one incident, or in two that a person is asked about.

    `questions` are pairs of incidents. 1 where there is no true pair.
    """
    incidents: dict[Hashable, list[str]] = defaultdict(list)
    for key in incident_of.keys() & matter_of.keys():
        incidents[matter_of[key]].append(incident_of[key])
    found = number = 0
    for some in incidents.values():
        for one, other in combinations(some, 2):
            number += 1
            found += one == other or frozenset((one, other)) in questions
    return found / number if number else 1.0


def _pairs(groups: Iterable[Hashable]) -> int:
    return sum(comb(size, 2) for size in Counter(groups).values())
