"""Accounts: one administrator proposes, another lets hold, the auditor looks; every step stands in the audit."""

import re
from collections.abc import Iterator

import httpx
import pytest

from hub.model.account import Role
from tests.e2e.people import browser, plainly, sign_in, signed_in, with_token
from tests.e2e.served import served
from tests.e2e.test_second_factor import NEW, changed, took_up
from tests.e2e.test_signin import code_in
from tests.instruments import HubInHand

pytestmark = pytest.mark.doors
WHOLE = {"name": "lisi", "title": "李四", "role": "operator", "organisation": "chengguan"}
ADMIN = WHOLE | {"name": "wangwu", "role": "auditor", "organisation": "zhongxin"}


@pytest.fixture
def url(hub: HubInHand) -> Iterator[str]:
    """Where the hub answers."""
    with served(hub) as where:
        yield where


def shown_once(page: httpx.Response) -> str:
    """The password or its second half that the page shows this once."""
    return page.text.partition('<code class="once">')[2].partition("</code>")[0]


def test_an_operator_comes_in_once_the_role_was_confirmed(hub: HubInHand, url: str) -> None:
    keeper = signed_in(url, hub, Role.SYSTEM_ADMIN)
    first = shown_once(keeper.post("/accounts", data=WHOLE))
    assert "A305" == code_in(sign_in(browser(url), "lisi", first))
    confirmer = signed_in(url, hub, Role.SECURITY_ADMIN)
    assert "李四" in confirmer.get("/accounts").text
    assert shown_once(confirmer.post("/accounts/lisi/confirm", data={"change": "role"}))
    client = browser(url)
    assert 303 == sign_in(client, "lisi", first).status_code
    assert "A320" == code_in(client.get("/me"))
    assert first not in keeper.get("/accounts").text


def test_of_a_first_password_each_of_the_two_has_one_half(hub: HubInHand, url: str) -> None:
    first = shown_once(signed_in(url, hub, Role.SYSTEM_ADMIN).post("/accounts", data=ADMIN))
    confirmer = signed_in(url, hub, Role.SECURITY_ADMIN)
    half = shown_once(confirmer.post("/accounts/wangwu/confirm", data={"change": "role"}))
    client = browser(url)
    sign_in(client, "wangwu", first)
    with_token(client)
    assert ["A326", "A326"] == [
        code_in(changed(client, first, NEW, handover=said)) for said in ("", "AAAA-BBBB-CCCC-DDDD")
    ]
    assert 303 == plainly(client, changed(client, first, NEW, handover=half.lower())).status_code
    took_up(hub, with_token(client))
    assert 200 == client.get("/accounts").status_code


def test_who_resets_an_operators_password_cannot_come_in_as_the_operator(hub: HubInHand, url: str) -> None:
    operator = signed_in(url, hub, Role.OPERATOR)
    keeper, confirmer = signed_in(url, hub, Role.SYSTEM_ADMIN), signed_in(url, hub, Role.SECURITY_ADMIN)
    first = shown_once(keeper.post("/accounts/operator/password"))
    assert "A301" == code_in(sign_in(browser(url), "operator", first))
    assert 200 == operator.get("/inbox").status_code
    half = shown_once(confirmer.post("/accounts/operator/confirm", data={"change": "password"}))
    assert "/signin" in operator.get("/inbox").headers["location"]
    thief = browser(url)
    assert 303 == sign_in(thief, "operator", first).status_code
    assert "A326" == code_in(changed(with_token(thief), first, NEW))
    assert "/me" == thief.get("/inbox").headers["location"]
    assert 303 == plainly(thief, changed(thief, first, NEW, handover=half)).status_code


def test_a_second_factor_is_taken_off_by_two_others(hub: HubInHand, url: str) -> None:
    keeper = signed_in(url, hub, Role.SYSTEM_ADMIN)
    confirmer = signed_in(url, hub, Role.SECURITY_ADMIN)
    assert 303 == keeper.post("/accounts/security_admin/proposals", data={"change": "second"}).status_code
    own = confirmer.post("/accounts/security_admin/confirm", data={"change": "second"})
    assert "A331" == code_in(own)
    other = signed_in(url, hub, Role.SECURITY_ADMIN, name="anquan_2")
    assert 200 == other.post("/accounts/security_admin/confirm", data={"change": "second"}).status_code
    assert "/signin" in confirmer.get("/accounts").headers["location"]
    assert "/" == sign_in(browser(url), "security_admin").headers["location"]


@pytest.mark.parametrize(
    ("path", "data", "code"),
    [
        pytest.param("/accounts/system_admin/disable", {}, "A331", id="the own account"),
        pytest.param("/accounts/system_admin/password", {}, "A331", id="the own password"),
        pytest.param("/accounts/nobody/disable", {}, "A329", id="nobody's"),
        pytest.param("/accounts/engineer/proposals", {"change": "second"}, "A332", id="no second factor"),
        pytest.param("/accounts/engineer/proposals", {"change": "enable"}, "A332", id="not disabled"),
        pytest.param("/accounts/engineer/proposals", {"change": "role"}, "A332", id="a role stays"),
        pytest.param("/accounts/engineer/proposals", {"change": "password"}, "A332", id="no chosen password"),
        pytest.param(
            "/accounts/engineer/proposals", {"change": "subject", "subject": "x"}, "A327", id="none"
        ),
        pytest.param("/accounts", WHOLE | {"name": "engineer"}, "A328", id="a name that is taken"),
        pytest.param("/accounts", WHOLE | {"organisation": "x"}, "A327", id="no organisation"),
        pytest.param("/accounts", WHOLE | {"name": "李四"}, "A327", id="no account's name"),
    ],
)
def test_what_cannot_be_is_refused_and_stands_in_the_audit(
    hub: HubInHand, url: str, path: str, data: dict[str, str], code: str
) -> None:
    signed_in(url, hub, Role.ENGINEER)
    keeper = signed_in(url, hub, Role.SYSTEM_ADMIN)
    before = hub.rows("SELECT * FROM account ORDER BY name")
    assert (422, code) == ((answer := keeper.post(path, data=data)).status_code, code_in(answer))
    assert before == hub.rows("SELECT * FROM account ORDER BY name")
    assert f'"reason":"{code}"' in audited(hub)


def audited(hub: HubInHand) -> str:
    """Every line of the audit."""
    return "\n".join(one.rows for one in hub.rows("SELECT rows FROM audit ORDER BY made_us, chain, seq"))


def test_who_is_disabled_is_out_at_once_and_comes_back_by_two(hub: HubInHand, url: str) -> None:
    client = signed_in(url, hub, Role.ENGINEER)
    keeper = signed_in(url, hub, Role.SYSTEM_ADMIN)
    assert 303 == keeper.post("/accounts/engineer/disable").status_code
    assert 303 == client.get("/me").status_code
    assert "A301" == code_in(sign_in(browser(url), "engineer"))
    keeper.post("/accounts/engineer/proposals", data={"change": "enable"})
    assert "A301" == code_in(sign_in(browser(url), "engineer"))
    confirmer = signed_in(url, hub, Role.SECURITY_ADMIN)
    assert 200 == confirmer.post("/accounts/engineer/confirm", data={"change": "enable"}).status_code
    assert 303 == sign_in(browser(url), "engineer").status_code
    assert "A330" == code_in(confirmer.post("/accounts/engineer/confirm", data={"change": "enable"}))


def test_what_was_not_agreed_to_opens_nothing_and_is_not_proposed_again(hub: HubInHand, url: str) -> None:
    keeper, confirmer = signed_in(url, hub, Role.SYSTEM_ADMIN), signed_in(url, hub, Role.SECURITY_ADMIN)
    first = shown_once(keeper.post("/accounts", data=WHOLE))
    assert 303 == confirmer.post("/accounts/lisi/reject", data={"change": "role"}).status_code
    assert "A301" == code_in(sign_in(browser(url), "lisi", first))
    assert "A332" == code_in(keeper.post("/accounts/lisi/proposals", data={"change": "enable"}))


def test_one_person_at_the_provider_has_one_account(hub: HubInHand, url: str) -> None:
    keeper, confirmer = signed_in(url, hub, Role.SYSTEM_ADMIN), signed_in(url, hub, Role.SECURITY_ADMIN)
    for name, role in (("first", "system_admin"), ("other", "security_admin")):
        hers = ADMIN | {"name": name, "role": role, "subject": "https://id.example 17"}
        answer = keeper.post("/accounts", data=hers)
        assert (name == "other") == (answer.status_code == 422 and code_in(answer) == "A333")
    signed_in(url, hub, Role.AUDITOR)
    asked = {"change": "subject", "subject": "https://id.example 17"}
    assert "A333" == code_in(keeper.post("/accounts/auditor/proposals", data=asked))
    assert "https://id.example 17" in confirmer.get("/accounts").text


def test_the_auditor_sees_all_and_changes_nothing(hub: HubInHand, url: str) -> None:
    keeper, auditor = signed_in(url, hub, Role.SYSTEM_ADMIN), signed_in(url, hub, Role.AUDITOR)
    keeper.post("/accounts", data=WHOLE)
    page = auditor.get("/accounts").text
    assert "李四" in page
    assert [] == re.findall(r'action="(/accounts[^"]*)"', page)
    for path in ("/accounts", "/accounts/lisi/disable", "/accounts/lisi/confirm", "/accounts/lisi/proposals"):
        assert "A303" == code_in(auditor.post(path, data=WHOLE | {"change": "role"}))


def test_every_step_stands_in_the_audit_and_no_password_does(hub: HubInHand, url: str) -> None:
    keeper, confirmer = signed_in(url, hub, Role.SYSTEM_ADMIN), signed_in(url, hub, Role.SECURITY_ADMIN)
    secrets = [shown_once(keeper.post("/accounts", data=ADMIN))]
    secrets.append(shown_once(confirmer.post("/accounts/wangwu/confirm", data={"change": "role"})))
    secrets.append(shown_once(keeper.post("/accounts/wangwu/password")))
    keeper.post("/accounts/wangwu/disable")
    lines = audited(hub)
    for what, who in (
        ("account_add", "system_admin"),
        ("account_confirm", "security_admin"),
        ("account_propose", "system_admin"),
        ("account_disable", "system_admin"),
    ):
        assert re.search(rf'"who":"{who}".*"purpose":"{what}".*"rows":\["wangwu"\]', lines), what
    assert all(secrets)
    assert not any(one in lines for one in secrets)
