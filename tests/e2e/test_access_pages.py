"""Departments ask for fields on their page, admins answer on theirs; and grants that nobody uses are proposed to end."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hub.access.audit import AuditRow
from hub.model.account import Role
from tests.e2e.people import signed_in
from tests.e2e.served import served
from tests.instruments import HubInHand
from tests.unit.run.ledgers import rows
from tests.unit.run.whitelists import one_of

pytestmark = pytest.mark.doors
WORDS = "回访前核对办理情况"
FORM: dict[str, Any] = {
    "fields": ["event.satisfaction", "event.status_raw"],
    "outputs": ["view"],
    "purpose": "handle",
    "words": WORDS,
    "legal_basis": "本部门权责清单第三条",
    "ends_on": "2026-12-31",
}


@pytest.fixture
def url(hub: HubInHand) -> Iterator[str]:
    """Where the hub answers."""
    with served(hub) as where:
        yield where


@pytest.fixture
def operator(hub: HubInHand, url: str) -> httpx.Client:
    """Of 自来水公司."""
    return signed_in(url, hub, Role.OPERATOR, organisation="zilai")


@pytest.fixture
def admins(hub: HubInHand, url: str) -> list[httpx.Client]:
    """Two security admins."""
    return [signed_in(url, hub, Role.SECURITY_ADMIN, name=name) for name in ("ann", "ben")]


def ask(operator: httpx.Client, **changes: object) -> str:
    """By the form; the page that it leads to."""
    answer = operator.post("/access", data=FORM | changes)
    assert 303 == answer.status_code, answer.text
    return str(answer.headers["location"])


def accept(admin: httpx.Client, page: str, **changes: object) -> httpx.Response:
    """By the form, both fields in full."""
    said = {"mask": ["", ""], "begins": "2026-03-10", "ends": "2026-12-31", "reason": "核对办理情况"}
    return admin.post(f"{page}/acceptance", data=said | changes)


def audited(hub: HubInHand, reason: str) -> list[AuditRow]:
    """Rows of the audit with that reason."""
    return [row for row in rows(hub) if row.reason == reason]


def test_what_a_department_asks_for_is_accepted_approved_and_seen_by_it(
    hub: HubInHand, operator: httpx.Client, admins: list[httpx.Client]
) -> None:
    ann, ben = admins
    page = ask(operator)
    for client in (operator, ann):
        listed = client.get("/access").text
        assert (True, True, True) == (page in listed, "待答复" in listed, "2026-03-24" in listed)
    assert "自 2026-03-10" in ann.get(page).text
    assert (True, False) == (
        "撤回申请" in operator.get(page).text,
        "受理，提出授权" in operator.get(page).text,
    )
    answer = accept(ann, page)
    proposal = str(answer.headers["location"])
    assert page in ben.get(proposal).text
    assert proposal not in operator.get(page).text
    assert 303 == ben.post(f"{proposal}/words", data={"word": "approve", "reason": ""}).status_code
    assert "已提供" in operator.get(page).text
    assert "event.satisfaction" in operator.get("/whitelist", params={"q": "满意度"}).text
    assert [("operator", "zilai"), ("ann", "zilai")] == [
        (row.who, row.on_behalf_of) for step in ("ask", "accept") for row in audited(hub, step)
    ]


def test_a_refusal_is_read_by_the_department_with_its_reason_and_without_a_name(
    operator: httpx.Client, admins: list[httpx.Client]
) -> None:
    page = ask(operator)
    assert 422 == admins[0].post(f"{page}/refusal", data={"reason": ""}).status_code
    assert 303 == admins[0].post(f"{page}/refusal", data={"reason": "另有渠道可查"}).status_code
    told = operator.get(page).text
    assert ("另有渠道可查" in told, "· ann" in told) == (True, False)
    assert "· ann" in admins[1].get(page).text
    assert 422 == accept(admins[1], page).status_code


def test_a_form_that_is_not_right_comes_back_with_what_was_typed(operator: httpx.Client) -> None:
    for changes, code in (
        ({"fields": ["resident.former"]}, "A421"),
        ({"words": "回拨13812345678"}, "A423"),
        ({"ends_on": "2027-12-31"}, "A426"),
        ({"outputs": []}, "A428"),
    ):
        answer = operator.post("/access", data=FORM | changes)
        assert (422, True) == (answer.status_code, code in answer.text)
        assert "本部门权责清单第三条" in answer.text
    assert 422 == operator.post("/access", data=FORM | {"ends_on": "9999-12-31"}).status_code
    assert "没有在办的申请" in operator.get("/access").text


def test_another_department_sees_nothing_of_it_and_an_auditor_gets_no_button(
    hub: HubInHand, url: str, operator: httpx.Client
) -> None:
    page = ask(operator)
    other = signed_in(url, hub, Role.OPERATOR, name="other", organisation="ranqi")
    assert WORDS not in other.get("/access").text
    answers = [other.get(page), other.post(f"{page}/withdrawal")]
    assert [404, 404] == [one.status_code for one in answers]
    assert not any(WORDS in one.text for one in answers)
    auditor = signed_in(url, hub, Role.AUDITOR)
    told = auditor.get(page).text
    assert (True, False) == (WORDS in told, "acceptance" in told)
    assert 403 == accept(auditor, page).status_code


def test_masks_are_chosen_field_by_field_and_one_that_was_not_chosen_comes_back(
    hub: HubInHand, operator: httpx.Client, admins: list[httpx.Client]
) -> None:
    page = ask(operator, fields=["resident.name", "resident.phone"], purpose="visit")
    form = admins[0].get(page).text
    assert re.search(r'resident.name</code> <select name="mask">.*?<option value="name_1" selected', form)
    answer = accept(admins[0], page, mask=["name_1", "-"])
    assert (422, True) == (answer.status_code, "A206" in answer.text)
    assert '<option value="name_1" selected' in answer.text
    proposal = str(
        accept(admins[0], page, mask=["name_1", "phone_3_4"], max_rows_day="5").headers["location"]
    )
    told = admins[1].get(proposal).text
    assert (True, True, True) == ("留姓" in told, "前三后四" in told, "敏感" in told)
    assert not hub.rows("SELECT grant_id FROM grant_decision")


def test_the_catalogue_tells_a_department_what_it_has_and_what_it_may_ask_for(
    operator: httpx.Client, admins: list[httpx.Client]
) -> None:
    page = operator.get("/whitelist/fields", params={"dataset": "resident"}).text
    lines = {m[0]: m[1] for m in re.findall(r"<code>(resident\.\w+)</code></th>(.*?)</tr>", page, re.DOTALL)}
    assert ("已有" in lines["resident.phone"], "有条件共享" in lines["resident.phone"]) == (True, True)
    assert "/access/new?field=resident.anonymous" in lines["resident.anonymous"]
    assert ("不予共享" in lines["resident.former"], "/access/new" in lines["resident.former"]) == (
        True,
        False,
    )
    form = operator.get("/access/new", params={"field": "resident.anonymous"}).text
    assert '<option value="resident.anonymous" selected>' in form
    assert "resident.former" not in form
    assert "/access/new" not in admins[0].get("/whitelist/fields").text


def test_unused_grants_are_ticked_and_proposed_to_end(hub: HubInHand, admins: list[httpx.Client]) -> None:
    ann, ben = admins
    grant = one_of(hub, "zilai", "resident.phone")
    first = ann.get("/whitelist/unused").text
    (onward,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = ann.get(onward.replace("&amp;", "&")).text
    pages = [re.findall(r'name="grant" value="([^"]+)"', page) for page in (first, second)]
    assert (100, 100, set()) == (len(pages[0]), len(pages[1]), set(pages[0]) & set(pages[1]))
    own = ann.get("/whitelist/unused", params={"department": "chengguan"}).text
    of_it = [one.id for one in hub.hub.whitelist.now().grants if one.department == "chengguan"]
    assert sorted(of_it) == sorted(re.findall(r'name="grant" value="([^"]+)"', own))
    assert f'value="{grant.id}"' in ann.get("/whitelist/unused", params={"department": "zilai"}).text
    path = "/whitelist/unused?days=30"
    nothing = ann.post(path, data={"reason": "不用"})
    assert (422, True) == (nothing.status_code, "A207" in nothing.text)
    assert 422 == ann.post(path, data={"reason": "", "grant": [grant.id]}).status_code
    assert 422 == ann.post(path, data={"reason": "不用", "grant": ["g-none"]}).status_code
    answer = ann.post(path, data={"reason": "最近 30 天未使用", "grant": [grant.id]})
    proposal = str(answer.headers["location"])
    assert 303 == ben.post(f"{proposal}/words", data={"word": "approve", "reason": ""}).status_code
    assert grant.id not in ann.get(path, params={"days": 30, "department": "zilai"}).text
    assert {"ann"} == {row.who for row in audited(hub, "unused")}


def test_an_export_of_the_whitelist_stands_in_the_audit(hub: HubInHand, admins: list[httpx.Client]) -> None:
    assert 200 == admins[0].get("/whitelist/export").status_code
    (row,) = audited(hub, "export")
    assert ("ann", "export", "whitelist") == (row.who, row.exit.value, row.purpose)
    assert row.count == len(hub.hub.whitelist.now().grants)
