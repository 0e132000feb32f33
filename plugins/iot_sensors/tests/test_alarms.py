"""Alarms as devices send them: all night long, after their recovery, from another device at the same point, in a storm."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hub import Stage
from hub.plugin import Utterance

Say = Callable[..., Utterance]
Start = Callable[..., Any]
NIGHT = 200


@pytest.mark.nasty("N75", "a manhole cover, over MQTT")
def test_a_device_that_flaps_all_night_is_read_to_its_last_alarm_and_stays_one_point(
    say: Say, start: Start
) -> None:
    said = [
        say(at, stage=Stage.CLOSED if at % 2 else Stage.RECEIVED, at=say().at + timedelta(seconds=7 * at))
        for at in range(NIGHT)
    ]
    drafts = start(*said).run().drafts
    assert [one.ref for one in said] == [one.source_ref for one in drafts]
    assert {"JG-0412"} == {one.device_ref for one in drafts}


@pytest.mark.nasty("N76", "over MQTT")
def test_a_recovery_that_comes_before_its_alarm_is_newer_than_it_and_closed(say: Say, start: Start) -> None:
    ended = say(stage=Stage.CLOSED, at=say().at + timedelta(minutes=5))
    recovery, alarm = start(ended, say(at=ended.at)).run().drafts
    assert recovery.source_ref == alarm.source_ref
    assert (Stage.CLOSED, True, ("recovered",)) == (recovery.stage, recovery.is_update, recovery.flags)
    assert (Stage.RECEIVED, False, ()) == (alarm.stage, alarm.is_update, alarm.flags)


def test_an_alarm_that_was_published_before_its_recovery_sorts_before_it_however_they_arrive(
    say: Say, start: Start
) -> None:
    alarm, recovery = start(say(), say(stage=Stage.CLOSED, at=say().at + timedelta(seconds=1))).run().drafts
    assert alarm.version < recovery.version


@pytest.mark.nasty("N76", "the device was swapped")
def test_after_a_battery_swap_the_same_point_is_the_same_matter(say: Say, start: Start) -> None:
    before = say(1, extra={"device": "860000000000412"})
    after = say(2, extra={"device": "860000000000998"}, stage=Stage.CLOSED)
    alarm, recovery = start(before, after).run().drafts
    assert alarm.source_ref != recovery.source_ref
    assert alarm.aliases == recovery.aliases != ()
    assert alarm.device_ref == recovery.device_ref


def test_another_alarm_of_the_same_point_has_another_alias(say: Say, start: Start) -> None:
    first, second = start(say(1), say(2, occurred_at=say().at - timedelta(hours=1))).run().drafts
    other_kind = start(say(3, code="0111")).run().drafts[0]
    assert len({*first.aliases, *second.aliases, *other_kind.aliases}) == 3


@pytest.mark.nasty("N36", "a device without a clock")
def test_alarms_under_a_clock_that_fell_back_to_its_beginning_are_not_made_one(
    say: Say, start: Start
) -> None:
    fallen = say().at.replace(year=1980)
    drafts = start(say(1, occurred_at=fallen), say(2, occurred_at=fallen)).run().drafts
    assert [((), ("clock_suspect",))] * 2 == [(one.aliases, one.flags) for one in drafts]


def test_a_point_without_a_number_is_known_by_its_device(say: Say, start: Start) -> None:
    (draft,) = start(say(device_ref="", extra={"device": "D-9"})).run().drafts
    assert (draft.device_ref, draft.aliases) == ("D-9", ())


@pytest.mark.nasty("N74", "a thousand sensors after a power cut, over MQTT")
def test_a_thousand_devices_that_come_back_together_leave_alarms_alone_and_no_record(
    say: Say, start: Start
) -> None:
    desk = start(say(1), say(2), say(3), failures=("storm",))
    began = time.monotonic()
    desk.run()
    assert time.monotonic() - began < 20.0
    assert len(desk.admitted) == 3
    assert [say(number).ref for number in (1, 2, 3)] == [one.source_ref for one in desk.drafts]
