"""The figures of an area that somebody draws: of the matters with a point inside, how many of each kind. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, Final

from hub.errors import Refused
from hub.place.rings import box_of, edges_of, holds
from hub.run.map.cells import Box
from hub.run.map.marks import Face, Mark

MOST_CORNERS: Final = 500
_LEAST_CORNERS: Final = 3


def ring_of(corners: Sequence[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    """The closed ring through (lon, lat) corners; raises Refused P202 where they are none."""
    if not _LEAST_CORNERS <= len(corners) <= MOST_CORNERS:
        raise Refused("P202", least=_LEAST_CORNERS, most=MOST_CORNERS)
    ring = tuple((float(one[0]), float(one[1])) for one in corners if len(one) == 2)
    if len(ring) != len(corners) or not all(-180 <= lon <= 180 and -85 <= lat <= 85 for lon, lat in ring):
        raise Refused("P202", least=_LEAST_CORNERS, most=MOST_CORNERS)
    return ring if ring[0] == ring[-1] else (*ring, ring[0])


def around(ring: Sequence[tuple[float, float]]) -> Box:
    """The box of a ring."""
    return Box(*box_of([ring]))


def figures(ring: Sequence[tuple[float, float]], marks: Iterable[Mark]) -> dict[str, Any]:
    """How many lie inside, and how many of them show each value; a matter of two sources counts for both."""
    edges = edges_of([ring])
    inside = [
        one.face
        for one in marks
        if one.lon is not None and one.lat is not None and holds(edges, one.lon, one.lat)
    ]
    return {"total": len(inside), **{one.name: _by(inside, one.name) for one in fields(Face)}}


def _by(faces: Iterable[Face], name: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for face in faces:
        value = getattr(face, name)
        found.update(value if isinstance(value, tuple) else filter(None, (value,)))
    return dict(found.most_common())
