"""The ladder of calls: every way to a person once, in order, each waited for, and what is lost not at all."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model import DepartmentId, Duration, OnCall, Unit
from hub.whistle.rosters import Contact
from hub.whistle.summons import (
    WEBHOOK,
    Attempt,
    Rung,
    SummonsState,
    is_next_due,
    ladder,
    next_rung,
    span_of,
)

RANQI, CENTRE = DepartmentId("ranqi"), DepartmentId("zhongxin")
NIGHT = datetime(2026, 2, 17, 15, 50, tzinfo=UTC)
RULES = OnCall((WEBHOOK, "sms", "voice"))


def contact(label: str, *channels: str) -> Contact:
    return Contact(label=label, numbers=dict.fromkeys(channels, f"000{label}"), valid_from=date(2026, 1, 1))


BOTH = ("sms", "voice")
DUTY = (contact("1", *BOTH), contact("2", "voice"))


def tried(rung: Rung, n: int, state: SummonsState, *, made_at: datetime = NIGHT, tries: int = 0) -> Attempt:
    return Attempt(n, rung.department, rung.channel, rung.contact, state, made_at, tries)


def test_the_next_channel_comes_before_the_next_contact_and_the_centre_is_last() -> None:
    found = [one.key for one in ladder(RULES, RANQI, DUTY, CENTRE, [contact("c", *BOTH)])]
    assert [
        ("ranqi", "", "webhook"),
        ("ranqi", "1", "sms"),
        ("ranqi", "1", "voice"),
        ("ranqi", "2", "voice"),
        ("zhongxin", "c", "sms"),
        ("zhongxin", "c", "voice"),
    ] == found


def test_without_anybody_on_call_the_webhook_and_the_centre_are_left() -> None:
    found = [one.key for one in ladder(RULES, RANQI, (), CENTRE, [contact("c", "sms")])]
    assert [("ranqi", "", "webhook"), ("zhongxin", "c", "sms")] == found


def test_the_centre_itself_is_called_once() -> None:
    found = [
        one.key
        for one in ladder(OnCall(("sms",)), CENTRE, [contact("c", "sms")], CENTRE, [contact("c", "sms")])
    ]
    assert [("zhongxin", "c", "sms")] == found


@pytest.mark.parametrize(
    ("state", "tries", "minutes", "due"),
    [
        pytest.param(SummonsState.ACCEPTED, 0, 2, False, id="the gateway has it, two minutes"),
        pytest.param(SummonsState.ACCEPTED, 0, 3, True, id="the gateway has it, three minutes"),
        pytest.param(
            SummonsState.DELIVERED, 0, 2, False, id="the phone has it: that is no person, but is waited for"
        ),
        pytest.param(SummonsState.FAILED, 0, 0, True, id="what failed is not waited for"),
        pytest.param(SummonsState.VOID, 0, 0, True, id="what was not sent neither"),
        pytest.param(SummonsState.QUEUED, 0, 0, False, id="on its way"),
        pytest.param(SummonsState.QUEUED, 1, 0, True, id="a gateway that does not answer"),
        pytest.param(SummonsState.QUEUED, 0, 3, True, id="a gateway that hangs"),
    ],
)
def test_when_the_next_call_is_due(state: SummonsState, tries: int, minutes: int, due: bool) -> None:
    last = tried(Rung(RANQI, "sms", "1"), 1, state, tries=tries)
    assert due == is_next_due([last], RULES, NIGHT + timedelta(minutes=minutes))


def test_the_first_call_waits_for_nothing() -> None:
    assert is_next_due([], RULES, NIGHT)


@pytest.mark.parametrize(
    ("after", "span"),
    [
        (Duration(3, Unit.URGENT_MINUTE), timedelta(minutes=3)),
        (Duration(1, Unit.URGENT_HOUR), timedelta(hours=1)),
    ],
)
def test_how_long_is_the_contracts_word(after: Duration, span: timedelta) -> None:
    assert span == span_of(OnCall(("sms",), after))


def test_a_call_made_by_a_clock_that_was_ahead_is_not_waited_for() -> None:
    last = tried(Rung(RANQI, "sms", "1"), 1, SummonsState.ACCEPTED, made_at=NIGHT + timedelta(days=1))
    assert is_next_due([last], RULES, NIGHT)


contacts = st.lists(
    st.builds(contact, st.sampled_from("abcdef"), st.sampled_from(BOTH), st.sampled_from(BOTH)),
    max_size=4,
    unique_by=lambda one: one.label,
)
channels = st.lists(st.sampled_from([WEBHOOK, *BOTH]), min_size=1, unique=True).map(tuple)


@given(channels=channels, duty=contacts, centre=contacts)
def test_climbing_ends_and_calls_nobody_twice_by_one_channel(
    channels: tuple[str, ...], duty: list[Contact], centre: list[Contact]
) -> None:
    rungs = list(ladder(OnCall(channels), RANQI, duty, CENTRE, centre))
    attempts: list[Attempt] = []
    while (rung := next_rung(rungs, attempts)) is not None:
        attempts.append(tried(rung, len(attempts) + 1, SummonsState.FAILED))
    assert [one.key for one in rungs] == [one.key for one in attempts]
    assert len({one.key for one in attempts}) == len(attempts)
    assert sorted([one.department == CENTRE for one in attempts]) == [
        one.department == CENTRE for one in attempts
    ]


@given(before=contacts, after=contacts)
def test_a_change_of_shift_in_the_middle_calls_the_new_ones_and_nobody_again(
    before: list[Contact], after: list[Contact]
) -> None:
    attempts: list[Attempt] = []
    for duty in (before[:1], after):
        rungs = list(ladder(OnCall(BOTH), RANQI, duty, RANQI, ()))
        while (rung := next_rung(rungs, attempts)) is not None:
            attempts.append(tried(rung, len(attempts) + 1, SummonsState.FAILED))
    keys = [one.key for one in attempts]
    assert len(set(keys)) == len(keys)
    assert {one.key for one in ladder(OnCall(BOTH), RANQI, after, RANQI, ())} <= set(keys)
