"""A grid map as bytes: written once a map version, read by every worker at its start.

Magic, length of the head, the head as JSON, the raster's cells, the vertices; all figures little-endian.
Pure: bytes in, bytes out. Reading or writing the file is its caller's.
"""

import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate, islice
from typing import Final, overload

import orjson

from hub.errors import FixSettings
from hub.model import AreaId, Grid, GridId, GridKind
from hub.place.raster import SIDE, Raster, framed

_MAGIC: Final = b"GRIDMAP1"
_START: Final = len(_MAGIC) + 8
_CELL_BYTES: Final = 4 * SIDE * SIDE

GridRow = tuple[str, str, str, str, str, str, str | None, tuple[str, ...], tuple[int, ...]]
"""id, code, kind, name, parent, first day, last day, predecessors, vertices of each ring."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a map consists of; `raster` numbers `grids` as they stand, in the order of `ids`."""

    version: str
    kind: GridKind
    ids: tuple[GridId, ...]
    parents: tuple[AreaId, ...]
    """Beside `grids`, which are made when asked for: most decisions want no vertex."""
    grids: Sequence[Grid]
    raster: Raster
    sent: Mapping[GridId, Grid] = field(default_factory=dict)
    """Those of `grids` that a source sent; a stored map has none."""


class _Unread(Sequence[Grid]):
    """Grids that are made when they are asked for: 67,000 vertices at once cost 30 ms and a collection."""

    def __init__(self, rows: list[GridRow], figures: "array[float]") -> None:
        self._rows: Final = rows
        self._figures: Final = figures
        self._starts: Final = (0, *accumulate(2 * sum(row[-1]) for row in rows))
        if self._starts[-1] != len(figures):
            raise ValueError
        self._made: Final[dict[int, Grid]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Grid: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Grid, ...]: ...
    def __getitem__(self, place: int | slice) -> Grid | tuple[Grid, ...]:
        if isinstance(place, slice):
            return tuple(self[one] for one in range(len(self))[place])
        made = self._made.get(place)
        if made is None:
            figures = self._figures[self._starts[place] : self._starts[place + 1]]
            made = self._made[place] = _grid_of(self._rows[place], figures)
        return made


def packed(content: Content) -> bytes:
    """The bytes of a map; the same map always gives the same bytes."""
    raster = content.raster
    frame = raster.frame
    head = orjson.dumps(
        {
            "version": content.version,
            "kind": content.kind,
            "bounds": (frame.west, frame.south, frame.east, frame.north),
            "grids": [_row_of(grid) for grid in content.grids],
            "mixes": raster.mixes,
        }
    )
    points = array(
        "d",
        (figure for grid in content.grids for ring in grid.rings for point in ring for figure in point),
    )
    cells = array("I", raster.cells)
    if sys.byteorder == "big":
        points.byteswap()
        cells.byteswap()
    return b"".join((_MAGIC, len(head).to_bytes(8, "little"), head, cells.tobytes(), points.tobytes()))


def unpacked(raw: bytes) -> Content:
    """The map that `packed` wrote; raises FixSettings K122 where the bytes are cut or something else."""
    head_end = _START + int.from_bytes(raw[len(_MAGIC) : _START], "little")
    cells_end = head_end + _CELL_BYTES
    if not raw.startswith(_MAGIC) or len(raw) < cells_end:
        raise FixSettings("K122")
    cells, points = array("I"), array("d")
    try:
        head = orjson.loads(raw[_START:head_end])
        cells.frombytes(raw[head_end:cells_end])
        points.frombytes(raw[cells_end:])
        if sys.byteorder == "big":
            points.byteswap()
            cells.byteswap()
        mixes = tuple((tuple(sure), tuple(perhaps)) for sure, perhaps in head["mixes"])
        raster = Raster(framed(*head["bounds"]), cells, mixes)
        ids = tuple(GridId(row[0]) for row in head["grids"])
        parents = tuple(AreaId(row[4]) for row in head["grids"])
        grids = _Unread(head["grids"], points)
        return Content(head["version"], GridKind(head["kind"]), ids, parents, grids, raster)
    except (KeyError, TypeError, ValueError) as error:
        raise FixSettings("K122") from error


def _row_of(grid: Grid) -> GridRow:
    return (
        grid.id,
        grid.code,
        grid.kind.value,
        grid.name,
        grid.parent,
        grid.valid_from.isoformat(),
        grid.valid_to.isoformat() if grid.valid_to else None,
        grid.predecessors,
        tuple(len(ring) for ring in grid.rings),
    )


def _grid_of(row: GridRow, figures: "array[float]") -> Grid:
    grid_id, code, kind, name, parent, first, last, predecessors, lengths = row
    points = zip(figures[::2], figures[1::2], strict=True)
    return Grid(
        id=GridId(grid_id),
        code=code,
        kind=GridKind(kind),
        name=name,
        parent=AreaId(parent),
        rings=tuple(tuple(islice(points, length)) for length in lengths),
        valid_from=date.fromisoformat(first),
        valid_to=date.fromisoformat(last) if last else None,
        predecessors=tuple(GridId(one) for one in predecessors),
    )
