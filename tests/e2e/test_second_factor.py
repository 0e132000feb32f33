"""The second factor: taken up by its person, asked for at each sign-in, never twice by the same code; and passwords."""

import re
from collections.abc import Iterator

import httpx
import pytest

from hub.access.otp import code_at
from hub.model.account import Role
from hub.run.people.signing import HALF, LOCKED, TRIES
from tests.e2e.people import (
    PASSWORD,
    account_of,
    browser,
    code_of,
    let_in,
    plainly,
    sign_in,
    signed_in,
    type_code,
    with_token,
)
from tests.e2e.served import served
from tests.e2e.test_signin import code_in
from tests.instruments import HubInHand

pytestmark = pytest.mark.doors
ASKED = "/signin/second"
NEW = "another long enough password"


@pytest.fixture
def url(hub: HubInHand) -> Iterator[str]:
    """Where the hub answers."""
    with served(hub) as where:
        yield where


def took_up(hub: HubInHand, client: httpx.Client) -> tuple[str, list[str]]:
    """Enrols as a person does: the secret that the page shows, and the recovery codes."""
    assert 303 == client.post("/me/second").status_code
    page = client.get("/me/second").text
    assert "<svg" in page
    assert " style=" not in page
    (secret,) = re.findall(r"<code>([A-Z2-7]{32})</code>", page)
    assert code_in(client.post("/me/second/confirm", data={"code": "000000"})) == "A322"
    codes = client.post("/me/second/confirm", data={"code": code_at(secret, hub.clock.now())}).text
    return secret, re.findall(r"<code>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</code>", codes)


def test_who_took_up_a_second_factor_is_asked_for_a_code_that_opens_once(hub: HubInHand, url: str) -> None:
    secret, codes = took_up(hub, signed_in(url, hub, Role.ENGINEER))
    assert 10 == len(set(codes))
    client = browser(url)
    assert ASKED == sign_in(client, "engineer").headers["location"]
    assert "/signin?next=/me" == client.get("/me").headers["location"]
    used = code_at(secret, hub.clock.now())
    assert (401, "A322") == ((answer := type_code(client, used)).status_code, code_in(answer))
    hub.clock.pause(30)
    fresh = code_at(secret, hub.clock.now())
    assert "/" == type_code(client, fresh).headers["location"]
    assert 200 == client.get("/me").status_code
    other = browser(url)
    sign_in(other, "engineer")
    assert "A322" == code_in(type_code(other, fresh))
    stored = str(hub.rows("SELECT second FROM account"))
    assert secret not in stored


def test_each_recovery_code_opens_once_and_is_stored_as_a_digest(hub: HubInHand, url: str) -> None:
    _, codes = took_up(hub, signed_in(url, hub, Role.ENGINEER))
    for answer in ("/", None):
        client = browser(url)
        sign_in(client, "engineer")
        assert answer == type_code(client, codes[3].lower()).headers.get("location")
    assert 9 == len(hub.rows("SELECT digest FROM recovery"))
    assert not any(code in str(hub.rows("SELECT digest FROM recovery")) for code in codes)


def test_codes_cannot_be_tried_out(hub: HubInHand, url: str) -> None:
    let_in(hub, account_of(Role.AUDITOR))
    for _ in range(TRIES):
        client = browser(url)
        sign_in(client, "auditor")  # the right password does not begin the count anew
        assert "A322" == code_in(type_code(client, "123456"))
    client = browser(url)
    assert "A301" == code_in(sign_in(client, "auditor"))
    hub.clock.pause(LOCKED.total_seconds())
    sign_in(client, "auditor")
    assert 303 == type_code(client, code_of(hub, "auditor")).status_code


def test_the_question_for_a_code_is_over_after_ten_minutes_and_with_the_password(
    hub: HubInHand, url: str
) -> None:
    let_in(hub, account_of(Role.AUDITOR))
    client = browser(url)
    sign_in(client, "auditor")
    hub.clock.pause(HALF.total_seconds() + 1)
    assert "A323" == code_in(type_code(client, code_of(hub, "auditor")))
    sign_in(client, "auditor")
    hub.hub.people.keeping.disable("auditor", by="xitong")
    assert "A323" == code_in(type_code(client, code_of(hub, "auditor")))


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
def test_an_administrator_without_one_comes_no_further_than_the_own_account(
    hub: HubInHand, url: str, role: Role
) -> None:
    let_in(hub, account_of(role))
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE account SET second = NULL, second_us = NULL")
    client = browser(url)
    assert 303 == sign_in(client, role.value).status_code
    assert "/me" == client.get("/accounts").headers["location"]
    assert "A321" == code_in(client.get("/me"))
    assert "A321" == client.get("/accounts", headers={"accept": "application/json"}).json()["code"]
    took_up(hub, with_token(client))
    assert 200 == client.get("/accounts").status_code


def test_in_a_demo_nobody_needs_one(hub: HubInHand) -> None:
    hub.hub.settings.demo = True
    assert None is hub.hub.signing.owed(account_of(Role.SYSTEM_ADMIN))


def test_a_first_password_is_changed_before_anything_else(hub: HubInHand, url: str) -> None:
    client = signed_in(url, hub, Role.DISTRICT, must_change=True)
    assert "/me" == client.get("/overview").headers["location"]
    assert "A320" == code_in(client.get("/me"))
    plainly(client, changed(client, PASSWORD, NEW))
    assert 200 == client.get("/overview").status_code
    assert ["A301", ""] == [code_in(sign_in(browser(url), "district", one)) for one in (PASSWORD, NEW)]


def changed(client: httpx.Client, current: str, new: str, again: str = "", **more: str) -> httpx.Response:
    """What the form of the own account answers."""
    return client.post("/me/password", data={"current": current, "new": new, "again": again or new, **more})


@pytest.mark.parametrize(
    ("current", "new", "again", "code"),
    [
        ("wrong", NEW, NEW, "A325"),
        (PASSWORD, "too short", "too short", "A324"),
        (PASSWORD, "the district of mine", "the district of mine", "A324"),
        (PASSWORD, PASSWORD, PASSWORD, "A324"),
        (PASSWORD, NEW, "typed in another way", "A344"),
    ],
)
def test_a_password_that_is_not_good_enough_changes_nothing(
    hub: HubInHand, url: str, current: str, new: str, again: str, code: str
) -> None:
    client = signed_in(url, hub, Role.DISTRICT)
    assert (422, code) == ((answer := changed(client, current, new, again)).status_code, code_in(answer))
    assert 303 == sign_in(browser(url), "district").status_code


def test_a_changed_password_signs_every_other_browser_out(hub: HubInHand, url: str) -> None:
    client = signed_in(url, hub, Role.DISTRICT)
    other = browser(url)
    sign_in(other, "district")
    plainly(client, changed(client, PASSWORD, NEW))
    assert (200, 303) == (client.get("/me").status_code, other.get("/me").status_code)


def test_an_open_session_is_no_way_to_guess_the_password(hub: HubInHand, url: str) -> None:
    client = signed_in(url, hub, Role.DISTRICT)
    for _ in range(TRIES):
        assert "A325" == code_in(changed(client, "wrong", NEW))
    assert "A325" == code_in(changed(client, PASSWORD, NEW))


def test_all_browsers_are_listed_and_signed_out_at_once(hub: HubInHand, url: str) -> None:
    client = signed_in(url, hub, Role.DISTRICT)
    other = browser(url)
    other.headers["user-agent"] = "Telephone <of the office>"
    sign_in(other, "district")
    page = client.get("/me").text
    assert "Telephone &lt;of the office&gt;" in page
    assert 303 == client.post("/signout/everywhere").status_code
    assert [303, 303] == [one.get("/me").status_code for one in (client, other)]
