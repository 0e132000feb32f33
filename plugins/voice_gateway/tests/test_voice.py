"""The voice channel against its gateway over a real socket: a key takes it, and a repeat dials nobody twice."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from gridplus_voice_gateway.channel import VoiceGateway
from gridplus_voice_gateway.config import VoiceConfig
from gridplus_voice_gateway.plugin import DECLARES, ENTRY
from gridplus_voice_gateway.simulator import (
    CONNECTED_AFTER_S,
    FAILURES,
    PRESSED_AFTER_S,
    VoicePlatform,
)
from pydantic import SecretStr, ValidationError

from hub.clock import FixedClock
from hub.errors import HubError, Refused, SignInAgain, TryLater
from hub.plugin import (
    Bridge,
    CallReceipt,
    CallState,
    Connects,
    Follows,
    SimulatorSetup,
    Summons,
    Tools,
)

NIGHT = datetime(2026, 2, 17, 15, 50, tzinfo=UTC)
SAMPLES = sorted((ENTRY.samples or Path()).glob("*.call.json"))
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
Open = Callable[..., tuple[VoicePlatform, VoiceGateway]]


def call_of(file: Path, **changes: Any) -> Summons:
    return Summons(**{**json.loads(file.read_text("utf-8")), **changes})


CALL = call_of(SAMPLES[0])
BRIDGE = Bridge(id="ct_1", text="正在为您接通诉求人。", extension="000171002", number="13800000001")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NIGHT)


@pytest.fixture
def open_(clock: FixedClock, tmp_path: Path) -> Iterator[Open]:
    """A gateway with these failure modes, and the channel that reaches it."""
    made: list[tuple[VoicePlatform, VoiceGateway]] = []
    numbers = iter(range(10_000))

    def start(*failures: str, **config: Any) -> tuple[VoicePlatform, VoiceGateway]:
        platform = VoicePlatform(SimulatorSetup(clock=clock, place=tmp_path, failures=failures))
        reached = {**platform.start(), **config}
        tools = Tools(
            source="voice",
            clock=clock,
            http=lambda **how: httpx.Client(timeout=0.3, **how),
            nonce=lambda: f"{next(numbers):032x}",
        )
        channel = VoiceGateway(VoiceConfig.model_validate(reached), tools)
        made.append((platform, channel))
        return platform, channel

    yield start
    for platform, channel in made:
        channel.close()
        platform.stop()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one.name)
def test_a_call_asks_for_what_stands_beside_it(sample: Path, open_: Open) -> None:
    _, channel = open_()
    expected = json.loads(sample.with_name(sample.name.replace(".call.", ".request.")).read_text("utf-8"))
    assert expected == channel.order(call_of(sample))
    assert set(expected) | set(channel.bridge_order(BRIDGE)) == set(DECLARES)


def test_a_call_rings_is_answered_and_taken_by_a_key(open_: Open, clock: FixedClock) -> None:
    platform, channel = open_()
    channel.check()
    sent = channel.send(CALL)
    assert CallReceipt(CallState.ACCEPTED, "V00000001", "ringing") == sent
    clock.pause(10)
    assert CallReceipt(CallState.ACCEPTED, "V00000001", "answered") == channel.follow(CALL.id, sent.ref)
    clock.pause(PRESSED_AFTER_S)
    assert CallReceipt(CallState.TAKEN, "V00000001", "key_press") == channel.follow(CALL.id, sent.ref)
    assert isinstance(channel, Follows)
    assert [CALL.number] == [one["ref"] for one in platform.heard()]


def test_a_bridge_rings_the_department_and_then_the_resident(open_: Open, clock: FixedClock) -> None:
    platform, channel = open_()
    sent = channel.connect(BRIDGE)
    assert sent == channel.connect(BRIDGE)
    assert CallState.ACCEPTED is sent.state
    clock.pause(10)
    assert CallReceipt(CallState.ACCEPTED, sent.ref, "answered") == channel.follow(BRIDGE.id, sent.ref)
    clock.pause(CONNECTED_AFTER_S)
    assert CallReceipt(CallState.TAKEN, sent.ref, "connected") == channel.follow(BRIDGE.id, sent.ref)
    assert [(BRIDGE.extension, BRIDGE.number)] == [(one["text"], one["ref"]) for one in platform.heard()]
    assert isinstance(channel, Connects)


@pytest.mark.parametrize("failure", ["busy", "no_answer", "hung_up"])
def test_a_bridge_on_which_nobody_talks_has_failed(failure: str, open_: Open, clock: FixedClock) -> None:
    _, channel = open_(failure)
    sent = channel.connect(BRIDGE)
    clock.pause(60)
    assert CallReceipt(CallState.FAILED, sent.ref, failure) == channel.follow(BRIDGE.id, sent.ref)


@pytest.mark.nasty("N01")
def test_the_same_id_again_dials_nobody_and_answers_as_before(open_: Open) -> None:
    platform, channel = open_()
    assert channel.send(CALL) == channel.send(CALL)
    assert (2, 1) == (platform.asked, len(platform.heard()))


def test_an_answer_that_is_lost_is_asked_for_again(open_: Open) -> None:
    platform, channel = open_("answer_lost")
    with pytest.raises(TryLater, match="S101"):
        channel.send(CALL)
    assert CallState.ACCEPTED is channel.send(CALL).state
    assert 1 == len(platform.heard())


@pytest.mark.parametrize(
    ("failure", "error", "code"),
    [
        pytest.param("line_limit", TryLater, "S105", id="no line is free"),
        pytest.param("hangs", TryLater, "S101", id="it hangs"),
        pytest.param("http_503", TryLater, "S102", id="it is ill"),
    ],
)
def test_what_recovers_is_told_by_the_kind_of_error(
    failure: str, error: type[HubError], code: str, open_: Open
) -> None:
    _, channel = open_(failure)
    with pytest.raises(error, match=code):
        channel.send(CALL)


@pytest.mark.parametrize(
    ("failure", "detail"),
    [("busy", "busy"), ("no_answer", "no_answer"), ("hung_up", "hung_up"), ("other_key", "other_key")],
)
def test_who_does_not_press_the_key_has_not_taken_it(
    failure: str, detail: str, open_: Open, clock: FixedClock
) -> None:
    _, channel = open_(failure)
    sent = channel.send(CALL)
    clock.pause(60)
    assert CallReceipt(CallState.FAILED, sent.ref, detail) == channel.follow(CALL.id, sent.ref)


def test_a_call_that_the_gateway_never_had_is_refused(open_: Open) -> None:
    _, channel = open_()
    with pytest.raises(Refused, match="S120"):
        channel.follow("sm_never", "")


def test_a_wrong_secret_is_refused(open_: Open) -> None:
    _, channel = open_(app_secret="another")
    with pytest.raises(SignInAgain, match="S106"):
        channel.check()


def test_what_the_distribution_offers_is_whole() -> None:
    assert SecretStr in {one.annotation for one in VoiceConfig.model_fields.values()}
    with pytest.raises(ValidationError):
        VoiceConfig.model_validate({"base_url": "x", "app_key": "k", "app_secret": "s", "surprise": 1})
    assert "number" not in repr(CALL) + repr(BRIDGE)
    assert all(f"`{name}`" in README for name in (*FAILURES, *VoiceConfig.model_fields))
