"""Who a block belongs to: subdistrict, community, grid; and the re-division of 2026-03-01.

Here regions are sets of blocks and index numbers; names, codes and rings come later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .dice import Dice
from .lattice import Lattice, off_centre
from .regions import Where, connected, shares, split

SUBDISTRICTS: Final = 16
COMMUNITIES: Final = 96
GRIDS: Final = 824
BEATS: Final = 120
SPLITS: Final = 6
"""Beats in which one grid is split and two are merged: 3 grids end, 3 begin."""
MOVES: Final = 6
"""Beats in which the border between two grids moves: 2 grids end, 2 begin."""


@dataclass(frozen=True, slots=True)
class Community:
    """Blocks of one community and how they are cut. Each grid and each beat is a connected set."""

    subdistrict: int
    blocks: tuple[int, ...]
    grids: tuple[frozenset[int], ...]
    """First validity period."""
    beats: tuple[frozenset[int], ...]
    """Police grids: unions of comprehensive grids, in both periods."""


@dataclass(frozen=True, slots=True)
class Change:
    """What the re-division does in one place: `old` end, `new` begin."""

    community: int
    old: tuple[int, ...]
    """Indices into `Community.grids`."""
    new: tuple[tuple[frozenset[int], tuple[int, ...]], ...]
    """The blocks of each new grid, and the old indices that it takes ground from."""

    @property
    def keeps_codes(self) -> bool:
        """A moved border keeps both codes; after a split or a merge every code is new."""
        return len(self.old) == len(self.new) == 2


def divide(seed: int, lattice: Lattice) -> tuple[Community, ...]:
    """All communities, ordered by subdistrict (from the middle of the district outwards), then north to south."""
    where = {block: lattice.centre(block) for block in lattice.blocks}
    density = _density(seed, lattice.blocks)
    pieces = _pieces(lattice, where, density)
    counts = _grid_counts(seed, density, [piece for _, piece in pieces])
    even = dict.fromkeys(lattice.blocks, 1.0)
    cut = [
        _north_to_south(split(piece, count, where, even, lattice.neighbours), where)
        for (_, piece), count in zip(pieces, counts, strict=True)
    ]
    halved = sorted(range(len(cut)), key=lambda number: (-len(cut[number]), number))[: BEATS - COMMUNITIES]
    return tuple(
        Community(
            subdistrict,
            tuple(piece),
            tuple(frozenset(grid) for grid in grids),
            _beats(lattice, grids, 2 if number in halved else 1),
        )
        for number, ((subdistrict, piece), grids) in enumerate(zip(pieces, cut, strict=True))
    )


def redivide(seed: int, lattice: Lattice, communities: Sequence[Community]) -> tuple[Change, ...]:
    """The changes of the second period: 30 grids end, 30 begin, each inside one community and one beat."""
    changes: list[Change] = []
    for number in Dice(seed, "redivision").shuffled(range(len(communities))):
        splits = sum(not change.keeps_codes for change in changes)
        attempt = _split_and_merge if splits < SPLITS else _move_border
        change = attempt(lattice, number, communities[number])
        if change is not None:
            changes.append(change)
        if len(changes) == SPLITS + MOVES:
            break
    return tuple(sorted(changes, key=lambda change: change.community))


def _pieces(lattice: Lattice, where: Where, density: Mapping[int, float]) -> list[tuple[int, list[int]]]:
    """The blocks of each community, with the index of its subdistrict."""
    quarters = split(lattice.blocks, SUBDISTRICTS, where, density, lattice.neighbours)
    quarters.sort(key=lambda region: sum(off_centre(block) for block in region) / len(region))
    weights = [sum(density[block] for block in region) for region in quarters]
    counts = shares(weights, COMMUNITIES, 4, [len(region) for region in quarters])
    return [
        (index, piece)
        for index, (region, count) in enumerate(zip(quarters, counts, strict=True))
        for piece in _north_to_south(split(region, count, where, density, lattice.neighbours), where)
    ]


def _grid_counts(seed: int, density: Mapping[int, float], pieces: Sequence[list[int]]) -> list[int]:
    """How many grids each community gets: by how many people live there, 824 in all."""
    crowds = [
        sum(density[block] for block in piece) * Dice(seed, "crowd", number).between(0.6, 1.5)
        for number, piece in enumerate(pieces)
    ]
    return shares(crowds, GRIDS, 3, [len(piece) for piece in pieces])


def _density(seed: int, blocks: Sequence[int]) -> dict[int, float]:
    """Grids wanted per block: 1 in the middle of the town, about a quarter at its border."""
    return {
        block: max(0.22, 1.0 - 0.85 * off_centre(block)) * Dice(seed, "density", block).between(0.8, 1.2)
        for block in blocks
    }


def _north_to_south(regions: list[list[int]], where: Mapping[int, tuple[float, float]]) -> list[list[int]]:
    def key(region: list[int]) -> tuple[float, float]:
        north = sum(where[block][1] for block in region) / len(region)
        west = sum(where[block][0] for block in region) / len(region)
        return -north, west

    return sorted(regions, key=key)


def _beats(lattice: Lattice, grids: list[list[int]], count: int) -> tuple[frozenset[int], ...]:
    """The grids of a community merged to `count` connected beats."""
    grid_of = {block: index for index, grid in enumerate(grids) for block in grid}
    touching = {
        index: sorted({grid_of[n] for b in grid for n in lattice.neighbours(b) if n in grid_of} - {index})
        for index, grid in enumerate(grids)
    }
    where = {index: lattice.centre(grid[0]) for index, grid in enumerate(grids)}
    even = dict.fromkeys(range(len(grids)), 1.0)
    regions = split(range(len(grids)), count, where, even, touching.__getitem__)
    return tuple(frozenset(block for index in region for block in grids[index]) for region in regions)


def _split_and_merge(lattice: Lattice, number: int, community: Community) -> Change | None:
    for beat in community.beats:
        inside = [index for index, grid in enumerate(community.grids) if grid <= beat]
        for large in inside:
            halves = _halves(lattice, community.grids[large])
            pair = _touching_pair(lattice, community, [index for index in inside if index != large])
            if halves and pair:
                merged = community.grids[pair[0]] | community.grids[pair[1]]
                new = ((halves[0], (large,)), (halves[1], (large,)), (merged, pair))
                return Change(number, (large, *pair), new)
    return None


def _move_border(lattice: Lattice, number: int, community: Community) -> Change | None:
    for beat in community.beats:
        inside = [index for index, grid in enumerate(community.grids) if grid <= beat]
        for giver in inside:
            for block in sorted(community.grids[giver]):
                rest = community.grids[giver] - {block}
                taker = _grid_beside(lattice, community, block, [i for i in inside if i != giver])
                if taker is not None and connected(rest, lattice.neighbours):
                    grown = community.grids[taker] | {block}
                    return Change(number, (giver, taker), ((rest, (giver,)), (grown, (taker, giver))))
    return None


def _halves(lattice: Lattice, grid: frozenset[int]) -> tuple[frozenset[int], frozenset[int]] | None:
    if len(grid) < 2:
        return None
    where = {block: lattice.centre(block) for block in grid}
    parts = split(sorted(grid), 2, where, dict.fromkeys(grid, 1.0), lattice.neighbours)
    return frozenset(parts[0]), frozenset(parts[1])


def _touching_pair(lattice: Lattice, community: Community, among: list[int]) -> tuple[int, int] | None:
    for index in among:
        for block in sorted(community.grids[index]):
            other = _grid_beside(lattice, community, block, [i for i in among if i != index])
            if other is not None:
                return index, other
    return None


def _grid_beside(lattice: Lattice, community: Community, block: int, among: list[int]) -> int | None:
    beside = set(lattice.neighbours(block))
    return next((index for index in among if community.grids[index] & beside), None)
