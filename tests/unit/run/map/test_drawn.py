"""Figures of an area that somebody draws."""

import pytest

from hub.errors import Refused
from hub.run.map.drawn import MOST_CORNERS, around, figures, ring_of
from hub.run.map.wanted import EVERYTHING
from tests.unit.run.map.pinned import pin, sheet

SQUARE = [[120.0, 31.0], [121.0, 31.0], [121.0, 32.0], [120.0, 32.0]]


def test_what_lies_inside_is_counted_by_all_that_it_shows() -> None:
    some = sheet(
        [
            pin(1, lon=120.5, lat=31.5, sources=("hotline_12345", "police_grid")),
            pin(2, lon=120.6, lat=31.5, urgency="urgent"),
            pin(3, lon=121.5, lat=31.5),
            pin(4, lon=None, lat=None),
        ]
    )
    ring = ring_of(SQUARE)
    told = figures(ring, some.placed(EVERYTHING, around(ring)))
    assert 2 == told["total"]
    assert {"routine": 1, "urgent": 1} == told["urgency"]
    assert {"hotline_12345": 2, "police_grid": 1} == told["sources"]


def test_a_corner_that_is_cut_off_by_the_ring_is_outside_although_in_its_box() -> None:
    ring = ring_of([[120.0, 31.0], [121.0, 31.0], [120.0, 32.0]])
    some = sheet([pin(1, lon=120.9, lat=31.9), pin(2, lon=120.1, lat=31.1)])
    assert 1 == figures(ring, some.placed(EVERYTHING, around(ring)))["total"]


@pytest.mark.parametrize(
    "corners",
    [
        pytest.param([], id="none"),
        pytest.param(SQUARE[:2], id="two"),
        pytest.param([*SQUARE, [120.0]], id="half a corner"),
        pytest.param([*SQUARE, [220.0, 32.0]], id="outside of the world"),
        pytest.param([*SQUARE, [float("nan"), 32.0]], id="no number"),
        pytest.param([[120.0, 31.0]] * (MOST_CORNERS + 1), id="too many"),
    ],
)
def test_what_is_no_area_is_refused(corners: list[list[float]]) -> None:
    with pytest.raises(Refused, match="P202"):
        ring_of(corners)
