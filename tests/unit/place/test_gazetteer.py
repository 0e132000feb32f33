"""The address table asked with dirty text: the right entry first, homonyms side by side, scores that hold."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model import Address
from hub.place.candidates import DOOR_ERROR_M, WIDEST_YARD_M, Match
from hub.place.coords import metres_between
from hub.place.gazetteer import Gazetteer
from tests.unit.place.town import AREAS, EAST_HIGH, EASTERN, WEST_HIGH, WESTERN, addresses

TOWN = Gazetteer(addresses(), AREAS)
BY_ID = {address.id: address for address in addresses()}


def rules(match: Match) -> list[str]:
    return [reason.rule for reason in match.reasons]


def parts(address: Address) -> tuple[str, str, str, str, str]:
    return address.road, address.number, address.estate, address.building, address.unit


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param(("澄影路", "6", "", "", ""), "澄影路6号", id="a door"),
        pytest.param(("澄影路", "6", "", "", ""), "测试区西门街道竹溪社区澄影路６号", id="from the district down"),
        pytest.param(("澄影路", "30", "鹿鸣花园", "", ""), "澄影路30号", id="the gate, not the buildings behind it"),
        pytest.param(("澄影路", "30", "鹿鸣花园", "4", ""), "鹿鸣花园四号楼", id="a building"),
        pytest.param(("澄影路", "30", "鹿鸣花园", "4", ""), "鹿鸣花园4", id="a bare figure"),
        pytest.param(("澄影路", "30", "鹿鸣花园", "4", "2"), "鹿鸣花园4-2-301", id="a unit"),
        pytest.param(("澄影路", "30", "鹿鸣花园", "4", ""), "澄影路30号4幢", id="a building by its gate"),
        pytest.param(("澄影路", "30", "鹿鸣花园", "4", ""), "澄影路30号鹿鸣花园4幢", id="both names"),
        pytest.param(("澄影路", "30", "鹿鸣花园", "4", ""), "住在鹿鸣花园里面4幢楼下", id="words around it"),
        pytest.param(("澄影路", "30", "鹿鸣花园", "4", ""), "鹿鸣花苑4幢", id="another kind of estate"),
        pytest.param(("", "7", "季家埭", "", ""), "季家埭7号", id="a village's door"),
        pytest.param(("", "7", "季家埭", "", ""), "菱湾社区季家埭7幢", id="a village's door called 幢"),
    ],
)  # fmt: skip
def test_the_entry_that_is_meant_comes_first(expected: tuple[str, str, str, str, str], text: str) -> None:
    best = TOWN.search(text)[0]
    assert expected == parts(best.address)
    assert best.at_entry
    assert (best.address.lon, best.address.lat) == (best.lon, best.lat)


@pytest.mark.nasty("N48", "homonyms are candidates side by side, and the area that the text names decides")
@pytest.mark.parametrize(
    ("communities", "text"),
    [
        pytest.param([WEST_HIGH, EAST_HIGH], "虹影新村85号楼", id="nothing decides"),
        pytest.param([EAST_HIGH, WEST_HIGH], "东门街道虹影新村85号楼", id="the subdistrict decides"),
        pytest.param([EAST_HIGH, WEST_HIGH], "荷浦村委会虹影新村85号楼", id="the village's office decides"),
    ],
)
def test_homonyms_are_candidates_side_by_side(communities: list[str], text: str) -> None:
    found = TOWN.search(text)
    assert communities == [match.address.community_id for match in found]
    assert sum(match.score for match in found) <= 1.0 + 1e-9
    told_apart = found[0].score - found[1].score > 0.5
    assert told_apart == ("area_agrees" in rules(found[0]))


def test_a_search_within_an_area_keeps_to_it() -> None:
    [only] = TOWN.search("虹影新村85号楼", within=WESTERN)
    assert WEST_HIGH == only.address.community_id
    assert only.score > 0.9
    assert () == TOWN.search("季家埭7号", within=WESTERN)
    assert TOWN.search("季家埭7号", within=EASTERN)


@pytest.mark.nasty("N48", "a renamed road is found by its former name")
def test_a_renamed_road_is_found_by_its_former_name() -> None:
    renamed = Gazetteer(addresses(), AREAS, renamed={"红星路": "澄影路", "某某路": "没有这条路"})
    assert ("澄影路", "6", "", "", "") == parts(renamed.search("红星路6号")[0].address)
    assert () == TOWN.search("红星路6号")


@pytest.mark.nasty("N48", "a demolished building: the estate stays a candidate, coarser and less sure")
def test_a_number_that_the_table_lacks_gives_the_whole_with_its_extent() -> None:
    best = TOWN.search("鹿鸣花园99幢")[0]
    assert "number_unknown" in rules(best)
    assert not best.at_entry
    assert best.score < TOWN.search("鹿鸣花园4幢")[0].score
    assert best.error_m > 80.0


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param(("12", "3", ""), "莺啼路12弄3号", id="a door in a lane"),
        pytest.param(("12", "3", ""), "莺啼路十二弄三号501室", id="in words, with a room"),
        pytest.param(("12", "3", ""), "莺啼路12弄3号楼", id="a door called a building"),
        pytest.param(("12", "3", ""), "莺啼新村3号", id="the estate of that lane"),
        pytest.param(("12", "3", ""), "莺啼路12弄莺啼新村3号", id="lane and estate"),
        pytest.param(("14", "3", ""), "莺啼路14弄3号", id="the same number in the next lane"),
        pytest.param(("14", "", "2"), "莺啼路14弄2幢", id="a building in a lane"),
        pytest.param(("", "3", ""), "莺啼路3号", id="the same number on the road"),
        pytest.param(("12", "3", ""), "旧莺路12弄3号", id="by the road's former name"),
    ],
)
def test_a_lane_has_doors_of_its_own(expected: tuple[str, str, str], text: str) -> None:
    best = Gazetteer(_lanes(), AREAS, renamed={"旧莺路": "莺啼路"}).search(text)[0]
    assert expected == (best.address.lane, best.address.number, best.address.building)
    assert best.at_entry


def test_a_lane_alone_is_a_whole_and_an_unknown_lane_only_its_road() -> None:
    lanes = Gazetteer(_lanes(), AREAS)
    whole, unknown = lanes.search("莺啼路12弄")[0], lanes.search("莺啼路88弄3号")[0]
    assert ("12", "name_known") == (whole.address.lane, rules(whole)[0])
    assert (False, "number_unknown") == (unknown.at_entry, rules(unknown)[0])
    assert unknown.error_m > whole.error_m > DOOR_ERROR_M


def _lanes() -> list[Address]:
    """A road with door 3, and its lanes 12 (an estate of doors) and 14 (doors, and a building)."""
    rows = (
        ("", "3", "", "", 120.803), ("12", "1", "莺啼新村", "", 120.8121), ("12", "3", "莺啼新村", "", 120.8123),
        ("14", "3", "", "", 120.8143), ("14", "", "", "2", 120.8152),
    )  # fmt: skip
    return [
        Address(f"L{place}", WESTERN, WEST_HIGH, "莺啼路", lane, number, estate, building, "", lon, 32.03)
        for place, (lane, number, estate, building, lon) in enumerate(rows)
    ]


def test_the_gate_of_an_estate_may_mean_any_building_behind_it() -> None:
    gate = TOWN.search("澄影路30号")[0]
    buildings = [one for one in addresses() if one.estate == "鹿鸣花园" and one.building and not one.unit]
    furthest_m = max(metres_between(gate.lon, gate.lat, one.lon, one.lat) for one in buildings)
    assert furthest_m + DOOR_ERROR_M == pytest.approx(gate.error_m)
    assert (True, "") == (gate.at_entry, gate.address_id)


@pytest.mark.parametrize("text", ["澄影路6号", "鹿鸣花园4幢", "澄影路30号4幢", "季家埭7号"])
def test_a_door_or_a_building_means_itself_only(text: str) -> None:
    best = TOWN.search(text)[0]
    assert (DOOR_ERROR_M, best.address.id) == (best.error_m, best.address_id)


def test_the_widest_yard_leaves_its_gate_fine_enough_for_a_grid() -> None:
    gate = Address("W1", WESTERN, WEST_HIGH, "长庚路", "", "1", "阔野山庄", "", "", 120.81, 32.03)
    villa = replace(gate, id="W2", building="90", lon=120.82)
    assert WIDEST_YARD_M == Gazetteer([gate, villa], AREAS).search("长庚路1号")[0].error_m


def test_a_door_between_two_known_doors_lies_between_them() -> None:
    between = TOWN.search("澄影路14号")[0]
    low, high = (TOWN.search(f"澄影路{number}号")[0] for number in (10, 20))
    assert "between_doors" in rules(between)
    assert low.lon + 0.4 * (high.lon - low.lon) == pytest.approx(between.lon)
    assert not between.at_entry
    # The odd side of this road has no door at all: nothing to lie between.
    assert "number_unknown" in rules(TOWN.search("澄影路15号")[0])


def test_a_crossing_is_where_two_roads_come_nearest() -> None:
    best = TOWN.search("雁声街与舟平巷交叉口")[0]
    assert "crossing_known" in rules(best)
    assert metres_between(120.8435, 32.0155, best.lon, best.lat) < best.error_m + 30.0


@pytest.mark.parametrize(
    ("east_m", "north_m", "text"),
    [
        (-50.0, 0.0, "澄影路6号西侧50米"),
        (100.0, 0.0, "澄影路6号往东约100米处"),
        (70.7, 70.7, "澄影路6号东北100米"),
        (0.0, -1000.0, "澄影路6号以南1公里"),
    ],
)
def test_a_distance_in_the_text_moves_the_point(east_m: float, north_m: float, text: str) -> None:
    door, moved = TOWN.search("澄影路6号")[0], TOWN.search(text)[0]
    assert metres_between(door.lon, door.lat, moved.lon, door.lat) == pytest.approx(abs(east_m), abs=5.0)
    assert metres_between(door.lon, door.lat, door.lon, moved.lat) == pytest.approx(abs(north_m), abs=5.0)
    assert (moved.lon > door.lon + 1e-9, moved.lat > door.lat + 1e-9) == (east_m > 0, north_m > 0)
    assert moved.error_m > door.error_m
    assert not moved.at_entry


@pytest.mark.parametrize("text", ["", "   ", "abc", "1号", "不存在的地方", "西门街道", "竹溪社区居委会"])
def test_a_text_without_a_place_has_no_candidate(text: str) -> None:
    assert () == TOWN.search(text)


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["竹溪社区"], "西门街道竹溪社区居委会门口"),
        (["西门街道"], "西门街道办事处"),
        (["荷浦村"], "荷浦村委会"),
        ([], "某某街道"),
    ],
)
def test_areas_are_known_by_their_names_and_offices(names: list[str], text: str) -> None:
    assert names == [area.name for area in TOWN.areas_named(text)]


def test_exact_search_takes_no_name_that_is_only_nearly_so() -> None:
    assert () == TOWN.exact("鹿鸣花苑4幢")
    assert TOWN.search("鹿鸣花园4幢")[0] == TOWN.exact("鹿鸣花园4幢")[0]


@given(
    st.text(max_size=40)
    | st.text(alphabet="澄影路鹿鸣花园虹新村季家埭号楼幢0123456789-西东米与", max_size=30)
)
def test_no_text_whatever_raises_and_scores_are_shares_of_one(text: str) -> None:
    found = TOWN.search(text)
    scores = [match.score for match in found]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) <= 1.0 + 1e-9
    assert all(match.address.id in BY_ID for match in found)


_FIRST, _SECOND = "鹿兰松鹭鹤燕月雪晴芷蘅霁砚岫棠榴莺萱", "鸣舞栖语隐澜庭墅湾汀影缘韵轩屿坊馨畔"


def _city(dice: random.Random) -> list[Address]:
    """300 estates with 12 buildings each; one name in thirty stands for two of them."""
    names = dice.sample(
        [a + b + kind for a in _FIRST for b in _SECOND for kind in ("花园", "小区", "苑")], 290
    )
    rows = []
    for number, name in enumerate([*names, *names[:10]]):
        lon, lat = 120.80 + number % 20 * 0.004, 32.00 + number // 20 * 0.003
        for building in range(1, 13):
            key = f"C{number:03d}{building:02d}"
            spot = (lon + building % 4 * 4e-4, lat + building // 4 * 4e-4)
            community, subdistrict = (WEST_HIGH, WESTERN) if number % 2 else (EAST_HIGH, EASTERN)
            rows.append(Address(key, subdistrict, community, "", "", "", name, str(building), "", *spot))
    return rows


def test_a_score_is_at_least_as_good_as_it_says() -> None:
    """Of the best candidates with a score of s, at least the part s is the entry that was meant."""
    dice = random.Random(48)
    rows = _city(dice)
    city = Gazetteer(rows, AREAS)
    bands: dict[int, list[bool]] = {}
    for row in dice.sample(rows, 500):
        typo = dice.choice(_FIRST + _SECOND)
        at = dice.randrange(len(row.estate) - 1)
        for text in (
            f"{row.estate}{row.building}幢",
            f"{row.estate[:2]}{row.building}号楼",
            f"{row.estate[:at]}{typo}{row.estate[at + 1:]}{row.building}幢",
            f"在{row.estate}的{row.building}栋边上",
        ):  # fmt: skip
            for match in city.search(text)[:1]:
                bands.setdefault(int(match.score * 5), []).append(match.address.id == row.id)
    shares = {band / 5: sum(right) / len(right) for band, right in bands.items() if len(right) >= 20}
    assert len(shares) >= 3
    assert [] == [(score, share) for score, share in shares.items() if share < score - 0.03]
