"""What a map draws beside grids: roads, waters, places, outlines of areas. No decision of the hub uses them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from hub.model import AreaId

Line: TypeAlias = tuple[tuple[float, float], ...]
"""(lon, lat) degrees, CGCS2000."""


class RoadKind(StrEnum):
    """How wide a road is drawn."""

    AVENUE = "avenue"
    ROAD = "road"
    STREET = "street"


class WaterKind(StrEnum):
    """A `river` or `canal` is drawn along its lines, `width_m` wide; a `lake` is filled."""

    RIVER = "river"
    CANAL = "canal"
    LAKE = "lake"


@dataclass(frozen=True, slots=True)
class Road:
    """A named road; more than one line where a river cuts it."""

    name: str
    kind: RoadKind
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Water:
    """A named water. For a lake each line is a closed ring and `width_m` is 0."""

    name: str
    kind: WaterKind
    width_m: float
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Landmark:
    """A place that people name: `kind` is school, kindergarten, hospital, clinic, market, square or park."""

    name: str
    kind: str
    lon: float
    lat: float
    community_id: AreaId


@dataclass(frozen=True, slots=True)
class Outline:
    """The border of an area (outer ring first, then holes) and where its name is written."""

    area_id: AreaId
    rings: tuple[Line, ...]
    label_lon: float
    label_lat: float
