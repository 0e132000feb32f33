"""All grids of one kind that hold on one day, and the answer to one question: which of them hold a point.

Pure. A map is built once a version (`build`), stored as bytes (`dump`) and loaded by each worker in a few
milliseconds (`load`). The table behind it is `raster`'s, its bytes are `gridfile`'s.
"""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from hub.errors import FixSettings
from hub.model import AreaId, Grid, GridId, GridKind
from hub.place.coords import METRES_PER_DEG
from hub.place.gridfile import Content, packed, unpacked
from hub.place.raster import SIDE, rasterise
from hub.place.rings import BORDER_DEG, Edge, distance_m, edges_within, holds

_SQUARE: Final = 4
"""Cells of a side of the squares of `parents_near`."""


class GridMap:
    """Grids of one kind, one version. Their polygons may overlap and may leave gaps."""

    __slots__ = (
        "_answers",
        "_content",
        "_cut",
        "_ids",
        "_near",
        "_places",
        "_raster",
        "kind",
        "sent",
        "version",
    )

    def __init__(self, content: Content) -> None:
        """Use `build` or `load`."""
        self.version: Final = content.version
        self.kind: Final = content.kind
        self._content: Final = content
        self._raster: Final = content.raster
        self._ids: Final = content.ids
        self._places: Final = {grid_id: place for place, grid_id in enumerate(content.ids)}
        self._answers: Final = [
            None if perhaps else tuple(content.ids[place] for place in sure)
            for sure, perhaps in content.raster.mixes
        ]
        self._cut: Final[dict[tuple[int, int], list[Edge]]] = {}
        """Edges by grid and row of the raster: a ray meets those of its row only."""
        self._near: Final[dict[tuple[float, float, float], frozenset[AreaId]]] = {}
        self.sent: Final = content.sent
        """Those of its grids that a source sent."""

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all grids, degrees."""
        frame = self._raster.frame
        return frame.west, frame.south, frame.east, frame.north

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, grid_id: GridId) -> bool:
        return grid_id in self._places

    def grids(self) -> tuple[Grid, ...]:
        """All grids, in the order of their ids."""
        return tuple(self._content.grids)

    def grid(self, grid_id: GridId) -> Grid:
        """The grid with this id; raises KeyError where the map has none."""
        return self._content.grids[self._places[grid_id]]

    def parent(self, grid_id: GridId) -> AreaId:
        """The parent of the grid with this id; raises KeyError where the map has none."""
        return self._content.parents[self._places[grid_id]]

    def holding(self, lon: float, lat: float) -> tuple[GridId, ...]:
        """Ids of all grids that hold the point or have it on their border, lowest id first.

        On a shared border the first is the rule: every worker gives the same answer (N46).
        Empty outside the map, and for what is no number.
        """
        frame = self._raster.frame
        if not (frame.west <= lon <= frame.east and frame.south <= lat <= frame.north):
            return ()
        row = int((lat - frame.south) * frame.per_lat)
        mix = self._raster.cells[row * SIDE + int((lon - frame.west) * frame.per_lon)]
        answer = self._answers[mix]
        return self._cast(mix, row, lon, lat) if answer is None else answer

    def _cast(self, mix: int, row: int, lon: float, lat: float) -> tuple[GridId, ...]:
        """The holders in a cell of a row that edges pass through."""
        cut = self._cut
        sure, perhaps = self._raster.mixes[mix]
        found = []
        for place in perhaps:
            edges = cut.get((place, row))
            if holds(self._cut_out(place, row) if edges is None else edges, lon, lat):
                found.append(place)
        if sure:
            found = sorted((*sure, *found))
        return tuple([self._ids[place] for place in found])

    def _cut_out(self, place: int, row: int) -> list[Edge]:
        """The edges of one grid in one row, cut out when first asked for: a worker sees few of all borders."""
        frame = self._raster.frame
        south, north = frame.south + row / frame.per_lat, frame.south + (row + 1) / frame.per_lat
        # A hair wider, so that no rounding puts a point beside the edges of its own row.
        edges = edges_within(self._content.grids[place].rings, south - BORDER_DEG, north + BORDER_DEG)
        self._cut[place, row] = edges
        return edges

    def near(self, lon: float, lat: float, within_m: float) -> tuple[tuple[GridId, float], ...]:
        """Grids that come within `within_m` metres of the point, nearest first, with metres (0 inside)."""
        inside = self.holding(lon, lat)
        distances = (
            (0.0 if grid_id in inside else distance_m(self.grid(grid_id).rings, lon, lat), grid_id)
            for grid_id in self.around(lon, lat, within_m)
        )
        return tuple((grid_id, metres) for metres, grid_id in sorted(distances) if metres <= within_m)

    def around(self, lon: float, lat: float, within_m: float) -> frozenset[GridId]:
        """Grids that could come within `within_m` metres of the point: by whole cells, never one too few."""
        mixes = self._mixes_around(lon, lat, within_m)
        places = {place for mix in mixes for part in self._raster.mixes[mix] for place in part}
        return frozenset(self._ids[place] for place in places)

    def parents_near(self, lon: float, lat: float, within_m: float) -> frozenset[AreaId]:
        """Parents of the grids that come within `within_m` metres of the point, and of some a little further off.

        By squares of some cells, each looked at once: 1 µs where a square is known, 15 µs where not.
        """
        frame = self._raster.frame
        row, column = (lat - frame.south) * frame.per_lat, (lon - frame.west) * frame.per_lon
        square = (row // _SQUARE, column // _SQUARE, within_m)
        found = self._near.get(square)
        if found is None:
            found = self._near[square] = self._parents_around(*square)
        return found

    def _parents_around(self, row: float, column: float, within_m: float) -> frozenset[AreaId]:
        """Parents of the grids that come within `within_m` metres of any point of a square."""
        frame, parents = self._raster.frame, self._content.parents
        lon = frame.west + (column + 0.5) * _SQUARE / frame.per_lon
        lat = frame.south + (row + 0.5) * _SQUARE / frame.per_lat
        # As far again as the square's middle is from its sides; a degree of longitude is the shorter one.
        reach_m = within_m + METRES_PER_DEG * _SQUARE / 2.0 / min(frame.per_lat, frame.per_lon)
        mixes = self._mixes_around(lon, lat, reach_m)
        return frozenset(
            parents[place] for mix in mixes for part in self._raster.mixes[mix] for place in part
        )

    def _mixes_around(self, lon: float, lat: float, within_m: float) -> set[int]:
        """What stands in the cells of the box around the point."""
        frame, cells = self._raster.frame, self._raster.cells
        mixes: set[int] = set()
        north_deg = within_m / METRES_PER_DEG
        east_deg = north_deg / max(0.01, math.cos(math.radians(lat)))
        west, east = max(lon - east_deg, frame.west), min(lon + east_deg, frame.east)
        south, north = max(lat - north_deg, frame.south), min(lat + north_deg, frame.north)
        if west <= east and south <= north:
            left, right = frame.column_of(west), frame.column_of(east)
            for row in range(frame.row_of(south), frame.row_of(north) + 1):
                mixes.update(cells[row * SIDE + left : row * SIDE + right + 1])
        return mixes

    def dump(self) -> bytes:
        """The map as bytes for `load`; the same map always gives the same bytes."""
        return packed(self._content)

    @classmethod
    def load(cls, raw: bytes) -> "GridMap":
        """The map that `dump` wrote; raises FixSettings K122 where the bytes are something else."""
        return cls(unpacked(raw))


def build(grids: Iterable[Grid], *, kind: GridKind, version: str) -> GridMap:
    """The map of `grids`; takes about a second for a district of 824.

    Faulty polygons (see `faults`) are taken by the even-odd rule, as far as they go.
    Raises FixSettings K121 where two grids share an id.
    """
    ordered = tuple(sorted(grids, key=lambda grid: grid.id))
    for one, other in pairwise(ordered):
        if one.id == other.id:
            raise FixSettings("K121", grid=one.id)
    raster = rasterise([grid.rings for grid in ordered])
    content = Content(
        version,
        kind,
        ids=tuple(grid.id for grid in ordered),
        parents=tuple(grid.parent for grid in ordered),
        grids=ordered,
        raster=raster,
        sent={grid.id: grid for grid in ordered if grid.source},
    )
    return GridMap(content)
