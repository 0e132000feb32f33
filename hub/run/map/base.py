"""What lies under the matters: grids of each kind, areas, roads, waters and names of the pack, as GeoJSON (RFC 7946).

Nothing of it is about a person. Made once a day and kind, packed once, and known by its digest.
"""

import gzip
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

import orjson

from hub.errors import Refused
from hub.model import Grid
from hub.pack import Pack
from hub.place.rings import box_of, signed_area_deg2

_DIGITS: Final = 6
"""Of degrees: 0.1 m."""


@dataclass(frozen=True, slots=True)
class Packed:
    """JSON, gzipped, and its digest."""

    content: bytes
    digest: str


class BaseMap:
    """Of one pack; each answer is made once."""

    def __init__(self, pack: Pack) -> None:
        self._pack: Final = pack
        self.ground: Final = lru_cache(maxsize=2)(self._ground)
        self.grids: Final = lru_cache(maxsize=12)(self._grids)

    def centre(self, grid_id: str) -> tuple[float, float] | None:
        """(lon, lat) of the middle of a grid of the newest map, degrees; None for an unknown one."""
        return self._centres().get(grid_id)

    @lru_cache(maxsize=1)  # noqa: B019 one a process
    def _centres(self) -> Mapping[str, tuple[float, float]]:
        kinds = self._pack.atlas.kinds()
        newest = (one.map for one in self._pack.geography.maps if kinds and one.map.kind is kinds[0])
        return {grid.id: _middle(grid) for grid_map in newest for grid in grid_map.grids()}

    def _ground(self, day: date) -> Packed:
        """Bounds, areas with names, roads, waters, places, and which kinds of grid there are on `day`."""
        pack = self._pack
        outlines = pack.outlines
        areas = [
            _feature("Polygon", outlines[area.id].rings, id=area.id, name=area.name, level=area.level.value)
            for area in pack.areas.values()
            if area.id in outlines
        ]
        names = [
            _feature(
                "Point",
                (outlines[area.id].label_lon, outlines[area.id].label_lat),
                name=area.name,
                level=area.level.value,
            )
            for area in pack.areas.values()
            if area.id in outlines
        ]
        return _packed(
            {
                "bounds": pack.atlas.bounds,
                "kinds": [one.kind.value for one in pack.atlas.maps_on(day)],
                "areas": _collection(areas),
                "names": _collection(names),
                "roads": _collection(
                    _feature("MultiLineString", one.lines, name=one.name, kind=one.kind.value)
                    for one in pack.roads
                ),
                "waters": _collection(
                    _feature(
                        "Polygon" if one.width_m == 0 else "MultiLineString",
                        one.lines,
                        name=one.name,
                        width_m=one.width_m,
                    )
                    for one in pack.waters
                ),
                "places": _collection(
                    _feature("Point", (one.lon, one.lat), name=one.name, kind=one.kind) for one in pack.places
                ),
            }
        )

    def _grids(self, kind: str, day: date) -> Packed:
        """All grids of `kind` on `day`; raises Refused P206 where there are none."""
        found = [one for one in self._pack.atlas.maps_on(day) if one.kind.value == kind]
        if not found:
            raise Refused("P206")
        return _packed(_collection(_grid(one) for one in found[0].grids()))


def _grid(one: Grid) -> dict[str, Any]:
    return _feature("Polygon", one.rings, id=one.id, name=one.name, parent=one.parent)


def _collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def _feature(form: str, shape: Any, **properties: Any) -> dict[str, Any]:
    """Rings that lie side by side make several polygons: the pack tells them in any order (even-odd rule)."""
    if form == "Polygon" and len(shape) > 1:
        form, shape = "MultiPolygon", _parts(shape)
    return {
        "type": "Feature",
        "geometry": {"type": form, "coordinates": _rounded(shape)},
        "properties": properties,
    }


def _parts(rings: Sequence[Sequence[tuple[float, float]]]) -> list[list[Any]]:
    """Each outer ring with the holes inside its box, largest first."""
    parts: list[list[Any]] = []
    for ring in sorted(rings, key=lambda one: -abs(signed_area_deg2(one))):
        west, south, east, north = box_of([ring])
        for part in parts:
            left, bottom, right, top = box_of([part[0]])
            if left <= west and right >= east and bottom <= south and top >= north:
                part.append(ring)
                break
        else:
            parts.append([ring])
    return parts


def _rounded(shape: Any) -> Any:
    if isinstance(shape[0], int | float):
        return [round(shape[0], _DIGITS), round(shape[1], _DIGITS)]
    return [_rounded(one) for one in shape]


def _middle(grid: Grid) -> tuple[float, float]:
    west, south, east, north = box_of(grid.rings[:1])
    return (west + east) / 2.0, (south + north) / 2.0


def _packed(said: Mapping[str, Any]) -> Packed:
    raw = orjson.dumps(said)
    return Packed(gzip.compress(raw, 6, mtime=0), sha256(raw).hexdigest()[:32])
