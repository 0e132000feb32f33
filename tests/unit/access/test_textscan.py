"""Free text: what is found by pattern and by knowledge, and what is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access.folding import fold
from hub.access.known import Known
from hub.access.recall import measure
from hub.access.textscan import mask_text

HOME = "云江市青澜区人民路85号阳光花园12幢3单元501室"


@pytest.mark.nasty("N31")
@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13800000000。", "电话[电话]。"),
        ("电话１３８００００００００。", "电话[电话]。"),
        ("电话138 0000 0000或139-0000-0000", "电话[电话]或[电话]"),
        ("+86 13800000000/008613900000000", "[电话]/[电话]"),
        ("138\u200b0000\u200b0000", "[电话]"),
        ("幺三八零零零零零零零零", "[电话]"),
        ("座机0513-85551234，（010）85551234", "座机[电话]，[电话]"),
        ("家里电话：8555 1234", "家里电话：[电话]"),
        ("身份证329901199003071230", "身份证[证件号]"),
        ("身份证329901 19900307 123x", "身份证[证件号]"),
        ("老身份证329901900307123", "老身份证[证件号]"),
        ("护照号E12345678", "护照号[证件号]"),
        ("卡号6222 0212 3456 7890 128", "卡号[银行卡]"),
        ("车牌苏F12345、苏f·D12345", "车牌[车牌]、[车牌]"),
        ("邮箱ce.shi@example.com", "邮箱[邮箱]"),
        ("微信号：ceshi_123，QQ号是1234567", "微信号：[账号]，QQ号是[账号]"),
        ("联系人：王测试，我叫李四。", "联系人：[姓名]，我叫[姓名]。"),
        ("住3单元501室", "住[地址]"),
        ("<b>13800000000</b>'; DROP TABLE event;--😀", "<b>[电话]</b>'; DROP TABLE event;--😀"),
        ("单号20260310000123 13800000000", "单号20260310000123 [电话]"),
        ("单号6222 0212 3456 7890 138 0000 0000", "单号6222 0212 3456 7890 [电话]"),
    ],
)
def test_a_personal_value_is_found_by_its_pattern(text: str, masked: str) -> None:
    assert masked == mask_text(text)


@pytest.mark.nasty("N31")
@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("家住阳光花园12幢501，楼下占道", "家住[地址]，楼下占道"),
        (
            "本人住在人民路85号阳光花园12幢3单元501室，反映人民路88号占道",
            "本人住在[地址]，反映人民路88号占道",
        ),
        ("现住址：青石村3组12号。", "现住址：[地址]。"),
        ("户籍地址为云江市青澜区人民路85号，现", "户籍地址为[地址]，现"),
        ("家庭住址是阳光花园12-3-501", "家庭住址是[地址]"),
        ("投诉人地址（阳光花园 12 号楼 501 房）", "投诉人地址（[地址]）"),
        ("我住阳光花园一期十二栋二单元", "我住[地址]"),
        ("李女士住阳光花园12幢18楼", "李女士住[地址]"),
        ("租住在城中村大街5号302房", "租住在[地址]"),
        ("他家阳光花园１２幢", "他家[地址]"),
        ("家住12幢的王先生反映8号楼门口", "家住[地址]的王先生反映8号楼门口"),
        ("家住阳光花园12栋，2026-03-10报修", "家住[地址]，2026-03-10报修"),
        ("家住阳光花园12幢3天没水", "家住[地址]3天没水"),
        ("我是阳光花园12幢501的业主，反映3号楼", "我是[地址]的业主，反映3号楼"),
        ("来电人是阳光花园小区12号楼业主，称", "来电人[地址]业主，称"),
    ],
)
def test_a_home_is_found_by_the_words_that_say_that_somebody_lives_there(text: str, masked: str) -> None:
    assert masked == mask_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "我家住阳光花园小区，小区门口路灯不亮",
        "住在附近的居民反映人民路85号门口占道",
        "住在楼上的邻居反映12号楼漏水",
        "我家楼下3号门店油烟大",
        "住户反映3号楼漏水",
        "堵住12号楼门口",
        "居住区12号楼、居住小区12号楼、住宅3号楼、住院3号楼",
        "大家在3号楼门口",
        "位于人民路85号的居民楼，是人民路85号的居民楼",
        "被投诉人地址：人民路85号，被举报人地址：人民路86号",
        "人民路85号阳光花园居民反映8号楼",
    ],
)
def test_the_place_of_the_matter_stays_where_nobody_is_said_to_live(text: str) -> None:
    assert text == mask_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "人民路85号阳光花园门口路灯不亮，2026-03-10 08:00报修，热线12345，工单20260310081234567",
        "每天6点到22点，约120分贝，罚款5000元，热线400-828-1234",
        "3室1厅出租，12楼水管爆裂，面积89.5平方米",
        "卡号6222 0212 3456 7890 127",  # no card: its check digit is wrong
        "联系人要求，尽快处理。联系人电话：见附件",
        "",
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    assert text == mask_text(text)


@pytest.mark.parametrize(
    ("text", "known", "masked"),
    [
        ("测试甲来电", "测试甲", "[姓名]来电"),
        ("测 试 甲来电", "测试甲", "[姓名]来电"),
        ("测试甲来电", "测 试甲", "[姓名]来电"),
        ("测先生、测女士、测某说", "测试甲", "[姓名]、[姓名]、[姓名]说"),
        ("欧阳先生说，欧先生说", "欧阳试", "[姓名]说，欧先生说"),
        ("阿不都说，买买提•阿不都说", "买买提·阿不都", "阿不都说，[姓名]说"),
        ("john smith说", "John Smith", "[姓名]说"),
        (f"住{HOME}", HOME, "住[地址]"),
        ("住人民路85号阳光花园12幢3单元501室。", HOME, "住[地址]。"),
        ("住阳光花园12栋3单元501", HOME, "住[地址]"),
        ("住阳光花园１２号楼３－５０１", HOME, "住[地址]"),
        ("住阳光花园 12 幢 501", "阳光花园12幢501室", "住[地址]"),
        ("住阳光花园12号楼", HOME, "住[地址]"),
        ("住阳光花园12栋3单元501，楼上", HOME, "住[地址]，楼上"),
        ("人民路85号着火", "云江市青澜区人民路85号", "[地址]着火"),
        ("内部号码9988776", "9988776", "内部号码[号码]"),
        ("内部短号 998-8776", "9988776", "内部短号 [号码]"),
    ],
)
def test_a_value_that_stands_in_a_field_is_found_as_people_write_it(
    text: str, known: str, masked: str
) -> None:
    assert masked == mask_text(text, (known,))


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("阳光花园112幢着火", "阳光花园12幢501室"),
        ("阳光花园123幢着火", "阳光花园12幢501室"),
        ("阳光花园门口着火", HOME),
        ("人民路堵车", HOME),
        ("王先生说", "测试甲"),
    ],
)
def test_a_neighbour_of_a_known_value_stays(text: str, known: str) -> None:
    assert text == mask_text(text, (known,))


@pytest.mark.nasty("N57")
@pytest.mark.parametrize("masked", ["张*", "张*明", "138****1234", "无", "匿名", "张"])
def test_a_value_that_says_nothing_is_not_looked_for(masked: str) -> None:
    assert not Known((masked,))
    assert mask_text("张三无 138****1234匿名", (masked,)) == "张三无 138****1234匿名"


@pytest.mark.parametrize("known", ["5号楼", "··", "。。", "12幢", "--", "一·"])
def test_a_known_value_too_short_to_tell_anything_is_not_looked_for(known: str) -> None:
    assert mask_text("5号楼·12点，。一、", (known,)) == "5号楼·12点，。一、"


@given(text=st.text(max_size=40), known=st.lists(st.text(max_size=20), max_size=4))
def test_whatever_a_source_sends_can_be_masked(text: str, known: list[str]) -> None:
    once = mask_text(text, known)
    assert once == mask_text(once, known)


@pytest.mark.parametrize(
    "part", ["测 试甲 ", "1 ", "138", "(", "a.", "阳光花园1 ", "省市区街道村路", "我是一", "家住"]
)
def test_a_long_hostile_text_is_masked_like_a_short_one(part: str) -> None:
    """Work grows with the length and not with its square: this would not end otherwise."""
    known = Known(("测试甲", "阳光花园12幢501室"))
    text = part * (200_000 // len(part))
    assert ("[姓名] " * (text.count(part)) if "甲" in part else text) == mask_text(text, known)


@given(
    text=st.text(
        alphabet="测试甲王先生138０５-+ 号楼幢室单元花园路x@.微信qq：a苏F我家住在址是业主", max_size=60
    )
)
def test_masking_twice_changes_nothing(text: str) -> None:
    known = Known(("测试甲", "花园路12号1幢138室"))
    once = mask_text(text, known)
    assert once == mask_text(once, known)


@given(
    before=st.text(alphabet="路灯，。 ab：😀（", max_size=20),
    after=st.text(alphabet="坏了，。 ）😀", max_size=20),
)
def test_a_mobile_number_is_found_wherever_it_stands(before: str, after: str) -> None:
    assert "13800000000" not in mask_text(f"{before}13800000000{after}")


@given(
    name=st.from_regex(r"\A[王测欧陈][一-龥]{1,2}\Z"),
    around=st.text(alphabet="路灯，。138号楼 ", max_size=20),
)
def test_a_known_name_is_found_wherever_it_stands(name: str, around: str) -> None:
    assert name not in mask_text(f"{around}{name}{around}", (name,))


def test_recall_is_whole_where_a_pattern_or_a_field_tells() -> None:
    figures = measure(seed=20260310, count=200)
    told = {
        kind: share
        for kind, share in figures.items()
        if kind not in ("name_in_no_field", "address_in_no_field")
    }
    told.pop("nickname_in_field")
    assert 0.5 < told.pop("home_in_no_field")  # not all that people say is a pattern
    assert dict.fromkeys(told, 1.0) == told


def test_recall_counts_what_stands_in_no_field_as_missed() -> None:
    figures = measure(seed=20260310, count=200)
    assert figures["name_in_no_field"] < 0.5
    assert figures["address_in_no_field"] < 0.5


def test_recall_is_the_same_for_the_same_seed() -> None:
    assert measure(seed=7, count=20) == measure(seed=7, count=20)


_PIECES = st.sampled_from(
    [
        "张",
        "三丰",
        "张三丰",
        "欧阳",
        "先生",
        "某",
        "·",
        "阿卜杜拉·买买提",
        " ",
        "\u3000",
        "\u200b",
        "0513",
        "85551234",
        "12号",
        "人民路",
        "a",
    ]
)
_SAID = st.lists(_PIECES, max_size=6).map("".join)


@given(st.lists(_SAID, max_size=3), _SAID)
def test_whether_anything_stands_in_a_text_is_said_as_where_it_does(values: list[str], text: str) -> None:
    known, folded = Known(values), fold(text)
    assert known.stands_in(folded) == bool(list(known.spans(folded)))
    if not known:
        assert not known.stands_in(folded)


@pytest.mark.parametrize(
    ("value", "masked"), [("\ufeff2287\u200b4167699", "[号码]"), ("22874167699", "[号码]")]
)
def test_a_number_behind_a_mark_nobody_sees_is_a_number(value: str, masked: str) -> None:
    assert f"说{masked}" == mask_text("说22874167699", [value])
