"""Reveals and emergencies on their pages: asked for by one person, agreed to by another, seen by nobody else, over by themselves."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import orjson
import pytest

from hub.model.account import Role
from tests.e2e.people import signed_in
from tests.e2e.planted import planted
from tests.e2e.served import served
from tests.instruments import HubInHand, person
from tests.unit.run.filed import exported, file, shown
from tests.unit.run.test_opening import told_by

pytestmark = pytest.mark.doors
PERSON = replace(person(1), address=planted(1).address)
REASON = "门牌不清，现场找不到人"


@pytest.fixture
def url(hub: HubInHand) -> Iterator[str]:
    """Where a hub answers in which the water company is called."""
    told_by(hub, PERSON)
    with served(hub) as where:
        yield where


def whistle(hub: HubInHand) -> str:
    """The water company's."""
    return str(hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")[0].id)


def operator(hub: HubInHand, url: str, name: str = "op-1", department: str = "zilai") -> httpx.Client:
    """Somebody of a department."""
    return signed_in(url, hub, Role.OPERATOR, organisation=department, name=name)


def ask(client: httpx.Client, hub: HubInHand, **changes: str) -> httpx.Response:
    """Sends the form of the whistle's page."""
    page = f"/inbox/{whistle(hub)}"
    (event,) = re.findall(r'<option value="(ev_\w+)"', client.get(page).text)
    said = {"event": event, "field": "resident.address", "reason": REASON}
    return client.post(f"{page}/reveals", data=said | changes)


def only(client: httpx.Client, path: str, rest: str) -> str:
    """Where the one form of a list leads."""
    (found,) = re.findall(rf'action="({path}/\w+/{rest})"', client.get(path).text)
    return str(found)


@pytest.mark.nasty("N58")
def test_a_reveal_is_seen_by_who_asked_and_by_nobody_else_and_ends(hub: HubInHand, url: str) -> None:
    asker, colleague = operator(hub, url), operator(hub, url, "op-2")
    desk, admin = signed_in(url, hub, Role.DISTRICT), signed_in(url, hub, Role.SECURITY_ADMIN)
    auditor, other = signed_in(url, hub, Role.AUDITOR), operator(hub, url, "op-3", "ranqi")
    page = f"/inbox/{whistle(hub)}"
    assert "杜撰里" not in asker.get(page).text
    assert 303 == ask(asker, hub).status_code
    assert "等人同意" in asker.get(page).text
    said = only(desk, "/whitelist/reveals", "words")
    assert said == only(admin, "/whitelist/reveals", "words")
    assert [303, 403] == [c.post(said, data={"verdict": "approve"}).status_code for c in (desk, colleague)]
    assert PERSON.address in asker.get(page).text
    others = [
        client.get(path).text
        for client in (asker, colleague, desk, admin, auditor, other)
        for path in (
            page,
            f"{page}/print",
            "/whitelist/reveals",
            "/whitelist/emergencies",
            "/audit",
            "/inbox",
        )
        if (client, path) != (asker, page)
    ]
    assert [] == [text for text in others if "杜撰里" in text]
    assert REASON in auditor.get("/whitelist/reveals").text
    lists = [client.get("/whitelist/reveals").text for client in (asker, colleague, other)]
    assert [True, True, False] == ["resident.address" in text for text in lists]
    assert [] == [text for text in lists if REASON in text]
    hub.clock.pause(timedelta(minutes=20).total_seconds())
    assert PERSON.address in asker.get(page).text
    hub.clock.pause(timedelta(minutes=10).total_seconds())
    assert "杜撰里" not in asker.get(page).text
    assert [(2, "zilai")] == [
        (r.looks, r.department) for r in hub.rows("SELECT looks, department FROM reveal")
    ]


def test_a_refusal_stands_beside_the_form_and_what_was_typed_is_kept(hub: HubInHand, url: str) -> None:
    client = operator(hub, url)
    answer = ask(client, hub, reason="打 13800000001 没人接")
    assert (409, True, True) == (answer.status_code, "A213" in answer.text, "没人接" in answer.text)
    page = f"/inbox/{whistle(hub)}/emergencies"
    answer = client.post(page, data={"kind": "fire", "reason": "屋里有人被困"})
    assert (409, True, True) == (answer.status_code, "A447" in answer.text, "被困" in answer.text)


def test_an_emergency_opens_for_a_day_and_waits_for_its_review(hub: HubInHand, url: str) -> None:
    proposer, colleague = operator(hub, url), operator(hub, url, "op-2")
    page = f"/inbox/{whistle(hub)}"
    proposed = {"kind": "life", "reason": "屋里有人被困"}
    assert 303 == proposer.post(f"{page}/emergencies", data=proposed).status_code
    desk, admin = signed_in(url, hub, Role.DISTRICT), signed_in(url, hub, Role.SECURITY_ADMIN)
    assert "杜撰里" not in colleague.get(page).text
    desk.post(only(desk, "/whitelist/emergencies", "words"), data={"verdict": "approve"})
    assert PERSON.address in colleague.get(page).text
    assert "杜撰里" not in colleague.get(f"{page}/print").text
    auditor = signed_in(url, hub, Role.AUDITOR)
    assert "/whitelist/emergencies" in auditor.get("/audit").text
    assert [True, False] == [
        "屋里有人被困" in client.get("/whitelist/emergencies").text
        for client in (auditor, operator(hub, url, "op-3", "ranqi"))
    ]
    lists = [client.get("/whitelist/emergencies").text for client in (auditor, colleague)]
    assert [[True, True], [False, False]] == [[who in text for who in ("op-1", "district")] for text in lists]
    path = only(admin, "/whitelist/emergencies", "review")
    assert 303 == admin.post(path, data={"note": "属实，家属已到场"}).status_code
    assert "家属已到场" in (listed := auditor.get("/whitelist/emergencies").text)
    assert ["/whitelist/emergencies"] == re.findall(r'href="([^"]+)" aria-current', listed)


def test_an_emergency_that_is_over_sooner_is_ended_by_who_asked_for_it_or_by_the_centre(
    hub: HubInHand, url: str
) -> None:
    proposer, colleague = operator(hub, url), operator(hub, url, "op-2")
    page = f"/inbox/{whistle(hub)}"
    proposer.post(f"{page}/emergencies", data={"kind": "life", "reason": "屋里有人被困"})
    desk, admin = signed_in(url, hub, Role.DISTRICT), signed_in(url, hub, Role.SECURITY_ADMIN)
    assert "/end" not in proposer.get("/whitelist/emergencies").text
    desk.post(only(desk, "/whitelist/emergencies", "words"), data={"verdict": "approve"})
    assert PERSON.address in colleague.get(page).text
    path = only(proposer, "/whitelist/emergencies", "end")
    assert {path} == {only(client, "/whitelist/emergencies", "end") for client in (desk, admin)}
    assert "/end" not in colleague.get("/whitelist/emergencies").text
    assert [403, 303, 422] == [client.post(path).status_code for client in (colleague, proposer, desk)]
    assert "杜撰里" not in colleague.get(page).text
    assert "提前收回" in (listed := admin.get("/whitelist/emergencies").text)
    assert "/review" in listed  # it gave something: somebody looks at it all the same
    told = [orjson.loads(line) for r in hub.rows("SELECT rows FROM audit") for line in r.rows.splitlines()]
    assert ["op-1"] == [one["who"] for one in told if one.get("reason") == "end"]


def test_the_district_opens_one_for_a_matter_of_the_map(hub: HubInHand, url: str) -> None:
    desk = signed_in(url, hub, Role.DISTRICT)
    matter = str(hub.rows("SELECT id FROM incident")[0].id)
    link = f"/whitelist/emergencies?matter={matter}"
    assert link in desk.get(f"/map/matter/{matter}", headers={"hx-request": "true"}).text
    assert f'value="{matter}"' in desk.get(link).text
    said = {"matter": matter, "kind": "property", "reason": "水漫进配电房"}
    answer = desk.post("/whitelist/emergencies", data=said | {"reason": "打 13800000001"})
    assert (409, True, True) == (
        answer.status_code,
        "A213" in answer.text,
        f'value="{matter}"' in answer.text,
    )
    assert 303 == desk.post("/whitelist/emergencies", data=said).status_code
    assert [] == re.findall(
        r'action="(/whitelist/emergencies/\w+/words)"', desk.get("/whitelist/emergencies").text
    )
    other = signed_in(url, hub, Role.DISTRICT, name="desk-2")
    assert only(other, "/whitelist/emergencies", "words")
    assert "等人同意 1 件" in other.get("/queues").text


def test_who_of_a_department_made_a_move_is_told_to_the_centre_alone(hub: HubInHand, url: str) -> None:
    client, id_ = operator(hub, url), whistle(hub)
    form = client.get("/inbox").text
    nonce = re.findall(r'name="nonce" value="(\w+)"', form)[0]
    client.post("/inbox/sign", data={"nonce": nonce, "whistle": f"{id_}.1"})
    page = client.get(f"/inbox/{id_}").text.partition('name="move" value="contact"')[2]
    said = {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("nonce", "version")}
    assert 303 == client.post(f"/inbox/{id_}/moves", data=said | {"move": "contact"}).status_code
    file(hub)
    moves = shown(exported(hub, id_), "move")
    assert [("sign", "zilai", "op-1"), ("contact", "zilai", "op-1")] == [
        (each["dossier.moves/move"], each["dossier.moves/by"], each["dossier.accounts/by"]) for each in moves
    ]
    own = exported(hub, id_, "zilai")
    assert ["sign", "contact"] == [each["dossier.moves/move"] for each in shown(own, "move")]
    assert all("dossier.accounts/by" not in each for each in shown(own, "move"))
