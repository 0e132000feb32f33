"""Signing in at an identity provider that is not ours: authorization code, PKCE, nonce, state; bound by an administrator."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from hub.clock import SystemClock
from hub.errors import FixSettings
from hub.model.account import Role
from hub.run.people.signing import HALF
from hub.run.servers import free_port
from tests.e2e.people import account_of, browser, code_of, let_in, plainly, type_code
from tests.e2e.provider import provider, signed_in_there
from tests.e2e.served import served
from tests.e2e.test_signin import code_in
from tests.instruments import HubInHand

pytestmark = pytest.mark.doors
BACK = "/signin/elsewhere/back"


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[str]:
    """A provider that answers."""
    with provider(tmp_path) as where:
        yield where


@pytest.fixture
def url(hub: HubInHand, issuer: str, tmp_path: Path) -> Iterator[str]:
    """A hub that people may sign in to at the provider; its clock is the machine's, as the provider's is."""
    to_now(hub)
    (tmp_path / "secret").write_text("between us\n")
    hub.hub.settings.oidc_issuer, hub.hub.settings.oidc_client_id = issuer, "gridplus"
    hub.hub.settings.oidc_secret_file = tmp_path / "secret"
    hub.hub.settings.public_url = "http://hub.example"
    with served(hub) as where:
        yield where


def to_now(hub: HubInHand, *, off_s: float = 0.0) -> None:
    """The hub's clock shows the machine's time, or is off by so much."""
    now: datetime = SystemClock().now()
    hub.clock.pause((now - hub.clock.now()).total_seconds() + off_s)


def left(url: str, onward: str = "/me") -> tuple[httpx.Client, str]:
    """A browser on its way, and where it was sent."""
    client = browser(url)
    answer = plainly(client, client.get("/signin/elsewhere", params={"next": onward}))
    assert 303 == answer.status_code
    return client, answer.headers["location"]


def came_back(client: httpx.Client, address: str, person: str = "zhang-17") -> httpx.Response:
    """What the hub answers once `person` has signed in there."""
    back = urlsplit(signed_in_there(address, person))
    assert ("http://hub.example", BACK) == (f"{back.scheme}://{back.netloc}", back.path)
    return plainly(client, client.get(f"{back.path}?{back.query}"))


def test_whose_account_was_bound_comes_in_and_goes_on_to_the_page_asked_for(
    hub: HubInHand, url: str, issuer: str
) -> None:
    let_in(hub, account_of(Role.DISTRICT, subject=f"{issuer} zhang-17"))
    client, address = left(url, "/overview?x=1")
    assert "/overview?x=1" == came_back(client, address).headers["location"]
    assert "district" in client.get("/me").text


def test_the_question_carries_state_nonce_and_the_digest_of_a_secret(hub: HubInHand, url: str) -> None:
    client, address = left(url)
    asked = {name: one[0] for name, one in parse_qs(urlsplit(address).query).items()}
    (row,) = hub.rows("SELECT nonce, verifier, digest FROM signin_attempt")
    challenge = urlsafe_b64encode(sha256(row.verifier.encode()).digest()).rstrip(b"=").decode()
    assert ("code", "S256", challenge, row.nonce) == (
        asked["response_type"],
        asked["code_challenge_method"],
        asked["code_challenge"],
        asked["nonce"],
    )
    assert {"HttpOnly", "Secure", "SameSite=lax"} <= set(
        browser(url).get("/signin/elsewhere").headers["set-cookie"].split("; ")
    )
    assert not {row.verifier, client.cookies["__Host-gridplus-half"]} & set(asked.values())


def test_who_is_known_there_and_nowhere_here_is_told_what_to_have_bound(
    hub: HubInHand, url: str, issuer: str
) -> None:
    client, address = left(url)
    answer = came_back(client, address, "stranger")
    assert (403, "A335") == (answer.status_code, code_in(answer))
    assert f"{issuer} stranger" in answer.text
    assert [] == hub.rows("SELECT name FROM account")
    assert "stranger" not in str(hub.rows("SELECT rows FROM audit"))


@pytest.mark.parametrize(
    ("changes", "code"), [({"is_disabled": True}, "A301"), ({"confirmed_by": ""}, "A305")]
)
def test_the_providers_word_opens_no_account_that_may_not_work(
    hub: HubInHand, url: str, issuer: str, changes: dict[str, object], code: str
) -> None:
    let_in(hub, account_of(Role.DISTRICT, subject=f"{issuer} zhang-17", **changes))
    client, address = left(url)
    answer = came_back(client, address)
    assert code == code_in(answer)
    assert 303 == client.get("/me").status_code


def test_an_administrator_is_asked_for_a_code_too(hub: HubInHand, url: str, issuer: str) -> None:
    let_in(hub, account_of(Role.AUDITOR, subject=f"{issuer} zhang-17"))
    client, address = left(url)
    assert "/signin/second" == came_back(client, address).headers["location"]
    assert "/me" == type_code(client, code_of(hub, "auditor")).headers["location"]


def test_an_answer_is_for_the_browser_that_asked_once_and_for_ten_minutes(
    hub: HubInHand, url: str, issuer: str
) -> None:
    let_in(hub, account_of(Role.DISTRICT, subject=f"{issuer} zhang-17"))
    client, address = left(url)
    back = urlsplit(signed_in_there(address, "zhang-17"))
    others, _ = left(url)
    assert ["A336", "A336"] == [code_in(one.get(f"{BACK}?{back.query}")) for one in (others, browser(url))]
    assert "A336" == code_in(client.get(BACK, params={"state": "guessed", "code": "x"}))
    assert 303 == plainly(client, client.get(f"{BACK}?{back.query}")).status_code
    assert "A336" == code_in(client.get(f"{BACK}?{back.query}"))
    late, address = left(url)
    back = urlsplit(signed_in_there(address, "zhang-17"))
    hub.clock.pause(HALF.total_seconds() + 1)
    assert "A336" == code_in(late.get(f"{BACK}?{back.query}"))


def test_a_nonce_of_another_question_is_not_believed(hub: HubInHand, url: str, issuer: str) -> None:
    let_in(hub, account_of(Role.DISTRICT, subject=f"{issuer} zhang-17"))
    client, address = left(url)
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE signin_attempt SET nonce = 'another'")
    assert "A336" == code_in(came_back(client, address))


@pytest.mark.parametrize(
    ("off_s", "is_believed"), [(-50, True), (50, True), (-120, False), (3600 + 120, False)]
)
def test_clocks_may_be_a_minute_apart(
    hub: HubInHand, url: str, issuer: str, off_s: int, is_believed: bool
) -> None:
    let_in(hub, account_of(Role.DISTRICT, subject=f"{issuer} zhang-17"))
    to_now(hub, off_s=off_s)
    client, address = left(url)
    answer = came_back(client, address)
    assert ("" if is_believed else "A336") == code_in(answer)


def test_a_provider_that_took_new_keys_is_believed_once_they_are_asked_for_again(
    hub: HubInHand, tmp_path: Path
) -> None:
    to_now(hub)
    port = free_port()
    hub.hub.settings.oidc_issuer, hub.hub.settings.oidc_client_id = f"http://127.0.0.1:{port}", "gridplus"
    hub.hub.settings.public_url = "http://hub.example"
    (tmp_path / "secret").write_text("between us")
    hub.hub.settings.oidc_secret_file = tmp_path / "secret"
    elsewhere, passed = hub.hub.people.elsewhere, [0.0]
    assert elsewhere is not None
    elsewhere._provider._ticks = lambda: passed[0]  # its keys are kept by these seconds
    with served(hub) as url:
        with provider(tmp_path, port=port) as issuer:
            let_in(hub, account_of(Role.DISTRICT, subject=f"{issuer} zhang-17"))
            assert 303 == came_back(*left(url)).status_code
        with provider(tmp_path, port=port):
            passed[0] = 5.0
            assert "A336" == code_in(came_back(*left(url)))  # nobody makes us ask for them at every try
            passed[0] = 15.0
            assert 303 == came_back(*left(url)).status_code


def test_while_the_provider_is_away_people_are_told_so_and_sign_in_here(
    hub: HubInHand, tmp_path: Path
) -> None:
    with provider(tmp_path) as gone:
        pass
    hub.hub.settings.oidc_issuer, hub.hub.settings.oidc_client_id = gone, "gridplus"
    with served(hub) as url:
        answer = browser(url).get("/signin/elsewhere")
        assert (503, "A334") == (answer.status_code, code_in(answer))
        assert "/signin/elsewhere?next=/" in browser(url).get("/signin").text


def test_without_a_provider_there_is_no_such_way(hub: HubInHand) -> None:
    with served(hub) as url:
        assert 404 == browser(url).get("/signin/elsewhere").status_code
        assert 404 == browser(url).get(BACK).status_code
        assert "/signin/elsewhere" not in browser(url).get("/signin").text


@pytest.mark.parametrize(
    ("issuer", "client"), [("http://id.example", "gridplus"), ("https://id.example", ""), ("id", "gridplus")]
)
def test_an_issuer_in_plain_text_or_without_a_name_for_us_starts_nothing(
    hub: HubInHand, issuer: str, client: str
) -> None:
    hub.hub.settings.oidc_issuer, hub.hub.settings.oidc_client_id = issuer, client
    with pytest.raises(FixSettings, match="C101"):
        _ = hub.hub.people.elsewhere
