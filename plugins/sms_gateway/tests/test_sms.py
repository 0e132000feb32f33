"""The SMS channel against its gateway over a real socket: accepted is not delivered, a repeat sends nothing twice."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from gridplus_sms_gateway.channel import SmsGateway
from gridplus_sms_gateway.config import SmsConfig
from gridplus_sms_gateway.plugin import DECLARES, ENTRY
from gridplus_sms_gateway.segments import segments_of
from gridplus_sms_gateway.simulator import DELIVERED_AFTER_S, FAILURES, SmsPlatform
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from hub.clock import FixedClock
from hub.errors import HubError, Refused, SignInAgain, TryLater
from hub.plugin import CallReceipt, CallState, Follows, Letter, SimulatorSetup, Summons, Tools, Writes

NIGHT = datetime(2026, 2, 17, 15, 50, tzinfo=UTC)
SAMPLES = sorted((ENTRY.samples or Path()).glob("*.call.json"))
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
Open = Callable[..., tuple[SmsPlatform, SmsGateway]]


def call_of(file: Path, **changes: Any) -> Summons:
    return Summons(**{**json.loads(file.read_text("utf-8")), **changes})


CALL = call_of(SAMPLES[0])


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NIGHT)


@pytest.fixture
def open_(clock: FixedClock, tmp_path: Path) -> Iterator[Open]:
    """A gateway with these failure modes, and the channel that reaches it."""
    made: list[tuple[SmsPlatform, SmsGateway]] = []
    numbers = iter(range(10_000))

    def start(*failures: str, **config: Any) -> tuple[SmsPlatform, SmsGateway]:
        platform = SmsPlatform(SimulatorSetup(clock=clock, place=tmp_path, failures=failures))
        reached = {**platform.start(), **config}
        tools = Tools(
            source="sms",
            clock=clock,
            http=lambda **how: httpx.Client(timeout=0.3, **how),
            nonce=lambda: f"{next(numbers):032x}",
        )
        channel = SmsGateway(SmsConfig.model_validate(reached), tools)
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
    assert expected == channel.submission(call_of(sample))
    assert set(expected) == set(DECLARES)


def test_a_message_is_accepted_and_only_later_delivered(open_: Open, clock: FixedClock) -> None:
    platform, channel = open_()
    channel.check()
    sent = channel.send(CALL)
    assert CallReceipt(CallState.ACCEPTED, "G0000000001") == sent
    assert CallReceipt(CallState.ACCEPTED, "G0000000001", "ACCEPTD") == channel.follow(CALL.id, sent.ref)
    clock.pause(DELIVERED_AFTER_S)
    assert CallReceipt(CallState.DELIVERED, "G0000000001", "DELIVRD") == channel.follow(CALL.id, sent.ref)
    assert isinstance(channel, Follows)
    assert [CALL.number] == [one["ref"] for one in platform.heard()]


def test_a_letter_to_a_resident_is_delivered_as_a_message_is(open_: Open, clock: FixedClock) -> None:
    platform, channel = open_()
    letter = Letter(id="ct_1", text="城管局：工作人员稍后到场。", number="13800000001")
    sent = channel.write(letter)
    assert sent == channel.write(letter)
    clock.pause(DELIVERED_AFTER_S)
    assert CallState.DELIVERED is channel.follow(letter.id, sent.ref).state
    assert [(letter.number, f"【网格吹哨】{letter.text}")] == [
        (one["ref"], one["text"]) for one in platform.heard()
    ]
    assert isinstance(channel, Writes)
    assert letter.number not in repr(letter)


@pytest.mark.nasty("N01")
def test_the_same_id_again_sends_nothing_and_answers_as_before(open_: Open) -> None:
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
        pytest.param("rate_limited", TryLater, "S105", id="flow control"),
        pytest.param("hangs", TryLater, "S101", id="it hangs"),
        pytest.param("http_503", TryLater, "S102", id="it is ill"),
        pytest.param("refuses_numbers", Refused, "S120", id="no such number"),
    ],
)
def test_what_recovers_is_told_by_the_kind_of_error(
    failure: str, error: type[HubError], code: str, open_: Open
) -> None:
    _, channel = open_(failure)
    with pytest.raises(error, match=code):
        channel.send(CALL)


def test_after_flow_control_the_same_message_goes(open_: Open) -> None:
    _, channel = open_("rate_limited")
    with pytest.raises(TryLater):
        channel.send(CALL)
    assert CallState.ACCEPTED is channel.send(CALL).state


@pytest.mark.parametrize(
    ("failure", "state"), [("undelivered", CallState.FAILED), ("no_report", CallState.ACCEPTED)]
)
def test_a_report_says_no_more_than_the_gateway_knows(
    failure: str, state: CallState, open_: Open, clock: FixedClock
) -> None:
    _, channel = open_(failure)
    sent = channel.send(CALL)
    clock.pause(600)
    assert state is channel.follow(CALL.id, sent.ref).state


def test_a_message_that_the_gateway_never_had_reached_nobody(open_: Open) -> None:
    _, channel = open_()
    assert CallState.FAILED is channel.follow("sm_never", "").state


def test_a_wrong_secret_is_refused(open_: Open) -> None:
    _, channel = open_(app_secret="another")
    with pytest.raises(SignInAgain, match="S106"):
        channel.check()


def test_what_is_too_long_is_not_cut_but_refused(open_: Open) -> None:
    platform, channel = open_(most_segments=1)
    with pytest.raises(Refused, match="S121"):
        channel.send(call_of(SAMPLES[0], text="急" * 70))
    assert [] == list(platform.heard())


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        pytest.param("", 1, id="nothing"),
        pytest.param("急" * 70, 1, id="70 characters"),
        pytest.param("急" * 71, 2, id="71 characters"),
        pytest.param("急" * 134, 2, id="twice 67"),
        pytest.param("急" * 135, 3, id="one more"),
        pytest.param("𠮷" * 35, 1, id="35 rare characters of two units"),
        pytest.param("𠮷" * 36, 2, id="36 of them"),
    ],
)
def test_segments_are_counted_as_operators_count_them(text: str, segments: int) -> None:
    assert segments == segments_of(text)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
)
def test_a_longer_text_never_takes_fewer_segments(text: str, more: str) -> None:
    clean = text + more
    assert segments_of(text) <= segments_of(clean)


def test_what_the_distribution_offers_is_whole() -> None:
    assert SecretStr in {one.annotation for one in SmsConfig.model_fields.values()}
    with pytest.raises(ValidationError):
        SmsConfig.model_validate({"base_url": "x", "app_key": "k", "app_secret": "s", "surprise": 1})
    assert "number" not in repr(CALL)
    assert all(f"`{name}`" in README for name in (*FAILURES, *SmsConfig.model_fields))
