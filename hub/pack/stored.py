"""A geography in files that load fast, and back: maps as tables, addresses and landscape as JSON.

Only the form; where the files lie and when they are made is the business of `cache`.
"""

from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import orjson

from hub.model import Address, AreaId
from hub.pack.geography import Geography, Landscape
from hub.pack.landscape import Landmark, Line, Outline, Road, RoadKind, Water, WaterKind
from hub.place.atlas import DatedMap
from hub.place.gridmap import GridMap, build

_INDEX: Final = "index.json"
_ADDRESSES: Final = "addresses.json"
_LANDSCAPE: Final = "landscape.json"


def store(geography: Geography, folder: Path) -> None:
    """Writes `geography` into the empty `folder`; building the maps takes most of the time."""
    divisions = []
    for division in geography.divisions:
        file = f"{division.version}.map"
        grid_map = build(division.grids, kind=division.kind, version=division.version)
        (folder / file).write_bytes(grid_map.dump())
        divisions.append(
            {
                "file": file,
                "kind": division.kind,
                "valid_from": division.valid_from,
                "valid_to": division.valid_to,
            }
        )
    (folder / _INDEX).write_bytes(orjson.dumps(divisions))
    # by column: a third faster to read back than a list for each row
    columns = list(zip(*map(_row, geography.addresses), strict=True))
    (folder / _ADDRESSES).write_bytes(orjson.dumps(columns))
    (folder / _LANDSCAPE).write_bytes(orjson.dumps(geography.landscape))


class StoredGeography:
    """What `store` wrote; each part is read when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder: Final = folder

    @cached_property
    def maps(self) -> tuple[DatedMap, ...]:
        """The maps of all kinds and periods."""
        return tuple(
            DatedMap(
                date.fromisoformat(each["valid_from"]),
                date.fromisoformat(each["valid_to"]) if each["valid_to"] else None,
                GridMap.load((self._folder / each["file"]).read_bytes()),
            )
            for each in self._json(_INDEX)
        )

    @cached_property
    def addresses(self) -> tuple[Address, ...]:
        """The standard address table."""
        return tuple(map(Address, *self._json(_ADDRESSES) or [()]))

    @cached_property
    def landscape(self) -> Landscape:
        """Roads, waters, places, outlines."""
        raw = self._json(_LANDSCAPE)
        return Landscape(
            roads=tuple(
                Road(each["name"], RoadKind(each["kind"]), _lines(each["lines"])) for each in raw["roads"]
            ),
            waters=tuple(
                Water(each["name"], WaterKind(each["kind"]), each["width_m"], _lines(each["lines"]))
                for each in raw["waters"]
            ),
            places=tuple(Landmark(**each) for each in raw["places"]),
            outlines=tuple(
                Outline(AreaId(each["area_id"]), _lines(each["rings"]), each["label_lon"], each["label_lat"])
                for each in raw["outlines"]
            ),
        )

    def _json(self, file: str) -> Any:
        return orjson.loads((self._folder / file).read_bytes())


def _row(address: Address) -> tuple[str | float, ...]:
    """The fields in the order in which `Address` takes them."""
    return (
        address.id,
        address.subdistrict_id,
        address.community_id,
        address.road,
        address.lane,
        address.number,
        address.estate,
        address.building,
        address.unit,
        address.lon,
        address.lat,
    )


def _lines(raw: list[list[list[float]]]) -> tuple[Line, ...]:
    return tuple(tuple((lon, lat) for lon, lat in line) for line in raw)
