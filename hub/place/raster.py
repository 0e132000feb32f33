"""The raster table behind a grid map: for each of 512 × 512 cells, who holds it surely and who perhaps.

Pure Python, no shapely and no numpy: it runs once a map version (about a second for a district) and is
stored with the map. A cell that no edge touches is inside or outside as a whole; only where an edge passes
must a ray be cast.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

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
    table = _Table(frame_of(shapes))
    for number, rings in enumerate(shapes):
        edges = edges_of(rings)
        border = _border_columns(table.frame, edges)
        for row, columns in border.items():
            for column in columns:
                table.mix_in(row, column, column + 1, _Part((), (number,)))
        for row, left, right in _inner_spans(table.frame, edges, border):
            table.mix_in(row, left, right, _Part((number,), ()))
    return table.raster()


class _Part(NamedTuple):
    """What one shape adds to a cell."""

    sure: tuple[int, ...]
    perhaps: tuple[int, ...]


class _Table:
    """The cells while shapes are mixed in, one after the other."""

    def __init__(self, frame: Frame) -> None:
        self.frame: Final = frame
        self._cells: Final = array("I", bytes(4 * SIDE * SIDE))
        self._mixes: Final[list[Mix]] = [((), ())]
        self._numbers: Final[dict[Mix, int]] = {((), ()): 0}

    def mix_in(self, row: int, left: int, right: int, part: _Part) -> None:
        """Adds `part` to the cells of a row from column `left` to before `right`."""
        start, end = row * SIDE + left, row * SIDE + right
        first = self._cells[start]
        if end - start == 1 or self._cells[start:end].count(first) == end - start:
            self._cells[start:end] = array("I", (self._with(first, part),)) * (end - start)
            return
        for cell in range(start, end):
            self._cells[cell] = self._with(self._cells[cell], part)

    def _with(self, number: int, part: _Part) -> int:
        sure, perhaps = self._mixes[number]
        mix = (sure + part.sure, perhaps + part.perhaps)
        found = self._numbers.get(mix)
        if found is None:
            found = self._numbers[mix] = len(self._mixes)
            self._mixes.append(mix)
        return found

    def raster(self) -> Raster:
        """The finished table, without the mixes that were only steps on the way."""
        used = sorted(set(self._cells) | {0})
        renumbered = {number: place for place, number in enumerate(used)}
        cells = array("I", map(renumbered.__getitem__, self._cells))
        return Raster(self.frame, cells, tuple(self._mixes[number] for number in used))


def _border_columns(frame: Frame, edges: Iterable[Edge]) -> dict[int, set[int]]:
    """By row, the columns of all cells that an edge passes through or nearly touches."""
    border: dict[int, set[int]] = {}
    pad_lon, pad_lat = _MARGIN_CELLS / frame.per_lon, _MARGIN_CELLS / frame.per_lat
    for edge in edges:
        first = max(0, int((edge.south - pad_lat - frame.south) * frame.per_lat))
        last = frame.row_of(edge.north + pad_lat)
        for row in range(first, last + 1):
            west, east = _span_in_row(frame, edge, row)
            left = max(0, int((west - pad_lon - frame.west) * frame.per_lon))
            right = frame.column_of(east + pad_lon)
            border.setdefault(row, set()).update(range(left, right + 1))
    return border


def _span_in_row(frame: Frame, edge: Edge, row: int) -> tuple[float, float]:
    """Where an edge lies between the row's southern and northern limit: its west end and its east end."""
    if edge.south == edge.north:
        return edge.west - edge.reach, edge.west + edge.reach
    low = max(edge.south, frame.south + row / frame.per_lat)
    high = min(edge.north, frame.south + (row + 1) / frame.per_lat)
    at_low = edge.west + (low - edge.south) * edge.slope
    at_high = edge.west + (high - edge.south) * edge.slope
    return min(at_low, at_high), max(at_low, at_high)


def _inner_spans(
    frame: Frame, edges: Iterable[Edge], border: dict[int, set[int]]
) -> Iterator[tuple[int, int, int]]:
    """Row, first column and column behind the last of all runs of cells inside that no edge touches."""
    for row, crossings in _crossings(frame, edges).items():
        for enter, leave in zip(crossings[::2], crossings[1::2], strict=True):
            # Cells whose centre lies between the two crossings.
            left = max(0, int((enter - frame.west) * frame.per_lon + 0.5))
            right = min(SIDE, int((leave - frame.west) * frame.per_lon + 0.5))
            for column in sorted(column for column in border.get(row, ()) if left <= column < right):
                if column > left:
                    yield row, left, column
                left = column + 1
            if right > left:
                yield row, left, right


def _crossings(frame: Frame, edges: Iterable[Edge]) -> dict[int, list[float]]:
    """By row, the longitudes at which edges cross its middle, from west to east."""
    crossings: dict[int, list[float]] = {}
    for edge in edges:
        for row in range(frame.row_of(edge.south), frame.row_of(edge.north) + 1):
            middle = frame.south + (row + 0.5) / frame.per_lat
            if edge.south <= middle < edge.north:
                crossings.setdefault(row, []).append(edge.west + (middle - edge.south) * edge.slope)
    for longitudes in crossings.values():
        longitudes.sort()
    return crossings
