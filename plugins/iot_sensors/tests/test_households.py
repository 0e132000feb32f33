"""What a sensor says of a household is held by nobody, unless somebody there asked for the service; nothing guesses at a flat."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from gridplus_iot_sensors.adapter import DECLARES

from hub.plugin import Utterance

Held = Callable[..., Any]
ALARM = {"alarmNo": "WL1", "alarmType": "0301", "scene": "public"}
CANARY = "canary-5f0c"


@pytest.mark.parametrize(
    "household",
    [
        pytest.param({"scene": "household"}, id="no service"),
        pytest.param({"scene": "household", "service": False}, id="it was ended"),
        pytest.param({"scene": "household", "service": "true"}, id="a word is no consent"),
        pytest.param({"scene": "household", "service": 1}, id="a number is none either"),
        pytest.param({"scene": "household", "serviceNo": "QY1"}, id="a number of a service is none either"),
        pytest.param({"scene": ""}, id="nobody says where it is"),
        pytest.param({"scene": None}, id="nor here"),
        pytest.param({"scene": "公共"}, id="in another word than agreed"),
        pytest.param({"scene": ["public"]}, id="in another shape than agreed"),
    ],
)
def test_an_alarm_of_a_household_that_asked_for_nothing_is_not_held(
    household: dict[str, object], held: Held
) -> None:
    assert held(ALARM | household) is None


def test_an_alarm_of_a_public_place_and_of_a_service_are_held(held: Held) -> None:
    assert held(ALARM) == ALARM
    asked_for = ALARM | {"scene": "household", "service": True, "serviceNo": "QY1"}
    assert held(asked_for) == asked_for


@pytest.mark.parametrize("kind", ["telemetry", "heartbeat", "online", "alarm2", ""])
def test_readings_are_not_held_of_anybody(kind: str, held: Held) -> None:
    assert held(ALARM, kind) is None
    assert held(ALARM | {"scene": "household", "service": True}, kind) is None


@pytest.mark.nasty("N58", "households and passers-by of a sensor")
@pytest.mark.parametrize("path", sorted(one for one, kind in DECLARES.items() if kind == "sensitive"))
@pytest.mark.parametrize("where", [{}, {"scene": "household", "service": True}])
def test_people_pictures_guesses_and_readings_end_at_ingress(
    path: str, where: dict[str, object], held: Held
) -> None:
    kept = held(ALARM | where | {path.removeprefix("payload."): CANARY})
    assert CANARY not in orjson.dumps(kept).decode()


def test_of_a_falling_object_no_picture_no_face_and_no_flat_is_held(
    say: Callable[..., Utterance], start: Callable[..., Any]
) -> None:
    thrown = say(code="0201", defect="falling", content="疑似12层1203室抛物", address="虹桥新村3幢东侧立杆")
    desk = start(thrown).run()
    (admitted,) = desk.admitted
    told = orjson.loads(admitted.content)
    assert {"payload.faces", "payload.pictureUrl", "payload.roomGuess", "payload.floorGuess"} <= {
        *admitted.dropped
    }
    assert not any(word in str(told) for word in ("1203", "192.0.2.1", "虚构甲", "疑似"))
    assert desk.drafts[0].address == "虹桥新村3幢东侧立杆"


def test_habits_at_home_leave_no_trace_but_that_an_alarm_was_refused(
    say: Callable[..., Utterance], start: Callable[..., Any]
) -> None:
    desk = start(say(1), say(2), failures=("habits",)).run()
    assert [say(1).ref, say(2).ref] == [one.source_ref for one in desk.drafts]
    assert [("payload.scene",)] * 2 == [one.dropped for one in desk.admitted if one.content is None]


@pytest.mark.nasty("N31", "where the point is mounted names whoever lives there")
def test_who_lives_there_is_blotted_out_of_the_address(held: Held) -> None:
    told = {
        "pointAddr": "青石路测试甲家，13800000001",
        "residentName": "测试甲",
        "residentPhone": "138 0000 0001",
    }
    assert "青石路＊＊家，＊＊" == held(ALARM | {"scene": "household", "service": True} | told)["pointAddr"]
