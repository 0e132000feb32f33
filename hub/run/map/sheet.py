"""The map as all viewers of one territory under one plan see it: their marks, gathered when somebody looks.

Not for two threads at once: `Pictures` has the lock. Counts of marks that may not be named are told by area alone, and
few of them not at all.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import product
from typing import Any, Final, NamedTuple

from hub.model import Urgency
from hub.run.map.cells import FINEST, LONE_FROM, Box, cell_of, degrees, mercator, tile_of, tiles_in
from hub.run.map.marks import AREAS, Face, Mark, Marker
from hub.run.map.wanted import Wanted
from hub.store.pins import Pin
from hub.whistle.small_cells import telling

MOST_MEMBERS: Final = 50
"""Ids that a place with several marks tells."""
ROWS: Final = 100
"""Lines of the list beside the map."""
_URGENCY: Final = {Urgency.CRITICAL.value: 0, Urgency.URGENT.value: 1}
_FACETS: Final = tuple(one.name for one in fields(Face))


class Placed(NamedTuple):
    """A mark with a point: in cells of `FINEST` zoom, and in the square of the world."""

    column: int
    row: int
    x: float
    y: float
    face: Face
    mark: Mark


class Cell:
    """Marks that stand for one on the screen."""

    __slots__ = ("by", "marks", "n", "x", "y")

    def __init__(self) -> None:
        self.n, self.x, self.y = 0, 0.0, 0.0
        self.by: dict[str, int] = {}
        self.marks: list[Mark] = []
        """The first of them."""


class Sheet:
    """Marks by id, and where they lie."""

    def __init__(self, marker: Marker, pins: Iterable[Pin], *, hidden_below: int) -> None:
        """`hidden_below`: fewer marks that may not be named are not told."""
        self._marker: Final = marker
        self._hidden_below: Final = hidden_below
        self._marks: Final[dict[str, Mark]] = {}
        self._tiles: Final[dict[tuple[int, int], dict[str, Placed]]] = {}
        self._alike: Final[Counter[tuple[Face, str, str, str]]] = Counter()
        """How many named marks have face and areas in common."""
        for pin in pins:
            if mark := marker.mark(pin):
                self._put(mark)

    def __len__(self) -> int:
        return len(self._marks)

    def change(self, id_: str, pin: Pin | None) -> tuple[Mark | None, Mark | None]:
        """The mark of a matter before and after it changed."""
        before = self._drop(id_)
        after = self._marker.mark(pin) if pin else None
        if after:
            self._put(after)
        return before, after

    def _put(self, mark: Mark) -> None:
        self._marks[mark.id] = mark
        if not mark.named:
            return
        self._alike[_common(mark)] += 1
        if mark.lon is not None and mark.lat is not None:
            x, y = mercator(mark.lon, mark.lat)
            column, row = cell_of(x, y, FINEST)
            self._tiles.setdefault(tile_of(x, y), {})[mark.id] = Placed(column, row, x, y, mark.face, mark)

    def _drop(self, id_: str) -> Mark | None:
        mark = self._marks.pop(id_, None)
        if mark and mark.named:
            self._alike[_common(mark)] -= 1
            if mark.lon is not None and mark.lat is not None:
                del self._tiles[tile_of(*mercator(mark.lon, mark.lat))][id_]
        return mark

    def named(self, id_: str) -> Mark | None:
        """The mark of a matter that may be named here."""
        mark = self._marks.get(id_)
        return mark if mark and mark.named else None

    # -- looking -------------------------------------------------------------------------------------

    def cells(self, zoom: int, wanted: Wanted, colour: str, box: Box | None = None) -> list[dict[str, Any]]:
        """Marks gathered at `zoom`, coloured by the field `colour`; with a box, those of the tiles that it touches."""
        gathered: dict[Any, Cell] = {}
        colours = _Colours(wanted, colour)
        down, alone, everywhere = FINEST - zoom, zoom >= LONE_FROM, not wanted.is_of_areas
        for tile in self._seen_in(box):
            for column, row, x, y, face, mark in tile.values():  # a hundred thousand times: no call in here
                said = colours[face]
                if said is None or not (everywhere or wanted.holds(mark)):
                    continue
                key = (x, y) if alone else (column >> down) << 32 | row >> down
                cell = gathered.get(key)
                if cell is None:
                    cell = gathered[key] = Cell()
                cell.n += 1
                cell.x += x
                cell.y += y
                cell.by[said] = cell.by.get(said, 0) + 1
                if cell.n <= MOST_MEMBERS:
                    cell.marks.append(mark)
        return [_told(cell) for cell in gathered.values()]

    def _seen_in(self, box: Box | None) -> Iterator[dict[str, Placed]]:
        if box is None:
            yield from self._tiles.values()
            return
        columns, rows = tiles_in(box)
        if len(columns) * len(rows) > len(self._tiles):
            yield from (some for (x, y), some in self._tiles.items() if x in columns and y in rows)
            return
        for tile in product(columns, rows):
            if tile in self._tiles:
                yield self._tiles[tile]

    def counts(self, wanted: Wanted) -> dict[str, Any]:
        """How many there are: by area, and by each value that a filter may have."""
        takes, chosen = _Takes(wanted), tuple(getattr(wanted, kind) for kind in AREAS)
        faces: Counter[Face] = Counter()
        areas: dict[str, Counter[str]] = {kind: Counter() for kind in AREAS}
        for (face, *where), n in self._alike.items():
            if (
                n
                and takes[face]
                and all(area in some for area, some in zip(where, chosen, strict=True) if some)
            ):
                faces[face] += n
                for counts, area in zip(areas.values(), where, strict=True):
                    counts[area] += n
        told: dict[str, Any] = {
            "total": faces.total(),
            "areas": {
                kind: {area: n for area, n in counts.items() if area} for kind, counts in areas.items()
            },
            "facets": {name: _by(faces, name) for name in _FACETS},
        }
        return told if wanted.asked() else told | {"unnamed": self._unnamed()}

    def _unnamed(self) -> dict[str, Any]:
        """Marks that may not be named, by the finest area that may be told; few are hidden, with those that would
        betray them."""
        found: dict[str, Counter[str]] = {kind: Counter() for kind in AREAS}
        for mark in self._marks.values():
            if not mark.named:
                kind = next((one for one in AREAS if getattr(mark, one)), None)
                if kind:
                    found[kind][getattr(mark, kind)] += 1
        said = {}
        for kind, counts in found.items():
            hides = telling(counts, self._hidden_below)
            said[kind] = {area: None if area in hides.hidden else n for area, n in sorted(counts.items())}
        return said

    def rows(self, wanted: Wanted, box: Box | None = None) -> list[Mark]:
        """The most urgent marks that may be named, then the newest; in the box, those with a point there."""
        takes = _Takes(wanted)
        some = [
            (*_first(one), one)
            for one in self._marks.values()
            if one.named and takes[one.face] and wanted.holds(one) and (box is None or _is_in(one, box))
        ]
        return [one for *_, one in heapq.nsmallest(ROWS, some)]

    def placed(self, wanted: Wanted, box: Box) -> Iterator[Mark]:
        """Named marks with a point in the box."""
        takes = _Takes(wanted)
        for tile in self._seen_in(box):
            for one in tile.values():
                if takes[one.face] and wanted.holds(one.mark) and _is_in(one.mark, box):
                    yield one.mark


class _Takes(dict[Face, bool]):
    """Face → whether it is wanted; asked once a face."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted

    def __missing__(self, face: Face) -> bool:
        answer = self[face] = self._wanted.takes(face)
        return answer


class _Colours(dict[Face, str | None]):
    """Face → its value of one field, None where it is not wanted; asked once a face."""

    def __init__(self, wanted: Wanted, field: str) -> None:
        self._wanted, self._field = wanted, field

    def __missing__(self, face: Face) -> str | None:
        value = getattr(face, self._field) if self._wanted.takes(face) else None
        if isinstance(value, tuple):
            value = value[0] if value else ""
        self[face] = value
        return value


def _common(mark: Mark) -> tuple[Face, str, str, str]:
    return mark.face, mark.grid, mark.community, mark.subdistrict


def _is_in(mark: Mark, box: Box) -> bool:
    if mark.lon is None or mark.lat is None:
        return False
    return box.west <= mark.lon <= box.east and box.south <= mark.lat <= box.north


def _first(mark: Mark) -> tuple[int, int, str]:
    return _URGENCY.get(mark.face.urgency, 2), -mark.opened_us, mark.id


def _by(faces: Mapping[Face, int], name: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for face, n in faces.items():
        value = getattr(face, name)
        for one in value if isinstance(value, tuple) else (value,):
            if one:
                found[one] += n
    return dict(found)


def _told(cell: Cell) -> dict[str, Any]:
    """A lone mark with what it shows; several with how many there are of each colour."""
    lon, lat = degrees(cell.x / cell.n, cell.y / cell.n)
    if cell.n == 1:
        return mark_told(cell.marks[0])
    told: dict[str, Any] = {"lon": lon, "lat": lat, "n": cell.n, "by": cell.by}
    is_one_place = len({(one.lon, one.lat) for one in cell.marks}) == 1 and cell.n <= MOST_MEMBERS
    return told | {"ids": [one.id for one in cell.marks]} if is_one_place else told


def mark_told(mark: Mark) -> dict[str, Any]:
    """A mark that may be named, as plain data; what is not shown is left out."""
    shown = {name: value for name in _FACETS if (value := getattr(mark.face, name))}
    shown |= {kind: area for kind in AREAS if (area := getattr(mark, kind))}
    told: dict[str, Any] = {"id": mark.id, "lon": mark.lon, "lat": mark.lat, **shown}
    return told | {"opened_us": mark.opened_us} if mark.opened_us else told
