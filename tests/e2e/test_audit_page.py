"""The auditor's page: every look is found by who, matter, field, exit and result; and looking stands in the audit too."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.clock import day_of
from hub.model.account import Role
from hub.run.exits.auditlog import PAGE
from hub.web.pages.audit import EXITS
from tests.e2e.people import signed_in
from tests.e2e.served import served
from tests.instruments import HubInHand

pytestmark = pytest.mark.doors


def note(hub: HubInHand, *rows: AuditRow) -> None:
    """In one block."""
    ledger = hub.hub.ledgers.mine()
    with hub.hub.store.write() as conn:
        ledger.append(conn, rows, rows[0].at)
    ledger.committed()


def look(
    hub: HubInHand,
    who: str,
    matter: str,
    result: Result = Result.ALLOW,
    *,
    masks: tuple[tuple[str, str], ...] = (),
    reason: str = "",
    through: Exit = Exit.HTTP_WHISTLE,
) -> AuditRow:
    """A look at a phone number."""
    return AuditRow(
        at=hub.clock.now(),
        who=who,
        exit=through,
        result=result,
        purpose="handle",
        fields=("resident.phone",),
        rows=("ek_9",),
        masks=masks,
        reason=reason,
        matter=matter,
    )


@pytest.fixture
def client(hub: HubInHand) -> Iterator[httpx.Client]:
    """The auditor's browser; others have looked at things before."""
    note(hub, look(hub, "zilai", "wh_1"), look(hub, "chengguan", "wh_2", Result.DENY, reason="A101"))
    masks = (("resident.phone", "last4"),)
    note(hub, look(hub, "zilai", "wh_3", Result.MASKED, masks=masks, through=Exit.PAGE))
    with served(hub) as url:
        yield signed_in(url, hub, Role.AUDITOR)


def matters(page: httpx.Response) -> list[str]:
    """Whistles in the table, in its order."""
    return re.findall(r"<code>(wh_\d+)</code>", page.text)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({}, ["wh_3", "wh_2", "wh_1"], id="today's"),
        pytest.param({"who": "zilai"}, ["wh_3", "wh_1"], id="by who"),
        pytest.param({"who": "zila"}, [], id="by a whole name"),
        pytest.param({"matter": "wh_2"}, ["wh_2"], id="by matter"),
        pytest.param({"matter": "ek_9"}, ["wh_3", "wh_2", "wh_1"], id="by report"),
        pytest.param({"field": "resident.phone"}, ["wh_3", "wh_2", "wh_1"], id="by field"),
        pytest.param({"field": "resident.name"}, [], id="by another field"),
        pytest.param({"exit": "page", "who": "zilai"}, ["wh_3"], id="by exit"),
        pytest.param({"result": "deny"}, ["wh_2"], id="by result"),
        pytest.param({"since": "2020-01-01", "until": "2020-01-02"}, [], id="another time"),
    ],
)
def test_looks_are_found(client: httpx.Client, asked: dict[str, str], expected: list[str]) -> None:
    assert expected == matters(client.get("/audit", params=asked))


def test_looking_at_the_audit_stands_in_it(hub: HubInHand, client: httpx.Client) -> None:
    client.get("/audit", params={"matter": "wh_2"})
    client.get("/audit/unusual")
    page = client.get("/audit", params={"who": "auditor", "exit": "page"}).text
    assert [1, 1] == [page.count(">看审计疑点</td>"), page.count("<code>wh_2</code>")]


def test_what_was_typed_is_drawn_as_text_and_written_nowhere(hub: HubInHand, client: httpx.Client) -> None:
    typed, number = '"><script>张三</script>', "13800138000"
    page = client.get("/audit", params={"who": typed, "matter": typed}).text
    client.get("/audit", params={"matter": number})
    assert "<script>张三" not in page
    kept = "".join(str(one.rows) for one in hub.rows("SELECT rows FROM audit"))
    assert "张三" not in kept
    assert number not in kept


def test_more_than_a_page_goes_on_where_the_last_one_ended(hub: HubInHand, client: httpx.Client) -> None:
    for n in range(100, 100 + PAGE // 2):
        note(hub, look(hub, "shuiwu", f"wh_{n}"))
    note(
        hub, *(look(hub, "shuiwu", f"wh_{n}") for n in range(100 + PAGE // 2, 100 + 2 * PAGE))
    )  # one large block
    page = client.get("/audit", params={"who": "shuiwu"})
    seen = matters(page)
    assert PAGE == len(seen)
    while onward := re.search(r'href="([^"]*behind=[^"]*)"', page.text):
        page = client.get(onward[1].replace("&amp;", "&"))
        seen += matters(page)
    assert sorted(seen) == [f"wh_{n}" for n in range(100, 100 + 2 * PAGE)]
    far = (
        urlsafe_b64encode(one).decode()
        for one in (b'[1e999, "a", 1, 1]', b'[1, "a", 1, -1]', b"[9e30, 1, 1, 1]")
    )
    for behind in ("nowhere", *far):
        assert 422 == client.get("/audit", params={"behind": behind}).status_code


def test_a_day_on_which_there_was_no_hub_is_refused(client: httpx.Client) -> None:
    assert [422, 422] == [
        client.get("/audit", params={"until": day}).status_code for day in ("0001-01-01", "9999-12-31")
    ]


def test_the_page_of_questions_leads_to_the_looks_themselves(hub: HubInHand, client: httpx.Client) -> None:
    note(hub, look(hub, "zilai", ""))
    page = client.get("/audit/unusual").text
    day = day_of(hub.clock.now())
    assert f"/audit?who=zilai&amp;since={day}&amp;until={day}" in page
    hub.clock.pause(timedelta(days=8).total_seconds())
    assert 303 == client.get("/audit/unusual").status_code  # the session is over by then


def test_every_way_out_has_a_name() -> None:
    assert {one.value for one in Exit} == set(EXITS)
