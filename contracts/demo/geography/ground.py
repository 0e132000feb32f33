"""The district as one value: lattice, communities and their codes. What every other part starts from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from hub.model import Area, AreaId

from .areas import describe
from .division import Community, divide
from .lattice import Lattice, Ring, build_lattice
from .outline import outline


@dataclass(frozen=True, slots=True)
class Ground:
    """Blocks with their owners; `codes[n]` is the area code of `communities[n]`."""

    seed: int
    lattice: Lattice
    communities: tuple[Community, ...]
    areas: tuple[Area, ...]
    codes: tuple[AreaId, ...]
    owner: Mapping[int, int]
    """Block to the index of its community."""

    def area(self, code: str) -> Area:
        """The area with this code; the code must exist."""
        return next(area for area in self.areas if area.id == code)

    def community_of(self, block: int) -> AreaId:
        """The code of the community that `block` lies in."""
        return self.codes[self.owner[block]]

    def rings(self, blocks: Collection[int]) -> tuple[tuple[tuple[float, float], ...], ...]:
        """The outline of `blocks` in degrees, six decimals."""
        return degrees(outline(self.lattice, blocks))


def lay(seed: int) -> Ground:
    """The ground of `seed`."""
    lattice = build_lattice(seed)
    communities = divide(seed, lattice)
    areas, codes = describe(seed, communities)
    owner = {block: number for number, community in enumerate(communities) for block in community.blocks}
    return Ground(seed, lattice, communities, areas, codes, owner)


def degrees(rings: tuple[Ring, ...]) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Micro-degrees as degrees."""
    return tuple(tuple((lon / 1e6, lat / 1e6) for lon, lat in ring) for ring in rings)
