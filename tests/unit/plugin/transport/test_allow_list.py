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
    assert b'{"text": "x"}' == admitted.content


def test_digits_and_half_a_character_stay_as_they_were_sent() -> None:
    admitted = LIST.of_json(b'{"no": 120.850, "text": "half \\ud800"}')
    assert b'{"no": "120.850", "text": "half \\ud800"}' == admitted.content


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
    assert (b"<row />", ("text",)) == (nested.content, nested.dropped)
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
