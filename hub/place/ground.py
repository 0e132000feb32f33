"""The district on one day: what stands under a point, and how a way to a place comes out.

Pure. A *way* is one kind of evidence (`by_position`, `by_address`, `by_code`); `locate` has their order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from hub.model import AreaId, GridId, GridKind, Place, Point, Reason
from hub.place.atlas import Atlas
from hub.place.gridmap import GridMap

_SNAP_M: Final = 50.0
"""Into a gap of the map or beyond its edge a point may err this far, and never further than its own error."""


@dataclass(frozen=True, slots=True)
class Found:
    """A way that led to a place. `candidates`: ids of address entries that were thought of."""

    place: Place
    reasons: tuple[Reason, ...]
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A way that led to none, with why, and what it still says about the place."""

    code: str
    """R401–R404 of `hub.messages`; "" where the source said nothing of this kind."""
    reasons: tuple[Reason, ...] = ()
    candidates: tuple[str, ...] = ()
    hint: Point | None = None
    """Roughly where it must be: a point too coarse to choose a grid by."""
    area_id: AreaId | None = None
    """The area that it must lie in, where that much is certain."""


SILENT: Final = Rejected("")
"""The source said nothing that this way could use."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Areas and maps as of one day."""

    atlas: Atlas
    day: date
    maps: tuple[GridMap, ...]
    """The maps of that day; the first is the one that decides, the comprehensive one wherever there is one."""

    @property
    def version(self) -> str:
        """Version of the map that decides; "" on a day without one."""
        return self.maps[0].version if self.maps else ""

    def holds(self, lon: float, lat: float, error_m: float) -> bool:
        """Whether the point is in the district, as far as its own error lets say."""
        return bool(self.home_grids(lon, lat, error_m))

    def home_grids(self, lon: float, lat: float, error_m: float) -> tuple[GridId, ...]:
        """The grids that may decide, the deciding one first: on a shared border the lowest id (N46)."""
        if not self.maps:
            return ()
        holding = self.maps[0].holding(lon, lat)
        if holding:
            return holding
        near = self.maps[0].near(lon, lat, min(error_m, _SNAP_M))
        return tuple(grid_id for grid_id, _ in near)

    def place_at(self, point: Point, *, method: str, crs: str = "", address_id: str = "") -> Found | None:
        """The place of a point, with the grids of every kind that hold it; None outside the district."""
        home = self.home_grids(point.lon, point.lat, point.error_m)
        if not home:
            return None
        inside = self.maps[0].holding(point.lon, point.lat)
        area_id = self.maps[0].grid(home[0]).parent
        others = (grid_id for each in self.maps[1:] for grid_id in each.holding(point.lon, point.lat))
        place = Place(
            lon=point.lon,
            lat=point.lat,
            error_m=point.error_m,
            method=method,
            crs_raw=crs,
            map_version=self.version,
            grid_id=home[0],
            community_id=self.atlas.community_of(area_id),
            subdistrict_id=self.atlas.subdistrict_of(area_id),
            other_grids=tuple(others),
            address_id=address_id,
        )
        return Found(place, (_chosen(home, inside, self.version),))

    def place_in(self, area_id: AreaId, *, method: str, grid_id: GridId | None = None) -> Place:
        """The place of which only the area, and perhaps the grid, is known."""
        return Place(
            method=method,
            map_version=self.version,
            grid_id=grid_id,
            community_id=self.atlas.community_of(area_id),
            subdistrict_id=self.atlas.subdistrict_of(area_id),
        )

    def subdistrict_around(self, point: Point) -> AreaId | None:
        """The one subdistrict that the whole circle of a coarse point lies in; None where there are two."""
        if not self.maps:
            return None
        near = self.maps[0].near(point.lon, point.lat, point.error_m)
        found = {self.atlas.subdistrict_of(self.maps[0].grid(grid_id).parent) for grid_id, _ in near}
        return found.pop() if len(found) == 1 else None


def ground_of(atlas: Atlas, day: date) -> Ground:
    """The district as it was on `day`."""
    order = (GridKind.COMPREHENSIVE, *(kind for kind in GridKind if kind is not GridKind.COMPREHENSIVE))
    maps = (atlas.of(kind, day) for kind in order)
    return Ground(atlas, day, tuple(found for found in maps if found is not None))


def _chosen(home: Sequence[GridId], inside: Sequence[GridId], version: str) -> Reason:
    """Why this grid: it alone holds the point, it is the lowest of several, or it is the nearest to it."""
    if not inside:
        return Reason("nearest_grid", {"grid": home[0], "map": version, "candidates": len(home)})
    if len(inside) > 1:
        others = ",".join(inside[1:])
        return Reason("lowest_of_several_grids", {"grid": home[0], "map": version, "others": others})
    return Reason("grid_holds_point", {"grid": home[0], "map": version})
