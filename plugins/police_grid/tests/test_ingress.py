"""Nothing but approved matters and outlines gets past the border, whatever somebody puts into a row."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from gridplus_police_grid.ingress import ALLOWED, FORBIDDEN, admit
from hypothesis import given
from hypothesis import strategies as st

from hub.plugin import Body, Utterance

ROW = "row:gb18030"
CANARY = "canary-5f0c"
MATTER = {"LX": "FJW", "JQBH": "JG202603100001", "JQNR": "井盖缺失"}


def line(row: object, charset: str = "gb18030") -> Body:
    return Body(json.dumps(row, ensure_ascii=False).encode(charset), ROW)


def test_a_row_of_allowed_fields_is_held_byte_for_byte() -> None:
    body = line(MATTER)
    assert body.content == admit(body).content
    assert admit(body).dropped == ()


@pytest.mark.parametrize("name", sorted(FORBIDDEN))
def test_a_forbidden_field_is_cut_and_named(name: str) -> None:
    admitted = admit(line({**MATTER, name: CANARY}))
    assert admitted.content is not None
    assert CANARY.encode() not in admitted.content
    assert (name,) == admitted.dropped
    assert json.loads(admitted.content.decode("gb18030")) == MATTER


@pytest.mark.nasty("N31", "a suspect, a plate and a category of a person in the words of a matter")
def test_whoever_is_cut_is_not_named_in_the_words_either() -> None:
    cut = {"XYRXM": "测试甲", "CPHM": "沪A12345", "RYLB": "重点人员", "SFZH": "11010519900101001X"}
    words = "重点人员测试甲（11010519900101001X）驾沪A12345占道"
    admitted = admit(line({**MATTER, **cut, "JQNR": words}))
    held = json.loads((admitted.content or b"").decode("gb18030"))
    assert {**MATTER, "JQNR": "＊＊＊＊（＊＊）驾＊＊占道"} == held


def test_an_unlisted_field_is_cut_and_not_even_its_name_is_kept() -> None:
    admitted = admit(line({**MATTER, CANARY: CANARY}))
    assert admitted.dropped == ("unlisted",)
    assert CANARY.encode() not in (admitted.content or b"")


@pytest.mark.parametrize("hidden", [{"face": CANARY}, [CANARY]])
def test_nothing_is_hidden_inside_an_allowed_field(hidden: object) -> None:
    admitted = admit(line({**MATTER, "JQNR": hidden}))
    assert admitted.dropped == ("JQNR",)
    assert CANARY.encode() not in (admitted.content or b"")


def test_a_second_value_under_the_same_name_does_not_slip_through() -> None:
    twice = b'{"LX":"FJW","JQBH":"J1","JQNR":"' + CANARY.encode() + b'","JQNR":"x"}'
    admitted = admit(Body(twice, ROW))
    assert admitted.dropped == ("repeated",)
    assert CANARY.encode() not in (admitted.content or b"")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(json.dumps({"LX": "AJ", "AJBH": CANARY}).encode(), id="a case file"),
        pytest.param(json.dumps({"JQBH": CANARY}).encode(), id="a row of no kind"),
        pytest.param(json.dumps([CANARY]).encode(), id="no object"),
        pytest.param(json.dumps({**MATTER, "CPHM": CANARY}).encode()[:-2], id="cut in the middle"),
        pytest.param(b"\xff\xff" + CANARY.encode(), id="no charset"),
        pytest.param(b'{"LX":' * 5000, id="as deep as the sea"),
    ],
)
def test_what_is_of_another_kind_or_cannot_be_judged_is_not_held(content: bytes) -> None:
    assert admit(Body(content, ROW)).content is None


@pytest.mark.nasty("N19")
def test_a_rare_character_survives_the_cutting() -> None:
    admitted = admit(line({**MATTER, "LXR": "测试𠮷", "CPHM": CANARY}))
    assert "测试𠮷" in (admitted.content or b"").decode("gb18030")


@pytest.mark.parametrize("charset", ["gb18030", "utf-8"])
def test_a_row_with_half_a_character_is_held_too_and_does_not_stop_its_file(charset: str) -> None:
    raw = json.dumps({**MATTER, "JQNR": "half \ud800", "CPHM": CANARY}).encode(charset)
    admitted = admit(Body(raw, ROW))
    assert ("CPHM",) == admitted.dropped
    assert b"\\ud800" in (admitted.content or b"")


def test_a_refused_files_manifest_is_held_as_it_is() -> None:
    manifest = Body(b'{"name":"JG_000007.zip"}', "refused:S112")
    assert manifest.content == admit(manifest).content


@given(
    row=st.dictionaries(
        st.sampled_from(sorted({*FORBIDDEN, "LX", "X"}.union(*ALLOWED.values()))),
        st.sampled_from(["FJW", "JWG", CANARY, 1, None, {"a": CANARY}]),
        max_size=8,
    )
)
def test_only_plain_values_under_allowed_names_are_ever_held(row: dict[str, object]) -> None:
    held = admit(line(row)).content
    if held is not None:
        kept = json.loads(held)
        assert set(kept) <= ALLOWED[str(row["LX"])]
        assert not any(isinstance(value, dict | list) for value in kept.values())


def test_the_simulators_forbidden_fields_never_reach_a_draft(
    told: Callable[..., Utterance], make_adapter: Callable[..., Any], tmp_path: Any
) -> None:
    from gridplus_police_grid.simulator.rendering import matter

    adapter = make_adapter(tmp_path)
    body = Body(matter(told(0), defect="forbidden_fields"), ROW)
    admitted = adapter.admit(body)
    assert {*FORBIDDEN, "unlisted"} - {"RYLB", "AJBH", "ZRMJ"} == set(admitted.dropped)
    (draft,) = adapter.normalise(Body(admitted.content, ROW), None)
    for trace in ("苏F00000", "110101190001010000", "嫌疑人", "192.0.2.1", "名单外"):
        assert trace not in repr(draft)
        assert trace.encode("gb18030") not in admitted.content
