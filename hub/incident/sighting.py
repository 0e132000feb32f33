"""What the link rules compare: one report as a sighting, and the incidents it may belong to.

Pure values. Everything is already known here: located, mapped to a category, its text masked and made
into features. Nothing here decides.
"""

from dataclasses import dataclass
from datetime import datetime
from math import cos, hypot, radians
from typing import Final

from hub.incident.text import SILENT, Features
from hub.model import Alias, AreaId, EventKey, Handling, IncidentId, IncidentState

COARSE_M: Final = 200.0
"""A point that may be further off than this says nothing about which matter it is (domain.md 3.5)."""
METRES_PER_DEGREE: Final = 111_320.0
"""Of latitude; near enough over the few hundred metres compared here (error below 0.5 %)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One report of some matter. Degrees are CGCS2000, `error_m` how far off the point may be."""

    event_key: EventKey
    source: str
    source_ref: str
    aliases: tuple[Alias, ...] = ()
    same_as: tuple[str, ...] = ()
    category: str
    lon: float | None = None
    lat: float | None = None
    error_m: float | None = None
    address_id: str = ""
    """Entry of the standard address table."""
    subdistrict_id: AreaId | None = None
    occurred_at: datetime
    features: Features = SILENT
    secret: bool = False
    device_ref: str = ""
    community_id: AreaId | None = None
    handling: Handling = Handling.CALL
    until: datetime | None = None
    """Of what was announced: when it is over."""

    @property
    def point(self) -> tuple[float, float, float] | None:
        """Longitude, latitude and error in metres, where the point is fine enough to compare."""
        if self.lon is None or self.lat is None:
            return None
        error_m = self.error_m or 0.0
        return None if error_m > COARSE_M else (self.lon, self.lat, error_m)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An incident that a report may belong to, with the sightings linked to it, earliest first."""

    incident_id: IncidentId
    state: IncidentState
    opened_at: datetime
    last_reported_at: datetime
    closed_at: datetime | None = None
    sightings: tuple[Sighting, ...]

    @property
    def secret(self) -> bool:
        """Whether any report of it is 保密: then nothing links into it."""
        return any(sighting.secret for sighting in self.sightings)

    @property
    def is_drill(self) -> bool:
        """Whether nothing but a drill is told of; one report in earnest makes it real."""
        return all(sighting.handling is Handling.DRILL for sighting in self.sightings)


def metres_apart(one: Sighting, other: Sighting) -> float | None:
    """Metres on the ground, None where either has no point fine enough; for points within a few kilometres."""
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    if (one.error_m or 0.0) > COARSE_M or (other.error_m or 0.0) > COARSE_M:
        return None
    east = (other.lon - one.lon) * cos(radians((one.lat + other.lat) / 2))
    return METRES_PER_DEGREE * hypot(east, other.lat - one.lat)
