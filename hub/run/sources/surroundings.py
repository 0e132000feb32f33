"""What a page draws where somebody pins a place: their own area, its parts, roads and landmarks; and places by address.

All of it is the pack's own and public: nothing here is about a matter or a person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from hub.model import Address, AreaId, GridId, GridKind
from hub.pack import Pack
from hub.pack.landscape import Landmark, Line, Road, RoadKind, Water

_MARGIN: Final = 0.15
"""Of the area's own extent, drawn around it."""
_FOUND: Final = 6


@dataclass(frozen=True, slots=True)
class Part:
    """A grid of a community, a community of a subdistrict, a subdistrict of the district."""

    name: str
    rings: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """A small map. `box`: west, south, east, north of what is looked at first, degrees."""

    box: tuple[float, float, float, float]
    parts: tuple[Part, ...]
    roads: tuple[Road, ...]
    waters: tuple[Water, ...]
    places: tuple[Landmark, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A place that a text may mean: as it is written, and where."""

    name: str
    lon: float
    lat: float


class Surroundings:
    """The pack's ground, for whoever stands on it."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    def area_of(self, area: str, day: date) -> AreaId:
        """The area that an account works on: its own, the community of its grid, or else the district."""
        if area in self._pack.areas:
            return AreaId(area)
        grids = self._pack.atlas.of(GridKind.COMPREHENSIVE, day)
        if grids is not None and GridId(area) in grids:
            return grids.parent(GridId(area))
        return self._pack.district

    def ground(self, area: str, day: date) -> Ground:
        """The map of an account's area as of that day; of the whole district without its smallest streets."""
        whose = self.area_of(area, day)
        parts = tuple(self._parts(whose, day))
        roads = [
            one for one in self._pack.roads if whose != self._pack.district or one.kind is not RoadKind.STREET
        ]
        every = [point for part in parts for ring in part.rings for point in ring]
        if not every:
            return Ground(self._pack.atlas.bounds, (), tuple(roads), self._pack.waters, self._pack.places)
        lons, lats = zip(*every, strict=True)
        aside, up = (max(lons) - min(lons)) * _MARGIN, (max(lats) - min(lats)) * _MARGIN
        box = (min(lons) - aside, min(lats) - up, max(lons) + aside, max(lats) + up)
        return Ground(
            box,
            parts,
            tuple(one for one in roads if any(_meets(line, box) for line in one.lines)),
            tuple(one for one in self._pack.waters if any(_meets(line, box) for line in one.lines)),
            tuple(one for one in self._pack.places if _holds(box, one.lon, one.lat)),
        )

    def _parts(self, area: AreaId, day: date) -> Iterable[Part]:
        below = [one for one in self._pack.areas.values() if one.parent == area]
        for one in below:
            outline = self._pack.outlines.get(one.id)
            if outline is not None:
                yield Part(one.name, outline.rings)
        grids = self._pack.atlas.of(GridKind.COMPREHENSIVE, day)
        if not below and grids is not None:
            yield from (Part(one.name, one.rings) for one in grids.grids() if one.parent == area)

    def places_named(self, text: str) -> Sequence[Found]:
        """Places that `text` may mean, likeliest first."""
        matches = self._pack.gazetteer.search(text, limit=_FOUND)
        return [Found(self._written(one.address), one.lon, one.lat) for one in matches]

    def _written(self, one: Address) -> str:
        """An entry of the table as people write it, with the areas that it lies in."""
        names = [self._pack.areas[id_].name for id_ in (one.subdistrict_id, one.community_id)]
        lane = f"{one.lane}弄" if one.lane else ""
        number = f"{one.number}号" if one.number else ""
        building = f"{one.building}幢" if one.building else ""
        return "".join((*names, one.road, lane, number, one.estate, building))


def _meets(line: Line, box: tuple[float, float, float, float]) -> bool:
    return any(_holds(box, lon, lat) for lon, lat in line)


def _holds(box: tuple[float, float, float, float], lon: float, lat: float) -> bool:
    west, south, east, north = box
    return west <= lon <= east and south <= lat <= north
