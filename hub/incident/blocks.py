"""Block keys: where to look for the incidents that a report may belong to.

Pure. Promise: two reports that `judge` calls `same`, `likely` or `recurrence`, or that `flood` folds,
share a key. Keys hold no text; ties by number have keys of their own, `ties.identities`.
"""

from math import cos, floor, radians
from typing import Final

from hub.ids import digest_of
from hub.incident.rules import LinkRules
from hub.incident.sighting import METRES_PER_DEGREE, Candidate, Sighting

CELL_DEG: Final = 0.005
"""Side of a cell: 557 m of latitude; 472 m of longitude at 32°."""
_SLACK: Final = 1.01
"""Degrees of longitude differ a little between two points; the boxes overlap by this."""


def blocks(of: Sighting | Candidate, rules: LinkRules) -> tuple[str, ...]:
    """The keys of a report, or of all reports of an incident; sorted, each once.

    Each report stands in the cells that a box around it touches, of half the furthest reach of its
    category and all its own error: the boxes of any two reports within reach overlap.
    """
    sightings = of.sightings if isinstance(of, Candidate) else (of,)
    return tuple(sorted({key for sighting in sightings for key in _keys(sighting, rules)}))


def _keys(sighting: Sighting, rules: LinkRules) -> list[str]:
    families, reach_m = rules.around(sighting.category)
    marks = _cells(sighting, reach_m)
    if sighting.address_id:
        marks.append(f"a{sighting.address_id}")
    marks += [
        f"d{place:x}-{number:x}" for place, numbers in sighting.features.doors.items() for number in numbers
    ]
    if sighting.device_ref:
        marks.append("v" + digest_of(sighting.source, sighting.device_ref)[:16])
    return [f"{family}|{mark}" for family in families for mark in marks]


def _cells(sighting: Sighting, reach_m: float) -> list[str]:
    point = sighting.point
    if point is None:
        return []
    lon, lat, error_m = point
    half_lat = _SLACK * (reach_m / 2 + error_m) / METRES_PER_DEGREE
    half_lon = half_lat / cos(radians(lat))
    west, east = floor((lon - half_lon) / CELL_DEG), floor((lon + half_lon) / CELL_DEG)
    south, north = floor((lat - half_lat) / CELL_DEG), floor((lat + half_lat) / CELL_DEG)
    return [f"c{row}.{column}" for row in range(south, north + 1) for column in range(west, east + 1)]
