"""What an allow-list lets in: named fields, plain values, and nothing hidden among them."""

import json
from collections.abc import Collection, Mapping

import pytest

from hub.errors import BadRecord
from hub.plugin.transport.allow_list import AllowList
from hub.plugin.transport.xml import fields_of_xml

CANARY = "canary-5f0c"
LIST = AllowList(("no", "text", "photos.url"), known=("workerLng", "photos.lng"))


def held(record: object) -> tuple[object, tuple[str, ...]]:
    admitted = LIST.of_json(json.dumps(record).encode())
    assert admitted.content is not None
    assert CANARY.encode() not in admitted.content
    assert CANARY not in admitted.dropped
    return json.loads(admitted.content), admitted.dropped


def test_what_is_listed_is_held_and_what_is_dropped_is_named_where_it_is_known() -> None:
    assert ({"no": "7"}, ("unlisted", "workerLng")) == held({"no": "7", "workerLng": CANARY, CANARY: CANARY})


@pytest.mark.nasty("N32", "a name in another case is the same field, at the filter too")
def test_names_are_compared_as_fields_compares_them() -> None:
    assert ({"NO": "7"}, ("workerLng",)) == held({"NO": "7", "WORKER_LNG": CANARY})


def test_lists_and_objects_inside_have_lists_of_their_own() -> None:
    photos = [{"url": "u", "lng": CANARY}, CANARY, {"EXIF": {"url": CANARY}}]
    assert ({"photos": [{"url": "u"}, {}]}, ("photos.lng", "unlisted")) == held({"photos": photos})
    assert ({"photos": {"url": "u"}}, ()) == held({"photos": {"url": "u"}})


@pytest.mark.parametrize("hidden", [{"lng": CANARY}, [CANARY], {"no": CANARY}])
def test_nothing_is_hidden_inside_a_listed_field(hidden: object) -> None:
    assert ({}, ("text",)) == held({"text": hidden})
    assert ({}, ("unlisted",)) == held({"photos": CANARY})


def test_a_second_value_under_the_same_name_does_not_slip_through() -> None:
    admitted = LIST.of_json(b'{"text":"' + CANARY.encode() + b'","text":"x"}')
    assert b'{"text":"x"}' == admitted.content


def test_digits_and_half_a_character_stay_as_they_were_sent() -> None:
    admitted = LIST.of_json(b'{"no": 120.850, "text": "half \\ud800"}')
    assert b'{"no":"120.850","text":"half \\ud800"}' == admitted.content


@pytest.mark.parametrize("content", [b"[]", b"{", b'"x"', b'{"no": NaN}', b"\xff\xff", b'{"a":' * 5000])
def test_what_cannot_be_judged_is_refused(content: bytes) -> None:
    with pytest.raises(BadRecord):
        LIST.of_json(content)


def test_a_record_without_a_matter_is_not_held_at_all() -> None:
    matters = AllowList(("no", "text", "at"), known=("workerLng",), matter=("no", "text"))
    track = matters.of_json(b'{"at": "2026-03-10", "no": "", "workerLng": "120.8"}')
    assert (None, ("workerLng",)) == (track.content, track.dropped)
    assert matters.of_json(b'{"NO": "7"}').content is not None
    assert matters.of_xml(b"<row><at>2026-03-10</at><no/></row>").content is None


@pytest.mark.nasty("N30", "an entity never gets as far as the filter")
def test_of_xml_the_listed_elements_are_held_without_attributes() -> None:
    row = f"<row at='{CANARY}'><no>7</no><text><![CDATA[a < b\x0b]]></text><text2>{CANARY}</text2></row>"
    admitted = LIST.of_xml(row.encode())
    assert b"<row><no>7</no><text>a &lt; b</text></row>" == admitted.content
    assert ("unlisted",) == admitted.dropped
    nested = LIST.of_xml(f"<row><text>{'<no/>'}{CANARY}</text></row>".encode())
    assert (b"<row></row>", ("text",)) == (nested.content, nested.dropped)
    with pytest.raises(BadRecord):
        LIST.of_xml(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><row><no>&x;</no></row>')


def test_of_xml_the_words_survive_a_charset_that_lies() -> None:
    row = '<?xml version="1.0" encoding="GB2312"?><row><text>青石路𠮷</text></row>'
    for charset in ("utf-8", "gb18030"):
        admitted = LIST.of_xml(row.encode(charset))
        assert "青石路𠮷" == fields_of_xml(admitted.content or b"").text("text")


def test_of_xml_a_judge_sees_what_is_dropped_and_may_cut_more_or_all() -> None:
    seen: list[object] = []

    def judge(kept: Mapping[str, str], cut: Collection[str]) -> Mapping[str, str] | None:
        seen.append((dict(kept), list(cut)))
        return None if kept["no"] == "8" else {**kept, "text": kept["text"].replace(CANARY, "")}

    row = f"<r><NO>7</NO><text>of {CANARY}</text><name>{CANARY}</name><x><y>z</y></x></r>"
    admitted = LIST.of_xml(row.encode(), judge)
    assert (b"<row><no>7</no><text>of </text></row>", ("text", "unlisted")) == (
        admitted.content,
        admitted.dropped,
    )
    assert [({"no": "7", "text": f"of {CANARY}"}, [CANARY, "z"])] == seen
    assert LIST.of_xml(b"<r><no>8</no><text/></r>", judge).content is None


@pytest.mark.nasty("N31")
def test_who_was_cut_is_blotted_out_of_the_words_too() -> None:
    listed = AllowList(["no", "words"], known=["teller", "phone", "age"])
    said = {
        "no": "1",
        "words": "测试甲说，打 13800000001，共 42 户",
        "teller": "测试甲",
        "phone": 13800000001,
        "age": "42",
    }
    admitted = listed.of_json(json.dumps(said).encode())
    assert admitted.content is not None
    assert {"no": "1", "words": "＊＊说，打 ＊＊，共 42 户"} == json.loads(admitted.content)
    assert ("age", "phone", "teller", "words") == admitted.dropped


def test_a_word_for_nobody_stays_where_it_stands() -> None:
    listed = AllowList(["words"], known=["teller"])
    admitted = listed.of_json(json.dumps({"words": "市民反映路灯不亮", "teller": "市民"}).encode())
    assert admitted.content is not None
    assert {"words": "市民反映路灯不亮"} == json.loads(admitted.content)


CLASSED = AllowList(
    {"no": "internal", "words": "personal", "at.place": "personal", "at.code": "internal"},
    known={"people": "sensitive", "phone": "sensitive", "at.owner": "sensitive", "office": "internal"},
)


def blotted(words: str, **cut: object) -> str:
    admitted = CLASSED.of_json(json.dumps({"words": words, **cut}).encode())
    assert admitted.content is not None
    return str(json.loads(admitted.content)["words"])


@pytest.mark.nasty("N31")
@pytest.mark.parametrize(
    ("words", "people"),
    [
        pytest.param("测试甲、测试乙受伤", "测试甲，测试乙", id="a list in one text"),
        pytest.param("测试甲、测试乙受伤", ["测试甲", "测试乙"], id="a list"),
        pytest.param("测试甲、测试乙受伤", [{"xm": "测试甲", "to": {"xm": "测试乙"}}], id="objects"),
        pytest.param("测试甲、测试乙受伤", "测试甲（男，45岁）、测试乙", id="with sex and age"),
        pytest.param("测试甲、测试甲受伤", "测 试 甲", id="with blanks"),
        pytest.param("测𠮷、测𠮷受伤", "测𠮷", id="a rare character"),
        pytest.param("Test Person、Test Person受伤", "Test Person", id="in Latin letters"),
        pytest.param(
            "138-0000-0001、１３８００００ ０００１受伤", "13800000001", id="a number in other groups"
        ),
        pytest.param("+8613800000001、13800000001受伤", "138 0000 0001", id="groups in what was cut"),
        pytest.param("测试甲、13800000001受伤", "测试甲 13800000001", id="a name and a number"),
    ],
)
def test_whoever_was_cut_is_blotted_out_however_they_are_written(words: str, people: object) -> None:
    assert "＊＊、＊＊受伤" == blotted(words, people=people)


def test_the_words_of_a_text_that_was_cut_name_nobody() -> None:
    assert "道路积水，请派人" == blotted("道路积水，请派人", people="我家门口这边，道路积水，难以出行")
    assert "青石路" == blotted("青石路", office="青石路")


@pytest.mark.nasty("N31", "what is dropped and where it is named again lie inside an object")
def test_words_inside_an_object_are_blotted_by_what_was_cut_inside_one() -> None:
    said = {"at": [{"place": "测试甲家门口，13800000001", "owner": "测试甲"}], "phone": "13800000001"}
    admitted = CLASSED.of_json(json.dumps(said).encode())
    assert admitted.content is not None
    assert {"at": [{"place": "＊＊家门口，＊＊"}]} == json.loads(admitted.content)
    assert ("at.owner", "at.place", "phone") == admitted.dropped


def test_a_number_a_code_and_a_time_are_never_blotted() -> None:
    """Two matters whose numbers begin with the number of a worker would become one."""
    for worker in ("100234", "100235"):
        said = {"no": f"{worker}20260001", "phone": worker, "at": {"code": worker}}
        admitted = CLASSED.of_json(json.dumps(said).encode())
        assert admitted.content is not None
        assert {"no": f"{worker}20260001", "at": {"code": worker}} == json.loads(admitted.content)


@pytest.mark.nasty("N31")
def test_of_xml_whoever_was_cut_is_blotted_too() -> None:
    row = "<r><no>13800000001</no><words>测试甲家</words><people>测试甲，13800000001</people></r>"
    admitted = CLASSED.of_xml(row.encode())
    assert "<row><no>13800000001</no><words>＊＊家</words></row>".encode() == admitted.content
    assert ("people", "words") == admitted.dropped
