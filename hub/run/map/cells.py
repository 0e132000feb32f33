"""Marks gathered by zoom: cells of a web mercator lattice, as wide on the screen at every zoom. Pure.

The page gathers what changes by the same rule (`static/map.js`), so that a picture stays right between two looks.
"""

import math
from typing import Final, NamedTuple

CELL_PX: Final = 64
"""Width of a cell on the screen, of tiles 512 pixels wide."""
_PER_TILE: Final = 512 // CELL_PX
LONE_FROM: Final = 17
"""From this zoom on every mark stands for itself, however close they are."""
FINEST: Final = 22
"""No map goes nearer."""
TILE_ZOOM: Final = 14
"""Marks are kept by tiles of this zoom: near views look at those in sight alone."""


class Box(NamedTuple):
    """West, south, east, north, degrees."""

    west: float
    south: float
    east: float
    north: float


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """(x, y) of the world as a square of side 1, north-west first."""
    sine = math.sin(math.radians(max(-85.0, min(85.0, lat))))
    return (lon + 180.0) / 360.0, 0.5 - math.log((1.0 + sine) / (1.0 - sine)) / (4.0 * math.pi)


def degrees(x: float, y: float) -> tuple[float, float]:
    """(lon, lat) of a point of that square, to 0.1 m."""
    lat = math.degrees(math.atan(math.sinh(math.pi * (1.0 - 2.0 * y))))
    return round(x * 360.0 - 180.0, 6), round(lat, 6)


def cell_of(x: float, y: float, zoom: int) -> tuple[int, int]:
    """Column and row of the cell that holds a point; a zoom less, and both are halved."""
    across = (1 << zoom) * _PER_TILE
    return int(x * across), int(y * across)


def tile_of(x: float, y: float) -> tuple[int, int]:
    """The tile of `TILE_ZOOM` that holds a point."""
    return int(x * (1 << TILE_ZOOM)), int(y * (1 << TILE_ZOOM))


def tiles_in(box: Box) -> tuple[range, range]:
    """Columns and rows of the tiles of `TILE_ZOOM` that the box touches: of the world a quarter of a thousand million."""
    left, top = tile_of(*mercator(box.west, box.north))
    right, bottom = tile_of(*mercator(box.east, box.south))
    return range(left, right + 1), range(top, bottom + 1)
