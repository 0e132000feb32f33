"""Digest authentication: the standard's own example, agreement with another implementation, and refusals."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from hub.plugin.transport.digest_auth import (
    Admitted,
    Challenge,
    Challenged,
    Gate,
    authorization,
    challenge_in,
)

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
PATH = "/VIID/SubscribeNotifications"
DEVICE = "32990100002000000001"
GATE_WORDS = {DEVICE: SecretStr("right")}


def gate() -> Gate:
    return Gate("hub", GATE_WORDS)


def asked(
    gate: Gate, header: str = "", *, now: datetime = NOW, method: str = "POST"
) -> Admitted | Challenged:
    return gate.admit(header, method=method, path=PATH, now=now, salt="0" * 32)


def challenge(gate: Gate, now: datetime = NOW) -> Challenge:
    refused = asked(gate, now=now)
    assert isinstance(refused, Challenged)
    return refused.challenge


def user_of(result: Admitted | Challenged) -> str:
    """Who was let in; "" for nobody."""
    return result.user if isinstance(result, Admitted) else ""


def signed(
    challenge: Challenge, *, user: str = DEVICE, word: str = "right", count: int = 1, uri: str = PATH
) -> str:
    return authorization(
        challenge, user=user, password=SecretStr(word), method="POST", uri=uri, count=count, cnonce="abc"
    )


def test_the_example_of_the_standard() -> None:
    """RFC 2617, section 3.5."""
    header = authorization(
        Challenge(
            "testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093", "5ccc069c403ebaf9f0171e9517f40e41"
        ),
        user="Mufasa",
        password=SecretStr("Circle Of Life"),
        method="GET",
        uri="/dir/index.html",
        count=1,
        cnonce="0a4f113b",
    )
    assert 'response="6629fae49393a05397450978507c4ef1"' in header


def test_a_peer_that_signs_as_httpx_does_is_let_in() -> None:
    door = gate()
    results = []

    def answer(request: httpx.Request) -> httpx.Response:
        result = asked(door, request.headers.get("authorization", ""))
        results.append(result)
        if isinstance(result, Challenged):
            return httpx.Response(401, headers={"www-authenticate": result.challenge.header})
        return httpx.Response(200)

    with httpx.Client(
        transport=httpx.MockTransport(answer), auth=httpx.DigestAuth(DEVICE, "right")
    ) as client:
        assert [client.post(f"http://hub/in/xueliang_video{PATH}").status_code for _ in range(2)] == [
            200,
            200,
        ]
    # once challenged, the second request signs under the same nonce
    assert [Challenged, Admitted, Admitted] == [type(one) for one in results]
    assert DEVICE == user_of(results[-1])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"word": "wrong"}, "password", id="wrong password"),
        pytest.param({"user": "32990100002000000002"}, "user", id="unknown user"),
        pytest.param({"user": ""}, "user", id="no user"),
        pytest.param({"uri": "/VIID/System/Register"}, "path", id="signed for another path"),
    ],
)
def test_a_wrong_signature_is_challenged(change: dict[str, str], why: str) -> None:
    door = gate()
    refused = asked(door, signed(challenge(door), **change))  # type: ignore[arg-type]  # a test's shorthand
    assert isinstance(refused, Challenged), why
    assert refused.code == "P106"


@pytest.mark.parametrize(
    "header", ["", "Basic eDp5", "Digest", 'Digest username="x"', 'Digest nonce="' + "a" * 9999]
)
def test_a_header_that_is_no_signature_is_challenged(header: str) -> None:
    refused = asked(gate(), header)
    assert isinstance(refused, Challenged)
    assert ("P106" if header else "") == refused.code
    assert refused.challenge == challenge_in(refused.challenge.header)


def test_a_request_signed_for_another_method_is_challenged() -> None:
    door = gate()
    assert isinstance(asked(door, signed(challenge(door)), method="DELETE"), Challenged)


@pytest.mark.nasty("N73", "a nonce used again")
def test_the_same_signature_twice_is_a_replay() -> None:
    door = gate()
    nonce = challenge(door)
    admitted = asked(door, signed(nonce, count=1))
    assert isinstance(admitted, Admitted)
    door.remember(admitted, NOW)
    again = asked(door, signed(nonce, count=1))
    assert isinstance(again, Challenged)
    assert again.code == "P103"
    assert DEVICE == user_of(asked(door, signed(nonce, count=2)))


def test_a_request_that_could_not_be_stored_may_come_again_as_it_was() -> None:
    door = gate()
    once = signed(challenge(door))
    assert [DEVICE, DEVICE] == [user_of(asked(door, once)) for _ in range(2)]


def test_an_old_nonce_is_stale_and_a_foreign_one_is_wrong() -> None:
    door = gate()
    later = NOW + timedelta(seconds=301)
    old = asked(door, signed(challenge(door)), now=later)
    foreign = asked(door, signed(Challenge("hub", "69af8d00.0.deadbeef")))
    assert isinstance(old, Challenged)
    assert isinstance(foreign, Challenged)
    assert [old.challenge.stale, foreign.challenge.stale] == [True, False]
    assert DEVICE == user_of(asked(door, signed(old.challenge), now=later))


def test_another_worker_accepts_what_this_one_has_given_out() -> None:
    assert DEVICE == user_of(asked(gate(), signed(challenge(gate()))))


@given(st.text(max_size=300))
def test_no_header_breaks_the_gate(header: str) -> None:
    assert isinstance(asked(gate(), f"Digest {header}"), Challenged)
    challenge_in(header)
