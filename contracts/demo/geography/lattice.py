"""The ground of the demo district: street blocks between shared, irregular edges.

A block is a cell of a jittered lattice; an edge between two nodes is one fractal polyline, drawn once and
walked from either side, so neighbours share their border vertex by vertex. Coordinates are whole
micro-degrees (lon, lat), about 0.1 m, so that sums of areas are exact. No areas, no names here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos, pi, sin
from typing import Final, TypeAlias

from .dice import Dice

Vertex: TypeAlias = tuple[int, int]
"""Micro-degrees (lon, lat), CGCS2000."""
Edge: TypeAlias = tuple[int, int]
"""Node to node; the block on its left is the one whose counter-clockwise outline runs along it."""
Ring: TypeAlias = tuple[Vertex, ...]
"""Closed: the first vertex stands again at the end. Outer rings run counter-clockwise, holes clockwise."""

CENTRE_LON: Final = 120.85
CENTRE_LAT: Final = 32.0
COLUMNS: Final = 44
ROWS: Final = 40
WIDTH_M: Final = 18_850.0
HEIGHT_M: Final = 17_700.0
METRES_PER_MICRODEGREE: Final = (0.094_490, 0.110_865)
"""Along lon and lat at 32° on the CGCS2000 ellipsoid."""

_JITTER: Final = 0.23
"""Of a block's side."""
_BENDS: Final = (0.12, 0.1, 0.08)
"""Largest sideways shift of a midpoint, of its chord's length, level by level: 8 pieces an edge."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """Blocks, their half-edges and the polylines along them."""

    nodes: tuple[Vertex, ...]
    lines: Mapping[Edge, tuple[Vertex, ...]]
    """Both directions of every edge of a kept block, ends included."""
    left_of: Mapping[Edge, int]
    """The block on the left of a directed edge; no entry outside the district."""
    blocks: tuple[int, ...]

    def edges(self, block: int) -> tuple[Edge, Edge, Edge, Edge]:
        """The outline of `block`, counter-clockwise: south, east, north, west."""
        south_west = block // COLUMNS * (COLUMNS + 1) + block % COLUMNS
        south_east, north_west = south_west + 1, south_west + COLUMNS + 1
        north_east = north_west + 1
        return (
            (south_west, south_east),
            (south_east, north_east),
            (north_east, north_west),
            (north_west, south_west),
        )

    def neighbours(self, block: int) -> Iterator[int]:
        """The blocks that share an edge with `block`, in a fixed order."""
        for start, end in self.edges(block):
            other = self.left_of.get((end, start))
            if other is not None:
                yield other

    def ring(self, block: int) -> Ring:
        """The outline of one block."""
        return joined(self.lines[edge] for edge in self.edges(block))

    def centre(self, block: int) -> tuple[float, float]:
        """The mean of the four corners, micro-degrees."""
        corners = [self.nodes[start] for start, _ in self.edges(block)]
        return sum(lon for lon, _ in corners) / 4, sum(lat for _, lat in corners) / 4


def joined(lines: Iterable[tuple[Vertex, ...]]) -> Ring:
    """Polylines that follow each other, as one; the vertex where two meet stands once."""
    vertices: list[Vertex] = []
    for line in lines:
        vertices.extend(line[1:] if vertices else line)
    return tuple(vertices)


def build_lattice(seed: int) -> Lattice:
    """The lattice of `seed`."""
    nodes = tuple(_node(seed, column, row) for row in range(ROWS + 1) for column in range(COLUMNS + 1))
    bare = Lattice(nodes, {}, {}, tuple(_kept_blocks(seed)))
    lines: dict[Edge, tuple[Vertex, ...]] = {}
    left_of: dict[Edge, int] = {}
    for block in bare.blocks:
        for start, end in bare.edges(block):
            left_of[start, end] = block
            if (start, end) not in lines:
                low, high = min(start, end), max(start, end)
                line = _fractal(Dice(seed, "edge", low, high), nodes[low], nodes[high])
                lines[low, high], lines[high, low] = line, line[::-1]
    return Lattice(nodes, lines, left_of, bare.blocks)


def micro(x_m: float, y_m: float) -> Vertex:
    """Metres east and north of the district's centre, as micro-degrees."""
    return (
        round(CENTRE_LON * 1e6 + x_m / METRES_PER_MICRODEGREE[0]),
        round(CENTRE_LAT * 1e6 + y_m / METRES_PER_MICRODEGREE[1]),
    )


def off_centre(block: int) -> float:
    """0 in the middle of the district, about 1 at its border."""
    across = (block % COLUMNS + 0.5) / COLUMNS * 2 - 1
    along = (block // COLUMNS + 0.5) / ROWS * 2 - 1
    return float((across * across + along * along) ** 0.5)


def _node(seed: int, column: int, row: int) -> Vertex:
    dice = Dice(seed, "node", column, row)
    u, v = column / COLUMNS, row / ROWS
    x = (u - 0.5) * WIDTH_M + dice.between(-_JITTER, _JITTER) * WIDTH_M / COLUMNS
    y = (v - 0.5) * HEIGHT_M + dice.between(-_JITTER, _JITTER) * HEIGHT_M / ROWS
    # long waves, so that no street runs straight through the district
    x += 260 * sin(2.1 * pi * v + 0.6) + 110 * sin(5.3 * pi * v + 2 * u)
    y += 240 * sin(1.9 * pi * u + 1.1) + 120 * sin(4.7 * pi * u + 3 * v)
    return micro(x, y)


def _kept_blocks(seed: int) -> Iterator[int]:
    """Blocks inside an uneven outline: a lattice's own rectangle would look drawn with a ruler."""
    dice = Dice(seed, "outline")
    waves = [(turns, dice.between(0.03, 0.07), dice.between(0, 2 * pi)) for turns in (2, 3, 5, 9)]
    for block in range(COLUMNS * ROWS):
        across = (block % COLUMNS + 0.5) / COLUMNS * 2 - 1
        along = (block // COLUMNS + 0.5) / ROWS * 2 - 1
        angle = atan2(along, across)
        reach = 1.02 + sum(size * cos(turns * angle + shift) for turns, size, shift in waves)
        if (abs(across) ** 3.2 + abs(along) ** 3.2) ** (1 / 3.2) < reach:
            yield block


def _fractal(dice: Dice, start: Vertex, end: Vertex) -> tuple[Vertex, ...]:
    """A bent line from `start` to `end`; each midpoint is shifted across its chord."""
    east_m, north_m = METRES_PER_MICRODEGREE
    line: list[tuple[float, float]] = [start, end]
    for bend in _BENDS:
        bent = [line[0]]
        for (x0, y0), (x1, y1) in pairwise(line):
            shift = dice.between(-bend, bend)
            across_x = -(y1 - y0) * north_m / east_m * shift
            across_y = (x1 - x0) * east_m / north_m * shift
            bent += [((x0 + x1) / 2 + across_x, (y0 + y1) / 2 + across_y), (x1, y1)]
        line = bent
    return tuple((round(x), round(y)) for x, y in line)
