"""A bit sketch of the character 2- and 3-grams of a text, and how alike two sketches are.

Pure arithmetic. Nothing here knows Chinese, masks or places: that is `text.py`. A sketch holds no
word of the text and is the same in every process, so it may be kept beside an event.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Final

BITS: Final = 2048
"""Length of a sketch. 200 characters set about 350 bits; `likeness` takes chance hits out."""

_MIX_2: Final = 2_654_435_761  # Knuth's multiplier: neighbours in Unicode fall far apart
_MIX_3: Final = 2_246_822_519
_SPREAD: Final = 65_599
_WORD: Final = 0xFFFF_FFFF
_SHIFT: Final = 32 - (BITS - 1).bit_length()  # the high bits of a product are the mixed ones


@dataclass(frozen=True, slots=True)
class Sketch:
    """`bits` is a number of `BITS` binary digits; `count` says how many of them are set."""

    bits: int = 0
    count: int = 0


EMPTY: Final = Sketch()


def sketch(runs: Iterable[str]) -> Sketch:
    """The sketch of `runs`, which are stretches of text no gram may cross."""
    places: set[int] = set()
    for run in runs:
        codes = array("I", run.encode("utf-32-le"))
        pairs = [one * _SPREAD + two for one, two in pairwise(codes)]
        places.update([(pair * _MIX_2 & _WORD) >> _SHIFT for pair in pairs])
        places.update(
            [
                ((pair * _SPREAD + third) * _MIX_3 & _WORD) >> _SHIFT
                for pair, third in zip(pairs, codes[2:], strict=False)  # the last pair has no third
            ]
        )
    raw = bytearray(BITS // 8)
    for place in places:
        raw[place >> 3] |= 1 << (place & 7)
    return Sketch(int.from_bytes(raw, "little"), len(places))


def likeness(one: Sketch, other: Sketch) -> float:
    """0–1: the correlation of the two sketches, 0 where they share no more than chance would.

    For short texts this is the cosine of their gram sets; the correction keeps long texts honest,
    whose sketches overlap by being full.
    """
    if not one.count or not other.count:
        return 0.0
    shared = (one.bits & other.bits).bit_count()
    product = one.count * other.count
    above_chance = BITS * shared - product
    if above_chance <= 0:
        return 0.0
    return above_chance / sqrt(product * (BITS - one.count) * (BITS - other.count))
