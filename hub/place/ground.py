"""The district on one day: what stands under a point, and how a way to a place comes out.

Pure. A *way* is one kind of evidence (`by_position`, `by_address`, `by_code`); `locate` has their order.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from hub.model import AreaId, Grid, GridId, Place, Point, Reason
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
class Footing:
    """The grid under a point. On a shared border and in an overlap the lowest id wins (N46)."""

    grid_id: GridId
    others: tuple[GridId, ...]
    """The further candidates."""
    rule: str
    """`grid_holds_point`, `lowest_of_several_grids` or `nearest_grid`."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Areas and maps as of one day."""

    atlas: Atlas
    day: date
    maps: tuple[GridMap, ...]
    """The maps of that day; the first is the one that decides, the comprehensive one wherever there is one.
    On a day without any there are no points, only areas."""

    @property
    def version(self) -> str:
        """Version of the map that decides; "" on a day without one."""
        return self.maps[0].version if self.maps else ""

    def footing(self, lon: float, lat: float, error_m: float) -> Footing | None:
        """What stands under a point, as far as its own error lets say; None outside the district."""
        holding = self.maps[0].holding(lon, lat)
        if holding:
            rule = "grid_holds_point" if len(holding) == 1 else "lowest_of_several_grids"
            return Footing(holding[0], holding[1:], rule)
        near = self.maps[0].near(lon, lat, min(error_m, _SNAP_M))
        if not near:
            return None
        return Footing(near[0][0], tuple(grid_id for grid_id, _ in near[1:]), "nearest_grid")

    def place_at(
        self, point: Point, footing: Footing, *, method: str, crs: str = "", address_id: str = ""
    ) -> Found:
        """The place of a point, with the grids of every kind that hold it."""
        area_id = self.maps[0].parent(footing.grid_id)
        others: list[GridId] = []
        sent: list[Reason] = []
        for each in self.maps[1:]:
            held = each.holding(point.lon, point.lat)
            others += held
            sent += [_as_sent(each.sent[one]) for one in held if one in each.sent]
        place = Place(
            lon=point.lon,
            lat=point.lat,
            error_m=point.error_m,
            method=method,
            crs_raw=crs,
            map_version=self.version,
            grid_id=footing.grid_id,
            community_id=self.atlas.community_of(area_id),
            subdistrict_id=self.atlas.subdistrict_of(area_id),
            other_grids=tuple(dict.fromkeys(others)),  # two kinds may share a code
            address_id=address_id,
        )
        facts: dict[str, str | int | float | bool] = {"grid": footing.grid_id, "map": self.version}
        if footing.others:
            facts["others"] = ",".join(footing.others)
        return Found(place, (Reason(footing.rule, facts), *sent))

    def place_in(self, area_id: AreaId, *, method: str, grid_id: GridId | None = None) -> Place:
        """The place of which only the area, and perhaps the grid, is known."""
        return replace(
            self.nowhere(),
            method=method,
            grid_id=grid_id,
            community_id=self.atlas.community_of(area_id),
            subdistrict_id=self.atlas.subdistrict_of(area_id),
        )

    def nowhere(self) -> Place:
        """The place of which nothing is known."""
        return Place(method="none", map_version=self.version)

    def subdistrict_around(self, point: Point) -> AreaId | None:
        """The one subdistrict that the whole circle of a coarse point lies in; None where there are two."""
        near = self.maps[0].near(point.lon, point.lat, point.error_m)
        found = {self.atlas.subdistrict_of(self.maps[0].parent(grid_id)) for grid_id, _ in near}
        return found.pop() if len(found) == 1 else None


def _as_sent(grid: Grid) -> Reason:
    """Which version of a grid it was, and whose."""
    return Reason(
        "grid_as_sent",
        {"grid": grid.id, "source": grid.source, "valid_from": grid.valid_from.isoformat()},
    )


def ground_of(atlas: Atlas, day: date) -> Ground:
    """The district as it was on `day`."""
    return Ground(atlas, day, atlas.maps_on(day))
