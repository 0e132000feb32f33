"""What is wrong with the polygon of a grid (N53): found when a map is made, told to the one who drew it.

Pure. Holes, several parts and rings of any direction are no faults: the even-odd rule reads them.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from hub.model import Grid
from hub.place.rings import Ring, edges_of, holds, signed_area_deg2


class Fault(StrEnum):
    """Kinds of polygon faults; the values are stable names."""

    NO_RING = "no_ring"
    NOT_A_NUMBER = "not_a_number"
    TOO_FEW_POINTS = "too_few_points"
    NOT_CLOSED = "not_closed"
    SWAPPED_AXES = "swapped_axes"
    PLANAR = "planar_metres"
    """Metres where degrees belong: a shapefile without its .prj."""
    NO_AREA = "no_area"
    SELF_CROSSING = "self_crossing"
    HOLE_FIRST = "hole_first"
    """The outer ring stands after its hole: readers that believe the order lose the grid."""


@dataclass(frozen=True, slots=True)
class RingFault:
    """One fault; `ring` counts from 0, `vertex` is where in it, -1 for the ring as a whole."""

    fault: Fault
    ring: int
    vertex: int = -1


_LEAST_AREA_DEG2: Final = 1e-12  # 0.01 m²
Segment = tuple[float, float, float, float, int, int]
"""x1, y1, x2, y2 with x1 ≤ x2, then ring and vertex it starts from."""


def faults_of(grid: Grid) -> tuple[RingFault, ...]:
    """All that is wrong with the rings of `grid`, in their order; crossings once a pair of edges."""
    if not grid.rings:
        return (RingFault(Fault.NO_RING, 0),)
    found = [fault for index, ring in enumerate(grid.rings) for fault in _ring_faults(index, ring)]
    if any(fault.fault in (Fault.NOT_A_NUMBER, Fault.TOO_FEW_POINTS) for fault in found):
        return tuple(found)
    found += _crossings(grid.rings)
    first = grid.rings[0]
    if any(_inside(first, other) for other in grid.rings[1:]):
        found.append(RingFault(Fault.HOLE_FIRST, 0))
    return tuple(found)


def _ring_faults(index: int, ring: Ring) -> Iterator[RingFault]:
    for vertex, (lon, lat) in enumerate(ring):
        if not (math.isfinite(lon) and math.isfinite(lat)):
            yield RingFault(Fault.NOT_A_NUMBER, index, vertex)
            return
    if len(set(ring)) < 3:
        yield RingFault(Fault.TOO_FEW_POINTS, index)
        return
    if ring[0] != ring[-1]:
        yield RingFault(Fault.NOT_CLOSED, index, len(ring) - 1)
    if max(abs(value) for point in ring for value in point) > 180.0:
        yield RingFault(Fault.PLANAR, index)
    elif any(abs(lat) > 90.0 for _, lat in ring):
        yield RingFault(Fault.SWAPPED_AXES, index)
    if abs(signed_area_deg2(ring)) < _LEAST_AREA_DEG2:
        yield RingFault(Fault.NO_AREA, index)


def _crossings(rings: tuple[Ring, ...]) -> Iterator[RingFault]:
    """Pairs of edges, of one ring or of two, that cross or overlap: a sweep from west to east."""
    active: list[Segment] = []
    for segment in sorted(_segments(rings)):
        x1, y1, _, y2, ring, vertex = segment
        active = [other for other in active if other[2] >= x1]
        low, high = min(y1, y2), max(y1, y2)
        for other in active:
            if min(other[1], other[3]) <= high and max(other[1], other[3]) >= low and _cross(segment, other):
                yield RingFault(Fault.SELF_CROSSING, ring, vertex)
        active.append(segment)


def _segments(rings: tuple[Ring, ...]) -> Iterator[Segment]:
    for index, ring in enumerate(rings):
        for vertex, (start, end) in enumerate(pairwise(ring)):
            if start != end:
                (x1, y1), (x2, y2) = sorted((start, end))
                yield x1, y1, x2, y2, index, vertex


def _cross(one: Segment, other: Segment) -> bool:
    """Whether two segments share more than an end: they cross, or one runs along the other."""
    a, b, c, d = one[:2], one[2:4], other[:2], other[2:4]
    sides = (_side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b))
    if sides[0] * sides[1] < 0.0 and sides[2] * sides[3] < 0.0:
        return True
    if any(sides):
        return False
    # On one line, both sorted: they overlap where the later start lies before the earlier end.
    return max(a, c) < min(b, d)


def _side(a: tuple[float, ...], b: tuple[float, ...], c: tuple[float, ...]) -> float:
    """Positive where c lies left of the line from a to b."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _inside(inner: Ring, outer: Ring) -> bool:
    edges = edges_of([outer])
    return all(holds(edges, lon, lat) for lon, lat in inner)
