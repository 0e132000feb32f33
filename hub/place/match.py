"""Whether two address texts can mean the same place: the judge where no table of standard addresses decides.

Pure. `gazetteer` uses it for names that are nearly spelt as a known one. The weights were fitted once
(logistic regression) on one half of the address pairs that `hub.run.measure.address_pairs` measures; that
command prints what they reach on the other half, beside the simple method.
"""

import math
from operator import mul
from typing import Final, NamedTuple

from hub.place.address import AddressParts, parse
from hub.place.generic import GENERIC_PAIRS
from hub.place.wording import normalise

# A pair that begins with one of these spans two parts of an address: 路建, 号建.
_BETWEEN_PARTS: Final = frozenset("路号街区巷弄道楼栋幢座层室与附店")
_LONG_RUN: Final = 8
"""So many characters in one piece say all that a shared piece can say."""


class Evidence(NamedTuple):
    """What speaks for one place, each 0–1; `asked` is the text looked for, `offered` the candidate."""

    asked_found: float
    """Share of what is telling in `asked`, without its city and street office, that `offered` has too."""
    offered_found: float
    """The same the other way round."""
    offered_told: float
    """Share of what is telling in all of `offered` that stands anywhere in `asked`."""
    run: float
    """The longest piece that both share."""
    estate: float
    """1 where both name the same estate."""
    number: float
    """1 where both have the same house number, in the same lane or in none."""


WEIGHTS: Final = Evidence(2.6, -1.1, 3.5, 1.8, 0.7, 0.8)
BIAS: Final = -3.5
THRESHOLD: Final = 0.39
"""Similarity from which two texts are taken for one place: best F1 on the half that was fitted."""


class Reading(NamedTuple):
    """One text made ready for comparison, so that it is read once against many."""

    parts: AddressParts
    local: str
    """Normalised, without the names above a community: two places of one city are not alike by that."""
    pairs: frozenset[str]
    """Telling pairs of the whole text."""
    local_pairs: frozenset[str]


def matches(asked: str, offered: str) -> bool:
    """Whether `offered` denotes the place that `asked` means, wholly or in part."""
    return similarity(asked, offered) >= THRESHOLD


def similarity(asked: str, offered: str) -> float:
    """How likely `offered` denotes the place of `asked`, 0–1. The two sides are not exchangeable."""
    return likeness(read(asked), read(offered))


def likeness(asked: Reading, offered: Reading) -> float:
    """The same for texts already read."""
    weighed = sum(map(mul, WEIGHTS, evidence(asked, offered)), BIAS)
    return 1.0 / (1.0 + math.exp(-weighed))


def read(text: str) -> Reading:
    """`text` made ready for comparison."""
    parts, whole = parse(text), normalise(text)
    local = whole
    for name in (parts.province, parts.city, parts.district, parts.subdistrict):
        local = local.replace(name, "", 1) if name else local
    pairs = telling_pairs(whole)
    return Reading(parts, local, pairs, pairs if local == whole else telling_pairs(local))


def evidence(asked: Reading, offered: Reading) -> Evidence:
    """What two texts share."""
    return Evidence(
        asked_found=_share(asked.local_pairs, offered.local_pairs),
        offered_found=_share(offered.local_pairs, asked.local_pairs),
        offered_told=_share(offered.pairs, asked.pairs),
        run=min(longest_run(asked.local, offered.local), _LONG_RUN) / _LONG_RUN,
        estate=_same(asked.parts.estate, offered.parts.estate),
        number=_same(_door(asked.parts), _door(offered.parts)),
    )


def telling_pairs(plain: str) -> frozenset[str]:
    """Pairs of neighbouring Chinese characters of a normalised text that tell places apart."""
    pairs = {plain[at : at + 2] for at in range(len(plain) - 1)}
    return frozenset(
        pair
        for pair in pairs - GENERIC_PAIRS
        if pair[0] >= "\u3400" and pair[1] >= "\u3400" and pair[0] not in _BETWEEN_PARTS
    )


def longest_run(one: str, other: str) -> int:
    """Characters of the longest piece that stands in both."""
    longest = 0
    for start in range(len(one)):
        while start + longest < len(one) and one[start : start + longest + 1] in other:
            longest += 1
    return longest


def _share(pairs: frozenset[str], others: frozenset[str]) -> float:
    return len(pairs & others) / len(pairs) if pairs else 0.0


def _door(parts: AddressParts) -> str:
    """The house number, in its lane where it has one: 12弄3号 is another door than 3号."""
    return f"{parts.lane}弄{parts.number}" if parts.lane and parts.number else parts.number


def _same(one: str, other: str) -> float:
    return 1.0 if one and one == other else 0.0
