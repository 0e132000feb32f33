"""The fields of a record, whatever the vendor called them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from hub.errors import BadRecord, HeldRecord
from hub.model import Alias, AttachmentRef, Person, SourceClock
from hub.plugin.fields import Fields, Renaming, whole


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
@pytest.mark.nasty("N21", "a number that a spreadsheet turned into a date is nobody's number, in any system")
def test_further_numbers_are_those_that_are_there() -> None:
    row = Fields(
        {
            "JQBH": " jq-１ ",
            "GDBH": "null",
            "OLD": None,
            "DAY": "2019-06-16 00:15:00.000",
            "NO": "2026-03-090001",
        }
    )
    asked = {
        "police": "JQBH",
        "hotline": "GDBH",
        "before": "OLD",
        "day": "DAY",
        "serial": "NO",
        "other": "NONE",
    }
    assert (Alias("police", "JQ-1"), Alias("serial", "2026-03-090001")) == row.aliases(asked)


def test_files_are_offered_by_link_and_name() -> None:
    row = Fields({"photos": [{"link": "http://192.0.2.1/1.jpg"}]})
    assert row.attachments("photos", url="link") == (AttachmentRef("http://192.0.2.1/1.jpg"),)
    assert row.attachments("attachments") == ()


@pytest.mark.nasty("N35")
def test_a_day_is_one_in_the_sources_zone_and_none_where_it_stands_for_never() -> None:
    row = Fields({"from": "20260301", "to": "99991231"})
    assert row.needed_day("from") == date(2026, 3, 1)
    assert row.day("to") is None
    with pytest.raises(HeldRecord) as held:
        row.needed_day("to")
    assert (held.value.code, held.value.pointer) == ("R201", "/to")


def test_of_a_person_who_wants_no_name_nothing_is_taken() -> None:
    row = Fields({"hidden": "1", "who": "测试甲", "mobile": "13800000000"})
    assert row.person_unless("hidden", "who", "mobile") == Person(anonymous=True)
    assert row.person_unless("other", "who", "mobile") == Person("测试甲", "13800000000")


def test_a_row_read_by_our_names_points_to_the_names_that_were_sent() -> None:
    names = {"told": "登记时间", "ref": "工单号", "deep": "/a/0/b", "title": "标题", "none": "没有"}
    row = Renaming(names).of(Fields({"登记 时间": "never", "工单号": "", "/a/0/b": {"c": 1}, "标题": "路灯"}))
    assert (row.text("title"), row.text("标题"), row.text("none")) == ("路灯", "", "")
    with pytest.raises(HeldRecord) as time:
        row.moment("told")
    with pytest.raises(BadRecord) as missing:
        row.ref_or_dead("ref")
    with pytest.raises(BadRecord) as deep:
        row.text("deep")
    assert [(one.value.code, one.value.pointer) for one in (time, missing, deep)] == [
        ("R203", "/登记 时间"),
        ("R201", "/工单号"),
        ("R202", "/a/0/b"),
    ]


@pytest.mark.parametrize(
    ("value", "version"),
    [("2026-3-10 9:00", "2026-03-10T01:00:00+00:00"), ("v7", "V7"), ("", ""), (None, "")],
)
def test_a_version_is_a_time_in_one_form_or_whatever_stands_there(value: object, version: str) -> None:
    assert Fields({"changed": value}).version("changed") == version
