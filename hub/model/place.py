"""Where: areas, grids, addresses, points. Degrees are CGCS2000; metres are metres on the ground."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hub.model.kinds import AreaId, GridId, GridKind


class AreaLevel(StrEnum):
    """Levels of administration inside a district."""

    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    COMMUNITY = "community"


@dataclass(frozen=True, slots=True)
class Area:
    """An administrative area. `kind`: street, town, township; residential, village; "" for a district."""

    id: AreaId
    name: str
    level: AreaLevel
    parent: AreaId | None
    kind: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    old_ids: tuple[AreaId, ...] = ()
    """Codes of before a reform that live on in other people's data (N51)."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One grid of one kind in one validity period. `rings`: outer first, then holes, (lon, lat) degrees, closed."""

    id: GridId
    code: str
    kind: GridKind
    name: str
    parent: AreaId
    """The community it lies in; for kinds that cross communities, the subdistrict or district."""
    rings: tuple[tuple[tuple[float, float], ...], ...]
    valid_from: date
    valid_to: date | None = None
    predecessors: tuple[GridId, ...] = ()
    source: str = ""
    """The source that drew and sent it; "" for the pack's own."""


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees, CGCS2000; `error_m` is how far off it may be."""

    lon: float
    lat: float
    error_m: float = 10.0


@dataclass(frozen=True, slots=True)
class Address:
    """One entry of the standard address table. Empty string where a segment is absent."""

    id: str
    subdistrict_id: AreaId
    community_id: AreaId
    road: str
    lane: str
    """弄 of the road, without its word: `12` of 虹桥路12弄3号."""
    number: str
    """门牌号 without 号, of the lane where there is one: `85`, `85-1`."""
    estate: str
    """小区、院落、市场、单位."""
    building: str
    """幢号 without its word: `12`."""
    unit: str
    """单元 without its word."""
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an event or an incident is, and how the hub knows."""

    lon: float | None = None
    lat: float | None = None
    error_m: float | None = None
    method: str
    """`position`, `address`, `grid_code`, `area_code` or `none`."""
    crs_raw: str = ""
    map_version: str
    grid_id: GridId | None = None
    community_id: AreaId | None = None
    subdistrict_id: AreaId | None = None
    other_grids: tuple[GridId, ...] = ()
    """Grids of other kinds that hold the point: police, unit, exclusive."""
    address_id: str = ""
    """Entry of the standard address table, where one was found."""
