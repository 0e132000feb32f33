"""Areas, and the grid maps of every kind and period: which map holds on a day, what an old code means today.

Pure. Built once from a pack; validity is by day, both ends included.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from hub.model import Area, AreaId, AreaLevel, Grid, GridId, GridKind
from hub.place.gridmap import GridMap
from hub.place.surveys import Bounds, Surveys


@dataclass(frozen=True, slots=True)
class DatedMap:
    """A map and the days on which it holds, first and last included; `valid_to` None: until further notice."""

    valid_from: date
    valid_to: date | None
    map: GridMap

    def holds_on(self, day: date) -> bool:
        """Whether the map is the one of that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Atlas:
    """All areas and maps of one place."""

    def __init__(
        self, areas: Iterable[Area], maps: Iterable[DatedMap], surveys: Surveys | None = None
    ) -> None:
        """Where two maps of a kind hold on one day, the one that began later counts."""
        self._surveys: Final = surveys or Surveys()
        self._areas: Final = {area.id: area for area in areas}
        self._old: Final = {old: area for area in self._areas.values() for old in area.old_ids}
        self._maps: Final = tuple(sorted(maps, key=lambda dated: dated.valid_from, reverse=True))
        self._subdistricts: Final = {area_id: self._climb(area_id) for area_id in self._areas}
        self._by_day: Final[dict[date, tuple[GridMap, ...]]] = {}
        self.bounds: Final[Bounds] = _bounds(self._maps)
        """West, south, east, north of all maps, degrees: outside of it nothing is in the district."""

    def with_surveys(self, grids: Iterable[Grid]) -> "Atlas":
        """The same atlas with the grids that arrived from sources, in the order of their arrival."""
        return Atlas(self._areas.values(), self._maps, Surveys(grids))

    def areas(self) -> tuple[Area, ...]:
        """All areas, districts before their parts."""
        return tuple(self._areas[area_id] for area_id in sorted(self._areas, key=lambda one: (len(one), one)))

    def kinds(self) -> tuple[GridKind, ...]:
        """The kinds of grid that any map shows."""
        shown = {dated.map.kind for dated in self._maps}
        return tuple(kind for kind in GridKind if kind in shown)

    def of(self, kind: GridKind, day: date) -> GridMap | None:
        """The pack's map of that kind and day; None where none holds."""
        for dated in self._maps:
            if dated.map.kind is kind and dated.holds_on(day):
                return dated.map
        return None

    def maps_on(self, day: date) -> tuple[GridMap, ...]:
        """The maps of that day, one a kind, with the grids that arrived for it.

        The first decides: the comprehensive one wherever there is one.
        """
        maps = self._by_day.get(day)
        if maps is None:
            found = [each for kind in GridKind if (each := self.of(kind, day)) is not None]
            maps = self._by_day[day] = self._surveys.over(found, day)
        return maps

    def area(self, code: str) -> Area | None:
        """The area with this code, written short or filled with zeros, of today or of before a reform (N51)."""
        for known in _written(code):
            area = self._areas.get(known) or self._old.get(known)
            if area is not None:
                return area
        return None

    def subdistrict_of(self, area_id: AreaId) -> AreaId | None:
        """The subdistrict that the area is or lies in; None for a district and for what is unknown."""
        return self._subdistricts.get(area_id)

    def community_of(self, area_id: AreaId) -> AreaId | None:
        """The area itself where it is a community, else None."""
        area = self._areas.get(area_id)
        return area_id if area and area.level is AreaLevel.COMMUNITY else None

    def within(self, area_id: AreaId, outer: AreaId) -> bool:
        """Whether `area_id` is `outer` or a part of it."""
        while area_id != outer:
            parent = self._areas[area_id].parent if area_id in self._areas else None
            if parent is None:
                return False
            area_id = parent
        return True

    def grids_by_code(self, code: str, day: date) -> tuple[Grid, ...]:
        """What a grid's code stands for on that day: one grid, or several where it was divided since (N50).

        A code of the day itself wins; else codes of other periods are followed through `predecessors`.
        Comprehensive grids come before the other kinds.
        """
        for kind in GridKind:
            today = self.of(kind, day)
            if today is None:
                continue
            bearers = self._coded.get((kind, code), ())
            own = [grid for grid in bearers if grid.id in today and today.grid(grid.id).code == code]
            ids = {grid.id for grid in own} or {
                heir for grid in bearers for heir in self._heirs(grid.id, today)
            }
            if ids:
                return tuple(today.grid(grid_id) for grid_id in sorted(ids))
        return ()

    def grid_by_code(self, code: str, day: date) -> Grid | None:
        """The one grid that the code stands for on that day; None where it is unknown or was divided since."""
        grids = self.grids_by_code(code, day)
        return grids[0] if len(grids) == 1 else None

    def near_border(self, lon: float, lat: float, within_m: float, day: date) -> bool:
        """Whether another subdistrict than the point's own may lie within that many metres.

        By the squares of the map (`parents_near`): said too early by some 200 m, never too late.
        Where the point itself is in no grid: whether any two subdistricts do.
        """
        maps = self.maps_on(day)
        if not maps:
            return False
        near = {self.subdistrict_of(parent) for parent in maps[0].parents_near(lon, lat, within_m)}
        return len(near) > 1

    @cached_property
    def _coded(self) -> dict[tuple[GridKind, str], list[Grid]]:
        """The bearers of each code over all periods; when first asked for, since few records speak in codes."""
        return _by_code(self._maps)

    @cached_property
    def _successors(self) -> dict[GridId, set[GridId]]:
        return _successors(self._maps)

    def _climb(self, area_id: AreaId) -> AreaId | None:
        area = self._areas.get(area_id)
        while area is not None and area.level is not AreaLevel.SUBDISTRICT:
            area = self._areas.get(area.parent) if area.parent else None
        return area.id if area else None

    def _heirs(self, grid_id: GridId, today: GridMap) -> set[GridId]:
        """The grids of `today` that descend from one of another period, over any number of re-divisions."""
        heirs, open_ids, seen = set(), [grid_id], {grid_id}
        while open_ids:
            one = open_ids.pop()
            if one in today:
                heirs.add(one)
                continue
            heirs_of_one = self._successors.get(one, set()) - seen
            seen |= heirs_of_one
            open_ids += heirs_of_one
        return heirs


def _written(code: str) -> Iterable[AreaId]:
    """The code as it stands, and without the zeros that fill it up to 9 or 12 digits (329901000000)."""
    yield AreaId(code)
    for length in (9, 6):
        if len(code) in (9, 12) and len(code) > length and not code[length:].strip("0"):
            yield AreaId(code[:length])


def _by_code(maps: Iterable[DatedMap]) -> dict[tuple[GridKind, str], list[Grid]]:
    coded: dict[tuple[GridKind, str], list[Grid]] = {}
    for dated in maps:
        for grid in dated.map.grids():
            coded.setdefault((dated.map.kind, grid.code), []).append(grid)
    return coded


def _successors(maps: Iterable[DatedMap]) -> dict[GridId, set[GridId]]:
    successors: dict[GridId, set[GridId]] = {}
    for dated in maps:
        for grid in dated.map.grids():
            for old in grid.predecessors:
                successors.setdefault(old, set()).add(grid.id)
    return successors


def _bounds(maps: Iterable[DatedMap]) -> Bounds:
    boxes = [dated.map.bounds for dated in maps if len(dated.map)]
    if not boxes:
        return math.inf, math.inf, -math.inf, -math.inf
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return min(wests), min(souths), max(easts), max(norths)
