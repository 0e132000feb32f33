"""The whitelist's pages: asked from either side, proposed by one, previewed and approved by others, seen by the department."""

import re
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from hub.model.account import Role
from tests.e2e.people import signed_in
from tests.e2e.served import served
from tests.instruments import HubInHand, person
from tests.unit.run.sources import pipe
from tests.unit.run.whitelists import one_of

pytestmark = pytest.mark.doors
PHONE = "resident.phone"
FORM = {
    "departments": ["zilai"],
    "fields": ["event.status_raw"],
    "outputs": ["view", "api"],
    "purpose": "handle",
    "legal_basis": "本部门权责清单",
    "sensitivity": "general",
    "share_type": "conditional",
    "begins": "2026-03-10",
    "ends": "2026-12-31",
    "reason": "核对来源状态",
}


@pytest.fixture
def url(hub: HubInHand) -> Iterator[str]:
    """Where the hub answers."""
    with served(hub) as where:
        yield where


@pytest.fixture
def admins(hub: HubInHand, url: str) -> list[httpx.Client]:
    """Three security admins."""
    return [signed_in(url, hub, Role.SECURITY_ADMIN, name=name) for name in ("ann", "ben", "cem")]


def propose(admin: httpx.Client, **changes: object) -> str:
    """Proposes by the form; the page that it leads to."""
    answer = admin.post("/whitelist/new", data=FORM | changes)
    assert 303 == answer.status_code, answer.text
    return str(answer.headers["location"])


def say(admin: httpx.Client, page: str, word: str, reason: str = "") -> httpx.Response:
    """Presses a button of the proposal's page."""
    return admin.post(f"{page}/words", data={"word": word, "reason": reason})


def buttons(admin: httpx.Client, page: str) -> set[str]:
    """The words that the page offers."""
    return set(re.findall(r'name="word" value="(\w+)"', admin.get(page).text))


def test_who_sees_a_field_and_what_a_department_sees_is_asked_in_words(admins: list[httpx.Client]) -> None:
    found = admins[0].get("/whitelist", params={"q": "谁能看到证件号码？"}).text
    assert "resident.id_number" in found
    assert "年龄段性别" in found
    assert "自来水" not in found
    own = admins[0].get("/whitelist", params={"q": "自来水公司能看到什么"}).text
    assert own.count("<tr><th scope") == len(re.findall("g-zilai-", own))
    assert "燃气" not in own
    assert "没有这样的授权" in admins[0].get("/whitelist", params={"q": "没有的东西"}).text


def test_the_matrix_shows_departments_against_fields_with_their_masks(admins: list[httpx.Client]) -> None:
    page = admins[0].get("/whitelist", params={"dataset": "resident"}).text
    assert "前三后四" in page
    assert "联系电话" in page
    assert "g-zilai-resident.phone-callback-20260101" in page


def test_an_operator_sees_the_grants_of_its_department_and_no_other(hub: HubInHand, url: str) -> None:
    operator = signed_in(url, hub, Role.OPERATOR, organisation="zilai")
    page = operator.get("/whitelist", params={"dataset": "resident"}).text
    assert {"zilai"} == set(re.findall(r"/whitelist/grants/g-(\w+)-", page))
    assert set() == set(re.findall(r"g-(?!zilai)\w+-", operator.get("/whitelist", params={"q": "电话"}).text))
    other, own = one_of(hub, "ranqi", PHONE).id, one_of(hub, "zilai", PHONE).id
    assert [404, 200] == [operator.get(f"/whitelist/grants/{one}").status_code for one in (other, own)]
    assert "提出变更" not in operator.get(f"/whitelist/grants/{own}").text


def test_a_field_is_proposed_approved_by_another_and_stands_in_the_matrix(admins: list[httpx.Client]) -> None:
    ann, ben, _ = admins
    page = propose(ann)
    assert {"withdraw"} == buttons(ann, page)
    assert {"approve", "refuse"} == buttons(ben, page)
    assert 409 == say(ann, page, "approve").status_code
    assert "event.status_raw" not in ann.get("/whitelist", params={"q": "自来水公司"}).text
    assert 303 == say(ben, page, "approve").status_code
    assert "已生效" in ben.get(page).text
    assert "event.status_raw" in ann.get("/whitelist", params={"q": "自来水公司"}).text
    assert {"review"} == buttons(ben, page)


def test_a_field_about_a_person_needs_two_others_and_a_preview_shows_no_value(
    hub: HubInHand, admins: list[httpx.Client]
) -> None:
    hub.tell(replace(pipe(hub, "A1"), requester=person(1)))
    hub.settle()
    ann, ben, cem = admins
    full = one_of(hub, "zilai", PHONE)
    form = ann.get("/whitelist/new", params={"grant": full.id}).text
    assert f'value="{full.id}"' in form
    page = propose(
        ann,
        target=full.id,
        fields=[PHONE],
        purpose="callback",
        mask="phone_3_4",
        outputs=["api"],
        sensitivity="sensitive",
        categories=" ".join(full.categories),
        begins="2026-01-01",
        max_rows_day=str(full.max_rows_day),
    )
    seen = ben.get(page, params={"days": 30}).text
    assert "●●●****●●●●" in seen
    assert "1380000" not in seen
    assert person(1).name not in seen
    say(ben, page, "approve")
    assert {"refuse"} == buttons(ben, page)
    assert "待同意" in ben.get(page).text
    say(cem, page, "approve")
    assert "已生效" in cem.get(page).text
    assert "ben cem" in ann.get(f"/whitelist/grants/{full.id}").text


def test_whoever_approves_sees_all_that_changes_beside_what_it_was(
    hub: HubInHand, admins: list[httpx.Client]
) -> None:
    ann, ben, _ = admins
    was = one_of(hub, "zilai", PHONE)
    page = propose(ann, target=was.id, fields=[PHONE], purpose="callback", sensitivity="sensitive")
    lines = [row for row in ben.get(page).text.split("<tr") if f"<code>{PHONE}</code>" in row]
    assert 2 == len(lines)
    limits = [*(f"<code>{one}</code>" for one in was.categories), f">{was.max_rows_day}<"]
    assert [(True, False)] * len(limits) == [(one in lines[0], one in lines[1]) for one in limits]
    assert "原来" in lines[0]
    assert "全部类别" in lines[1]


def test_what_is_to_end_is_told_in_full(hub: HubInHand, admins: list[httpx.Client]) -> None:
    ann, ben, _ = admins
    was = one_of(hub, "zilai", PHONE)
    answer = ann.post("/whitelist/ends", data={"grant": was.id, "reason": "不再需要"})
    page = str(answer.headers["location"])
    assert was.legal_basis in ben.get(page).text
    say(ben, page, "approve")
    assert was.legal_basis in ben.get(page).text


def test_a_form_that_is_not_right_comes_back_with_what_is_wrong_and_what_was_typed(
    admins: list[httpx.Client],
) -> None:
    answer = admins[0].post("/whitelist/new", data=FORM | {"ends": "2028-01-01"})
    assert 422 == answer.status_code
    assert "A206" in answer.text
    assert "核对来源状态" in answer.text
    for key, wrong in (
        ("begins", "gestern"),
        ("max_rows_day", "many"),
        ("departments", ""),
        ("mask", "none"),
        ("share_type", "not_shared"),
    ):
        assert 422 == admins[0].post("/whitelist/new", data=FORM | {key: wrong}).status_code
    last_year = {"begins": "9999-01-01", "ends": "9999-02-01"}
    assert 422 == admins[0].post("/whitelist/new", data=FORM | last_year).status_code


def test_a_grant_ends_by_proposal_and_a_refusal_needs_a_reason(
    hub: HubInHand, admins: list[httpx.Client]
) -> None:
    ann, ben, _ = admins
    id_ = one_of(hub, "zilai", PHONE).id
    page = str(ann.post("/whitelist/ends", data={"grant": id_, "reason": "不再需要"}).headers["location"])
    refused = say(ben, page, "refuse")
    assert (422, True) == (refused.status_code, "A204" in refused.text)
    assert 303 == say(ben, page, "refuse", "仍需回访").status_code
    assert "仍需回访" in ann.get(page).text
    assert page.rpartition("/")[2][:12] in ann.get("/whitelist/proposals").text


def test_the_auditor_reads_and_gets_no_button(hub: HubInHand, url: str, admins: list[httpx.Client]) -> None:
    page = propose(admins[0])
    auditor = signed_in(url, hub, Role.AUDITOR)
    assert set() == buttons(auditor, page)
    assert 403 == say(auditor, page, "approve").status_code
    assert auditor.get("/whitelist/export").text.startswith("version:")
