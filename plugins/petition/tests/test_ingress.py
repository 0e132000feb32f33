"""Who brought a matter ends at the door, and what is no matter of the petition office's own never comes in."""

from collections.abc import Callable
from typing import Any

import pytest
from gridplus_petition.adapter import ALLOWED, FORBIDDEN, Petition
from gridplus_petition.simulator import DEFECTS

from hub.errors import BadRecord
from hub.model import Arrival, Draft, Handling
from hub.plugin import Admitted, Body, Utterance
from hub.plugin.samples import RECEIVED_AT
from hub.plugin.transport.xml import fields_of_xml

Admit = Callable[..., Admitted]
CANARY = "canary-5f0c"
NEVER = (
    "accusation",
    "unknown_purpose",
    "discipline",
    "lawsuit",
    "no_jurisdiction",
    "filed_wrongly",
    "accusing_subject",
)


def word(admitted: Admitted, name: str) -> str:
    return fields_of_xml(admitted.content or b"<row/>").text(name)


@pytest.mark.parametrize("name", sorted(FORBIDDEN))
def test_what_says_who_brought_it_is_cut_and_named(admit: Admit, name: str) -> None:
    admitted = admit(**{name.lower(): CANARY})
    assert (name,) == admitted.dropped
    assert CANARY.encode() not in (admitted.content or CANARY.encode())


def test_a_field_that_nobody_listed_is_cut_without_its_name(admit: Admit) -> None:
    admitted = admit(XFRGZDW=CANARY)
    assert ("unlisted",) == admitted.dropped
    assert CANARY.encode() not in (admitted.content or CANARY.encode())


@pytest.mark.parametrize("defect", NEVER)
def test_accusations_and_what_belongs_to_other_channels_are_not_held_at_all(
    start: Callable[..., Any], say: Callable[..., Utterance], adapter: Petition, defect: str
) -> None:
    reading = start(say(1, defect=defect), say(2))
    first, second = reading.all_read()
    assert adapter.admit(first).content is None
    assert adapter.admit(second).content is not None
    with pytest.raises(BadRecord) as refused:
        adapter.normalise(first, Arrival(RECEIVED_AT, "petition"))
    assert "R105" == refused.value.code


@pytest.mark.parametrize(
    "fields",
    [
        {"XFMD": ""},
        {"XFMD": "检举控告类"},
        {"XFMD": "04"},
        {"GKLB": "人大信访"},
        {"NRFL": "XF1302"},
        {"NRFL": "ｘｆ1501"},
        {"NRFL": "X F13"},
    ],
)
def test_only_what_is_listed_as_the_offices_own_comes_in(admit: Admit, fields: dict[str, str]) -> None:
    assert admit(**fields).content is None


@pytest.mark.parametrize("words", ["贪污", "受贿", "检举", "控告", "揭发", "违纪", "判决", "法院"])
def test_a_subject_that_speaks_of_an_accusation_or_a_court_takes_its_record_with_it(
    admit: Admit, words: str
) -> None:
    assert admit(SXGY=f"反映某单位{words}问题").content is None


@pytest.mark.nasty("N31", "an office writes a name and a number into its own subject")
@pytest.mark.parametrize(
    ("subject", "beside"),
    [
        pytest.param("测试乙反映拆迁安置", {"XFRXM": "测试乙"}, id="the name"),
        pytest.param("反映虚构路99号拆迁", {"ZZ": "虚构路99号"}, id="where they live"),
        pytest.param("致电13800000002答复", {}, id="a phone"),
        pytest.param("致电１３８００００答复", {}, id="full-width digits"),
        pytest.param("信访人要求安置", {}, id="the petitioner"),
        pytest.param("反映王先生拆迁安置", {}, id="a person by title"),
        pytest.param("反映" + "拆迁" * 15, {}, id="no short subject"),
        pytest.param("拆迁安置\n第二行", {}, id="more than a line"),
        pytest.param("<b>拆迁</b>", {}, id="no plain words"),
        pytest.param(
            "小区门口道路破损多年无人维修", {"NR": "我小区门口道路破损多年无人维修"}, id="the letter's words"
        ),
    ],
)
def test_a_subject_that_may_show_somebody_is_dropped_and_the_matter_stays(
    admit: Admit, subject: str, beside: dict[str, str]
) -> None:
    admitted = admit(SXGY=subject, **beside)
    assert ("", "XF0101") == (word(admitted, "SXGY"), word(admitted, "NRFL"))
    assert "SXGY" in admitted.dropped


@pytest.mark.parametrize(
    ("subject", "letter"),
    [
        ("反映青石路片区拆迁安置进度", "请求尽快安置"),
        ("道路积水", "门口道路积水，难以出行"),
        ("建议增设12路公交站", "x"),
    ],
)
def test_a_plain_subject_of_the_offices_own_stays(admit: Admit, subject: str, letter: str) -> None:
    assert subject == word(admit(SXGY=subject, NR=letter, XFRS="1"), "SXGY")


@pytest.mark.parametrize(
    ("place", "held"),
    [
        ("虹桥新村5幢2单元301室", "虹桥新村"),
        ("虹桥新村五幢", "虹桥新村"),
        ("青石路１８号", "青石路"),
        ("望河街道东港村三组", "望河街道东港村"),
        ("望河街道青石路片区", "望河街道青石路片区"),
        ("301室", ""),
    ],
)
def test_a_place_is_held_down_to_the_road_the_estate_or_the_village(
    admit: Admit, place: str, held: str
) -> None:
    admitted = admit(WTFSD=place)
    assert held == word(admitted, "WTFSD")
    assert (place != held) is ("WTFSD" in admitted.dropped)


@pytest.mark.nasty("N31", "whoever brought it stands in the fields that say where it lies and how far it is")
def test_no_field_that_is_held_repeats_who_brought_it(admit: Admit) -> None:
    who = {"XFRXM": "测试乙，测试丙", "SJHM": "13800000002"}
    admitted = admit(**who, WTFSD="青石路测试乙家", BLZT="已答复测试丙本人到场", XZQH="13800000002 测试乙")
    assert ("青石路＊＊家", "", "") == tuple(word(admitted, name) for name in ("WTFSD", "BLZT", "XZQH"))
    assert "反映＊＊停车" == word(admit(**who, SXGY="反映测试丙停车"), "SXGY")
    assert "已答复＊＊" == word(admit(**who, BLZT="已答复测试丙"), "BLZT")
    assert "转送" == word(admit(**who, BLZT="转送"), "BLZT")
    assert "青石路片区" == word(admit(ZZ="青石路片区", WTFSD="青石路片区"), "WTFSD")


def test_admitting_what_was_admitted_changes_nothing(admit: Admit, adapter: Petition) -> None:
    once = admit(SXGY="测试乙反映安置", XFRXM="测试乙", WTFSD="虹桥新村5幢").content or b""
    assert Admitted(once) == adapter.admit(Body(once, "petition"))


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"<XFSX><XFJBH>1</XFSX>", b"<!DOCTYPE a><XFSX/>", b"\xff\xfe\xff"]
)
def test_what_cannot_be_judged_is_not_held(adapter: Petition, content: bytes) -> None:
    with pytest.raises(BadRecord):
        adapter.admit(Body(content, "petition"))


def test_of_all_that_the_system_says_nothing_of_a_petitioner_is_held(
    start: Callable[..., Any], say: Callable[..., Utterance]
) -> None:
    reading = start(*(say(at, defect=name) for at, name in enumerate(["", *DEFECTS], 1)))
    held = [one.content.decode() for one in reading.admitted() if one.content is not None]
    assert len(DEFECTS) + 1 - len(NEVER) == len(held)
    for trace in (
        "测试乙",
        "1380000",
        "１３８",
        "329901190001010000",
        "虚构路",
        "cxm-",
        "重复",
        "来访",
        ">17<",
        "多年未安置",
        "本人",
    ):
        assert not [one for one in held if trace in one], trace
    for one in held:
        assert set(ALLOWED) >= {name for name in FORBIDDEN | ALLOWED if f"<{name}>" in one}


def test_what_comes_in_is_dealt_with_elsewhere_and_names_nobody(
    start: Callable[..., Any], say: Callable[..., Utterance]
) -> None:
    (draft,) = start(say()).drafts()
    assert isinstance(draft, Draft)
    assert (Handling.ELSEWHERE, None, "", ()) == (
        draft.handling,
        draft.requester,
        draft.content,
        draft.attachments,
    )
