"""The shared table: a batch is taken when it is whole, whoever wrote a row deletes it, and results go back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hub import Stage
from hub.plugin import Answer, Utterance

Say = Callable[..., Utterance]
Start = Callable[..., Any]


@pytest.mark.parametrize("failure", ["half_batch", "late_header"])
def test_a_batch_is_not_taken_before_it_is_whole_and_then_without_a_word(
    failure: str, say: Say, start: Start
) -> None:
    said = [say(number) for number in range(1, 7)]
    desk = start(*said, failures=(failure,))
    assert desk.after(4).refs() == []
    assert [one.ref for one in said] == desk.after(3).refs()
    assert not desk.codes
    assert desk.table.asked() == []


def test_a_batch_that_stays_half_written_is_held_and_asked_for_and_the_next_one_does_not_wait(
    say: Say, start: Start
) -> None:
    said = [say(number) for number in range(1, 7)]
    later = say(7, at=say().at + timedelta(minutes=2))
    desk = start(*said, later, failures=("lost_half",))
    assert [later.ref] == desk.after(8).refs()
    assert not desk.codes
    desk.after(8)
    assert dict(desk.codes) == {"S129": 1}
    (asked,) = desk.table.asked()
    assert (asked["HZLX"], asked["PCH"], asked["FKNR"]) == (
        "补发",
        "20260310-0001",
        "应有6行，现有3行，请补齐",
    )
    assert {one.ref for one in (*said, later)} == {*desk.after(2).refs()}


@pytest.mark.nasty("N09", "the shared table of 110 and 12345")
def test_rows_are_deleted_by_who_wrote_them_and_call_nothing_off(say: Say, start: Start) -> None:
    desk = start(say(1), say(2), failures=("clears_taken",)).after(30)
    assert desk.refs() == [say(1).ref, say(2).ref]
    assert not desk.codes
    assert all(one.stage is not Stage.CANCELLED for one in desk.drafts)


def test_a_result_goes_back_under_the_transfers_number_once(say: Say, start: Start) -> None:
    desk = start(say(1)).after(1)
    answer = Answer(
        source_ref=say(1).ref,
        part="",
        stage=Stage.DONE_BY_DEPT,
        at=say().at,
        text="井盖已更换",
        department="城市管理局",
        nonce="n1",
    )
    desk.adapter.tell(answer)
    desk.adapter.tell(answer)
    (told,) = desk.table.heard()
    assert {
        "HZLX": "反馈",
        "LZBH": say(1).ref,
        "CLZT": "办结",
        "FKNR": "井盖已更换",
        "FKSJ": "2026-03-10 12:00:00",
    } == {name: told[name] for name in ("HZLX", "LZBH", "CLZT", "FKNR", "FKSJ")}
