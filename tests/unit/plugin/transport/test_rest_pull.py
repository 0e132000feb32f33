"""What a source over HTTP is asked and told beside its list: numbers, answers, and the token that lets one in."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from hub.clock import FixedClock
from hub.errors import SignInAgain, TryLater
from hub.model import Arrival, Draft, Stage
from hub.plugin import Answer, Body, Listed, Receipt, Tools
from hub.plugin.transport.app_token import AppTokenConfig, AppTokenPull
from hub.plugin.transport.oauth_pull import OAuthPull, OAuthPullConfig
from hub.plugin.transport.paging import Keyset, Numbered
from hub.plugin.transport.rest_pull import Listing, Numbers

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
LISTING = Listing(path="/orders", walk=Keyset(at="time", key="no"))
NUMBERS = Numbers(path="/orders/ids", ref="no", version="time")


class Tokens(AppTokenPull[AppTokenConfig]):
    def listed(self) -> Listing:
        return LISTING

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:  # noqa: ARG002  as the interface says
        return []


class Clients(OAuthPull[OAuthPullConfig]):
    token_path = "/token"

    def listed(self) -> Listing:
        return LISTING

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:  # noqa: ARG002  as the interface says
        return []


class Platform:
    """Gives tokens t1, t2, …, and takes each but once; what it lists is `listed`."""

    def __init__(self) -> None:
        self.given = 0
        self.refuses = False
        self.ends_token = False
        self.listed: object = [
            {"no": " hl1 ", "time": "2026-03-10 08:00:00"},
            "hl2",
            {"no": "HL3", "time": "neulich"},
        ]
        self.asked: list[httpx.Request] = []
        self.tools = Tools(source="orders", clock=FixedClock(NOON), http=self._client, nonce=lambda: "0" * 32)

    def _client(self, **arguments: Any) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._answer), **arguments)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.path in ("/token", "/open/token"):
            self.given += 1
            told = {"token": f"t{self.given}"}
            said = {"code": 403} if self.refuses else {"code": 0, "data": told, "access_token": told["token"]}
            return httpx.Response(200, json=said)
        shown = request.headers.get("x-access-token") or request.headers["authorization"].removeprefix(
            "Bearer "
        )
        if self.ends_token or shown != f"t{self.given}":
            self.ends_token = False
            return httpx.Response(200, json={"code": 401})
        if "x-access-token" in request.headers:
            self.given += 1
        return httpx.Response(
            200, json={"code": 0, "data": {"list": self.listed}}, headers={"x-next-token": f"t{self.given}"}
        )


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def tokens(platform: Platform) -> Iterator[Tokens]:
    config = AppTokenConfig.model_validate(
        {"base_url": "http://platform", "app_key": "hub", "app_secret": "invented"}
    )
    made = Tokens(config, platform.tools)
    yield made
    made.close()


def test_numbers_are_listed_bare_or_with_the_time_of_their_last_change(
    tokens: Tokens, platform: Platform
) -> None:
    found = list(tokens.numbers(NUMBERS, NOON, NOON))
    assert found == [Listed("HL1", "2026-03-10T00:00:00+00:00"), Listed("HL2"), Listed("HL3")]
    assert platform.asked[-1].url.params["since"] == "2026-03-10 12:00:00"


def test_numbers_that_are_no_list_are_asked_for_again(tokens: Tokens, platform: Platform) -> None:
    platform.listed = None
    with pytest.raises(TryLater):
        list(tokens.numbers(NUMBERS, NOON, NOON))


def test_single_reports_are_asked_for_by_number_and_answered_as_a_page(
    tokens: Tokens, platform: Platform
) -> None:
    platform.listed = [{"no": "HL/1"}]
    assert list(tokens.singly(["HL/1"])) == [Body(b'{"no":"HL/1"}', "row")]
    assert platform.asked[-1].url.raw_path == b"/orders/HL%2F1"


def test_what_is_written_back_has_the_number_that_the_source_gives_it(
    tokens: Tokens, platform: Platform
) -> None:
    answer = Answer(source_ref="HL1", part="", stage=Stage.CLOSED, at=NOON, text="", department="", nonce="n")
    platform.listed = 7
    assert tokens.write_back(answer, "/replies", {}, receipt=("data", "list")) == Receipt("7")
    assert tokens.write_back(answer, "/replies", {}) == Receipt()


def test_an_answer_is_told_in_the_sources_words_zone_and_under_its_number(tokens: Tokens) -> None:
    answer = Answer(
        source_ref="HL/1", part="", stage=Stage.CLOSED, at=NOON, text="已修复", department="城管", nonce="n"
    )
    told = tokens.told(answer, {Stage.CLOSED: "结案"})
    assert told == {
        "nonce": "n", "status": "结案", "result": "已修复", "dept": "城管", "time": "2026-03-10 12:00:00",
    }  # fmt: skip
    assert tokens.told(answer, {}, form="%H")["status"] == "办理中"
    assert tokens.path_to(answer.source_ref, "/replies") == "/orders/HL%2F1/replies"


@pytest.mark.nasty("N71")
def test_each_answer_brings_the_token_of_the_next_question_and_one_that_ended_is_got_anew(
    tokens: Tokens, platform: Platform
) -> None:
    for _ in range(2):
        tokens.ask("GET", "/orders")
    platform.ends_token = True
    tokens.ask("GET", "/orders")
    signed_in = [json.loads(one.content) for one in platform.asked if one.url.path == "/open/token"]
    assert [one["appKey"] for one in signed_in] == ["hub", "hub"]
    assert all(len(one["sign"]) == 64 for one in signed_in)


def test_an_app_that_is_refused_signs_in_again_later(tokens: Tokens, platform: Platform) -> None:
    platform.refuses = True
    with pytest.raises(SignInAgain):
        tokens.check()


def test_client_credentials_are_shown_at_the_sources_own_path(platform: Platform) -> None:
    told = {"base_url": "http://platform", "client_id": "hub", "client_secret": "invented"}
    made = Clients(OAuthPullConfig.model_validate(told), platform.tools)
    made.ask("GET", "/orders")
    made.close()
    assert [one.url.path for one in platform.asked] == ["/token", "/orders"]


@pytest.mark.nasty("N33", "a source that writes its times in another zone")
@pytest.mark.parametrize(("zone", "until"), [("+08:00", "11:59:55"), ("+00:00", "03:59:55")])
def test_a_window_ends_at_the_time_that_it_is_for_the_source(
    platform: Platform, zone: str, until: str
) -> None:
    class Windows(Tokens):
        def listed(self) -> Listing:
            return Listing(path="/orders", walk=Numbered())

    told = {"base_url": "http://platform", "app_key": "hub", "app_secret": "invented", "zone": zone}
    source = Windows(AppTokenConfig.model_validate(told), platform.tools)
    source.read("")
    assert f"2026-03-10 {until}" == platform.asked[-1].url.params["endTime"]
    source.close()
