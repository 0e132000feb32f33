"""How grave it is, what of a message may be held, and what becomes of one that nobody can read."""

from collections.abc import Callable

import orjson
import pytest
from gridplus_emergency.adapter import DECLARES, Emergency

from hub import Alias, Arrival, BadRecord, Draft, Stage, Urgency
from hub.plugin import Body

CANARY = "canary-5f0c"
PEOPLE = ("BJRXM", "BJRDH", "BJRSFZ", "SWRYMD", "SSRYMD", "SSQK", "DWWZ", "XCZP", "XCSP")


@pytest.mark.parametrize(
    ("grade", "fire_alarm", "urgency"),
    [
        ("Ⅰ级", "", Urgency.CRITICAL),
        ("II级", "", Urgency.CRITICAL),
        ("较大", "", Urgency.CRITICAL),
        ("橙色", "", Urgency.CRITICAL),
        ("一般", "", Urgency.URGENT),
        ("Ⅳ级", "", Urgency.URGENT),
        ("", "", Urgency.URGENT),
        ("另行研判", "", Urgency.URGENT),
        ("一般以下", "", Urgency.ROUTINE),
        ("蓝色", "", Urgency.ROUTINE),
        ("一般", "一级", Urgency.URGENT),
        ("一般", "三级火警", Urgency.CRITICAL),
        ("", "5", Urgency.CRITICAL),
    ],
)
def test_the_grade_says_how_urgent_it_is_and_the_fire_brigade_counts_the_other_way(
    grade: str, fire_alarm: str, urgency: Urgency, row: Callable[..., Draft]
) -> None:
    assert urgency is row(SJFJ=grade, HJDJ=fire_alarm).urgency


def test_the_fire_brigades_number_is_kept_beside_the_platforms(row: Callable[..., Draft]) -> None:
    assert (Alias("fire_119", "119-0412"),) == row(XFJQH="119-０412 ").aliases


@pytest.mark.nasty("N10", "a fire that flares up again")
def test_a_fire_that_flares_up_again_is_open_again(row: Callable[..., Draft]) -> None:
    assert [Stage.CLOSED, Stage.REOPENED, Stage.CANCELLED] == [
        row(SJZT=word).stage for word in ("结束", "复燃", "误报")
    ]


@pytest.mark.nasty("N58", "callers and casualties of an emergency")
@pytest.mark.parametrize("name", PEOPLE)
def test_who_called_was_hurt_or_was_filmed_ends_at_ingress(name: str, emergency: Emergency) -> None:
    admitted = emergency.admit(Body(orjson.dumps({"SJBH": "YJ1", name: CANARY}), "record"))
    assert ({"SJBH": "YJ1"}, (name,)) == (orjson.loads(admitted.content or b""), admitted.dropped)


def test_what_ends_at_ingress_is_what_is_declared_as_sensitive() -> None:
    assert set(PEOPLE) == {name for name, kind in DECLARES.items() if kind == "sensitive"}


def test_what_the_simulator_knows_of_people_is_in_no_record(
    body: Callable[..., Body], emergency: Emergency
) -> None:
    admitted = emergency.admit(body(defect="people"))
    assert {"BJRDH", "BJRXM", "SSQK", "SWRYMD", "XCZP"} == set(admitted.dropped)
    assert not any(
        word in (admitted.content or b"").decode("unicode_escape") for word in ("虚构", "13800000000")
    )


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b'{"SJBH": "YJ1"', b"[]", b'"YJ1"', b"\xff\xfe\xff"])
def test_a_message_that_nobody_can_read_is_refused_alone(content: bytes, emergency: Emergency) -> None:
    for ask in (
        lambda one: emergency.admit(one),
        lambda one: emergency.normalise(one, Arrival(None, "record")),  # type: ignore[arg-type]  # it is not asked
    ):
        with pytest.raises(BadRecord):
            ask(Body(content, "record"))


@pytest.mark.nasty("N31", "who was hurt is named in the text, too; where the caller stood is where it burns")
def test_who_was_hurt_is_blotted_out_of_the_text_and_the_place_stays(row: Callable[..., Draft]) -> None:
    draft = row(SJNR="测试甲、测试乙被困", SSRYMD="测试甲，测试乙", FSDZ="青石路北口", DWWZ="青石路北口")
    assert ("＊＊、＊＊被困", "青石路北口") == (draft.content, draft.address)
