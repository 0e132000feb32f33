"""Signed requests: made here, checked here, each let in once."""

from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from hub.clock import FixedClock
from hub.errors import PeerRefused
from hub.plugin.transport.signing import Gate, Signer, request_signature, signature_of, sorted_parameters

KEY = SecretStr("between-us")
NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)


def pair() -> tuple[Signer, Gate, FixedClock]:
    clock, numbers = FixedClock(NOON), count(1)
    signer = Signer("platform", KEY, clock=clock, nonce=lambda: f"{next(numbers):032x}")
    return signer, Gate({"platform": KEY}, clock=clock), clock


def code_of(gate: Gate, headers: dict[str, str], *, path: str = "/orders", body: bytes = b"{}") -> str:
    """The refusal's code, "" where it is let in and stored."""
    try:
        gate.remember(gate.admit(method="POST", path=path, query="", headers=headers, body=body))
    except PeerRefused as error:
        return error.code
    return ""


def test_a_signed_request_is_let_in_and_says_whose_it_is() -> None:
    signer, gate, _ = pair()
    headers = signer.sign("post", "/orders", query="b=2&a=1", body=b"{}")
    who = gate.admit(method="POST", path="/orders", query="a=1&b=2", headers=headers, body=b"{}")
    assert who.key_id == "platform"


@pytest.mark.nasty("N88", "a body that was formatted anew is not what was signed")
@pytest.mark.parametrize(
    ("change", "path", "body"),
    [
        pytest.param({}, "/orders", b'{"x":1}', id="another body"),
        pytest.param({}, "/other", b"{}", id="another path"),
        pytest.param({"x-nonce": "f" * 32}, "/orders", b"{}", id="another nonce"),
        pytest.param({"x-timestamp": "1773115200001"}, "/orders", b"{}", id="another time"),
        pytest.param({"x-app-key": "stranger"}, "/orders", b"{}", id="another app"),
        pytest.param({"x-signature": ""}, "/orders", b"{}", id="no signature"),
        pytest.param({"x-signature": "é"}, "/orders", b"{}", id="a signature that is no ASCII"),
    ],
)
def test_whatever_is_changed_the_signature_no_longer_holds(
    change: dict[str, str], path: str, body: bytes
) -> None:
    signer, gate, _ = pair()
    assert code_of(gate, signer.sign("POST", "/orders", body=b"{}") | change, path=path, body=body) == "P101"


def test_a_request_without_any_of_the_headers_is_refused() -> None:
    _, gate, _ = pair()
    assert code_of(gate, {}) == "P101"


def test_a_replayed_request_is_refused_and_a_fresh_one_is_not() -> None:
    signer, gate, _ = pair()
    once = signer.sign("POST", "/orders", body=b"{}")
    again = signer.sign("POST", "/orders", body=b"{}")
    assert [code_of(gate, one) for one in (once, once, again)] == ["", "P103", ""]


def test_a_request_that_could_not_be_stored_may_come_again_as_it_was() -> None:
    signer, gate, _ = pair()
    once = signer.sign("POST", "/orders", body=b"{}")
    gate.admit(method="POST", path="/orders", query="", headers=once, body=b"{}")
    assert [code_of(gate, once) for _ in range(2)] == ["", "P103"]


@pytest.mark.parametrize(("apart_s", "code"), [(299, ""), (-299, ""), (301, "P102"), (-301, "P102")])
def test_clocks_may_be_five_minutes_apart(apart_s: int, code: str) -> None:
    signer, gate, clock = pair()
    clock.pause(1000)
    headers = signer.sign("POST", "/orders", body=b"{}")
    clock.pause(apart_s)
    assert code_of(gate, headers) == code


def test_a_nonce_is_remembered_for_as_long_as_its_timestamp_could_be_good() -> None:
    signer, gate, clock = pair()
    clock.pause(300)
    ahead = signer.sign("POST", "/orders", body=b"{}")
    clock.pause(-299)
    assert code_of(gate, ahead) == ""
    clock.pause(598)
    assert code_of(gate, signer.sign("POST", "/orders", body=b"{}")) == ""  # makes the gate tidy up
    assert code_of(gate, ahead) == "P103"


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_the_order_of_parameters_never_matters_and_empty_ones_are_left_out(asked: dict[str, str]) -> None:
    backwards = dict(reversed(asked.items()))
    assert sorted_parameters(asked) == sorted_parameters(backwards | {"empty": ""} | asked)


def test_the_signature_is_the_published_hmac() -> None:
    # RFC 4231, test case 2
    assert signature_of(SecretStr("Jefe"), "what do ya want for nothing?") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_two_bodies_never_share_a_signature(one: bytes, other: bytes) -> None:
    def signed(body: bytes) -> str:
        return request_signature(KEY, method="POST", path="/", query="", timestamp="1", nonce="n", body=body)

    assert (signed(one) == signed(other)) is (one == other)
