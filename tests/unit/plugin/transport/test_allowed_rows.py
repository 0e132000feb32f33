"""What is not listed is not held, whatever it is called and wherever it hides."""

import json

import pytest

from hub.plugin.transport.allowed_rows import AllowedRows

LIST = AllowedRows(
    kind="kind",
    fields={"matter": frozenset({"kind", "no", "text"}), "grid": frozenset({"kind", "code"})},
    told=frozenset({"plate"}),
)
CANARY = "canary-7d1e"


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_row_of_listed_fields_is_held_byte_for_byte(charset: str) -> None:
    row = json.dumps({"kind": "matter", "no": 1, "text": "井盖"}, ensure_ascii=False).encode(charset)
    assert (LIST.admit(row).content, LIST.admit(row).dropped) == (row, ())


@pytest.mark.parametrize(
    ("more", "dropped"),
    [
        pytest.param({"plate": CANARY}, "plate", id="a field that is known to come is named"),
        pytest.param({CANARY: CANARY}, "unlisted", id="another one is not even named"),
        pytest.param({"text": {"a": CANARY}}, "text", id="nothing hides inside a field that is allowed"),
        pytest.param({"code": CANARY}, "unlisted", id="what another kind of row may have"),
    ],
)
def test_everything_else_is_cut(more: dict[str, object], dropped: str) -> None:
    admitted = LIST.admit(json.dumps({"kind": "matter", "no": "1", **more}).encode())
    assert admitted.dropped == (dropped,)
    assert json.loads(admitted.content or b"") == {"kind": "matter", "no": "1"}


@pytest.mark.parametrize(
    ("row", "dropped"),
    [
        pytest.param(b'{"kind":"case","no":1}', "kind", id="another kind"),
        pytest.param(b"[1]", "kind", id="no object"),
        pytest.param(b'{"kind":', "unreadable", id="cut"),
        pytest.param(b"\xff\xff", "unreadable", id="in no charset"),
    ],
)
def test_what_cannot_be_judged_is_not_held(row: bytes, dropped: str) -> None:
    assert (LIST.admit(row).content, LIST.admit(row).dropped) == (None, (dropped,))


def test_a_second_value_under_the_same_name_does_not_slip_through() -> None:
    admitted = LIST.admit(f'{{"kind":"matter","no":"{CANARY}","no":"1"}}'.encode())
    assert admitted.dropped == ("repeated",)
    assert CANARY.encode() not in (admitted.content or b"")


@pytest.mark.nasty("N31", "somebody of a field that is cut is named in the text, too")
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_whoever_is_cut_is_blotted_out_of_the_words(charset: str) -> None:
    told = frozenset({"name", "plate"})
    listed = AllowedRows(
        kind="kind",
        fields={"matter": frozenset({"kind", "no", "text"})},
        told=told,
        words=frozenset({"text"}),
    )
    said = {
        "kind": "matter",
        "no": "测试甲1",
        "text": "测试甲的沪A12345挡路",
        "name": "测试甲",
        "plate": "沪A12345",
    }
    admitted = listed.admit(json.dumps(said, ensure_ascii=False).encode(charset))
    assert ("name", "plate", "text") == admitted.dropped
    held = json.loads((admitted.content or b"").decode(charset))
    assert {"kind": "matter", "no": "测试甲1", "text": "＊＊的＊＊挡路"} == held
    told_of_nobody = json.dumps({**said, "name": "", "plate": ""}).encode()
    assert said["text"] == json.loads(listed.admit(told_of_nobody).content or b"")["text"]
