"""Growing connected regions on a graph of cells: subdistricts, communities, grids, beats."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import heappop, heappush
from typing import TypeAlias

Where: TypeAlias = Mapping[int, tuple[float, float]]
"""Cell to its centre."""
Neighbours: TypeAlias = Callable[[int], Iterable[int]]

_ROUNDS = 4


def split(
    cells: Sequence[int], count: int, where: Where, weight: Mapping[int, float], neighbours: Neighbours
) -> list[list[int]]:
    """`cells` (a connected set) cut into `count` connected regions of about equal weight.

    Regions are grown from seeds, the lightest first, each by its cell that lies nearest to its seed;
    seeds then move to the middle of their region and grow again. Every region has at least one cell.
    """
    members = set(cells)
    seeds = _far_apart(cells, count, where)
    regions = _grow(members, seeds, where, weight, neighbours)
    for _ in range(_ROUNDS):
        seeds = [_middle(region, where) for region in regions]
        regions = _grow(members, seeds, where, weight, neighbours)
    return regions


def connected(cells: Iterable[int], neighbours: Neighbours) -> bool:
    """Whether one can walk from every cell to every other without leaving the set."""
    rest = set(cells)
    if not rest:
        return False
    edge = [rest.pop()]
    while edge:
        for other in neighbours(edge.pop()):
            if other in rest:
                rest.remove(other)
                edge.append(other)
    return not rest


def shares(weights: Sequence[float], total: int, least: int, most: Sequence[int]) -> list[int]:
    """`total` whole units over parties by weight, each between `least` and its `most`.

    Units are given one by one to the party that is furthest behind its share.
    """
    given = [min(least, limit) for limit in most]
    while sum(given) < total:
        behind = [
            (weight / (had + 1), -index)
            for index, (weight, had, limit) in enumerate(zip(weights, given, most, strict=True))
            if had < limit
        ]
        given[-max(behind)[1]] += 1
    return given


def _far_apart(cells: Sequence[int], count: int, where: Where) -> list[int]:
    seeds = [_middle(cells, where)]
    while len(seeds) < count:
        free = (cell for cell in cells if cell not in seeds)
        seeds.append(max(free, key=lambda cell: min(_apart(where[cell], where[seed]) for seed in seeds)))
    return seeds


def _middle(cells: Sequence[int], where: Where) -> int:
    """The cell nearest to the mean of all centres."""
    x = sum(where[cell][0] for cell in cells) / len(cells)
    y = sum(where[cell][1] for cell in cells) / len(cells)
    return min(cells, key=lambda cell: (_apart(where[cell], (x, y)), cell))


def _grow(
    cells: set[int], seeds: Sequence[int], where: Where, weight: Mapping[int, float], neighbours: Neighbours
) -> list[list[int]]:
    taken = set(seeds)
    regions = [[seed] for seed in seeds]
    loads = [weight[seed] for seed in seeds]
    fronts: list[list[tuple[float, int]]] = [[] for _ in seeds]
    open_regions = set(range(len(seeds)))

    def reach(index: int, cell: int) -> None:
        for other in neighbours(cell):
            if other in cells and other not in taken:
                heappush(fronts[index], (_apart(where[other], where[seeds[index]]), other))

    for index, seed in enumerate(seeds):
        reach(index, seed)
    while open_regions:
        index = min(open_regions, key=lambda region: (loads[region], region))
        while fronts[index] and fronts[index][0][1] in taken:
            heappop(fronts[index])
        if not fronts[index]:
            open_regions.remove(index)
            continue
        cell = heappop(fronts[index])[1]
        taken.add(cell)
        regions[index].append(cell)
        loads[index] += weight[cell]
        reach(index, cell)
    return regions


def _apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Squared distance; lon is narrower than lat at 32°, and 0.73 is cos² of it."""
    return 0.73 * (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2
