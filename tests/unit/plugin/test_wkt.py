"""Outlines as systems write them."""

import pytest

from hub import BadRecord
from hub.plugin.wkt import parts_of

TRIANGLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0))


@pytest.mark.nasty("N53")
@pytest.mark.parametrize(
    ("wkt", "parts"),
    [
        pytest.param("POLYGON((0 0, 1 0, 1 1, 0 0))", ((TRIANGLE,),), id="one ring"),
        pytest.param("polygon ((0 0,1 0,1 1))", ((TRIANGLE,),), id="not closed: it is closed"),
        pytest.param(
            "POLYGON((0 0, 1 0, 1 1, 0 0), (0 0,1 0,1 1,0 0))", ((TRIANGLE, TRIANGLE),), id="a hole"
        ),
        pytest.param(
            "MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)), ((0 0, 1 0, 1 1, 0 0)))",
            ((TRIANGLE,), (TRIANGLE,)),
            id="two parts",
        ),
        pytest.param("MULTIPOLYGON (((0 0,\n1 0, 1e0 1, 0 0)))", ((TRIANGLE,),), id="one part, two lines"),
    ],
)
def test_an_outline_is_its_parts_with_closed_rings(wkt: str, parts: object) -> None:
    assert parts == parts_of(wkt, pointer="/BJ")


@pytest.mark.parametrize(
    "wkt",
    [
        "",
        "POINT(0 0)",
        "POLYGON EMPTY",
        "POLYGON((0 0, 1 1))",
        "POLYGON((0 0, 0 0, 0 0, 0 0))",
        "POLYGON((0 0, 1 x, 1 1, 0 0))",
        "POLYGON((0 0 0, 1 0 0, 1 1 0, 0 0 0))",
        "POLYGON((nan 0, 1 0, 1 1, nan 0))",
        "POLYGON((0 0, 1 0, 1 1, 0 0)) ; DROP",
        "POLYGON((0 0, 1 0, 1 1, 0 0)), ((0 0, 1 0, 1 1, 0 0))",
        "MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)), x)",
    ],
)
def test_what_is_no_polygon_names_its_field_and_not_its_value(wkt: str) -> None:
    with pytest.raises(BadRecord) as caught:
        parts_of(wkt, pointer="/BJ")
    assert (caught.value.code, caught.value.pointer, caught.value.facts) == ("R202", "/BJ", {})
