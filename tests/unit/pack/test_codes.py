"""Code tables: a code means what its own table says, however it is written."""

import pytest

from hub.pack import normalise_code

from .conftest import TinyPack


@pytest.mark.nasty("N23")
@pytest.mark.parametrize("written", ["0401", "401", "０４０１", " 0401\n", "04 01", "401 "])
def test_a_code_is_known_however_it_is_written(tiny: TinyPack, written: str) -> None:
    assert tiny.load().codes.category_of("cg-2023", written) == "street_order.vendor"


@pytest.mark.nasty("N23")
@pytest.mark.parametrize(
    ("one", "other"), [("1", "01"), ("jg0101", "JG0101"), ("ＪＧ０１０１", "JG0101"), ("890", "0890")]
)
def test_two_spellings_of_one_code_are_one(one: str, other: str) -> None:
    assert normalise_code(one) == normalise_code(other)


@pytest.mark.parametrize(
    ("one", "other"), [("1", "10"), ("0101", "010101"), ("JG0101", "0101"), ("1", "001x")]
)
def test_different_codes_stay_different(one: str, other: str) -> None:
    assert normalise_code(one) != normalise_code(other)


@pytest.mark.nasty("N24")
def test_the_same_code_means_another_thing_in_another_table(tiny: TinyPack) -> None:
    codes = tiny.load().codes
    assert codes.category_of("cg-2023", "0401") == "street_order.vendor"
    assert codes.category_of("cg-2015", "0401") == "sudden_incident.pipe_burst"


@pytest.mark.nasty("N25", "the table says nothing; that the event is accepted as unmapped is intake's")
def test_an_unknown_code_or_table_says_nothing(tiny: TinyPack) -> None:
    codes = tiny.load().codes
    assert codes.category_of("cg-2023", "9999") is None
    assert codes.category_of("cg-1999", "0401") is None
    assert codes.title_of("cg-2023", "9999") is None


def test_a_category_is_answered_in_the_tables_own_spelling(tiny: TinyPack) -> None:
    codes = tiny.load().codes
    assert tuple(codes.code_for(table, "sudden_incident.pipe_burst") for table in ("cg-2023", "cg-2015")) == (
        "0501",
        "0401",
    )
    assert codes.code_for("cg-2023", "street_order.shop_outside") is None
    assert codes.title_of("cg-2023", "501") == "供水管破裂"


def test_of_two_codes_for_one_category_the_first_is_answered(tiny: TinyPack) -> None:
    tiny.replace("codes/cg-2023.csv", "0501,", "0499,street_order.vendor,流动摊贩\n0501,")
    assert tiny.load().codes.code_for("cg-2023", "street_order.vendor") == "0401"
