"""Maps by day, old codes, areas and borders."""

from datetime import date

import pytest

from hub.model import AreaId, GridKind
from hub.place.atlas import Atlas, DatedMap
from tests.unit.place.town import (
    AREAS,
    DISTRICT,
    EAST_HIGH,
    EASTERN,
    FIRST_DAY,
    LAST_DAY,
    SECOND_DAY,
    WEST_LOW,
    WESTERN,
    atlas,
    grid,
    grid_map,
)

TOWN = atlas()


@pytest.mark.parametrize(
    ("version", "day"),
    [
        (None, date(2024, 12, 31)),
        ("v1", FIRST_DAY),
        ("v1", LAST_DAY),
        ("v2", SECOND_DAY),
        ("v2", date(2030, 1, 1)),
    ],
)
def test_the_map_is_the_one_of_the_day(version: str | None, day: date) -> None:
    found = TOWN.of(GridKind.COMPREHENSIVE, day)
    assert version == (found.version if found else None)
    assert [version] * bool(found) == [each.version for each in TOWN.maps_on(day)][:1]


def test_of_two_maps_of_one_day_the_later_counts() -> None:
    maps = [
        DatedMap(FIRST_DAY, None, grid_map(version="open")),
        DatedMap(SECOND_DAY, None, grid_map(version="new")),
    ]
    both = Atlas(AREAS, maps).of(GridKind.COMPREHENSIVE, SECOND_DAY)
    assert both is not None
    assert both.version == "new"


@pytest.mark.nasty("N50", "old grid codes are followed through the re-division")
@pytest.mark.parametrize(
    ("ids", "code", "day"),
    [
        pytest.param(["10"], "W10", LAST_DAY, id="a code of the day"),
        pytest.param(["10a", "10b"], "W10", SECOND_DAY, id="divided since"),
        pytest.param(["24"], "W20", SECOND_DAY, id="merged since"),
        pytest.param(["24"], "W21", SECOND_DAY, id="merged since, the other part"),
        pytest.param(["11"], "W11", SECOND_DAY, id="untouched"),
        pytest.param([], "W10a", LAST_DAY, id="a code of the future"),
        pytest.param(["beat-1"], "Wbeat-1", SECOND_DAY, id="another kind"),
        pytest.param([], "W99", SECOND_DAY, id="unknown"),
        pytest.param([], "W10", date(2024, 1, 1), id="a day without a map"),
    ],
)
def test_a_grids_code_is_followed_through_the_periods(ids: list[str], code: str, day: date) -> None:
    assert ids == [found.id for found in TOWN.grids_by_code(code, day)]
    one = TOWN.grid_by_code(code, day)
    assert (one.id if one else None) == (ids[0] if len(ids) == 1 else None)


@pytest.mark.nasty("N50", "over two re-divisions")
def test_a_code_is_followed_over_several_re_divisions() -> None:
    shape = [one.rings[0] for one in grid_map().grids()]
    periods = [
        DatedMap(date(2023, 1, 1), date(2023, 12, 31), grid_map([grid("a", shape[:1])], "p1")),
        DatedMap(
            date(2024, 1, 1), date(2024, 12, 31), grid_map([grid("b", shape[:1], predecessors=["a"])], "p2")
        ),
        DatedMap(date(2025, 1, 1), None, grid_map([grid("c", shape[:1], predecessors=["b"])], "p3")),
    ]
    found = Atlas(AREAS, periods).grid_by_code("Wa", date(2026, 3, 10))
    assert found is not None
    assert found.id == "c"


@pytest.mark.nasty("N51", "codes of before a reform, and codes filled with zeros")
@pytest.mark.parametrize(
    ("area_id", "code"),
    [
        pytest.param(DISTRICT, "329901", id="today"),
        pytest.param(DISTRICT, "329981", id="before the reform"),
        pytest.param(DISTRICT, "329901000000", id="filled to 12"),
        pytest.param(DISTRICT, "329981000", id="before, filled to 9"),
        pytest.param(WESTERN, "329981003", id="a subdistrict of before"),
        pytest.param(WESTERN, "329901001000", id="a subdistrict, filled"),
        pytest.param(WEST_LOW, "329901001001", id="a community"),
        pytest.param(None, "329901009", id="unknown"),
        pytest.param(None, "329901001999", id="an unknown community is not its subdistrict"),
        pytest.param(None, "", id="nothing"),
    ],
)
def test_an_areas_code_is_known_old_or_filled(area_id: AreaId | None, code: str) -> None:
    found = TOWN.area(code)
    assert area_id == (found.id if found else None)


def test_areas_know_what_they_lie_in() -> None:
    assert [WESTERN, WESTERN, None, None] == [
        TOWN.subdistrict_of(AreaId(one)) for one in (WEST_LOW, WESTERN, DISTRICT, "999999")
    ]
    assert [WEST_LOW, None] == [TOWN.community_of(one) for one in (WEST_LOW, WESTERN)]
    assert [True, True, False, False] == [
        TOWN.within(one, outer)
        for one, outer in [
            (WEST_LOW, DISTRICT),
            (WEST_LOW, WEST_LOW),
            (WEST_LOW, EASTERN),
            (WESTERN, WEST_LOW),
        ]
    ]
    assert DISTRICT == TOWN.areas()[0].id
    assert EAST_HIGH in {area.id for area in TOWN.areas()}


@pytest.mark.nasty("N49", "near the border of two subdistricts")
@pytest.mark.parametrize(
    ("expected", "lon", "lat"),
    [
        pytest.param(True, 120.8399, 32.01, id="9 m west of the other subdistrict"),
        pytest.param(True, 120.84, 32.01, id="on the border"),
        pytest.param(False, 120.8301, 32.01, id="900 m from it"),
        pytest.param(False, 120.8201, 32.01, id="near a grid of the same subdistrict"),
        pytest.param(True, 120.84, 32.0401, id="just outside, between both"),
        pytest.param(False, 120.81, 32.0401, id="just outside, at one"),
        pytest.param(False, 121.5, 32.0, id="far away"),
    ],
)
def test_a_point_knows_whether_another_subdistrict_is_near(expected: bool, lon: float, lat: float) -> None:
    assert expected == TOWN.near_border(lon, lat, 500.0, SECOND_DAY)


def test_the_bounds_are_those_of_all_maps() -> None:
    assert (120.80, 32.00, 120.88, 32.04) == pytest.approx(TOWN.bounds)
    assert not Atlas(AREAS, []).near_border(120.84, 32.01, 500.0, SECOND_DAY)
    assert Atlas(AREAS, []).bounds[0] > Atlas(AREAS, []).bounds[2]
