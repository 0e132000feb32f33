"""Does a point come into the police beat that the city gave it? Points and polygons, no tuning."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from hub.model import AreaId, Grid, GridId, GridKind
from hub.place.gridmap import GridMap, build
from hub.place.rings import distance_m


def measure(data: Path) -> dict[str, float]:
    """`share` of the requests whose beat is the first that holds the point; `beats`, `requests`, and how far
    (`furthest_miss_m`) a missed point lies from the border of the city's beat.

    `data` is the folder of all real data. Raises OSError where it is absent.
    """
    beats = beat_map(data)
    requests = json.loads((data / "chicago311" / "requests.json").read_bytes())
    hits, furthest_miss_m = 0, 0.0
    for request in requests:
        lon, lat = float(request["longitude"]), float(request["latitude"])
        beat = GridId(request["police_beat"])
        if beats.holding(lon, lat)[:1] == (beat,):
            hits += 1
        elif beat in beats:
            furthest_miss_m = max(furthest_miss_m, distance_m(beats.grid(beat).rings, lon, lat))
    return {
        "share": hits / len(requests),
        "requests": len(requests),
        "beats": len(beats),
        "furthest_miss_m": furthest_miss_m,
    }


def beat_map(data: Path) -> GridMap:
    """The city's beats as grids of kind police; several polygons of one beat are parts of one grid."""
    collection = json.loads((data / "chicago311" / "police_beats.geojson").read_bytes())
    rings: dict[GridId, list[Any]] = {}
    for feature in collection["features"]:
        parts = feature["geometry"]["coordinates"]
        rings.setdefault(GridId(feature["properties"]["beat_num"]), []).extend(
            tuple((lon, lat) for lon, lat in ring) for part in parts for ring in part
        )
    grids = (
        Grid(
            id=beat,
            code=beat,
            kind=GridKind.POLICE,
            name=beat,
            parent=AreaId(beat[:2]),
            rings=tuple(parts),
            valid_from=date(2012, 12, 19),
        )
        for beat, parts in rings.items()
    )
    return build(grids, kind=GridKind.POLICE, version="chicago-beats")
