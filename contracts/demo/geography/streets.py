"""Named roads along the lattice, and the doors on both sides of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hub.pack.landscape import Road, RoadKind

from . import names
from .dice import Dice
from .ground import Ground, degrees
from .lattice import COLUMNS, METRES_PER_MICRODEGREE, ROWS, Edge, joined, off_centre
from .outline import contains
from .waters import River

_SETBACK_M: Final = 14.0
"""From the middle of the road to a door."""
_RURAL: Final = 0.85
_PIECES: Final = {RoadKind.ROAD: (9, 15), RoadKind.STREET: (4, 8)}
"""Edges in one named road; an avenue is half a line."""
_TAILS: Final = {
    RoadKind.ROAD: ("路", "路", "路", "街", "大道"),
    RoadKind.STREET: ("路", "路", "街", "巷"),
}


@dataclass(frozen=True, slots=True)
class Street:
    """A road as a run of edges, west to east or south to north; a run breaks where a river is."""

    name: str
    kind: RoadKind
    runs: tuple[tuple[Edge, ...], ...]


@dataclass(frozen=True, slots=True)
class Door:
    """A house number on a road: odd on the left of its direction, even on the right."""

    road: str
    number: int
    block: int
    lon: float
    lat: float


def streets(ground: Ground, rivers: Sequence[River]) -> tuple[Street, ...]:
    """All roads of the district."""
    wet = {edge for river in rivers for edge in river.edges}
    wet |= {(end, start) for start, end in wet}
    dry = {edge for edge in ground.lattice.lines if edge not in wet}
    stems = names.streets(ground.seed)
    found: list[Street] = []
    width = COLUMNS + 1
    for row in range(ROWS + 1):
        line = [(row * width + column, row * width + column + 1) for column in range(COLUMNS)]
        found.extend(_along(ground, line, dry, _kind(row), ("西", "东"), stems))
    for column in range(COLUMNS + 1):
        line = [(row * width + column, (row + 1) * width + column) for row in range(ROWS)]
        found.extend(_along(ground, line, dry, _kind(column), ("南", "北"), stems))
    return tuple(found)


def drawn(ground: Ground, found: Sequence[Street]) -> tuple[Road, ...]:
    """Roads as the map draws them."""
    return tuple(
        Road(
            street.name,
            street.kind,
            degrees(tuple(joined(ground.lattice.lines[edge] for edge in run) for run in street.runs)),
        )
        for street in found
    )


def doors(ground: Ground, found: Sequence[Street]) -> Iterator[Door]:
    """Every place for a house number: two a side on each piece of an edge (about 27 m)."""
    rings = {block: ground.lattice.ring(block) for block in ground.lattice.blocks}
    centres = {block: ground.lattice.centre(block) for block in ground.lattice.blocks}
    for street in found:
        step = 0
        for edge in (edge for run in street.runs for edge in run):
            line = ground.lattice.lines[edge]
            for side, directed in enumerate((edge, edge[::-1])):
                block = ground.lattice.left_of.get((directed[0], directed[1]))
                if block is None:
                    continue
                for place in range(2 * (len(line) - 1)):
                    lon, lat = _set_back(line, place, centres[block])
                    if contains(rings[block], lon, lat):
                        number = 2 * (step + place) + 1 + side
                        yield Door(street.name, number, block, lon / 1e6, lat / 1e6)
            step += 2 * (len(line) - 1)


def _kind(line: int) -> RoadKind:
    return RoadKind.AVENUE if line % 6 == 3 else RoadKind.ROAD if line % 2 == 1 else RoadKind.STREET


def _along(
    ground: Ground,
    line: Sequence[Edge],
    dry: set[Edge],
    kind: RoadKind,
    sides: tuple[str, str],
    stems: Iterator[str],
) -> Iterator[Street]:
    """One line of the lattice cut into named roads."""
    there = [edge for edge in line if edge in dry]
    if kind is RoadKind.AVENUE:
        stem, half = next(stems), len(there) // 2
        for side, part in zip(sides, (there[:half], there[half:]), strict=True):
            yield Street(f"{stem}{side}路", kind, _runs(part))
        return
    dice = Dice(ground.seed, "street", line[0][0], line[0][1])
    while there:
        length = dice.whole(*_PIECES[kind])
        part, there = there[:length], there[length:]
        if len(there) < _PIECES[kind][0] // 2:
            part, there = part + there, []
        name = next(stems) + dice.pick(_TAILS[kind])
        if kind is RoadKind.STREET and _lonely(ground, part) and dice.falls(0.6):
            continue
        yield Street(name, kind, _runs(part))


def _runs(edges: Sequence[Edge]) -> tuple[tuple[Edge, ...], ...]:
    """`edges` cut where one does not begin at the end of the one before."""
    runs: list[list[Edge]] = []
    for edge in edges:
        if runs and runs[-1][-1][1] == edge[0]:
            runs[-1].append(edge)
        else:
            runs.append([edge])
    return tuple(tuple(run) for run in runs)


def _lonely(ground: Ground, edges: Sequence[Edge]) -> bool:
    """Whether a street would run through fields only."""
    blocks = [ground.lattice.left_of.get(edge, ground.lattice.left_of.get(edge[::-1], 0)) for edge in edges]
    return all(off_centre(block) > _RURAL for block in blocks)


def _set_back(line: Sequence[tuple[int, int]], place: int, centre: tuple[float, float]) -> tuple[int, int]:
    """A point beside `line`, a set-back away from it towards `centre`; micro-degrees."""
    (x0, y0), (x1, y1) = line[place // 2], line[place // 2 + 1]
    along = 0.25 + 0.5 * (place % 2)
    x, y = x0 + along * (x1 - x0), y0 + along * (y1 - y0)
    east_m, north_m = METRES_PER_MICRODEGREE
    away_m = (((centre[0] - x) * east_m) ** 2 + ((centre[1] - y) * north_m) ** 2) ** 0.5
    share = _SETBACK_M / away_m
    return round(x + share * (centre[0] - x)), round(y + share * (centre[1] - y))
