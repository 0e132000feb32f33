"""Polygons as rings of (lon, lat) degrees: what they hold, how far they are, and what is wrong with one.

Pure geometry, without shapely: that pulls in numpy (57 MB) and is slower for one point. The even-odd rule
over all rings makes holes, islands in holes and several parts need no order and no direction.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from hub.place.coords import METRES_PER_DEG

Ring = Sequence[tuple[float, float]]

BORDER_DEG: Final = 1e-9
"""A point this near to an edge (0.1 mm) stands on it, whatever the rounding of two neighbours says."""


class Edge(NamedTuple):
    """One edge for ray casting to the east, southern end first: `x = west + (y - south) * slope`.

    A level edge has slope 0, `west` in its middle and half its length as `reach`.
    """

    south: float
    north: float
    west: float
    slope: float
    reach: float
    """How far east or west of the edge a point still stands on it, degrees."""


def edges_of(rings: Iterable[Ring]) -> list[Edge]:
    """All edges of the rings that have a length."""
    return [_edge(start, end) for ring in rings for start, end in pairwise(ring) if start != end]


def edges_within(rings: Iterable[Ring], south: float, north: float) -> list[Edge]:
    """The edges that reach into a band of latitude: all that a ray inside of it can meet."""
    return [
        _edge(start, end)
        for ring in rings
        for start, end in pairwise(ring)
        if start != end and (start[1] >= south or end[1] >= south) and (start[1] <= north or end[1] <= north)
    ]


def _edge(start: tuple[float, float], end: tuple[float, float]) -> Edge:
    # Southern end first, so that two neighbours compute the same figures for the edge they share.
    (x1, y1), (x2, y2) = (start, end) if start[1] <= end[1] else (end, start)
    if y1 == y2:
        return Edge(y1, y2, (x1 + x2) / 2.0, 0.0, abs(x2 - x1) / 2.0 + BORDER_DEG)
    slope = (x2 - x1) / (y2 - y1)
    return Edge(y1, y2, x1, slope, BORDER_DEG * math.hypot(1.0, slope))


def holds(edges: Iterable[Edge], lon: float, lat: float) -> bool:
    """Whether the point is inside by the even-odd rule, or on an edge. `edges`: all that cross its latitude."""
    inside = False
    for south, north, west, slope, reach in edges:
        if south <= lat <= north:
            east_by = west + (lat - south) * slope - lon
            if east_by > reach:
                # Half open, so that a vertex counts once: its lower edge ends where its upper begins.
                if lat < north:
                    inside = not inside
            elif east_by >= -reach:
                return True
    return inside


def distance_m(rings: Iterable[Ring], lon: float, lat: float) -> float:
    """Metres from the point to the nearest edge, inside or outside; flat-earth, good to 0.5 % within 10 km."""
    across = METRES_PER_DEG * math.cos(math.radians(lat))
    nearest = math.inf
    for ring in rings:
        x1, y1 = 0.0, 0.0
        for position, (vertex_lon, vertex_lat) in enumerate(ring):
            x2, y2 = (vertex_lon - lon) * across, (vertex_lat - lat) * METRES_PER_DEG
            if position:
                nearest = min(nearest, _square_to_origin(x1, y1, x2, y2))
            x1, y1 = x2, y2
    return math.sqrt(nearest)


def _square_to_origin(x1: float, y1: float, x2: float, y2: float) -> float:
    """The square of the distance from the origin to a segment."""
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    along = 0.0 if length == 0.0 else min(1.0, max(0.0, -(x1 * dx + y1 * dy) / length))
    x, y = x1 + along * dx, y1 + along * dy
    return x * x + y * y


def box_of(rings: Iterable[Ring]) -> tuple[float, float, float, float]:
    """West, south, east, north of all vertices; an inside-out box where there are none."""
    lons, lats = [], []
    for ring in rings:
        for lon, lat in ring:
            lons.append(lon)
            lats.append(lat)
    if not lons:
        return math.inf, math.inf, -math.inf, -math.inf
    return min(lons), min(lats), max(lons), max(lats)


def signed_area_deg2(ring: Ring) -> float:
    """The area of a closed ring in square degrees, positive where it runs counter-clockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2.0
