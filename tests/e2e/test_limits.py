"""How much one address, name or session may ask for: 429 with the seconds to wait."""

from collections.abc import Iterator

import httpx
import pytest
from limits import parse

from hub.model.account import Role
from hub.web import visitor
from hub.web.pages import signin
from tests.e2e.people import account_of, browser, let_in, sign_in, signed_in
from tests.e2e.served import served
from tests.e2e.test_signin import code_in
from tests.instruments import HubInHand

pytestmark = pytest.mark.doors


@pytest.fixture
def url(hub: HubInHand) -> Iterator[str]:
    """Where the hub answers."""
    with served(hub) as where:
        yield where


def is_later(answer: httpx.Response, within_s: int) -> bool:
    """Whether it is told to come again within so many seconds."""
    assert "A337" == code_in(answer)
    return answer.status_code == 429 and 0 < int(answer.headers["retry-after"]) <= within_s


def test_a_name_is_tried_only_so_often_whether_anybody_has_it_or_not(
    hub: HubInHand, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signin, "MISSES_OF_NAME", parse("7 per 5 minute"))
    let_in(hub, account_of(Role.ENGINEER))
    for name in ("engineer", "nobody"):
        told = [sign_in(browser(url), name, "wrong") for _ in range(7)]
        assert {401} == {one.status_code for one in told}
        assert is_later(sign_in(browser(url), name.upper(), "wrong"), 5 * 60)


def test_an_address_misses_only_so_often_over_all_names(
    hub: HubInHand, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signin, "MISSES_OF_ADDRESS", parse("4 per 15 minute"))
    for number in range(4):
        assert 401 == sign_in(browser(url), f"nobody{number}", "wrong").status_code
    assert is_later(sign_in(browser(url), "somebody", "wrong"), 15 * 60)


def test_who_types_rightly_is_not_counted(hub: HubInHand, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signin, "MISSES_OF_NAME", parse("2 per 5 minute"))
    let_in(hub, account_of(Role.ENGINEER))
    for _ in range(4):
        assert 303 == sign_in(browser(url), "engineer").status_code


def test_a_session_asks_for_only_so_many_pages(
    hub: HubInHand, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor, "PAGES_OF_SESSION", parse("5 per 1 minute"))
    client, other = signed_in(url, hub, Role.ENGINEER), signed_in(url, hub, Role.DISTRICT)
    told = [client.get("/me") for _ in range(6)]
    assert 200 == told[0].status_code
    assert is_later(told[-1], 60)
    assert 200 == other.get("/me").status_code
