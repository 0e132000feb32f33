"""Addresses as people write them, cut into parts."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.place.address import AddressParts, parse
from hub.place.wording import Ending, kind_of_name, normalise


def told(parts: AddressParts) -> dict[str, object]:
    """The parts that are there."""
    return {part: value for part, value in asdict(parts).items() if value not in ("", None, ())}


@pytest.mark.nasty("N20", "full-width figures and brackets are one spelling for keys")
@pytest.mark.parametrize(
    ("plain", "text"),
    [
        ("水秀苑12号楼(3单元)2楼", "水秀苑　十二号楼（三单元）２楼"),
        ("都市水乡水秀苑", "都市水乡-水秀苑"),
        ("滨江万家花城", "滨江•万家花城"),
        ("前进一路210号", "前进一路二百一十号"),
        ("澄影路85-1号", "澄影路８５－１号"),
        ("A座", "ａ座"),
        ("文庙𠮷巷3号", "文庙𠮷巷三号"),
    ],
)
def test_one_address_has_one_spelling(plain: str, text: str) -> None:
    assert plain == normalise(text)
    assert plain == normalise(plain)


@pytest.mark.parametrize(
    ("ending", "name"),
    [
        (Ending.PROVINCE, "江苏省"), (Ending.CITY, "云江市"), (Ending.DISTRICT, "青澜区"),
        (Ending.SUBDISTRICT, "望河街道"), (Ending.SUBDISTRICT, "柳汀镇"), (Ending.COMMUNITY, "竹溪社区"),
        (Ending.COMMUNITY, "九溪村委会"), (Ending.ROAD, "人民广场路"), (Ending.ROAD, "望江大道"),
        (Ending.ESTATE, "虹桥新村"), (Ending.ESTATE, "水秀苑"), (Ending.SECTION, "东区"),
    ],
)  # fmt: skip
def test_a_names_ending_tells_what_it_names(ending: Ending, name: str) -> None:
    assert ending == kind_of_name(name)


@pytest.mark.nasty("N48", "an address only, in the dirty forms of domain.md 4.3")
@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param({"estate": "虹桥新村", "building": "85"}, "虹桥新村85号楼", id="号楼"),
        pytest.param({"estate": "水秀苑", "building": "1"}, "水秀苑1", id="a bare figure"),
        pytest.param({"estate": "水秀苑", "building": "1"}, "水秀苑1栋", id="栋"),
        pytest.param({"estate": "水秀苑", "building": "1"}, "水秀苑1号", id="号 in an estate is a 幢"),
        pytest.param({"estate": "水秀苑", "building": "1"}, "水秀苑1#", id="#"),
        pytest.param({"estate": "水秀苑", "building": "1-10"}, "水秀苑1幢-10幢", id="a range, dirty"),
        pytest.param({"estate": "水秀苑", "building": "1-10"}, "水秀苑1-10幢", id="a range, clean"),
        pytest.param(
            {"estate": "水秀苑", "building": "3", "unit": "2", "room": "501"}, "水秀苑３－２－５０１", id="3-2-501"
        ),
        pytest.param({"estate": "水秀苑", "building": "3", "room": "501"}, "水秀苑3-501室", id="3-501"),
        pytest.param(
            {"estate": "水秀苑", "building": "12", "unit": "3", "floor": "2", "room": "201"},
            "水秀苑十二幢三单元二楼201室",
            id="all of it",
        ),
        pytest.param({"road": "澄影路", "number": "85"}, "澄影路85号", id="号 on a road is a door"),
        pytest.param({"road": "澄影路", "number": "85-1"}, "澄影路85-1号", id="a door divided"),
        pytest.param({"road": "樟树街", "lane": "105", "number": "58"}, "樟树街105弄58号", id="弄"),
        pytest.param({"road": "虹桥路", "lane": "12", "number": "3"}, "虹桥路１２弄三号", id="弄, mixed figures"),
        pytest.param({"road": "虹桥路", "lane": "12-18", "number": "3"}, "虹桥路12-18弄3号", id="two lanes in one"),
        pytest.param(
            {"road": "虹桥路", "lane": "12", "building": "3", "room": "501"}, "虹桥路12弄3号楼501室", id="弄 and 号楼"
        ),
        pytest.param(
            {"road": "虹桥路", "lane": "12", "estate": "虹桥新村", "building": "3"}, "虹桥路12弄虹桥新村3号", id="弄 and 小区"
        ),
        pytest.param({"road": "虹桥路", "lane": "12"}, "虹桥路12弄", id="弄 alone"),
        pytest.param(
            {"road": "澄影路", "number": "123", "direction": "西", "offset_m": 50.0}, "澄影路123号西侧50米", id="西侧50米"
        ),
        pytest.param(
            {"road": "澄影路", "cross_road": "雁声街", "direction": "东北", "offset_m": 100.0},
            "澄影路与雁声街交叉口东北100米",
            id="a crossing",
        ),
        pytest.param({"road": "同协路", "cross_road": "临丁路"}, "同协路临丁路口", id="a crossing without 与"),
        pytest.param({"community": "白荡海社区", "grid": "4"}, "白荡海社区第四网格", id="a numbered grid"),
        pytest.param({"grid": "50608022"}, "5060802第二网格", id="a grid's code"),
        pytest.param({"community": "九溪村委会"}, "九溪村委会", id="a village's office"),
        pytest.param({"community": "新桥村", "number": "232"}, "新桥村232号", id="a village has doors"),
        pytest.param({"estate": "进取村", "building": "5"}, "进取村5栋", id="a village with 栋 is an estate"),
        pytest.param(
            {
                "province": "江苏省", "city": "云江市", "district": "青澜区", "subdistrict": "望河街道",
                "community": "竹溪社区", "road": "澄影路", "number": "30", "estate": "鹿鸣花园", "building": "6",
            },
            "江苏省云江市青澜区望河街道竹溪社区澄影路30号鹿鸣花园6幢",
            id="from the province down",
        ),
        pytest.param({"city": "景德镇市", "road": "人民广场路", "number": "12"}, "景德镇市人民广场路12号", id="words inside names"),
        pytest.param({"road": "3号路", "number": "8"}, "3号路8号", id="a numbered road"),
        pytest.param({"estate": "鹿鸣花园", "names": ("东区",), "building": "2"}, "鹿鸣花园东区2幢", id="a part of an estate"),
        pytest.param(
            {"road": "澄影路", "number": "8", "names": ("测试商贸有限公司", "东门")}, "澄影路8号测试商贸有限公司(东门)", id="names"
        ),
        pytest.param({}, "", id="nothing"),
    ],
)  # fmt: skip
def test_an_address_is_cut_into_its_parts(expected: dict[str, object], text: str) -> None:
    assert expected == told(parse(text))


@given(
    st.text(max_size=60)
    | st.text(alphabet="澄影路水秀苑村区市号楼幢栋单元-1２三()与口西侧米弄#A", max_size=40)
)
def test_no_text_whatever_raises_and_no_part_is_made_up(text: str) -> None:
    parts = parse(text)
    plain = normalise(text)
    for name in (parts.road, parts.estate, parts.community, parts.subdistrict, *parts.names):
        assert name in plain


@given(
    st.sampled_from(["澄影路", "雁声大街", "人民广场路"]),
    st.integers(1, 999),
    st.sampled_from(["鹿鸣花园", "水秀苑", "虹影新村"]),
    st.integers(1, 120),
    st.sampled_from(["幢", "栋", "号楼", "座", "#"]),
)
def test_a_full_address_gives_back_what_it_was_written_from(
    road: str, number: int, estate: str, building: int, word: str
) -> None:
    expected = {"road": road, "number": str(number), "estate": estate, "building": str(building)}
    assert expected == told(parse(f"{road}{number}号{estate}{building}{word}"))
