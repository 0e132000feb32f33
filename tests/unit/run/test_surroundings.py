"""The ground that somebody pins a place on: their own area's, and nothing that is not the pack's."""

import pytest

from hub.model import AreaId
from hub.run.sources.surroundings import Surroundings
from tests.instruments import MORNING, demo_pack

DAY = MORNING.date()


@pytest.fixture(scope="module")
def surroundings() -> Surroundings:
    """Of the demo district."""
    return Surroundings(demo_pack())


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        ("329901001001", "329901001001"),
        ("32990100100101", "329901001001"),
        ("", "329901"),
        ("nobody knows", "329901"),
    ],
)
def test_a_grid_stands_for_its_community_and_nothing_for_the_district(
    surroundings: Surroundings, area: str, expected: str
) -> None:
    assert AreaId(expected) == surroundings.area_of(area, DAY)


@pytest.mark.parametrize(("area", "parts"), [("329901001001", 8), ("329901001", 6), ("", 16)])
def test_an_area_is_drawn_by_its_parts_and_what_lies_around_them(
    surroundings: Surroundings, area: str, parts: int
) -> None:
    ground = surroundings.ground(area, DAY)
    west, south, east, north = ground.box
    assert parts == len(ground.parts)
    assert all(
        west < lon < east and south < lat < north
        for part in ground.parts
        for ring in part.rings
        for lon, lat in ring
    )
    assert all(west <= one.lon <= east and south <= one.lat <= north for one in ground.places)
    assert ground.roads
