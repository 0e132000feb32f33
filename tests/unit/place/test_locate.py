"""From all that a source says to a place: the order of the ways, and the reasons of those that failed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model import Area, AreaId, AreaLevel, Crs, GridId, Position
from hub.place.atlas import Atlas, DatedMap
from hub.place.coords import gauss_kruger, gcj02_to_bd09, metres_between, wgs84_to_gcj02
from hub.place.gazetteer import Gazetteer
from hub.place.locate import Claim, Located, Unlocated, locate
from tests.unit.place.town import (
    AFTER,
    AREAS,
    BEFORE,
    EAST_HIGH,
    EAST_LOW,
    EASTERN,
    FIRST_DAY,
    GRIDS,
    WEST_LOW,
    WESTERN,
    addresses,
    atlas,
    grid_map,
)

ATLAS, GAZETTEER = atlas(), Gazetteer(addresses(), AREAS)
LON, LAT = 120.8112, 32.0053


def where(
    position: Position | None = None,
    *,
    address: str = "",
    area: str = "",
    grid: str = "",
    at: datetime = AFTER,
    max_error_m: float = 200.0,
    hot: frozenset[tuple[float, float]] = frozenset(),
) -> Located | Unlocated:
    claim = Claim(position=position, address=address, area_code=area, grid_code=grid, at=at)
    return locate(claim, ATLAS, GAZETTEER, max_error_m=max_error_m, hot_points=hot)


def located(found: Located | Unlocated) -> Located:
    assert isinstance(found, Located), found
    return found


def unlocated(found: Located | Unlocated) -> Unlocated:
    assert isinstance(found, Unlocated), found
    return found


def rules(found: Located | Unlocated) -> list[str]:
    return [reason.rule for reason in found.reasons]


def wgs84(lon: float = LON, lat: float = LAT, decimals: int | None = 6) -> Position:
    return Position(lon, lat, Crs.WGS84, decimals)


def test_a_sound_position_gives_grid_areas_other_grids_and_the_maps_version() -> None:
    found = located(where(wgs84()))
    place = found.place
    assert ("position", "wgs84", "v2") == (place.method, place.crs_raw, place.map_version)
    assert ("10a", WEST_LOW, WESTERN) == (place.grid_id, place.community_id, place.subdistrict_id)
    assert (("beat-1",), 10.0, (LON, LAT)) == (place.other_grids, place.error_m, (place.lon, place.lat))
    assert ["grid_holds_point"] == rules(found)
    assert {"grid": "10a", "map": "v2"} == found.reasons[0].facts


@pytest.mark.nasty("N50", "the map is that of the day on which it happened")
def test_the_map_is_that_of_the_day_on_which_it_happened() -> None:
    assert [("10", "v1"), ("10a", "v2")] == [
        (place.grid_id, place.map_version)
        for at in (BEFORE, AFTER)
        for place in [located(where(wgs84(), at=at)).place]
    ]


@pytest.mark.parametrize(
    "position",
    [
        pytest.param(Position(*wgs84_to_gcj02(LON, LAT), Crs.GCJ02), id="GCJ-02"),
        pytest.param(Position(*gcj02_to_bd09(*wgs84_to_gcj02(LON, LAT)), Crs.BD09), id="BD-09"),
        pytest.param(
            Position(*gauss_kruger(LON, LAT, 120.0), Crs.CGCS2000_GK, central_meridian=120.0), id="plane"
        ),
        pytest.param(
            Position(
                gauss_kruger(LON, LAT, 120.0)[0] + 40e6, gauss_kruger(LON, LAT, 120.0)[1], Crs.CGCS2000_GK
            ),
            id="plane with zone 40",
        ),
    ],
)
def test_every_declared_system_comes_to_the_same_grid(position: Position) -> None:
    place = located(where(position)).place
    assert ("10a", position.crs.value) == (place.grid_id, place.crs_raw)
    assert place.lon == pytest.approx(LON, abs=1e-7)
    assert place.lat == pytest.approx(LAT, abs=1e-7)


@pytest.mark.nasty(
    "N43", "swapped axes and degrees-minutes are mended only where they then lie in the district"
)
@pytest.mark.parametrize(
    ("noticed", "position"),
    [
        pytest.param("axes_swapped", wgs84(LAT, LON), id="swapped"),
        pytest.param("degrees_minutes", wgs84(12048.672, 3200.318), id="degrees and minutes"),
        pytest.param(
            "axes_swapped",
            Position(*gauss_kruger(LON, LAT, 120.0)[::-1], Crs.CGCS2000_GK, central_meridian=120.0),
            id="plane, northing first",
        ),
    ],
)
def test_a_misread_position_is_mended_and_flagged(noticed: str, position: Position) -> None:
    found = located(where(position))
    assert "10a" == found.place.grid_id
    assert [noticed, "grid_holds_point"] == rules(found)


@pytest.mark.nasty("N43", "what cannot be read is not guessed")
@pytest.mark.parametrize(
    ("code", "reason", "position"),
    [
        pytest.param("R401", "position_zero", wgs84(0.0, 0.0), id="0, 0"),
        pytest.param("R401", "position_not_a_number", wgs84(float("nan"), LAT), id="no number"),
        pytest.param("R401", "position_in_metres", wgs84(40_576_000.0, 3_542_000.0), id="metres"),
        pytest.param(
            "R401", "position_without_meridian", Position(576_000.0, 3_542_000.0, Crs.CGCS2000_GK), id="plane"
        ),
        pytest.param("R402", "position_outside_district", wgs84(-LON, LAT), id="negative"),
        pytest.param("R402", "position_outside_district", wgs84(116.39, 39.91), id="another city"),
        pytest.param("R401", "position_out_of_range", wgs84(39.91, 116.39), id="another city, swapped"),
    ],
)
def test_an_unusable_position_leaves_its_reason(code: str, reason: str, position: Position) -> None:
    found = unlocated(where(position))
    assert (code, [reason]) == (found.code, rules(found))
    assert (None, None, "none") == (found.place.grid_id, found.place.lon, found.place.method)


@pytest.mark.nasty("N44", "two decimals choose no grid, unless the address helps")
def test_two_decimals_choose_no_grid_but_keep_what_is_certain() -> None:
    coarse = wgs84(120.82, 32.01, decimals=2)
    found = unlocated(where(coarse))
    assert ("R403", None, WESTERN) == (found.code, found.place.grid_id, found.place.subdistrict_id)
    assert found.place.error_m == pytest.approx(556, abs=1)
    assert found.reasons[0].facts == {"error_m": 556}


@pytest.mark.nasty("N44", "between two subdistricts not even that is certain")
def test_a_coarse_point_between_two_subdistricts_knows_neither() -> None:
    assert unlocated(where(wgs84(120.84, 32.01, decimals=2))).place.subdistrict_id is None


@pytest.mark.nasty("N44", "the address helps, and the coarse point tells homonyms apart")
@pytest.mark.nasty("N48", "a homonym is told apart by a coarse point")
def test_a_coarse_point_tells_homonyms_of_an_address_apart() -> None:
    found = located(where(wgs84(120.86, 32.03, decimals=2), address="虹影新村85号楼"))
    assert ("address", EAST_HIGH) == (found.place.method, found.place.community_id)
    assert ["position_too_coarse", "narrowed_by_coarse_position"] == rules(found)[:2]


def test_a_wider_limit_takes_a_coarser_point() -> None:
    assert "position" == located(where(wgs84(120.81, 32.01, decimals=2), max_error_m=600.0)).place.method


@pytest.mark.nasty("N45", "a wrong label that the report's own address gives away")
@pytest.mark.parametrize(
    ("drift", "shifted"),
    [
        ("gcj02_labelled_wgs84", wgs84_to_gcj02(120.8058, 32.006)),
        ("bd09_labelled_wgs84", gcj02_to_bd09(*wgs84_to_gcj02(120.8058, 32.006))),
        ("shifted_twice", wgs84_to_gcj02(*wgs84_to_gcj02(120.8058, 32.006))),
    ],
)
def test_a_position_shifted_away_from_its_own_address_is_not_believed(
    drift: str, shifted: tuple[float, float]
) -> None:
    found = located(where(wgs84(*shifted), address="鹿鸣花园6幢"))
    assert found.reasons[0].rule == "position_drifts_from_address"
    assert drift == found.reasons[0].facts["drift"]
    assert ("address", 120.8058) == (found.place.method, found.place.lon)


@pytest.mark.nasty("N45", "a shift out of the district is told, not repaired")
def test_a_shift_that_leaves_the_district_is_told() -> None:
    found = unlocated(where(wgs84(*wgs84_to_gcj02(120.879, 32.03))))
    assert "R402" == found.code
    assert {"drift": "gcj02_labelled_wgs84"} in [reason.facts for reason in found.reasons]


def test_an_address_beside_its_position_is_remembered_one_far_from_it_is_flagged() -> None:
    beside = located(where(wgs84(120.8059, 32.0061), address="鹿鸣花园6幢"))
    assert ("position", "address_agrees") == (beside.place.method, rules(beside)[-1])
    assert beside.place.address_id
    away = located(where(wgs84(120.8159, 32.0161), address="鹿鸣花园6幢"))
    assert ("position", "address_disagrees", "") == (
        away.place.method,
        rules(away)[-1],
        away.place.address_id,
    )


@pytest.mark.nasty("N46", "on a border, in an overlap, a metre outside, in a gap")
@pytest.mark.parametrize(
    ("grid_id", "rule", "others", "lon", "lat"),
    [
        pytest.param("11", "lowest_of_several_grids", "13", 120.8312, 32.02, id="on a border"),
        pytest.param("10b", "lowest_of_several_grids", "11,12,13", 120.82, 32.02, id="in a corner"),
        pytest.param("12", "nearest_grid", None, 120.81, 32.04001, id="a metre outside"),
    ],
)
def test_a_point_on_the_edge_has_a_rule_and_candidates(
    grid_id: str, rule: str, others: str | None, lon: float, lat: float
) -> None:
    found = located(
        where(wgs84(lon, lat), max_error_m=1000.0)
    )  # a corner has round figures: they look coarse
    assert (grid_id, rule, others) == (
        found.place.grid_id,
        rules(found)[0],
        found.reasons[0].facts.get("others"),
    )


@pytest.mark.nasty("N46", "further outside than its own error: outside")
def test_further_outside_than_its_own_error_is_outside() -> None:
    twenty_metres_north = 32.04 + 20.0 / 110_900
    assert isinstance(where(wgs84(120.8112, twenty_metres_north)), Unlocated)
    assert isinstance(where(replace(wgs84(120.8112, twenty_metres_north), error_m=30.0)), Located)


@pytest.mark.nasty("N47", "one coordinate for everything is no position")
def test_a_hot_pixel_is_no_position() -> None:
    hot = frozenset({(LON, LAT)})
    assert ["position_hot_pixel"] == rules(unlocated(where(wgs84(), hot=hot)))
    by_address = located(where(wgs84(), address="季家埭7号", hot=hot))
    assert ("address", EAST_LOW) == (by_address.place.method, by_address.place.community_id)


@pytest.mark.nasty("N48", "an address alone")
def test_an_address_alone_gives_its_point_and_its_entry() -> None:
    found = located(where(address="季家埭７号"))
    assert ("address", "24", EAST_LOW) == (found.place.method, found.place.grid_id, found.place.community_id)
    assert (120.8714, 32.011) == (found.place.lon, found.place.lat)
    assert (found.place.address_id,) == found.candidates
    assert "address_found" == rules(found)[0]


def test_a_report_at_an_estates_gate_is_at_none_of_its_entries_but_within_its_yard() -> None:
    gate, building = (located(where(address=text)).place for text in ("澄影路30号", "鹿鸣花园8栋"))
    assert ("", "10a") == (gate.address_id, gate.grid_id)
    assert building.address_id
    apart_m = metres_between(gate.lon or 0.0, gate.lat or 0.0, building.lon or 0.0, building.lat or 0.0)
    assert (building.error_m or 0.0) < apart_m < (gate.error_m or 0.0)


def test_a_position_at_an_estates_gate_keeps_its_own_error() -> None:
    place = located(where(wgs84(120.805, 32.0055), address="澄影路30号")).place
    assert ("position", 10.0, "") == (place.method, place.error_m, place.address_id)


@pytest.mark.nasty("N48", "homonyms wait for a person, with their scores; a stated area decides")
def test_homonyms_wait_for_a_person_unless_an_area_decides() -> None:
    open_ = unlocated(where(address="虹影新村85号楼"))
    assert ("R404", ["address_ambiguous"], 2) == (open_.code, rules(open_), len(open_.candidates))
    assert {"score": 0.5, "next": 0.5, "candidates": 2} == open_.reasons[0].facts
    decided = located(where(address="虹影新村85号楼", area=EASTERN))
    assert (EAST_HIGH, "within_stated_area") == (decided.place.community_id, rules(decided)[0])


def test_an_address_that_its_stated_area_lacks_is_looked_for_elsewhere_and_flagged() -> None:
    found = located(where(address="季家埭7号", area=WESTERN))
    assert (EAST_LOW, "not_in_stated_area") == (found.place.community_id, rules(found)[0])


def test_candidates_in_one_grid_need_no_person() -> None:
    found = located(where(address="雁声街5号舟平巷5号"))
    assert "24" == found.place.grid_id


def test_a_road_without_a_number_is_too_coarse() -> None:
    found = unlocated(where(address="澄影路", max_error_m=100.0))
    assert ("R401", ["address_too_coarse"]) == (found.code, rules(found))
    assert found.candidates


@pytest.mark.nasty("N49", "the stated area and the point's disagree: the point counts, the dispute is told")
def test_a_stated_area_that_disagrees_with_the_point_is_told() -> None:
    found = located(where(wgs84(), area=EASTERN))
    assert (WESTERN, "stated_area_disagrees") == (found.place.subdistrict_id, rules(found)[-1])
    assert ["grid_holds_point"] == rules(where(wgs84(), area=WEST_LOW))


@pytest.mark.nasty("N50", "an old grid code: merged, divided")
def test_a_grid_code_of_before_is_followed_or_asks_a_person() -> None:
    merged = located(where(grid="W20"))
    assert ("grid_code", "24", "grid_code_of_before") == (
        merged.place.method,
        merged.place.grid_id,
        rules(merged)[0],
    )
    assert "grid_code_known" in rules(where(grid="W11"))
    divided = unlocated(where(grid="W10"))
    assert ("R401", WEST_LOW, None) == (divided.code, divided.place.community_id, divided.place.grid_id)
    assert {"into": "10a,10b"} == divided.reasons[0].facts
    assert ["grid_code_unknown"] == rules(unlocated(where(grid="W99")))


@pytest.mark.nasty("N51", "an old area code")
@pytest.mark.parametrize(
    ("area_id", "rule", "code"),
    [
        (WESTERN, "area_code_known", WESTERN),
        (WESTERN, "area_code_known", "329901001000"),
        (WESTERN, "area_code_of_before", "329981003"),
    ],
)
def test_an_area_alone_gives_an_area_and_no_grid(area_id: AreaId, rule: str, code: str) -> None:
    found = located(where(area=code))
    assert ("area_code", area_id, None, None) == (
        found.place.method,
        found.place.subdistrict_id,
        found.place.grid_id,
        found.place.lon,
    )
    assert [rule] == rules(found)


@pytest.mark.nasty("N51", "an old district code says no more than the district")
def test_a_district_is_too_wide_but_an_area_named_in_the_address_will_do() -> None:
    assert ["area_too_wide"] == rules(unlocated(where(area="329981")))
    assert ["area_code_unknown"] == rules(unlocated(where(area="110101")))
    named = located(where(area="329901", address="菱湾社区居委会"))
    assert ("area_code", EAST_LOW, "area_named_in_address") == (
        named.place.method,
        named.place.community_id,
        rules(named)[-1],
    )


def test_ways_are_tried_in_order_and_the_rejected_ones_keep_their_reasons() -> None:
    found = located(where(wgs84(0.0, 0.0), address="虹影新村85号楼", grid="W99", area=WEST_LOW))
    assert [
        "position_zero",
        "not_in_stated_area",
        "address_ambiguous",
        "grid_code_unknown",
        "area_code_known",
    ] == rules(found)
    assert WEST_LOW == found.place.community_id


HELD = ("grid_holds_point", {"grid": "10a", "map": "v2"})
SURE = ("address_found", {"score": 0.97, "next": 0.0, "candidates": 1})
KNOWN_NUMBER = ("number_known", {"error_m": 20})


@pytest.mark.parametrize(
    ("found", "told"),
    [
        pytest.param(
            lambda: where(wgs84(LAT, LON)), [("axes_swapped", {"mended": True}), HELD], id="a mended position"
        ),
        pytest.param(
            lambda: where(wgs84(120.86, 32.03, decimals=2), address="虹影新村85号楼"),
            [
                ("position_too_coarse", {"error_m": 556}),
                ("narrowed_by_coarse_position", {}),
                ("address_found", {"score": 1.0, "next": 0.0, "candidates": 1}),
                KNOWN_NUMBER,
                ("grid_holds_point", {"grid": "22", "map": "v2"}),
            ],
            id="a coarse point beside an address",
        ),
        pytest.param(
            lambda: where(wgs84(*wgs84_to_gcj02(120.8058, 32.006)), address="鹿鸣花园6幢"),
            [
                (
                    "position_drifts_from_address",
                    {"drift": "gcj02_labelled_wgs84", "before_m": 471, "after_m": 0},
                ),
                SURE,
                KNOWN_NUMBER,
                HELD,
            ],
            id="a position with a wrong label",
        ),
        pytest.param(
            lambda: where(wgs84(*wgs84_to_gcj02(120.879, 32.03))),
            [
                ("position_outside_district", {}),
                ("drift_suspected", {"drift": "gcj02_labelled_wgs84"}),
                ("drift_suspected", {"drift": "bd09_labelled_wgs84"}),
                ("drift_suspected", {"drift": "shifted_twice"}),
            ],
            id="a position outside that a wrong label would explain",
        ),
        pytest.param(
            lambda: where(wgs84(120.8059, 32.0061), address="鹿鸣花园6幢"),
            [HELD, ("address_agrees", {"metres": 15})],
            id="a position beside its address",
        ),
        pytest.param(
            lambda: where(wgs84(120.8159, 32.0161), address="鹿鸣花园6幢"),
            [
                ("grid_holds_point", {"grid": "10b", "map": "v2"}),
                ("address_disagrees", {"metres": 1471}),
            ],
            id="a position far from its address",
        ),
        pytest.param(
            lambda: where(address="虹影新村85号楼", area=EASTERN),
            [
                ("within_stated_area", {"area": EASTERN}),
                SURE,
                KNOWN_NUMBER,
                ("grid_holds_point", {"grid": "22", "map": "v2"}),
            ],
            id="an address in its area",
        ),
        pytest.param(
            lambda: where(address="季家埭7号", area=WESTERN),
            [
                ("not_in_stated_area", {"area": WESTERN}),
                SURE,
                KNOWN_NUMBER,
                ("grid_holds_point", {"grid": "24", "map": "v2"}),
            ],
            id="an address outside its area",
        ),
        pytest.param(
            lambda: where(address="雁声街5号舟平巷5号"),
            [
                ("candidates_in_one_grid", {"score": 0.5, "next": 0.5, "candidates": 2}),
                KNOWN_NUMBER,
                ("grid_holds_point", {"grid": "24", "map": "v2"}),
            ],
            id="two candidates in one grid",
        ),
        pytest.param(
            lambda: where(address="澄影路", max_error_m=100.0),
            [("address_too_coarse", {"error_m": 290})],
            id="a road without a number",
        ),
        pytest.param(
            lambda: where(grid="W11"), [("grid_code_known", {"grid": "11", "map": "v2"})], id="a grid's code"
        ),
        pytest.param(
            lambda: where(grid="W20"),
            [("grid_code_of_before", {"grid": "24", "map": "v2"})],
            id="a grid's code of before",
        ),
        pytest.param(
            lambda: where(area="329981003"),
            [("area_code_of_before", {"area": WESTERN})],
            id="an old area code",
        ),
        pytest.param(
            lambda: where(area="329901", address="菱湾社区居委会"),
            [("address_unknown", {}), ("area_too_wide", {}), ("area_named_in_address", {"area": EAST_LOW})],
            id="an area named in the address",
        ),
        pytest.param(
            lambda: where(wgs84(), area=EASTERN),
            [HELD, ("stated_area_disagrees", {"area": EASTERN})],
            id="a position outside its stated area",
        ),
        pytest.param(
            lambda: where(wgs84(120.81, 32.04001), max_error_m=1000.0),
            [("nearest_grid", {"grid": "12", "map": "v2"})],
            id="a position a metre outside",
        ),
    ],
)
@pytest.mark.nasty("N43", "N45", "N48", "N49")
def test_a_place_is_told_with_all_that_led_to_it(
    found: Callable[[], Located | Unlocated], told: list[tuple[str, dict[str, object]]]
) -> None:
    assert told == [(reason.rule, dict(reason.facts)) for reason in found().reasons]


def test_a_coarse_point_stays_beside_what_is_not_located() -> None:
    place = unlocated(where(wgs84(120.82, 32.01, decimals=2))).place
    assert (120.82, 32.01, "none", "v2") == (place.lon, place.lat, place.method, place.map_version)


def test_nothing_told_is_unlocated() -> None:
    assert ("R401", ["nothing_told"]) == (unlocated(where()).code, rules(where()))


def test_a_day_without_a_map_has_areas_only() -> None:
    before_all = datetime.fromisoformat("2020-05-01T12:00:00+08:00")
    assert ["no_map_of_that_day"] == rules(unlocated(where(wgs84(), at=before_all)))
    assert WESTERN == located(where(wgs84(), area=WESTERN, at=before_all)).place.subdistrict_id


COORDINATES = st.floats(allow_nan=True) | st.floats(120.79, 120.89) | st.floats(31.99, 32.05)
TEXTS = st.text(max_size=20) | st.sampled_from(
    ["虹影新村85号楼", "澄影路6号西侧50米", "西门街道", "季家埭7号"]
)


@given(
    st.builds(Position, COORDINATES, COORDINATES, st.sampled_from(Crs), st.none() | st.integers(0, 8))
    | st.none(),
    TEXTS,
    st.sampled_from(["", "329901", "329981003", "329901001001", "1"]) | st.text(max_size=6),
    st.sampled_from(["", "W10", "W20", "W11"]) | st.text(max_size=6),
)
def test_whatever_is_claimed_ends_in_a_place_or_in_a_code_and_always_with_a_reason(
    position: Position | None, address: str, area: str, grid: str
) -> None:
    found = where(position, address=address, area=area, grid=grid)
    assert found.reasons
    if isinstance(found, Located):
        assert found.place.subdistrict_id or found.place.grid_id
        assert found.place.error_m is None or found.place.error_m <= 200.0
    else:
        assert found.code in {"R401", "R402", "R403", "R404"}
        assert found.place.grid_id is None
    told = " ".join(str(fact) for reason in found.reasons for fact in reason.facts.values())
    assert not (len(address) > 3 and address in told), "a reason holds what a source sent"


@given(st.floats(120.80, 120.88), st.floats(32.00, 32.04))
def test_every_point_of_the_district_comes_into_a_comprehensive_grid_of_its_day(
    lon: float, lat: float
) -> None:
    place = located(where(Position(lon, lat, Crs.CGCS2000, 6, error_m=1.0), max_error_m=1e6)).place
    assert place.grid_id in {GridId(one) for one in ("10a", "10b", "11", "12", "13", "22", "23", "24")}


def test_a_district_without_its_subdistricts_still_places_points() -> None:
    bare = Area(AreaId("329901"), "测试区", AreaLevel.DISTRICT, None)
    plain = Atlas([bare], [DatedMap(FIRST_DAY, None, grid_map(GRIDS))])
    found = locate(Claim(position=wgs84(), at=AFTER), plain, Gazetteer([], [bare]))
    assert located(found).place.grid_id == "10"
