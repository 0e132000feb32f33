"""The links that a hub made against a truth of groups, pair by pair.

Pure. A pair of reports is right where one incident holds both and the truth names one matter for both.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from math import comb

from hub.run.measure.score import Score


def compare(incident_of: Mapping[str, Hashable], matter_of: Mapping[str, Hashable]) -> Score:
    """Pairs of the reports that both mappings know, by their keys."""
    keys = incident_of.keys() & matter_of.keys()
    said = _pairs(incident_of[key] for key in keys)
    true = _pairs(matter_of[key] for key in keys)
    right = _pairs((incident_of[key], matter_of[key]) for key in keys)
    return Score(right=right, wrong=said - right, missed=true - right)


def _pairs(groups: Iterable[Hashable]) -> int:
    return sum(comb(size, 2) for size in Counter(groups).values())
