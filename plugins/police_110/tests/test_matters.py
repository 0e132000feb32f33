"""Whose matter it is, under which numbers, and what of it may be held: never the police's, never more of a caller than is needed."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from gridplus_police_110.adapter import Police110

from hub import Alias, Arrival, Handling, Person, Stage
from hub.plugin import Body, Utterance

Say = Callable[..., Utterance]
Start = Callable[..., Any]
NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
CANARY = "canary-5f0c"
MATTER = {
    "lzbh": "LZ1",
    "jqxz": "非警务",
    "sjf": "110",
    "zrf": "12345",
    "clzt": "待接收",
    "hfbz": "0",
    "nmbz": "0",
}


def held(adapter: Police110, **changes: object) -> Mapping[str, object] | None:
    content = adapter.admit(Body(orjson.dumps(MATTER | changes), "row")).content
    return None if content is None else orjson.loads(content)


@pytest.mark.nasty("N06", "the police's number and the hotline's")
def test_both_numbers_are_kept_and_the_second_may_come_later(say: Say, start: Start) -> None:
    later = say(1, at=say().at + timedelta(minutes=2), revision=1)
    first, both = start(say(1, second_ref=""), later).after(3).drafts
    assert first.source_ref == both.source_ref
    assert first.aliases == (Alias("police_grid", "JQ20260310000001"),)
    assert both.aliases == (*first.aliases, Alias("hotline_12345", "YJ20260310000001"))


@pytest.mark.parametrize(
    ("zrf", "sjf", "handling"),
    [
        pytest.param("12345", "110", Handling.CALL, id="one key: passed on"),
        pytest.param("12345", "12345", Handling.CALL, id="it was the hotline's from the beginning"),
        pytest.param("110", "12345", Handling.ELSEWHERE, id="the police take it though it is none of theirs"),
        pytest.param("未明", "110", Handling.ELSEWHERE, id="still unclear: the police had it first"),
        pytest.param("未明", "12345", Handling.CALL, id="still unclear: the hotline had it first"),
        pytest.param("", "110", Handling.ELSEWHERE, id="nobody says: the police had it first"),
        pytest.param("", "", Handling.CALL, id="nobody says anything"),
    ],
)
def test_who_deals_with_it_is_who_has_the_duty_and_while_that_is_unclear_who_had_it_first(
    zrf: str, sjf: str, handling: Handling, adapter: Police110
) -> None:
    row = MATTER | {"zrf": zrf, "sjf": sjf}
    (draft,) = adapter.normalise(Body(orjson.dumps(row), "row"), Arrival(NOON, "row"))
    assert handling is draft.handling


@pytest.mark.parametrize(
    ("defect", "refs", "handling", "flags"),
    [
        ("", 1, Handling.CALL, ()),
        ("unclear_110", 1, Handling.ELSEWHERE, ()),
        ("unclear_12345", 1, Handling.CALL, ("duty_unclear",)),
        ("unclear_unheard", 0, None, None),
        ("police_matter", 0, None, None),
        ("no_nature", 0, None, None),
    ],
)
def test_after_a_call_of_three_the_first_receiver_takes_it_and_what_may_be_the_polices_does_not_come_in(
    defect: str, refs: int, handling: Handling | None, flags: object, say: Say, start: Start
) -> None:
    desk = start(say(1, defect=defect)).after(1)
    assert refs == len(desk.drafts)
    assert [(handling, flags)] * refs == [(one.handling, one.flags) for one in desk.drafts]
    assert 1 - refs == desk.codes["R105"]


@pytest.mark.parametrize(
    "nature", ["警务", "刑事", "治安", "其他", "非警务类", "not 非警务", 1, None, "", "未明"]
)
def test_whatever_is_not_called_none_of_the_polices_is_not_held(nature: object, adapter: Police110) -> None:
    assert held(adapter, jqxz=nature) is None


def test_a_word_that_cannot_be_read_cannot_be_judged(adapter: Police110) -> None:
    assert held(adapter, jqxz="非警务".encode().decode("gb18030", "replace")) is None
    assert held(adapter, clzt="\ufffd") is None


@pytest.mark.nasty("N11", "a matter that the police take back")
def test_of_a_matter_that_becomes_the_polices_only_that_it_did_is_held(say: Say, start: Start) -> None:
    taken_back = say(1, at=say().at + timedelta(minutes=2), revision=1, defect="becomes_police")
    desk = start(say(1), taken_back).after(3)
    first, last = desk.drafts
    assert first.source_ref == last.source_ref
    assert (Stage.CANCELLED, True, "") == (last.stage, last.is_update, last.content)
    assert last.requester is None
    content = desk.admitted[1].content.decode("unicode_escape")
    assert {"id", "pch", "lzbh", "jqbh", "gdbh", "clzt", "gxsj"} == {*orjson.loads(desk.admitted[1].content)}
    assert "虚构嫌疑人" not in content


@pytest.mark.nasty("N58", "who called the police")
@pytest.mark.parametrize(
    ("hfbz", "nmbz", "named"),
    [("1", "0", True), ("是", "", True), ("0", "0", False), ("", "", False), ("1", "1", False)],
)
def test_a_caller_is_held_only_where_they_are_to_be_called_back(
    hfbz: str, nmbz: str, named: bool, adapter: Police110
) -> None:
    kept = held(adapter, hfbz=hfbz, nmbz=nmbz, lxr="测试甲", lxdh="13800000000") or {}
    assert named is ("lxr" in kept) is ("lxdh" in kept)


def test_who_wants_no_call_is_nobody_in_the_draft(say: Say, start: Start) -> None:
    caller = Person("测试甲", "13800000000")
    wanted = Person("测试乙", "13800000001", callback=True)
    quiet, asked = start(say(1, requester=caller), say(2, requester=wanted)).after(1).drafts
    assert (quiet.requester, asked.requester) == (None, wanted)


@pytest.mark.parametrize("name", ["SFZH", "XYRXM", "CPHM", "AJBH", "ZRMJ", "RLTZ", "JQDJNR"])
def test_columns_that_nobody_asked_for_do_not_come_in_even_where_a_row_has_them(
    name: str, adapter: Police110
) -> None:
    kept = held(adapter, **{name: CANARY})
    assert kept == MATTER


@pytest.mark.nasty("N58", "secrecy of a report to 110")
@pytest.mark.parametrize(
    ("mark", "secret"), [("", False), ("0", False), ("否", False), ("1", True), ("2", True)]
)
def test_whatever_is_not_a_plain_no_is_secret(mark: str, secret: bool, adapter: Police110) -> None:
    (draft,) = adapter.normalise(Body(orjson.dumps(MATTER | {"bmbz": mark}), "row"), Arrival(NOON, "row"))
    assert secret is draft.secret
