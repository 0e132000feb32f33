"""Outlines as WKT (OGC 06-103r4, chapter 7) → rings.

Pure. Only what a grid needs: POLYGON and MULTIPOLYGON, two dimensions.
"""

import re
from typing import Final

from hub.errors import BadRecord

Ring = tuple[tuple[float, float], ...]

_WHOLE: Final = re.compile(r"\s*(?:(POLYGON)|(MULTIPOLYGON))\s*(\(.*\))\s*", re.IGNORECASE | re.DOTALL)
_PART: Final = re.compile(r"\(\s*\([^()]*\)(?:\s*,\s*\([^()]*\))*\s*\)")
_RING: Final = re.compile(r"\(([^()]*)\)")
_FEWEST: Final = 4
"""A triangle, closed."""


def parts_of(wkt: str, *, pointer: str) -> tuple[tuple[Ring, ...], ...]:
    """The parts of an outline, each with its outer ring first, then its holes; rings are closed (N53).

    Raises BadRecord R202 with `pointer` where `wkt` is no polygon, or a ring has no area to speak of.
    """
    found = _WHOLE.fullmatch(wkt)
    if found is None:
        raise BadRecord("R202", pointer=pointer)
    single, _, body = found.groups()
    inner = body if single else body[1:-1]
    parts = _PART.findall(inner)
    if not parts or _PART.sub("", inner).strip(" ,\t\r\n") or (single and len(parts) != 1):
        raise BadRecord("R202", pointer=pointer)
    return tuple(tuple(_ring(ring, pointer) for ring in _RING.findall(part)) for part in parts)


def _ring(text: str, pointer: str) -> Ring:
    try:
        points = [(float(x), float(y)) for x, y in (pair.split() for pair in text.split(","))]
    except ValueError:
        raise BadRecord("R202", pointer=pointer) from None
    if points[0] != points[-1]:
        points.append(points[0])
    finite = all(abs(x) < 1e8 and abs(y) < 1e8 for x, y in points)  # also refuses nan
    if len(points) < _FEWEST or len(set(points)) < _FEWEST - 1 or not finite:
        raise BadRecord("R202", pointer=pointer)
    return tuple(points)
