"""The fields of a record, whatever the vendor called them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hub.errors import BadRecord, HeldRecord
from hub.plugin.fields import Fields, whole


@pytest.mark.nasty("N32")
@pytest.mark.parametrize("name", ["orderNo", "ORDER_NO", "order-no", "OrderNO", "order no"])
def test_a_field_is_found_however_its_name_is_cased_and_cut(name: str) -> None:
    assert Fields({name: "HL1"}).text("orderNo") == "HL1"


def test_the_first_name_that_holds_something_wins() -> None:
    fields = Fields({"content": "", "body": None, "words": "有"})
    assert fields.text("content", "body", "words") == "有"
    assert fields.text("content", "body") == ""


@pytest.mark.nasty("N26", "N28")
@pytest.mark.parametrize("value", ["4", 4, "4.0", "4.00", " 4 ", "４"])
def test_an_id_is_the_same_as_number_text_and_fraction(value: object) -> None:
    assert Fields({"code": value}).ref("code") == "4"


@pytest.mark.parametrize("word", ["null", "NULL", "None", " ", "undefined", "NaN"])
def test_words_for_nothing_are_nothing(word: str) -> None:
    assert Fields({"title": word}).text("title") == ""


@pytest.mark.parametrize(
    ("value", "yes"),
    [
        ("是", True),
        ("1", True),
        (1, True),
        (True, True),
        ("Y", True),
        ("否", False),
        (0, False),
        (None, False),
        ("保密", True),
    ],
)
def test_yes_has_many_words(value: object, yes: bool) -> None:
    assert Fields({"secret": value}).yes("secret") is yes


@pytest.mark.nasty("N44")
def test_a_number_keeps_the_digits_that_were_sent() -> None:
    assert Fields({"lng": "120.850"}).number("lng") == Decimal("120.850")
    assert str(Fields({"lng": "120.850"}).number("lng")) == "120.850"
    assert Fields({"lng": "Infinity"}).number("lng") is None


def test_every_error_names_its_field_by_pointer() -> None:
    order = Fields({"items": [{"a/b~c": {"deep": 1}}], "callTime": "上周", "bad": "坏\ufffd"})
    (item,) = order.rows("items")
    with pytest.raises(BadRecord) as kind:
        item.text("a/b~c")
    with pytest.raises(HeldRecord) as time:
        order.moment("callTime")
    with pytest.raises(HeldRecord) as missing:
        item.inside("a/b~c").needed_ref("no")
    with pytest.raises(HeldRecord) as mojibake:
        order.text("bad")
    told = [(one.value.code, one.value.pointer) for one in (kind, time, missing, mojibake)]
    assert told == [
        ("R202", "/items/0/a~1b~0c"),
        ("R203", "/callTime"),
        ("R201", "/items/0/a~1b~0c/no"),
        ("R104", "/bad"),
    ]


@pytest.mark.parametrize("value", [[], "x", 1])
def test_what_is_no_object_is_no_record(value: object) -> None:
    with pytest.raises(BadRecord) as dead:
        Fields.of(value)
    assert dead.value.code == "R102"
    with pytest.raises(BadRecord):
        Fields({"inside": value or ["x"]}).inside("inside")


def test_lists_of_objects_and_of_words_are_read_and_others_refused() -> None:
    fields = Fields({"rows": [{"a": 1}], "names": [" 甲 ", 2], "mixed": [{"a": 1}, 2]})
    assert [row.text("a") for row in fields.rows("rows")] == ["1"]
    assert fields.texts("names") == ("甲", "2")
    assert fields.rows("absent") == ()
    assert fields.texts("absent") == ()
    with pytest.raises(BadRecord):
        fields.rows("mixed")
    with pytest.raises(BadRecord):
        fields.texts("mixed")


def test_a_moment_is_read_in_the_declared_zone() -> None:
    moment = Fields({"at": 20260310080500}).moment("at")
    assert moment == datetime(2026, 3, 10, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(("text", "plain"), [("4.0", "4"), ("4.50", "4.50"), ("A.0", "A.0"), ("", "")])
def test_only_a_whole_number_loses_its_fraction(text: str, plain: str) -> None:
    assert whole(text) == plain
