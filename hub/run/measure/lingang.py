"""Do the sensors of one new town stand in its residents' committees, and do neighbours stand together?

No truth is given beside the polygons, so this is a check of sanity: how many sensors and alarms come into a
polygon, how many into two, and whether the sensors of one committee's code come into one polygon.
"""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from hub.model import AreaId, Crs, Grid, GridId, GridKind, Position
from hub.place.checks import fault_of
from hub.place.coords import to_cgcs2000
from hub.place.faults import faults_of
from hub.place.gridmap import build


def measure(data: Path) -> dict[str, float]:
    """`sensors`, `polygons`; `placed` share of the sensors whose figures make sense, `several` of them in
    more than one polygon; `together` share in the polygon of most of their code; `polygon_faults`.

    `data` is the folder of all real data. Raises OSError where it is absent.
    """
    folder = data / "lingang"
    grids = _grids(json.loads((folder / "grids.geojson").read_bytes()))
    sensors = json.loads((folder / "sensors.json").read_bytes())
    committees = build(grids, kind=GridKind.COMPREHENSIVE, version="lingang")
    held = [
        (sensor["belongCommunity"], committees.holding(*to_cgcs2000(position)))
        for sensor in sensors
        if (position := _position(sensor)) is not None and fault_of(position) is None
    ]
    placed = [(code, holders) for code, holders in held if holders]
    return {
        "sensors": len(sensors),
        "polygons": len(grids),
        "readable": len(held),
        "placed": len(placed) / len(held),
        "several": sum(len(holders) > 1 for _, holders in placed) / len(placed),
        "together": _together(placed),
        "polygon_faults": sum(len(faults_of(grid)) for grid in grids),
    }


def _position(sensor: dict[str, Any]) -> Position | None:
    try:
        return Position(float(sensor["wgs84Lng"]), float(sensor["wgs84Lat"]), Crs.WGS84)
    except (TypeError, ValueError):  # "", null: a sensor that nobody measured in
        return None


def _together(placed: Iterable[tuple[str, tuple[GridId, ...]]]) -> float:
    by_code: dict[str, Counter[GridId]] = {}
    for code, holders in placed:
        by_code.setdefault(code, Counter())[holders[0]] += 1
    most = sum(max(counts.values()) for counts in by_code.values())
    return most / sum(counts.total() for counts in by_code.values())


def _grids(collection: dict[str, Any]) -> list[Grid]:
    return [
        Grid(
            id=GridId(feature["properties"]["grid_id"]),
            code=feature["properties"]["grid_id"],
            kind=GridKind.COMPREHENSIVE,
            name=feature["properties"]["name"],
            parent=AreaId("310115"),
            rings=tuple(
                tuple((lon, lat) for lon, lat in ring) for ring in feature["geometry"]["coordinates"]
            ),
            valid_from=date(2019, 1, 1),
        )
        for feature in collection["features"]
    ]
