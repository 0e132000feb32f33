"""The shape of a mask: what it leaves fits, what it should have hidden does not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access.known import Known
from hub.access.masks import MASKS, Scene, mask_of
from hub.access.shapes import shape_of
from hub.intake.validate import Validator

SCENE = Scene(date(2026, 3, 10), grid_centre=(120.85, 32.0), known=lambda: Known(("测试甲",)))
ID = "329901199003071230"

BARE = {
    "text_scan": ["电话13800000000", f"证件{ID}", "13912345678"],
    "plate_mid": ["苏F12345", "苏FD12345"],
    "addr_quarter": ["青澜区星湖街道青云路12号样本花园3幢402室", "样本花园12号楼501"],
    "addr_community": ["星湖街道白荡社区青云路12号", "青云路12号样本花园3号楼"],
    "name_1": ["测试甲", "欧阳测", "Ann Test"],
    "phone_3_4": ["13800000000", "0513-85551234"],
    "id_6_4": [ID],
    "id_1_1": [ID, "E12345678"],
    "id_age_sex": [ID],
    "img_blur": ["picture.jpg"],
    "minor": [ID, "测试童"],
}
"""Mask → values that it must not let through."""


def fits(mask: str, leaf: str, value: object) -> bool:
    """Whether a message may show `value` where the audit says `mask`."""
    wire = Validator({"type": "object", "properties": {leaf: shape_of(mask, leaf)}})
    return not wire.faults({leaf: value})


def test_every_mask_has_a_shape() -> None:
    assert set(MASKS) - {"geo_100m", "geo_grid"} == set(BARE)


@pytest.mark.parametrize(("mask", "value"), [(mask, one) for mask, some in BARE.items() for one in some])
def test_a_bare_value_does_not_fit_and_its_masked_form_does(mask: str, value: str) -> None:
    hide = mask_of(mask, "leaf")
    assert hide is not None
    assert not fits(mask, "leaf", value)
    assert fits(mask, "leaf", hide(value, SCENE))


@pytest.mark.parametrize("mask", BARE)
def test_what_is_absent_fits_every_mask(mask: str) -> None:
    assert fits(mask, "leaf", None)
    assert mask == "img_blur" or fits(mask, "leaf", "")


@given(
    st.sampled_from(["name_1", "phone_3_4", "id_6_4", "id_1_1", "id_age_sex", "plate_mid", "minor"]),
    st.text(),
)
def test_whatever_comes_in_what_a_mask_leaves_fits_it(mask: str, value: str) -> None:
    hide = mask_of(mask, "leaf")
    assert hide is not None
    assert value == "" or fits(mask, "leaf", hide(value, SCENE))


@given(st.sampled_from(["lon", "lat"]), st.floats(-180, 180).map(lambda one: round(one, 6)))
def test_a_point_on_the_lattice_fits_and_one_beside_it_does_not(leaf: str, value: float) -> None:
    hide = mask_of("geo_100m", leaf)
    assert hide is not None
    snapped = hide(value, SCENE)
    assert fits("geo_100m", leaf, snapped)
    assert fits("geo_100m", leaf, value) is (snapped == value)


def test_a_point_where_a_text_should_be_fits_no_mask_of_points() -> None:
    assert not fits("geo_100m", "lon", "120.85")
    assert not fits("geo_grid", "lon", "120.85")
    assert not fits("geo_100m", "point", (120.85, 32.0))
