"""Coordinates of a system that says once how it keeps them."""

from typing import Any

import pytest
from pyproj import Transformer

from hub.model import Crs, Position
from hub.plugin.planes import PlaceSettings, position_of


@pytest.mark.parametrize(
    ("x", "y", "settings", "expected"),
    [
        pytest.param(
            "40580320.472", "3542168.169", {},
            Position(40580320.472, 3542168.169, Crs.CGCS2000_GK, central_meridian=120.0), id="a plane with its zone",
        ),
        pytest.param(
            "3542168.169", "580320.472", {"x_is": "north"},
            Position(580320.472, 3542168.169, Crs.CGCS2000_GK, central_meridian=120.0), id="surveyors write north into x",
        ),
        pytest.param("120.85", "32.00", {}, Position(120.85, 32.0, Crs.CGCS2000, decimals=2), id="degrees in between"),
        pytest.param("121", "31", {}, Position(121.0, 31.0, Crs.CGCS2000, decimals=0), id="whole degrees"),
        pytest.param("171.3", "34.2", {}, Position(171.3, 34.2, Crs.CGCS2000, decimals=1), id="impossible, passed on"),
        pytest.param("120.854271", "31.997874", {"kind": "gcj02"},
                     Position(120.854271, 31.997874, Crs.GCJ02, decimals=6), id="a map client's"),
        pytest.param("0.0", "0.0", {}, None, id="zeros are none"),
        pytest.param("null", "", {}, None, id="words for none"),
    ],
)  # fmt: skip
@pytest.mark.nasty("N43", "missing, zero, in metres")
@pytest.mark.nasty("N44", "two decimals are kept as such")
def test_a_coordinate_is_passed_on_with_the_system_it_was_written_in(
    x: str, y: str, settings: dict[str, Any], expected: Position | None
) -> None:
    assert expected == position_of(x, y, PlaceSettings(**settings))


def test_tiles_of_a_web_map_become_degrees() -> None:
    found = position_of("1.2993125939559E7", "4821242.674498", PlaceSettings(kind="web_mercator"))
    assert found is not None
    expected = Transformer.from_crs(3857, 4326, always_xy=True).transform(12993125.939559, 4821242.674498)
    assert (found.x, found.y) == pytest.approx(expected, abs=1e-9)
    assert found.crs is Crs.WGS84
