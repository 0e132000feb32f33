"""Rivers along the lattice, lakes inside a block. A river's edges carry no road."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from hub.pack.landscape import Water, WaterKind

from . import names
from .dice import Dice
from .ground import Ground, degrees
from .lattice import COLUMNS, ROWS, Edge, joined
from .parcels import Parcel, blob

_WIDTHS_M: Final = (60.0, 35.0, 18.0, 12.0)


@dataclass(frozen=True, slots=True)
class River:
    """A way over the lattice from one border of the district to the other."""

    name: str
    width_m: float
    edges: tuple[Edge, ...]


def rivers(ground: Ground) -> tuple[River, ...]:
    """Four rivers: the first and third run north, the others east."""
    starts = (COLUMNS * 6 // 10, ROWS * 3 // 10, COLUMNS // 4, ROWS * 7 // 10)
    found = []
    for index, (name, width_m, start) in enumerate(zip(names.RIVERS, _WIDTHS_M, starts, strict=True)):
        northward = index % 2 == 0
        steps = (COLUMNS + 1, 1) if northward else (1, COLUMNS + 1)
        first = start if northward else start * (COLUMNS + 1)
        length = ROWS if northward else COLUMNS
        way = _way(Dice(ground.seed, "river", name), first, length, steps)
        found.append(River(name, width_m, tuple(edge for edge in way if edge in ground.lattice.lines)))
    return tuple(found)


def drawn(ground: Ground, found: Sequence[River], lakes: Sequence[Parcel]) -> tuple[Water, ...]:
    """Rivers and lakes as the map draws them."""
    waters = []
    for river in found:
        line = joined(ground.lattice.lines[edge] for edge in river.edges)
        kind = WaterKind.CANAL if river.name.endswith("运河") else WaterKind.RIVER
        waters.append(Water(river.name, kind, river.width_m, degrees((line,))))
    for name, parcel in zip(names.LAKES, lakes, strict=True):
        ring = blob(Dice(ground.seed, "lake", name), parcel, corners=18)
        waters.append(Water(name, WaterKind.LAKE, 0.0, (ring,)))
    return tuple(waters)


def _way(dice: Dice, first: int, length: int, steps: tuple[int, int]) -> list[Edge]:
    """`length` steps ahead with a few to the side; a side step leads on in the same direction for a while."""
    ahead, aside = steps
    nodes = [first]
    drift = aside
    for _ in range(length):
        if dice.falls(0.12):
            drift = -drift
        if dice.falls(0.28):
            nodes.append(nodes[-1] + drift)
        nodes.append(nodes[-1] + ahead)
    return list(pairwise(nodes))
