"""Masks: a table a mask, to be read beside domain.md 5.5, and the laws that hold for all."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access.identifiers import citizen_of, with_check_digit
from hub.access.known import Known
from hub.access.masks import FULL, HIDDEN, MASKS, Scene, mask_of, strictest, strictness
from hub.errors import Bug, FixSettings

SCENE = Scene(date(2026, 3, 10), grid_centre=(120.8512, 32.0017), known=lambda: Known(("测试甲",)))


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        ("phone_3_4", "13800001234", "138****1234"),
        ("phone_3_4", "１３８ ００００ １２３４", "138****1234"),
        ("phone_3_4", "+86 138-0000-1234", "138****1234"),
        ("phone_3_4", "0513-85551234", "051****1234"),
        ("phone_3_4", "010 85551234转801", "010****1234"),
        ("phone_3_4", "13800001234、13900005678", "138****1234,139****5678"),
        ("phone_3_4", "测试甲 13800001234", "138****1234"),
        ("phone_3_4", "85551234", HIDDEN),
        ("phone_3_4", "不详", HIDDEN),
        ("id_6_4", "320613199003071234", "320613********1234"),
        ("id_6_4", "32061319900307123x", "320613********123X"),
        ("id_6_4", "320613900307123", "320613******123"),
        ("id_6_4", "E12345678", "E*******8"),
        ("id_1_1", "320613199003071234", "3****************4"),
        ("id_1_1", "E12345678", "E*******8"),
        ("id_1_1", "12345", HIDDEN),
        ("id_1_1", "不愿透露", HIDDEN),
        ("id_age_sex", with_check_digit("32990119900307123"), "30-39岁男"),
        ("id_age_sex", with_check_digit("32990120080311124"), "14-17岁女"),
        ("id_age_sex", with_check_digit("32990120080310124"), "18-19岁女"),
        ("id_age_sex", with_check_digit("32990119360307124"), "80岁以上女"),
        ("id_age_sex", "329901900307123", "30-39岁男"),
        ("id_age_sex", "320613199003071234", HIDDEN),
        ("id_age_sex", with_check_digit("32990120990307123"), HIDDEN),
        ("name_1", "张三", "张*"),
        ("name_1", "张小明", "张*明"),
        ("name_1", "欧阳明", "欧阳*"),
        ("name_1", "欧阳小明", "欧阳*明"),
        ("name_1", "张王小明", "张**明"),
        ("name_1", "张 三", "张*"),
        ("name_1", "张先生", "张*"),
        ("name_1", "张某某", "张*"),
        ("name_1", "张", HIDDEN),
        ("name_1", "买买提·阿不都", "买买提·*"),
        ("name_1", "买买提•阿不都", "买买提·*"),
        ("name_1", "John Smith", "J***"),
        ("name_1", "张三、李小四", "张*、李*四"),
        ("name_1", "张三13800000000", "张***"),
        ("name_1", "𠮷田", "𠮷*"),
        ("name_1", "13800000000", HIDDEN),
        ("name_1", "张三、、李小四", "张*、李*四"),
        ("id_1_1", "123456", "1****6"),
        ("minor", "30-39岁男", "30-39岁"),
        ("id_age_sex", "30-39岁男", "30-39岁男"),
        ("id_age_sex", "", HIDDEN),
        ("addr_quarter", " 人民路 85 号 阳光花园 12 幢 ", "人民路85号阳光花园"),
        ("addr_community", "云江市青澜区星湖街道白荡海社区人民路85号", "云江市青澜区星湖街道白荡海社区"),
        ("addr_community", "星湖街道人民路85号阳光花园12幢", "星湖街道"),
        ("addr_community", "阳光花园12幢501室", HIDDEN),
        ("addr_quarter", "云江市青澜区人民路85号阳光花园12幢3单元501室", "云江市青澜区人民路85号阳光花园"),
        ("addr_quarter", "虹桥新村85号楼", "虹桥新村"),
        ("addr_quarter", "阳光花园１２－３－５０１", "阳光花园"),
        ("addr_quarter", "人民路85号", "人民路"),
        ("addr_quarter", "人民路85号测试甲家", "人民路"),
        ("addr_quarter", "九溪村三组12号", "九溪村"),
        ("addr_quarter", "5号楼501", HIDDEN),
        ("plate_mid", "苏F12345", "苏F·1***5"),
        ("plate_mid", "苏f·12345", "苏F·1***5"),
        ("plate_mid", "苏FD12345", "苏F·D****5"),
        ("plate_mid", "无牌", HIDDEN),
        ("img_blur", "photo.jpg", None),
        ("geo_100m", (120.85123, 32.00187), (120.85125, 32.002)),
        ("geo_100m", "120.85,32.00", None),
        ("geo_grid", (120.85123, 32.00187), (120.8512, 32.0017)),
        ("text_scan", "测试甲说13800000000", "[姓名]说[电话]"),
        ("minor", with_check_digit("32990120160307123"), "0-13岁"),
        ("minor", date(2016, 3, 7), "0-13岁"),
        ("minor", "青澜区第一小学三年级2班", HIDDEN),
        ("minor", "测试甲", HIDDEN),
    ],
)
def test_a_mask_shows_this_and_no_more(mask: str, value: object, shown: object) -> None:
    assert shown == MASKS[mask](value, SCENE)


@pytest.mark.parametrize(
    ("mask", "leaf", "value", "shown"),
    [
        ("geo_100m", "lon", 120.85123, 120.85125),
        ("geo_100m", "lat", 32.00187, 32.002),
        ("geo_grid", "lon", 120.85123, 120.8512),
        ("geo_grid", "lat", 32.00187, 32.0017),
        ("geo_100m", "lon", "120.85123", None),
    ],
)
def test_half_a_coordinate_is_masked_along_its_axis(
    mask: str, leaf: str, value: object, shown: object
) -> None:
    apply = mask_of(mask, leaf)
    assert apply is not None
    assert shown == apply(value, SCENE)


def test_without_a_known_grid_no_coordinate_is_shown() -> None:
    assert MASKS["geo_grid"]((120.85, 32.0), Scene(date(2026, 3, 10))) is None


VALUES = st.one_of(
    st.text(max_size=30),
    st.from_regex(r"\A1[3-9][0-9]{9}\Z"),
    st.from_regex(r"\A[1-9][0-9]{16}[0-9X]\Z"),
    st.from_regex(r"\A[一-龥]{2,4}\Z"),
    st.from_regex(r"\A[一-龥]{2,4}(路|街道|社区|小区)[0-9]{1,3}号[0-9]{1,2}幢[0-9]{3}室\Z"),
    st.from_regex(r"\A苏[A-Z][0-9A-Z]{5,6}\Z"),
)


@pytest.mark.nasty("N57")
@pytest.mark.parametrize("mask", [name for name in MASKS if not name.startswith(("geo", "img"))])
@given(value=VALUES)
def test_a_masked_value_stays_as_it_is(mask: str, value: str) -> None:
    once = MASKS[mask](value, SCENE)
    assert once == MASKS[mask](once, SCENE)


@pytest.mark.nasty("N57")
@pytest.mark.parametrize(
    ("mask", "masked"),
    [("name_1", "张*"), ("name_1", "张*明"), ("phone_3_4", "138****1234"), ("id_6_4", "320613********1234")],
)
def test_what_a_source_masked_already_is_passed_on_masked(mask: str, masked: str) -> None:
    assert masked == MASKS[mask](masked, SCENE)


@given(number=st.from_regex(r"\A[1-9][0-9]{16}[0-9X]\Z"))
def test_a_stricter_id_mask_shows_no_place_that_a_looser_one_hides(number: str) -> None:
    loose, strict = str(MASKS["id_6_4"](number, SCENE)), str(MASKS["id_1_1"](number, SCENE))
    assert all(hidden == "*" for shown, hidden in zip(loose, strict, strict=True) if shown == "*")


@given(lon=st.floats(73, 135), lat=st.floats(18, 54))
def test_a_snapped_coordinate_is_at_most_a_hundred_metres_off(lon: float, lat: float) -> None:
    snapped = MASKS["geo_100m"]((lon, lat), SCENE)
    assert snapped == (pytest.approx(lon, abs=0.000626), pytest.approx(lat, abs=0.000501))


@pytest.mark.parametrize(
    ("masks", "wins"),
    [
        (["", "phone_3_4"], "phone_3_4"),
        (["id_6_4", "id_1_1"], "id_1_1"),
        (["id_1_1", "id_age_sex", "id_6_4"], "id_age_sex"),
        (["addr_quarter", "addr_community"], "addr_community"),
        (["geo_grid", "geo_100m"], "geo_grid"),
        (["minor", "name_1", ""], "minor"),
        ([""], ""),
    ],
)
def test_the_strictest_mask_wins(masks: list[str], wins: str) -> None:
    assert wins == strictest(masks)


def test_a_mask_nobody_knows_is_stricter_than_all() -> None:
    assert all(strictness("no_such") > strictness(name) for name in (FULL, *MASKS))


def test_a_mask_nobody_knows_cannot_be_applied() -> None:
    with pytest.raises(FixSettings) as refused:
        mask_of("no_such", "phone")
    assert (refused.value.code, refused.value.pointer) == ("A106", "/phone")
    assert {"names": " ".join(MASKS)} == refused.value.facts


def test_a_text_is_not_masked_while_nobody_said_what_is_personal_in_it() -> None:
    with pytest.raises(Bug) as refused:
        MASKS["text_scan"]("测试甲", Scene(date(2026, 3, 10)))
    assert refused.value.code == "A107"


@pytest.mark.nasty("N54")
@pytest.mark.parametrize(
    "number",
    ["320613199003071234", "000000", "无", "", "32061319901307123X", "３２０６１３199003071234", "E12345678"],
)
def test_an_id_that_is_none_tells_neither_age_nor_sex(number: str) -> None:
    assert citizen_of(number) is None
