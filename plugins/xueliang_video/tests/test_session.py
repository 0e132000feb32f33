"""Registration, keep-alive and subscription with a platform that has its moods."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from gridplus_xueliang_video.config import XueliangConfig
from gridplus_xueliang_video.gat1400.session import LONGEST_WAIT_S
from pydantic import ValidationError

from hub.errors import SignInAgain, TryLater
from hub.plugin import Filters, Reads, Receives, Tells, Tends

if TYPE_CHECKING:
    from plugins.xueliang_video.tests.conftest import Desk, Say, Start


def known_to(desk: "Desk") -> bool:
    """Whether the platform has our subscription at this moment."""
    return desk.platform.subscribed


def beats(desk: "Desk", minutes: float) -> None:
    """Lives through so many minutes, tending whenever it is due."""
    until = desk.clock.now() + timedelta(minutes=minutes)
    while desk.clock.now() < until:
        desk.clock.pause(desk.adapter.tend())


def test_it_registers_subscribes_and_is_kept_alive(start: "Start") -> None:
    desk = start(registered="no")
    assert not known_to(desk)
    desk.adapter.check()
    due_s = desk.adapter.tend()
    assert known_to(desk)
    assert 0 < due_s <= 90  # GA/T 1400: silent for 90 s counts as gone
    beats(desk, 12)  # beyond the end of two registrations
    assert known_to(desk)


@pytest.mark.nasty("N73", "registration lost, realm changed, StatusCode as text")
@pytest.mark.parametrize("failures", [("registration_lost",), ("realm_changes",), ("status_as_text",)])
def test_what_the_platform_forgets_or_changes_is_mended_by_the_next_beat(
    start: "Start", failures: tuple[str, ...]
) -> None:
    desk = start(failures=failures, registered="no")
    beats(desk, 15)
    assert known_to(desk)


@pytest.mark.nasty("N74", "a random wait up to 300 s after a failed registration")
@pytest.mark.parametrize(
    ("failure", "code"), [("register_refused", "S106"), ("register_busy", "S103"), ("server_error", "S102")]
)
def test_after_a_failed_registration_it_waits_a_random_time_and_says_so(
    start: "Start", failure: str, code: str
) -> None:
    desk = start(failures=(failure,), registered="no")
    waits = []
    for _ in range(2):
        with pytest.raises(TryLater) as caught:
            desk.adapter.tend()
        assert code == caught.value.code
        waits.append(desk.adapter.tend())  # asked too early: only told how long
        with pytest.raises(TryLater) as caught:
            desk.adapter.check()  # and the trouble stays visible
        assert code == caught.value.code
        desk.clock.pause(waits[-1])
    assert all(0 < wait <= LONGEST_WAIT_S for wait in waits)
    assert waits[0] != waits[1]
    desk.adapter.tend()
    assert known_to(desk)


def test_while_it_waits_the_platform_is_left_alone(start: "Start") -> None:
    desk = start(failures=("register_busy",), registered="no")
    with pytest.raises(TryLater):
        desk.adapter.tend()
    for _ in range(5):  # were it to call, the third call would be answered
        assert desk.adapter.tend() > 0
    assert not known_to(desk)


@pytest.mark.nasty("N67", "a login page with HTTP 200")
@pytest.mark.parametrize(("failure", "code"), [("html_login_page", "S104"), ("connection_reset", "S101")])
def test_an_answer_that_is_none_is_a_failed_registration(start: "Start", failure: str, code: str) -> None:
    desk = start(failures=(failure,), registered="no")
    with pytest.raises(TryLater) as caught:
        desk.adapter.check()
    assert code == caught.value.code


@pytest.mark.nasty("N86", "a password that was changed on their side")
def test_a_wrong_password_asks_to_sign_in_again(start: "Start") -> None:
    desk = start(registered="no", password="rotated")
    with pytest.raises(SignInAgain):
        desk.adapter.check()


def test_people_and_vehicles_cannot_even_be_subscribed_to(start: "Start") -> None:
    offered = dict(start(registered="no").platform.config())
    for detail in ("11", "12", "13", "14"):
        with pytest.raises(ValidationError):
            XueliangConfig.model_validate(offered | {"subscribe": ["3", detail]})


def test_the_adapter_tends_receives_and_filters_and_can_tell_nobody(start: "Start") -> None:
    offered: object = start(registered="no").adapter
    assert all(isinstance(offered, able) for able in (Tends, Receives, Filters))
    assert not isinstance(offered, Tells | Reads)


def test_closing_twice_leaves_nothing_open(say: "Say", start: "Start") -> None:
    desk = start(say(1))
    desk.adapter.close()
    desk.adapter.close()
