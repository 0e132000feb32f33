"""Grids that a source draws and sends, each with days of its own: read, refused where absurd, laid over the maps.

Pure. Of one code the newest polygon that holds on a day wins, the pack's own among them. They stand beside
the map that decides, never in its place: a source does not re-divide the district.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from hub.model import AreaId, Crs, Grid, GridDraft, GridId, GridKind, Position, Reason
from hub.place.coords import Degrees, to_cgcs2000
from hub.place.faults import Fault, faults_of
from hub.place.gridmap import GridMap, build
from hub.place.rings import Ring, box_of

Bounds = tuple[float, float, float, float]
"""West, south, east, north, degrees."""
_NOWHERE: Final = AreaId("")
"""Parent of a grid whose code the pack does not know: its area is that of the map that decides."""

_LONGEST_CODE: Final = 64
"""As in the schema of places: a longer one would end every event inside the grid."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why what was drawn is no grid of this district (N53)."""

    code: str
    """R202 a code that no event could name, R405 no sound polygon, R406 not of this district."""
    reasons: tuple[Reason, ...]
    pointer: str = "/rings"


def survey(draft: GridDraft, source: str, district: Bounds) -> Grid | Refused:
    """The grid that `source` drew, CGCS2000 degrees, or why it is none. `district`: the box around its maps."""
    if not 0 < len(draft.code) <= _LONGEST_CODE:
        return Refused("R202", (Reason("grid_code_length", {"length": len(draft.code)}),), "/code")
    grid = _drawn(draft, source)
    faults = _faults(grid, draft.crs)
    if faults:
        return Refused("R405", faults)
    grid = replace(grid, rings=tuple(_in_degrees(ring, draft.crs) for ring in draft.rings))
    elsewhere = _elsewhere(box_of(grid.rings), district)
    return Refused("R406", (Reason(elsewhere),)) if elsewhere else grid


def _drawn(draft: GridDraft, source: str) -> Grid:
    """The grid with its rings as sent."""
    return Grid(
        id=GridId(draft.code),
        code=draft.code,
        kind=draft.kind,
        name=draft.name,
        parent=_NOWHERE,
        rings=draft.rings,
        valid_from=draft.valid_from,
        valid_to=draft.valid_to,
        source=source,
    )


def _faults(grid: Grid, crs: Crs) -> tuple[Reason, ...]:
    if crs is Crs.CGCS2000_GK:
        return (Reason(Fault.PLANAR),)  # a draft has no central meridian to read metres by
    return tuple(
        Reason(one.fault, {"ring": one.ring, "vertex": one.vertex})
        for one in faults_of(grid)
        if one.fault is not Fault.HOLE_FIRST  # the even-odd rule reads rings in any order
    )


def _in_degrees(ring: Ring, crs: Crs) -> tuple[Degrees, ...]:
    return tuple(to_cgcs2000(Position(x, y, crs)) for x, y in ring)


def _elsewhere(box: Bounds, district: Bounds) -> str:
    """Why a box is no part of the district's; "" where it may be."""
    west, south, east, north = box
    left, bottom, right, top = district
    if west > right or east < left or south > top or north < bottom:
        return "grid_outside_district"
    if east - west > right - left or north - south > top - bottom:
        return "grid_larger_than_district"
    return ""


class Surveys:
    """All grids that arrived, and the maps of any day with them."""

    def __init__(self, grids: Iterable[Grid] = ()) -> None:
        """`grids` as they arrived: of one code and one first day the last replaces those before it."""
        latest = {(grid.kind, grid.code, grid.valid_from): grid for grid in grids}
        self._grids: Final = tuple(sorted(latest.values(), key=lambda grid: grid.valid_from))
        self._maps: Final[dict[tuple[object, ...], GridMap]] = {}

    def over(self, maps: Sequence[GridMap], day: date) -> tuple[GridMap, ...]:
        """The maps of `day`, first the one that decides, and what arrived for that day laid over the others."""
        if not maps:
            return ()
        others = {each.kind: each for each in maps[1:]}
        for kind in GridKind:
            arrived = [grid for grid in self._grids if grid.kind is kind and _holds_on(grid, day)]
            if arrived and kind is not maps[0].kind:
                others[kind] = self._laid_over(others.get(kind), kind, arrived)
        return (maps[0], *(others[kind] for kind in GridKind if kind in others))

    def _laid_over(self, base: GridMap | None, kind: GridKind, arrived: Sequence[Grid]) -> GridMap:
        """One map of both; days with the same grids share it, since building takes a part of a second."""
        version = f"{base.version if base else kind.value}+{len(arrived)}"
        key = (version, *((grid.code, grid.valid_from) for grid in arrived))
        if key not in self._maps:
            self._maps[key] = build(_newest(base, arrived), kind=kind, version=version)
        return self._maps[key]


def _newest(base: GridMap | None, arrived: Iterable[Grid]) -> Iterable[Grid]:
    """Of each code the polygon that began last; `arrived` in order of their first day."""
    ours = {grid.code: grid for grid in base.grids()} if base else {}
    chosen = {grid.id: grid for grid in ours.values()}
    for grid in arrived:
        known = ours.get(grid.code)
        if known is None:
            chosen[grid.id] = grid
        elif known.valid_from <= grid.valid_from:
            chosen[known.id] = replace(grid, id=known.id, parent=known.parent)
    return chosen.values()


def _holds_on(grid: Grid, day: date) -> bool:
    return grid.valid_from <= day and (grid.valid_to is None or day <= grid.valid_to)
