"""Grids from GeoJSON as departments export it: holes, parts, ring order, and polygons that are wrong."""

import json
from typing import Any

import pytest

from hub.model import GridId

from .conftest import TinyPack

_SQUARE = [[0.0, 0.0], [0.01, 0.0], [0.01, 0.01], [0.0, 0.01], [0.0, 0.0]]
_HOLE = [[0.004, 0.004], [0.004, 0.006], [0.006, 0.006], [0.006, 0.004], [0.004, 0.004]]
_ISLAND = [[0.02, 0.0], [0.03, 0.0], [0.03, 0.01], [0.02, 0.01], [0.02, 0.0]]
_BOW_TIE = [[0.0, 0.0], [0.01, 0.01], [0.01, 0.0], [0.0, 0.01], [0.0, 0.0]]


def _with(tiny: TinyPack, kind: str, coordinates: Any) -> None:
    feature = {
        "type": "Feature",
        "properties": {"code": "G1", "area": "329901001001"},
        "geometry": {"type": kind, "coordinates": coordinates},
    }
    tiny.write("grids.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}, indent=1))
    tiny.write(
        "addresses.csv", "id,subdistrict_id,community_id,road,lane,number,estate,building,unit,lon,lat\n"
    )


@pytest.mark.nasty("N53")
@pytest.mark.parametrize(
    ("kind", "coordinates", "inside", "outside"),
    [
        pytest.param("Polygon", [_SQUARE], (0.005, 0.005), (0.015, 0.005), id="plain"),
        pytest.param("Polygon", [_SQUARE[::-1]], (0.005, 0.005), (0.015, 0.005), id="clockwise"),
        pytest.param("Polygon", [_SQUARE, _HOLE], (0.002, 0.005), (0.005, 0.005), id="hole"),
        pytest.param("Polygon", [_HOLE, _SQUARE], (0.002, 0.005), (0.005, 0.005), id="hole before its ring"),
        pytest.param("MultiPolygon", [[_SQUARE], [_ISLAND]], (0.025, 0.005), (0.015, 0.005), id="two parts"),
    ],
)
def test_rings_are_read_in_any_order_and_direction(
    tiny: TinyPack,
    kind: str,
    coordinates: Any,
    inside: tuple[float, float],
    outside: tuple[float, float],
) -> None:
    _with(tiny, kind, coordinates)
    assert tiny.told() == []
    grids = tiny.load().geography.maps[0].map
    assert ((GridId("G1"),), ()) == (grids.holding(*inside), grids.holding(*outside))


@pytest.mark.nasty("N53")
@pytest.mark.parametrize(
    ("kind", "coordinates", "code"),
    [
        pytest.param("Polygon", [_BOW_TIE], "K193", id="crosses itself"),
        pytest.param("Polygon", [_SQUARE[:-1]], "K193", id="not closed"),
        pytest.param(
            "Polygon",
            [[[500000, 3540000], [500100, 3540000], [500100, 3540100], [500000, 3540000]]],
            "K193",
            id="metres",
        ),
        pytest.param("Polygon", [[]], "K193", id="no points"),
        pytest.param("Point", [0.0, 0.0], "K192", id="no polygon"),
        pytest.param("Polygon", [[["a", "b"]]], "K192", id="no numbers"),
        pytest.param("Polygon", None, "K192", id="nothing"),
    ],
)
def test_a_faulty_polygon_is_told_with_the_line_of_its_feature(
    tiny: TinyPack, kind: str, coordinates: Any, code: str
) -> None:
    _with(tiny, kind, coordinates)
    assert ("grids.geojson", 5, code) in tiny.told()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"features": 3}', "PK\x03\x04"])
def test_what_is_no_geojson_is_told(tiny: TinyPack, text: str) -> None:
    tiny.write("grids.geojson", text)
    assert ("grids.geojson", 1, "K191") in tiny.told()


def test_a_grid_of_an_unknown_area_and_a_code_of_two_grids_are_told(tiny: TinyPack) -> None:
    tiny.replace("grids.geojson", '"G00"', '"G10"')
    text = (tiny.root / "grids.geojson").read_text(encoding="utf-8")
    tiny.write("grids.geojson", "329901009001".join(text.rsplit("329901001002", 1)))
    assert {"K195", "K196"} == {code for _, _, code in tiny.told()}


@pytest.mark.nasty("N53", "parts of one grid as features of their own, as Chicago's beats have them")
def test_features_that_share_code_name_and_area_are_parts_of_one_grid(tiny: TinyPack) -> None:
    tiny.replace("grids.geojson", '"G00"', '"G11"')
    text = (tiny.root / "grids.geojson").read_text(encoding="utf-8")
    tiny.write("grids.geojson", text.replace("329901001002", "329901001001"))
    assert [] == tiny.told()
    grids = tiny.load().geography.maps[0].map
    assert (3, (GridId("G11"),), (GridId("G11"),)) == (
        len(grids),
        grids.holding(0.005, 0.005),
        grids.holding(0.015, 0.015),
    )


@pytest.mark.nasty("N53", "the same polygon twice under one code would cancel itself out")
def test_a_part_that_lies_over_another_is_told(tiny: TinyPack) -> None:
    features = json.loads((tiny.root / "grids.geojson").read_text(encoding="utf-8"))
    features["features"].append(features["features"][0])
    tiny.write("grids.geojson", json.dumps(features))
    assert {"K193"} == {code for _, _, code in tiny.told()}


def test_a_grid_without_parent_property_lies_in_the_district(tiny: TinyPack) -> None:
    tiny.replace("pack.yaml", ", parent: area}", "}")
    assert {"329901"} == {grid.parent for grid in tiny.load().geography.maps[0].map.grids()}


@pytest.mark.nasty("N50", "the pack's part: lineage is read and checked")
def test_predecessors_are_read_and_must_exist(tiny: TinyPack) -> None:
    tiny.replace("pack.yaml", ", parent: area}", ", parent: area, predecessors: before}")
    tiny.replace("grids.geojson", '"code": "G01",', '"code": "G01", "before": "G00;G77",')
    assert tiny.told() == [("pack.yaml", 0, "K194")]
    grid = tiny.load().geography.maps[0].map.grid(GridId("G01"))
    assert grid.predecessors == ("G00", "G77")


def test_the_address_table_is_read(tiny: TinyPack) -> None:
    addresses = tiny.load().geography.addresses
    assert [(each.id, each.road, each.number, each.estate) for each in addresses] == [
        ("A1", "青影路", "1", ""),
        ("A2", "青影路", "1", "鹿鸣花园"),
    ]
    assert (addresses[1].lon, addresses[1].lat) == (0.015, 0.005)
