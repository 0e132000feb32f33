"""The raster table behind a grid map: for each of 512 × 512 cells, who holds it surely and who perhaps.

Pure Python, no shapely and no numpy: it runs once a map version (about a second for a district) and is
stored with the map. A cell that no edge touches is inside or outside as a whole; only where an edge passes
must a ray be cast.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from hub.place.rings import Edge, Ring, box_of, edges_of

SIDE: Final = 512
Mix = tuple[tuple[int, ...], tuple[int, ...]]
"""Numbers of the shapes that hold the cell surely, and of those whose edge passes through it."""
# Edges and box are widened a little, so that rounding never puts a border point into a cell without its edge.
_MARGIN_CELLS: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Frame:
    """The box that the raster covers, degrees, and how many cells a degree has."""

    west: float
    south: float
    east: float
    north: float
    per_lon: float
    per_lat: float

    def row_of(self, lat: float) -> int:
        """The row of a latitude inside the frame; 0 is the southernmost."""
        return min(int((lat - self.south) * self.per_lat), SIDE - 1)

    def column_of(self, lon: float) -> int:
        """The column of a longitude inside the frame; 0 is the westernmost."""
        return min(int((lon - self.west) * self.per_lon), SIDE - 1)


@dataclass(frozen=True, slots=True)
class Raster:
    """`cells[row * SIDE + column]` is a position in `mixes`; position 0 is the empty mix."""

    frame: Frame
    cells: "array[int]"  # quoted: array takes a parameter at run time only from Python 3.12
    mixes: tuple[Mix, ...]


def frame_of(shapes: Iterable[Sequence[Ring]]) -> Frame:
    """The frame around all shapes; one of no size, that holds nothing, where there are none."""
    boxes = [box_of(rings) for rings in shapes]
    west, south = min((box[0] for box in boxes), default=0.0), min((box[1] for box in boxes), default=0.0)
    east, north = max((box[2] for box in boxes), default=0.0), max((box[3] for box in boxes), default=0.0)
    return framed(west, south, east, north)


def framed(west: float, south: float, east: float, north: float) -> Frame:
    """The frame with these bounds, degrees."""
    # A hair below SIDE, so that the eastern and northern limits fall into the last cell, not behind it.
    cells = SIDE * (1.0 - 1e-12)
    return Frame(west, south, east, north, cells / max(east - west, 1e-9), cells / max(north - south, 1e-9))


def rasterise(shapes: Sequence[Sequence[Ring]]) -> Raster:
    """The table for `shapes`, which are numbered as they stand; they may overlap and leave gaps."""
    frame = frame_of(shapes)
    sure: dict[int, tuple[int, ...]] = {}
    perhaps: dict[int, tuple[int, ...]] = {}
    for number, rings in enumerate(shapes):
        edges = edges_of(rings)
        border = _border_cells(frame, edges)
        for cell in border:
            perhaps[cell] = (*perhaps.get(cell, ()), number)
        for cell in _inner_cells(frame, edges, border):
            sure[cell] = (*sure.get(cell, ()), number)
    return _table(frame, sure, perhaps)


def _table(frame: Frame, sure: dict[int, tuple[int, ...]], perhaps: dict[int, tuple[int, ...]]) -> Raster:
    mixes: dict[Mix, int] = {((), ()): 0}
    cells = array("I", bytes(4 * SIDE * SIDE))
    for cell in sure.keys() | perhaps.keys():
        mix = (sure.get(cell, ()), perhaps.get(cell, ()))
        cells[cell] = mixes.setdefault(mix, len(mixes))
    return Raster(frame, cells, tuple(mixes))


def _border_cells(frame: Frame, edges: Iterable[Edge]) -> set[int]:
    """All cells that an edge passes through or nearly touches."""
    cells: set[int] = set()
    pad_lon, pad_lat = _MARGIN_CELLS / frame.per_lon, _MARGIN_CELLS / frame.per_lat
    for edge in edges:
        first = max(0, int((edge.south - pad_lat - frame.south) * frame.per_lat))
        last = frame.row_of(edge.north + pad_lat)
        for row in range(first, last + 1):
            west, east = _span_in_row(frame, edge, row)
            left = max(0, int((west - pad_lon - frame.west) * frame.per_lon))
            right = frame.column_of(east + pad_lon)
            cells.update(range(row * SIDE + left, row * SIDE + right + 1))
    return cells


def _span_in_row(frame: Frame, edge: Edge, row: int) -> tuple[float, float]:
    """Where an edge lies between the row's southern and northern limit: its west end and its east end."""
    if edge.south == edge.north:
        return edge.west - edge.reach, edge.west + edge.reach
    low = max(edge.south, frame.south + row / frame.per_lat)
    high = min(edge.north, frame.south + (row + 1) / frame.per_lat)
    at_low = edge.west + (low - edge.south) * edge.slope
    at_high = edge.west + (high - edge.south) * edge.slope
    return min(at_low, at_high), max(at_low, at_high)


def _inner_cells(frame: Frame, edges: Iterable[Edge], border: set[int]) -> Iterable[int]:
    """The cells without an edge whose centre is inside: scanline fill, row by row."""
    crossings: dict[int, list[float]] = {}
    for edge in edges:
        for row in range(frame.row_of(edge.south), frame.row_of(edge.north) + 1):
            centre = frame.south + (row + 0.5) / frame.per_lat
            if edge.south <= centre < edge.north:
                crossings.setdefault(row, []).append(edge.west + (centre - edge.south) * edge.slope)
    for row, xs in crossings.items():
        xs.sort()
        for enter, leave in zip(xs[::2], xs[1::2], strict=True):
            # Cells whose centre lies between the two crossings.
            left = max(0, int((enter - frame.west) * frame.per_lon + 0.5))
            right = min(SIDE, int((leave - frame.west) * frame.per_lon + 0.5))
            for cell in range(row * SIDE + left, row * SIDE + right):
                if cell not in border:
                    yield cell
