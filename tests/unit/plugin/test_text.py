"""Bytes to words, and words that did not survive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import BadRecord, HeldRecord
from hub.plugin.text import decode, has_lost_digits, is_mojibake, sound, tidy_ref, tidy_text

PLACE = "崇川区虹桥街道青石路18号"


@pytest.mark.nasty("N18", "N29", "N30")
@pytest.mark.parametrize(
    ("raw", "declared"),
    [
        pytest.param(PLACE.encode(), "", id="utf-8"),
        pytest.param(PLACE.encode("utf-8-sig"), "", id="utf-8 with a mark"),
        pytest.param(PLACE.encode("utf-16"), "", id="utf-16 with a mark"),
        pytest.param(PLACE.encode("gbk"), "GBK", id="gbk, declared"),
        pytest.param(PLACE.encode("gbk"), "", id="gbk, not declared"),
        pytest.param(PLACE.encode("gbk"), "UTF-8", id="gbk, declared as utf-8"),
        pytest.param(PLACE.encode(), "GB2312", id="utf-8, declared as gb2312"),
    ],
)
def test_bytes_are_read_in_the_charset_that_they_really_have(raw: bytes, declared: str) -> None:
    assert decode(raw, declared=declared) == PLACE


@pytest.mark.nasty("N19")
@pytest.mark.parametrize("rare", ["𠮷", "㐂", "\ue863", "堃"])
def test_rare_characters_pass_in_utf8_and_in_gb18030(rare: str) -> None:
    text = f"{PLACE}{rare}"
    assert decode(text.encode()) == decode(text.encode("gb18030"), declared="GB18030") == text


def test_bytes_in_no_known_charset_are_dead() -> None:
    for raw in (b"\xff\xfe\x00", b"\x80\x81\xff", bytes(range(128, 256)), b"\x00\xc4\xfa\xff"):
        with pytest.raises((BadRecord, HeldRecord)) as refused:
            decode(raw)
        assert refused.value.code in {"R101", "R104"}
        assert refused.value.facts == {}


@pytest.mark.nasty("N18")
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(PLACE.encode("gbk").decode("utf-8", "replace"), id="gbk read as utf-8"),
        pytest.param(PLACE.encode().decode("gbk", "replace"), id="utf-8 read as gbk"),
        pytest.param("宕囧窛", id="the same, two characters"),
        pytest.param(
            "井盖（宕囧窛）缺失".replace("（", " ").replace("）", " "), id="in the middle of good text"
        ),
        pytest.param(PLACE.encode().decode("latin-1"), id="utf-8 read as latin-1"),
        pytest.param("å´‡å·\x9dåŒº", id="utf-8 read as windows-1252"),
        pytest.param("half a pair \ud83d", id="half of a surrogate pair"),
    ],
)
def test_mojibake_is_held_and_never_quoted(text: str) -> None:
    assert is_mojibake(text) or " 宕囧窛 " not in text
    with pytest.raises(HeldRecord) as held:
        sound(text, pointer="/content")
    assert (held.value.code, held.value.pointer, held.value.facts) == ("R104", "/content", {})


@pytest.mark.parametrize(
    "text",
    [
        "plain ASCII",
        "青石路18号门口污水井盖缺失，夜间有行人跌落风险。",
        "他说：“不行”——就走了……",
        "联通营业厅噪音",
        "一",
        "镕基铮铮、瑕疵、缮写",
        "价格 £3.50 或 20 °C，Müller 与 café",
        "🚧 施工扰民 😀",
        "普通话ａｂｃ１２３",
    ],
)
def test_good_text_is_no_mojibake(text: str) -> None:
    assert not is_mojibake(text)


COMMON = st.text(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5).filter(lambda c: c.encode("gb2312", "ignore")),
    min_size=4,
)


@pytest.mark.nasty("N18")
@given(COMMON)
def test_everyday_chinese_survives_both_charsets_and_its_misreading_is_noticed(text: str) -> None:
    assert decode(text.encode()) == text
    assert decode(text.encode("gb18030"), declared="gbk") == text
    assert is_mojibake(text.encode().decode("gbk", "replace"))


@pytest.mark.nasty("N07", "N20")
@pytest.mark.parametrize(
    ("sent", "ref"),
    [
        (" HL20260310000001 ", "HL20260310000001"),
        ("ｈｌ２０２６", "HL2026"),
        ("hl-2026\u200b-01\ufeff", "HL-2026-01"),
        ("HL 2026\t01\n", "HL202601"),
        (20260310, "20260310"),
        (None, ""),
    ],
)
def test_an_id_is_folded_to_what_it_is_compared_as(sent: object, ref: str) -> None:
    assert tidy_ref(sent) == ref


@given(st.text())
def test_folding_an_id_twice_changes_nothing_more(text: str) -> None:
    assert tidy_ref(tidy_ref(text)) == tidy_ref(text)


@pytest.mark.nasty("N20")
def test_words_for_people_keep_their_width_and_their_lines() -> None:
    assert tidy_text("  １３８（崇川）\n第二行\x0b\x00 ") == "１３８（崇川）\n第二行"


@pytest.mark.nasty("N21")
@pytest.mark.parametrize(
    ("text", "lost"),
    [("3.29901E+17", True), ("1E+10", True), ("329901", False), ("A1E10", False), ("", False)],
)
def test_a_number_that_a_spreadsheet_has_rounded_is_noticed(text: str, lost: bool) -> None:
    assert has_lost_digits(text) is lost
