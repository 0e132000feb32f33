"""The fields of a record, whatever the vendor called them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hub.errors import BadRecord, HeldRecord
from hub.model import Alias, Person, SourceClock
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


def test_a_record_that_is_a_json_object_is_read_at_once() -> None:
    assert Fields.of_json('{"no": 1}'.encode("gb18030"), declared="gbk").ref("no") == "1"
    with pytest.raises(BadRecord):
        Fields.of_json(b"[1]")


def test_the_three_times_of_a_record_give_its_version_and_what_is_odd_about_them() -> None:
    row = Fields({"late": "2026-03-10 08:00:00", "upd": "2026-03-10 09:00:00"})
    times = row.times(occurred="happened", reported="told late", updated="upd")
    assert (times.occurred_at, times.reported_at) == (None, datetime(2026, 3, 10, 0, 0, tzinfo=UTC))
    assert times.version == "2026-03-10T01:00:00+00:00"
    assert times.flags(datetime(2026, 3, 10, 2, tzinfo=UTC)) == ()
    assert "clock_suspect" in times.flags(datetime(2026, 3, 9, tzinfo=UTC))
    assert Fields({}).times(updated="upd").version == ""


@pytest.mark.nasty("N39")
def test_each_deadline_that_is_set_is_a_clock_with_its_beginning_where_it_is_told() -> None:
    row = Fields(
        {"cityDue": "2026-03-17", "cityFrom": "2026-03-10", "districtDue": "2026-03-15", "other": ""}
    )
    assert row.clocks({"city": ("cityDue", "cityFrom"), "district": ["districtDue"], "none": ["other"]}) == (
        SourceClock("city", datetime(2026, 3, 16, 16, tzinfo=UTC), datetime(2026, 3, 9, 16, tzinfo=UTC)),
        SourceClock("district", datetime(2026, 3, 14, 16, tzinfo=UTC)),
    )


@pytest.mark.parametrize(
    ("values", "person"),
    [
        pytest.param(
            {"who": "测试甲", "mobile": "13800000000.0"}, Person("测试甲", "13800000000"), id="known"
        ),
        pytest.param(
            {"mobile": "1380", "call": "是"}, Person(phone="1380", callback=True), id="to be called"
        ),
        pytest.param({"call": "是"}, None, id="nobody can be called back of whom nothing is told"),
        pytest.param({"who": "null"}, None, id="nothing"),
    ],
)
def test_a_person_is_what_is_told_of_them_or_nobody(values: dict[str, str], person: Person | None) -> None:
    assert person == Fields(values).person("who", "phone mobile", callback="call")


@pytest.mark.nasty("N06", "read by the systems that number")
def test_further_numbers_are_those_that_are_there() -> None:
    row = Fields({"JQBH": " jq-１ ", "GDBH": "null", "OLD": None})
    asked = {"police": "JQBH", "hotline": "GDBH", "before": "OLD", "other": "NONE"}
    assert (Alias("police", "JQ-1"),) == row.aliases(asked)
