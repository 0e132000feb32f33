"""Grids that lie over the comprehensive ones: unit grids of 10,000 m² and exclusive grids."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import ceil, floor
from operator import itemgetter
from typing import Final

from hub.model import AreaId, Grid, GridId, GridKind

from .dice import Dice
from .grids import FIRST_FROM
from .ground import Ground, degrees
from .lattice import CENTRE_LAT, CENTRE_LON, METRES_PER_MICRODEGREE
from .outline import contains
from .parcels import Site, blob

_UNIT_SUBDISTRICT: Final = 0
"""Urban management has surveyed the middle of the town only."""
_SIDE: Final = tuple(100.0 / metres for metres in METRES_PER_MICRODEGREE)
"""100 m along lon and lat, micro-degrees."""
_EXCLUSIVE: Final = {"school": 5, "hospital": 3, "market": 4}


def units(ground: Ground) -> tuple[Grid, ...]:
    """Squares of 100 m whose middle lies in the surveyed subdistrict; code: community and three digits.

    They follow their own raster, so at the subdistrict's border they reach over it by less than 71 m.
    """
    squares = sorted(
        (ground.community_of(block), -row, column)
        for community in ground.communities
        if community.subdistrict == _UNIT_SUBDISTRICT
        for block in community.blocks
        for column, row in _squares(ground, block)
    )
    made = []
    for code, theirs in groupby(squares, key=itemgetter(0)):
        name = ground.area(code).name
        for sequence, (_, minus_row, column) in enumerate(theirs, 1):
            number = f"{code}{sequence:03d}"
            ring = _square(column, -minus_row)
            title = f"{name}{sequence:03d}号单元网格"
            made.append(Grid(GridId(number), number, GridKind.UNIT, title, code, (ring,), FIRST_FROM))
    return tuple(made)


def exclusive(ground: Ground, sites: Sequence[Site]) -> tuple[Grid, ...]:
    """Grids of their own for five schools, three hospitals and four markets; each inside one community."""
    return tuple(
        Grid(
            GridId(f"{code}Z{index + 1:02d}"),
            f"{code}Z{index + 1:02d}",
            GridKind.EXCLUSIVE,
            f"{site.name}专属网格",
            code,
            (blob(Dice(ground.seed, "exclusive", site.name), site.parcel, corners=12),),
            FIRST_FROM,
        )
        for index, (code, site) in enumerate(_chosen(ground, sites))
    )


def _chosen(ground: Ground, sites: Sequence[Site]) -> Iterator[tuple[AreaId, Site]]:
    for kind, count in _EXCLUSIVE.items():
        among = [site for site in sites if site.kind == kind]
        for site in Dice(ground.seed, "exclusive", kind).shuffled(among)[:count]:
            yield ground.community_of(site.parcel.block), site


def _squares(ground: Ground, block: int) -> Iterator[tuple[int, int]]:
    """Column and row of the squares whose middle lies in `block`."""
    ring = ground.lattice.ring(block)
    origin = (CENTRE_LON * 1e6, CENTRE_LAT * 1e6)
    spans = [
        range(
            floor((min(vertex[axis] for vertex in ring) - origin[axis]) / _SIDE[axis]),
            ceil((max(vertex[axis] for vertex in ring) - origin[axis]) / _SIDE[axis]),
        )
        for axis in (0, 1)
    ]
    for row in spans[1]:
        for column in spans[0]:
            middle = (origin[0] + (column + 0.5) * _SIDE[0], origin[1] + (row + 0.5) * _SIDE[1])
            if contains(ring, *middle):
                yield column, row


def _square(column: int, row: int) -> tuple[tuple[float, float], ...]:
    west, east = (round(CENTRE_LON * 1e6 + (column + step) * _SIDE[0]) for step in (0, 1))
    south, north = (round(CENTRE_LAT * 1e6 + (row + step) * _SIDE[1]) for step in (0, 1))
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return degrees((ring,))[0]
