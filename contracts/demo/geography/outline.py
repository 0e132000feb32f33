"""From a set of blocks to the rings around it. Exact: only vertices of the lattice, no clipping."""

from collections.abc import Collection
from itertools import pairwise

from .lattice import Edge, Lattice, Ring, joined


def outline(lattice: Lattice, blocks: Collection[int]) -> tuple[Ring, ...]:
    """The rings around `blocks` (a connected set): the outer one first, then holes.

    Where two blocks of the set touch at a corner only, the ring passes on to the other block, so that
    outer ring and hole touch there and no ring crosses or touches itself.
    """
    inside = set(blocks)
    leaving: dict[int, list[Edge]] = {}
    for block in sorted(inside):
        for start, end in lattice.edges(block):
            if lattice.left_of.get((end, start)) not in inside:
                leaving.setdefault(start, []).append((start, end))
    rings = []
    while leaving:
        chain = _walk(lattice, leaving, min(leaving))
        rings.append(joined(lattice.lines[edge] for edge in chain))
    return tuple(sorted(rings, key=doubled_area, reverse=True))


def doubled_area(ring: Ring) -> int:
    """Twice the area in square micro-degrees; positive for counter-clockwise."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring))


def contains(ring: Ring, x: float, y: float) -> bool:
    """Whether (x, y), micro-degrees, lies inside one ring."""
    odd = False
    for (x0, y0), (x1, y1) in pairwise(ring):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            odd = not odd
    return odd


def _walk(lattice: Lattice, leaving: dict[int, list[Edge]], first: int) -> list[Edge]:
    chain: list[Edge] = []
    node = first
    while not chain or node != first:
        chain.append(_turn(lattice, leaving[node], chain[-1] if chain else None))
        if not leaving[node]:
            del leaving[node]
        node = chain[-1][1]
    return chain


def _turn(lattice: Lattice, ways: list[Edge], came: Edge | None) -> Edge:
    """Takes the way to go on from `ways`: at a corner that two blocks share, the one along the other block."""
    beside = lattice.left_of[came] if came else None
    chosen = next((edge for edge in ways if lattice.left_of[edge] != beside), ways[0])
    ways.remove(chosen)
    return chosen
