"""Block keys: where to look for the incidents that a report may belong to.

Pure. Promise: two reports that `judge` calls `same`, `likely` or `recurrence`, or that `flood` folds,
share a key, and the matter of the earlier one is no older than `since_of` says. Keys hold no text; ties by
number have keys of their own, `ties.identities`.
"""

from datetime import datetime, timedelta
from math import cos, floor, radians
from typing import Final, NamedTuple

from hub.ids import digest_of
from hub.incident.judge import OVERTIME
from hub.incident.rules import LinkRules
from hub.incident.sighting import METRES_PER_DEGREE, Candidate, Sighting

CELL_DEG: Final = 0.005
"""Side of a cell: 557 m of latitude; 472 m of longitude at 32°."""
_SLACK: Final = 1.01
"""Degrees of longitude differ a little between two points; the boxes overlap by this."""
_FOLDING: Final = timedelta(days=372)
"""Since a device's last alarm: its next one folds by when others last told of the matter, wherever they did."""


class Box(NamedTuple):
    """Degrees. Of two reports that a rule may join by their points, the boxes overlap."""

    west: float
    south: float
    east: float
    north: float

    def with_(self, other: "Box") -> "Box":
        """Both, and what lies between."""
        return Box(
            min(self.west, other.west),
            min(self.south, other.south),
            max(self.east, other.east),
            max(self.north, other.north),
        )


class Since(NamedTuple):
    """From when on matters of one block count for a report. Later ones all do: history may be brought in late."""

    told: datetime
    """An open one: its last report in the block."""
    closed: datetime
    """One that is over, and may still take reports: its closing."""
    repeated: datetime
    """One that is over, and can only be named as what is repeated: its closing; no later than `closed`."""


def blocks(of: Sighting | Candidate, rules: LinkRules) -> tuple[str, ...]:
    """The keys of a report, or of all reports of an incident; sorted, each once.

    Each report stands in the cells that a box around it touches, of half the furthest reach of its
    category and all its own error: the boxes of any two reports within reach overlap.
    """
    sightings = of.sightings if isinstance(of, Candidate) else (of,)
    return tuple(sorted({key for sighting in sightings for key in _keys(sighting, rules)}))


def _keys(sighting: Sighting, rules: LinkRules) -> list[str]:
    around = rules.around(sighting.category)
    marks = _cells(sighting, around.reach_m)
    if sighting.address_id:
        marks.append(f"a{sighting.address_id}")
    marks += [
        f"d{place:x}-{number:x}" for place, numbers in sighting.features.doors.items() for number in numbers
    ]
    if around.announced and sighting.community_id:
        marks.append(f"n{sighting.community_id}")
    if sighting.device_ref:
        marks.append("v" + digest_of(sighting.source, sighting.device_ref)[:16])
    return [f"{family}|{mark}" for family in around.families for mark in marks]


def box_of(sighting: Sighting, rules: LinkRules) -> Box | None:
    """Around a report: half the furthest reach of its category, and all its own error; None without a point."""
    return _box(sighting, rules.around(sighting.category).reach_m)


def is_of_place(key: str) -> bool:
    """Whether a key stands for a cell: there the boxes of two reports tell whether they are near each other. Others
    stand for an address, a door, a community or a device, wherever the points lie."""
    return key.partition("|")[2].startswith("c")


def since_of(sighting: Sighting, key: str, rules: LinkRules) -> Since:
    """How far back under one of its keys the matters lie that a report may join or repeat."""
    at, around = sighting.occurred_at, rules.around(sighting.category)
    told, is_of_device = OVERTIME * around.window, key.partition("|")[2].startswith("v")
    return Since(
        told=at - (max(told, _FOLDING) if is_of_device else told),
        closed=at - around.closed_grace,
        repeated=at - max(around.closed_grace, around.recurrence),
    )


def _box(sighting: Sighting, reach_m: float) -> Box | None:
    point = sighting.point
    if point is None:
        return None
    lon, lat, error_m = point
    half_lat = _SLACK * (reach_m / 2 + error_m) / METRES_PER_DEGREE
    half_lon = half_lat / cos(radians(lat))
    return Box(lon - half_lon, lat - half_lat, lon + half_lon, lat + half_lat)


def _cells(sighting: Sighting, reach_m: float) -> list[str]:
    box = _box(sighting, reach_m)
    if box is None:
        return []
    west, south, east, north = (floor(degrees / CELL_DEG) for degrees in box)
    return [f"c{row}.{column}" for row in range(south, north + 1) for column in range(west, east + 1)]
