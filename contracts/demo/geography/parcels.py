"""Building plots inside blocks, and what stands on them: estates, hamlets, landmarks, lakes.

A plot lies in the middle 60 % of its block, where no edge of the block ever bends to, so whatever stands
on it lies inside the block's community.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Final

from . import names
from .dice import Dice
from .ground import Ground
from .lattice import METRES_PER_MICRODEGREE, Vertex, off_centre

_MARGIN: Final = 0.2
_GAP: Final = 0.05


@dataclass(frozen=True, slots=True)
class Parcel:
    """A plot: `corners` (south-west, south-east, north-east, north-west) of its block, and its part of it."""

    block: int
    corners: tuple[Vertex, Vertex, Vertex, Vertex]
    west: float
    south: float
    east: float
    north: float

    def spot(self, u: float, v: float) -> tuple[float, float]:
        """(lon, lat) degrees, six decimals, of a point; `u` (west to east) and `v` (south to north) are 0-1."""
        u = self.west + u * (self.east - self.west)
        v = self.south + v * (self.north - self.south)
        a, b, c, d = self.corners
        sw, se, ne, nw = (1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v
        lon = sw * a[0] + se * b[0] + ne * c[0] + nw * d[0]
        lat = sw * a[1] + se * b[1] + ne * c[1] + nw * d[1]
        return round(lon) / 1e6, round(lat) / 1e6

    @property
    def size_m(self) -> tuple[float, float]:
        """Width and height."""
        a, b, _, d = self.corners
        east_m, north_m = METRES_PER_MICRODEGREE
        return (
            (b[0] - a[0]) * east_m * (self.east - self.west),
            (d[1] - a[1]) * north_m * (self.north - self.south),
        )


@dataclass(frozen=True, slots=True)
class Site:
    """A plot with a name. `kind`: `estate`, `hamlet`, or the kind of a landmark."""

    name: str
    kind: str
    parcel: Parcel


@dataclass(frozen=True, slots=True)
class Plan:
    """What stands where."""

    sites: tuple[Site, ...]
    lakes: tuple[Parcel, ...]


_IN_EVERY_SUBDISTRICT: Final = (
    ("school", "小学"), ("school", "中学"), ("school", "实验小学"), ("kindergarten", "幼儿园"),
    ("kindergarten", "中心幼儿园"), ("clinic", "社区卫生服务中心"), ("market", "农贸市场"),
    ("market", "便民市场"), ("square", "广场"), ("park", "公园"),
)  # fmt: skip
_HOSPITALS: Final = ("青澜区人民医院", "青澜区中医医院", "青澜区妇幼保健院")


def plan(ground: Ground) -> Plan:
    """The use of every plot. Landmarks choose first, estates and hamlets take what is left in town and country."""
    parcels = {block: _parcels(ground, block) for block in ground.lattice.blocks}
    lakes = _lakes(ground, parcels)
    landmarks = tuple(_landmarks(ground, parcels))
    return Plan((*landmarks, *_homes(ground, parcels)), lakes)


def blob(dice: Dice, parcel: Parcel, corners: int) -> tuple[tuple[float, float], ...]:
    """A closed, roundish ring inside `parcel`, degrees, counter-clockwise."""
    ring = []
    for corner in range(corners):
        reach, turn = dice.between(0.38, 0.5), 2 * pi * corner / corners
        ring.append(parcel.spot(0.5 + reach * cos(turn), 0.5 + reach * sin(turn)))
    return (*ring, ring[0])


def _parcels(ground: Ground, block: int) -> list[Parcel]:
    """Town blocks hold four plots, blocks further out two or one."""
    dice = Dice(ground.seed, "plots", block)
    crowd = 1 - off_centre(block) + dice.between(-0.15, 0.15)
    columns, rows = (2, 2) if crowd > 0.72 else (1, 2) if crowd > 0.36 else (1, 1)
    a, b, c, d = (ground.lattice.nodes[start] for start, _ in ground.lattice.edges(block))
    wide = (1 - 2 * _MARGIN - _GAP * (columns - 1)) / columns
    high = (1 - 2 * _MARGIN - _GAP * (rows - 1)) / rows
    return [
        Parcel(block, (a, b, c, d), west, south, west + wide, south + high)
        for row in range(rows)
        for column in range(columns)
        for west, south in [(_MARGIN + column * (wide + _GAP), _MARGIN + row * (high + _GAP))]
    ]


def _lakes(ground: Ground, parcels: dict[int, list[Parcel]]) -> tuple[Parcel, ...]:
    whole = [block for block, plots in parcels.items() if len(plots) == 1]
    chosen = Dice(ground.seed, "lakes").shuffled(whole)[: len(names.LAKES)]
    return tuple(parcels.pop(block)[0] for block in chosen)


def _landmarks(ground: Ground, parcels: dict[int, list[Parcel]]) -> Iterator[Site]:
    stems = names.streets(ground.seed + 1)
    for index, subdistrict in enumerate(names.SUBDISTRICTS):
        blocks = sorted(
            block for block in parcels if ground.communities[ground.owner[block]].subdistrict == index
        )
        wanted = [
            (kind, f"{next(stems) if kind == 'school' else subdistrict}{tail}")
            for kind, tail in _IN_EVERY_SUBDISTRICT
        ]
        if index < len(_HOSPITALS):
            wanted.append(("hospital", _HOSPITALS[index]))
        near_first = sorted(
            Dice(ground.seed, "landmarks", index).shuffled(blocks)[: 2 * len(wanted)], key=off_centre
        )
        for (kind, name), block in zip(wanted, near_first, strict=False):
            yield Site(name, kind, parcels[block].pop())


def _homes(ground: Ground, parcels: dict[int, list[Parcel]]) -> Iterator[Site]:
    dice = Dice(ground.seed, "homes")
    estates, hamlets = names.estates(ground.seed), names.hamlets(ground.seed)
    named: list[tuple[str, str]] = []
    for block, plots in parcels.items():
        subdistrict = ground.community_of(block)[:9]
        rural = off_centre(block) > _RURAL
        for parcel in plots:
            if not dice.falls(0.36 if rural else 0.48):
                continue
            if rural:
                hamlet = next(hamlets, None)
                if hamlet is not None:
                    yield Site(hamlet, "hamlet", parcel)
                continue
            name = _homonym(dice, named, subdistrict) or next(estates)
            named.append((name, subdistrict))
            yield Site(name, "estate", parcel)


_RURAL: Final = 0.85
_HOMONYMS: Final = 0.05


def _homonym(dice: Dice, named: Sequence[tuple[str, str]], subdistrict: str) -> str | None:
    """Now and then the name of an estate that already stands in another subdistrict (N48)."""
    if not dice.falls(_HOMONYMS):
        return None
    elsewhere = [name for name, other in named if other != subdistrict]
    return dice.pick(elsewhere) if elsewhere else None
