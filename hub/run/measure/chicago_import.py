"""One storm's service requests through the hub, over the city's police beats as grids.

Truth of place: the beat that the city itself gave each request. Truth of links: the city's own
(`parent_sr_number`), a lower bound. The links are the hub's, made as the records came in, by one
rule of domain.md 3.5 that was not tuned on this data; `chicago_links` measures what tuning reaches.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from hub.ids import event_key
from hub.model import Area, AreaId, AreaLevel
from hub.pack.taxonomy import Category, CategoryKind
from hub.place.coords import metres_between
from hub.run.measure.chicago_links import CHICAGO, SIMPLE_M
from hub.run.measure.links_made import compare, linked_or_asked
from hub.run.measure.score import Score
from hub.run.measure.scratch import (
    events_of,
    fates_of,
    hub_with,
    import_file,
    incidents_of,
    questions_of,
)
from hub.run.measure.small_pack import SmallPack

SOURCE: Final = "chicago_311"
TABLE: Final = "sr-2025"
DISTRICT: Final = AreaId("991701")
"""Made up: the city has no code of GB/T 2260."""
RULE: Final = {"distance_m": 50, "window": "7 d", "closed_grace": "1 d"}
"""Conditions of a street, as the demo district links them."""

_BEGINS: Final = date(2025, 1, 1)
_NOW: Final = datetime(2025, 12, 4, tzinfo=CHICAGO)
_COLUMNS: Final[Mapping[str, Any]] = {
    "format": "json",
    "columns": {
        "source_ref": "sr_number",
        "version": "last_modified_date",
        "reported_at": "created_date",
        "category": "sr_short_code",
        "channel": "origin",
        "lon": "longitude",
        "lat": "latitude",
    },
    "code_table": TABLE,
    "zone": "-06:00",
}
"""Without the status: it is the one of the last day, and a matter that is imported closed takes no more reports."""


def measure(data: Path) -> dict[str, float]:
    """Fates of all requests (`records` … `ended`), `beats`, `in_beat`: the share whose stored grid is the
    city's beat; `ours_*` and `simple_*` precision, recall and F1 of links over all pairs; `ours_asked`: the
    recall of links and questions to a person.

    Simple: same type, at most 150 m apart, the earlier request still open when the later came. `blind_*`:
    the same without looking at what was closed, which no file of last states can tell the hub.
    `data` is the folder of all real data. Raises OSError where it is absent.
    """
    folder = data / "chicago311"
    requests = json.loads((folder / "requests.json").read_bytes())
    beats = _beats(json.loads((folder / "police_beats.geojson").read_bytes()))
    with hub_with(_pack(requests, beats), _NOW) as hub:
        import_file(hub, SOURCE, folder / "requests.json", _COLUMNS)
        grids = {event.source_ref: event.place.grid_id for event in events_of(hub)}
        fates, incidents, questions = fates_of(hub), incidents_of(hub), questions_of(hub)
    in_beat = sum(grids.get(one["sr_number"]) == one["police_beat"] for one in requests)
    roots: dict[str, str] = {event_key(SOURCE, number, ""): root for number, root in _roots(requests).items()}
    simple, blind = _simple(requests)
    return {
        **fates,
        "beats": len(beats),
        "in_beat": in_beat / len(requests),
        **compare(incidents, roots).figures("ours"),
        "ours_asked": linked_or_asked(incidents, roots, questions),
        **simple.figures("simple"),
        **blind.figures("blind"),
    }


def _pack(requests: Sequence[Mapping[str, Any]], beats: Mapping[str, Sequence[Any]]) -> SmallPack:
    types = sorted({(one["sr_short_code"], one["sr_type"]) for one in requests})
    districts = sorted({_police_district(beat) for beat in beats})
    features = [
        {
            "type": "Feature",
            "properties": {"code": beat, "parent": _police_district(beat)},
            "geometry": {"type": "MultiPolygon", "coordinates": polygons},
        }
        for beat, polygons in beats.items()
    ]
    return SmallPack(
        id="chicago",
        name="Chicago",
        begins=_BEGINS,
        areas=(Area(DISTRICT, "Chicago", AreaLevel.DISTRICT, None), *map(_area, districts)),
        categories=[_category(code, name) for code, name in types],
        codes={TABLE: {code: _category(code, name).id for code, name in types}},
        link_rules={"condition": RULE},
        grids={"type": "FeatureCollection", "features": features},
    )


def _beats(collection: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Beat → its polygons; the city has beats in several features."""
    beats: dict[str, list[Any]] = {}
    for feature in collection["features"]:
        beats.setdefault(feature["properties"]["beat_num"], []).extend(feature["geometry"]["coordinates"])
    return beats


def _police_district(beat: str) -> AreaId:
    """The police district of a beat as a subdistrict: its first two digits."""
    return AreaId(f"{DISTRICT}0{beat[:2]}")


def _area(code: AreaId) -> Area:
    return Area(code, f"police district {code[-2:]}", AreaLevel.SUBDISTRICT, DISTRICT)


def _category(code: str, name: str) -> Category:
    return Category(
        id=f"chicago.{code.lower()}",
        zh=name,
        en=name,
        kind=CategoryKind.URBAN_EVENT,
        link_rule="condition",
        class_id="chicago",
        class_zh="Chicago 311",
        class_en="Chicago 311",
    )


def _roots(requests: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Request → the request that the city links it to at last, or itself."""
    parents = {one["sr_number"]: one.get("parent_sr_number") or one["sr_number"] for one in requests}
    return {number: _last(number, parents) for number in parents}


def _last(number: str, parents: Mapping[str, str]) -> str:
    seen = {number}
    while (parent := parents.get(number, number)) not in seen:
        number = parent
        seen.add(number)
    return number


def _simple(requests: Sequence[Mapping[str, Any]]) -> tuple[Score, Score]:
    """The simple method, and the same without looking at what was closed."""
    roots, simple, blind = _roots(requests), Score(), Score()
    for earlier, later in _pairs(requests):
        true = roots[earlier["sr_number"]] == roots[later["sr_number"]]
        same_type = earlier["sr_short_code"] == later["sr_short_code"]
        near = same_type and _metres(earlier, later) <= SIMPLE_M
        blind.count(near, true)
        # ISO moments without zone sort as text; "9" stands after all of them
        simple.count(near and (earlier.get("closed_date") or "9") > later["created_date"], true)
    return simple, blind


def _pairs(requests: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    in_time = sorted(requests, key=lambda one: (one["created_date"], one["sr_number"]))
    return combinations(in_time, 2)


def _metres(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    lon, lat = float(other["longitude"]), float(other["latitude"])
    return metres_between(float(one["longitude"]), float(one["latitude"]), lon, lat)
