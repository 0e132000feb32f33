"""Retention and residents' requests as admins meet them: counts and ids, two persons, a copy once, an auditor who reads."""

import re
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from click.testing import CliRunner

from hub.cli import main
from hub.model.account import Role
from hub.run.residents.copyfile import opened as copy_opened
from tests.e2e.people import signed_in
from tests.e2e.served import served
from tests.instruments import HubInHand, person
from tests.unit.run.granting import opened
from tests.unit.run.sources import pipe
from tests.unit.run.test_retiring import departments_whistles, end

pytestmark = pytest.mark.doors
ASKS = {
    "kind": "delete",
    "basis": "pipl_47_3",
    "reference": "XF-2026-0012",
    "name": person(1).name,
    "phone": person(1).phone,
}
WORDS = "correct horse"


@pytest.fixture
def url(hub: HubInHand) -> Iterator[str]:
    """Where a hub answers that knows two people, one of whom it heard of twice."""
    hub.tell(*(replace(pipe(hub, f"A{n}", n), requester=person(1 + n % 2)) for n in range(3)))
    hub.settle()
    for one in departments_whistles(hub):
        opened(hub.hub, "zilai", one, "callback")
    with served(hub) as where:
        yield where


@pytest.fixture
def admins(hub: HubInHand, url: str) -> list[httpx.Client]:
    """Two security admins."""
    return [signed_in(url, hub, Role.SECURITY_ADMIN, name=name) for name in ("ann", "ben")]


def entered(admin: httpx.Client, **changes: str) -> str:
    """The page of a request that was entered by the form."""
    answer = admin.post("/retention/requests", data=ASKS | changes)
    assert 303 == answer.status_code, answer.text
    return str(answer.headers["location"])


def doors(admin: httpx.Client, page: str) -> set[str]:
    """What the page offers to do."""
    return {
        found.split("/")[0] for found in re.findall(rf'action="{page}/([a-z/0-9]+)"', admin.get(page).text)
    }


def test_the_page_says_what_is_kept_and_what_the_next_round_lets_go(
    hub: HubInHand, admins: list[httpx.Client]
) -> None:
    page = admins[0].get("/retention").text
    assert "来件原文与附件" in page
    assert "还没有清理过" in page
    for one in departments_whistles(hub):
        end(hub, one)
    hub.clock.pause(366 * 86400)
    again = signed_in(str(admins[0].base_url), hub, Role.AUDITOR).get("/retention").text
    assert 2 == again.count("2026-03: 3")  # records and requesters


def test_a_deletion_goes_through_two_admins_until_everybody_has_answered(
    hub: HubInHand, admins: list[httpx.Client]
) -> None:
    ann, ben = admins
    page = entered(ann)
    assert set() == doors(ann, page)
    assert {"agreement", "refusal"} == doors(ben, page)
    assert 409 == ann.post(f"{page}/agreement").status_code
    assert 303 == ben.post(f"{page}/agreement").status_code
    assert {"rest", "tasks"} == doors(ann, page)
    assert "暂留" in ann.get(page).text
    for one in departments_whistles(hub):
        end(hub, one)
    assert 303 == ann.post(f"{page}/rest").status_code
    assert {"tasks"} == doors(ann, page)
    assert [(1,)] == hub.rows("SELECT count(*) FROM resident")
    for number in (1, 2):
        assert 303 == ben.post(f"{page}/tasks/{number}", data={"reference": f"HF-2026-{number}"}).status_code
    assert "已办结" in ann.get(page).text
    assert set() == doors(ann, page)


def test_no_page_of_a_request_shows_who_asks(hub: HubInHand, admins: list[httpx.Client]) -> None:
    ann, ben = admins
    page = entered(ann, kind="correct", basis="pipl_46", new_name="测试新", new_phone="13900000009")
    ben.post(f"{page}/agreement")
    wrong = ann.post("/retention/requests", data=ASKS | {"reference": "王丽"})
    assert (422, True) == (wrong.status_code, "A502" in wrong.text)
    seen = "".join((ann.get(page).text, ben.get("/retention").text, wrong.text))
    for value in (person(1).name, person(1).phone, "测试新", "13900000009", "水管"):
        assert value not in seen


def test_a_copy_is_downloaded_once(admins: list[httpx.Client]) -> None:
    ann, ben = admins
    page = entered(ann, kind="copy", basis="pipl_45")
    ben.post(f"{page}/agreement")
    assert 422 == ann.post(f"{page}/copy", data={"passphrase": "short"}).status_code
    file = ann.post(f"{page}/copy", data={"passphrase": WORDS})
    assert "attachment" in file.headers["content-disposition"]
    assert person(1).phone in str(copy_opened(file.content, WORDS))
    assert 409 == ben.post(f"{page}/copy", data={"passphrase": WORDS}).status_code


def test_the_auditor_reads_and_gets_no_button(hub: HubInHand, url: str, admins: list[httpx.Client]) -> None:
    page = entered(admins[0])
    auditor = signed_in(url, hub, Role.AUDITOR)
    assert set() == doors(auditor, page)
    assert "登记申请" not in auditor.get("/retention").text
    assert 403 == auditor.post(f"{page}/agreement").status_code
    assert 404 == auditor.get("/retention/requests/rq_0").status_code


def test_the_command_line_takes_the_person_from_standard_input_and_holds_roles(
    hub: HubInHand, admins: list[httpx.Client]
) -> None:
    signed_in(str(admins[0].base_url), hub, Role.SYSTEM_ADMIN)
    where = ["--store", hub.hub.settings.store_url, "--json"]
    env = {"GRIDPLUS_HOME": str(hub.hub.settings.home)}
    words = ["residents", "enter", "--kind", "copy", "--basis", "pipl_45", "--reference", "XF-1-2"]
    said = f'{{"name": "{person(1).name}", "phone": "{person(1).phone}"}}'
    done = CliRunner().invoke(main, [*words, "--by", "ann", *where], input=said, env=env)
    assert 0 == done.exit_code, done.output
    assert '"state":"entered"' in done.stdout
    assert person(1).phone not in done.output
    refused = CliRunner().invoke(main, [*words, "--by", "system_admin", *where], input=said, env=env)
    assert (1, True) == (refused.exit_code, "A509" in refused.output)
