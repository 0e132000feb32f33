"""One storm's service requests through the hub, over the city's police beats as grids.

Truth of place: the beat that the city itself gave each request. Truth of links: the city's own
(`parent_sr_number`), a lower bound. The links are those that the hub stored as the requests came in, by
the rules that `chicago_links` tunes on one half of the decisions; counted is the other half. The hub has
less to go by here than there: a file of last states does not say which request was closed when, and no
house numbers are read from addresses in English.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from hub.ids import event_key
from hub.incident.rules import LinkRule, LinkRules
from hub.model import Area, AreaId, AreaLevel
from hub.pack.taxonomy import Category, CategoryKind
from hub.place.coords import metres_between
from hub.run.measure.chicago_links import CHICAGO, SIMPLE_M, is_measured, last_parent, tuned_rules
from hub.run.measure.score import Score
from hub.run.measure.scratch import (
    events_of,
    fates_of,
    hub_with,
    import_file,
    incidents_of,
)
from hub.run.measure.small_pack import SmallPack

SOURCE: Final = "chicago_311"
TABLE: Final = "sr-2025"
DISTRICT: Final = AreaId("991701")
"""Made up: the city has no code of GB/T 2260."""
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
    city's beat; `ours_*`, `simple_*` and `blind_*` precision, recall and F1 of links in the measured half.

    Simple: same type, at most 150 m apart, the earlier request still open when the later came. Blind: the
    same without looking at what was closed, as the hub must here. `data` is the folder of all real data.
    Raises OSError where it is absent.
    """
    folder = data / "chicago311"
    requests = json.loads((folder / "requests.json").read_bytes())
    beats = _beats(json.loads((folder / "police_beats.geojson").read_bytes()))
    with hub_with(_pack(requests, beats, tuned_rules(data)), _NOW) as hub:
        import_file(hub, SOURCE, folder / "requests.json", _COLUMNS)
        grids = {event.source_ref: event.place.grid_id for event in events_of(hub)}
        fates, incidents = fates_of(hub), incidents_of(hub)
    in_beat = sum(grids.get(one["sr_number"]) == one["police_beat"] for one in requests)
    ours, simple, blind = _scores(requests, incidents)
    return {
        **fates,
        "beats": len(beats),
        "in_beat": in_beat / len(requests),
        **ours.figures("ours"),
        **simple.figures("simple"),
        **blind.figures("blind"),
        "true_pairs": ours.right + ours.missed,
    }


def _pack(
    requests: Sequence[Mapping[str, Any]], beats: Mapping[str, Sequence[Any]], rules: LinkRules
) -> SmallPack:
    types = sorted({(one["sr_short_code"], one["sr_type"]) for one in requests})
    categories = {code: _category(code, name, rules) for code, name in types}
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
        categories=tuple(categories.values()),
        codes={TABLE: {code: category.id for code, category in categories.items()}},
        link_rules={_name(pattern): _written(rule) for pattern, rule in rules.patterns.items()},
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


def _category(code: str, name: str, rules: LinkRules) -> Category:
    pattern = f"chicago.{code}"
    return Category(
        id=pattern.lower(),
        zh=name,
        en=name,
        kind=CategoryKind.URBAN_EVENT,
        link_rule=_name(pattern if pattern in rules.patterns else "*"),
        class_id="chicago",
        class_zh="Chicago 311",
        class_en="Chicago 311",
    )


def _name(pattern: str) -> str:
    return "others" if pattern == "*" else pattern.partition(".")[2].lower()


def _written(rule: LinkRule) -> dict[str, object]:
    """As in `link_rules.yaml`."""
    hours = rule.window / timedelta(hours=1)
    return {"distance_m": rule.distance_m, "window": f"{hours:g} h", "extent": rule.extent.value}


def _roots(requests: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Request → the request that the city links it to at last, or itself."""
    parents = {one["sr_number"]: one["parent_sr_number"] for one in requests if one.get("parent_sr_number")}
    return {one["sr_number"]: last_parent(one["sr_number"], parents) for one in requests}


def _scores(
    requests: Sequence[Mapping[str, Any]], incidents: Mapping[str, str]
) -> tuple[Score, Score, Score]:
    """Ours, the simple method, and the same without looking at what was closed."""
    roots = _roots(requests)
    ours, simple, blind = Score(), Score(), Score()
    for earlier, later in _pairs(requests):
        if not is_measured(roots[later["sr_number"]]):
            continue
        true = roots[earlier["sr_number"]] == roots[later["sr_number"]]
        same_type = earlier["sr_short_code"] == later["sr_short_code"]
        near = same_type and _metres(earlier, later) <= SIMPLE_M
        ours.count(_incident(earlier, incidents) == _incident(later, incidents), true)
        blind.count(near, true)
        # ISO moments without zone sort as text; "9" stands after all of them
        simple.count(near and (earlier.get("closed_date") or "9") > later["created_date"], true)
    return ours, simple, blind


def _incident(request: Mapping[str, Any], incidents: Mapping[str, str]) -> str:
    """The incident of a request; one that the hub holds is alone."""
    number: str = request["sr_number"]
    return incidents.get(event_key(SOURCE, number, ""), number)


def _pairs(requests: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    in_time = sorted(requests, key=lambda one: (one["created_date"], one["sr_number"]))
    return combinations(in_time, 2)


def _metres(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    lon, lat = float(other["longitude"]), float(other["latitude"])
    return metres_between(float(one["longitude"]), float(one["latitude"]), lon, lat)
