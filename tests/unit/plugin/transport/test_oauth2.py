"""A token that is fetched once, renewed in time, and replaced when the source ends it early."""

from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import SecretStr

from hub.clock import FixedClock
from hub.errors import HubError, SignInAgain, TryLater
from hub.plugin.transport.http import call
from hub.plugin.transport.oauth2 import ClientCredentials


class Source:
    """Gives tokens t1, t2, …; only the last one is good; answers `said` instead where that is set."""

    def __init__(self, lifetime: object = 7200) -> None:
        self.lifetime = lifetime
        self.given = 0
        self.asked: list[str] = []
        self.said: httpx.Response | None = None
        self.clock = FixedClock(datetime(2026, 3, 10, tzinfo=UTC))
        auth = ClientCredentials(
            "http://source/token", "hub", SecretStr("s:cret"), clock=self.clock, scope="letters"
        )
        self.auth = auth
        self.client = httpx.Client(
            transport=httpx.MockTransport(self._answer), base_url="http://source", auth=auth
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            return self._token(request)
        self.asked.append(request.headers["authorization"])
        good = request.headers["authorization"] == f"Bearer t{self.given}"
        return httpx.Response(200 if good else 401, json={})

    def _token(self, request: httpx.Request) -> httpx.Response:
        if self.said is not None:
            return self.said
        shown = b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        assert (shown, request.content) == ("hub:s:cret", b"grant_type=client_credentials&scope=letters")
        self.given += 1
        return httpx.Response(200, json={"access_token": f"t{self.given}", "expires_in": self.lifetime})


@pytest.fixture
def source() -> Iterator[Source]:
    made = Source()
    yield made
    made.client.close()


def test_one_token_serves_many_requests(source: Source) -> None:
    for _ in range(3):
        call(source.client, "GET", "/letters")
    assert (source.given, source.asked) == (1, ["Bearer t1"] * 3)


@pytest.mark.nasty("N71")
def test_a_token_that_another_app_ended_is_replaced_and_the_request_sent_again(source: Source) -> None:
    call(source.client, "GET", "/letters")
    source.given += 1  # somebody else asked
    call(source.client, "GET", "/letters")
    assert source.asked == ["Bearer t1", "Bearer t1", "Bearer t3"]


@pytest.mark.nasty("N71")
def test_a_token_is_renewed_half_a_minute_before_its_end(source: Source) -> None:
    for pause_s, tokens in ((0, 1), (7169, 1), (2, 2)):
        source.clock.pause(pause_s)
        call(source.client, "GET", "/letters")
        assert source.given == tokens


@pytest.mark.parametrize("lifetime", ["7200", None, "soon", -5, 0])
def test_a_lifetime_may_be_text_missing_or_nonsense(lifetime: object) -> None:
    source = Source(lifetime)
    call(source.client, "GET", "/letters")
    assert source.given == 1


def test_a_forgotten_token_is_asked_for_again(source: Source) -> None:
    call(source.client, "GET", "/letters")
    source.auth.forget()
    call(source.client, "GET", "/letters")
    assert source.given == 2


@pytest.mark.nasty("N86")
@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        pytest.param(
            httpx.Response(400, json={"error": "invalid_client"}), SignInAgain, "S106", id="refused by 400"
        ),
        pytest.param(httpx.Response(401), SignInAgain, "S106", id="refused by 401"),
        pytest.param(httpx.Response(503), TryLater, "S102", id="down"),
        pytest.param(httpx.Response(200, html="<html>"), TryLater, "S104", id="a login page"),
        pytest.param(httpx.Response(200, json={"access_token": ""}), TryLater, "S104", id="no token"),
    ],
)
def test_no_token_is_told_as_what_it_is(
    said: httpx.Response, kind: type[HubError], code: str, source: Source
) -> None:
    source.said = said
    with pytest.raises(kind) as told:
        call(source.client, "GET", "/letters")
    assert (type(told.value), told.value.code) == (kind, code)


def test_a_token_is_asked_for_with_the_time_outs_of_the_request_that_needs_it(source: Source) -> None:
    asked: list[httpx.Request] = []
    source.client.event_hooks["request"] = [asked.append]
    source.said = httpx.Response(200, json={"access_token": "t0"})
    call(source.client, "GET", "/letters", timeout=0.25)
    assert ["/token", "/letters"] == [one.url.path for one in asked]
    assert {0.25} == {one.extensions["timeout"]["read"] for one in asked}


def test_an_answer_without_end_is_no_token(source: Source) -> None:
    source.said = httpx.Response(200, content=iter([b" " * (1 << 20)] * 4))
    with pytest.raises(TryLater) as raised:
        call(source.client, "GET", "/letters")
    assert "S104" == raised.value.code
