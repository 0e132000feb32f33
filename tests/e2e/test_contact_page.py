"""A department contacts a requester over HTTP: its page, and the same by its software."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hub.model.account import Role
from tests.e2e.people import sign_in, signed_in
from tests.e2e.scene import Scene
from tests.e2e.served import served
from tests.instruments import HubInHand, person
from tests.unit.run.relayed import ROOM, WATER, WHO, WORDS, Relay, relay

pytestmark = pytest.mark.doors


@pytest.fixture
def line(hub: HubInHand, tmp_path: Path) -> Iterator[Relay]:
    """Gateways, and who sends through them."""
    with relay(hub, tmp_path) as made:
        yield made


@pytest.fixture
def scene(hub: HubInHand, line: Relay) -> Iterator[Scene]:
    """The same hub, served."""
    assert line.hub is hub
    with served(hub) as url:
        yield Scene(hub, url)


def operator(scene: Scene, department: str = WATER) -> httpx.Client:
    """A person of the water company, or of another department."""
    return signed_in(scene.url, scene.hub, Role.OPERATOR, organisation=department, name=f"op-{department}")


def hidden(page: str, kind: str) -> dict[str, str]:
    """What the form of a kind sends along by itself."""
    part = page.partition(f'name="kind" value="{kind}"')[2]
    return {"kind": kind} | {
        name: re.findall(rf'name="{name}" value="([^"]*)"', part)[0] for name in ("nonce", "report")
    }


def test_an_operator_writes_and_calls_from_a_page_that_shows_no_number(scene: Scene, line: Relay) -> None:
    id_ = line.whistle()
    client = operator(scene)
    assert f'href="/contact/{id_}"' in client.get(f"/inbox/{id_}").text
    page = client.get(f"/contact/{id_}").text
    assert "工作人员将于今天到现场" in page
    said = hidden(page, "message") | {"words": "on_the_way"}
    for _ in range(2):  # a double click
        done = client.post(f"/contact/{id_}", data=said)
        assert (303, f"/contact/{id_}?done=message#made") == (done.status_code, done.headers["location"])
    own = hidden(page, "message") | {"nonce": "own", "words": "own", "text": WORDS}
    assert 303 == client.post(f"/contact/{id_}", data=own).status_code
    call = hidden(page, "call") | {"extension": ROOM}
    assert 303 == client.post(f"/contact/{id_}", data=call).status_code
    line.work()
    line.work(20)
    after = client.get(f"/contact/{id_}/made").text
    assert (2, 1) == (after.count("已送达"), after.count("已接听"))
    assert (2, 1) == (len(line.wrote()), len(line.connected()))
    shown = page + after + client.get(f"/inbox/{id_}").text
    assert WORDS in after
    assert not [one for one in (WHO.phone, WHO.phone[-4:]) if one in shown]


def test_what_is_refused_stands_above_the_form_and_what_was_typed_is_kept(scene: Scene, line: Relay) -> None:
    id_ = line.whistle()
    client = operator(scene)
    said = hidden(client.get(f"/contact/{id_}").text, "message") | {"words": "own", "text": "请打13912345678"}
    answer = client.post(f"/contact/{id_}", data=said)
    assert 409 == answer.status_code
    assert "A404" in answer.text
    assert "请打13912345678" in answer.text
    scene.hub.clock.pause(86400 / 2)  # nine in the evening, and the session is over
    sign_in(client, "op-zilai")
    assert "免打扰时段" in client.get(f"/contact/{id_}").text


def test_no_other_department_finds_the_page_and_nobody_a_way_to_a_secret_report(
    scene: Scene, line: Relay
) -> None:
    id_, secret = line.whistle(), line.whistle(person(2), secret=True)
    other, client = operator(scene, "chengguan"), operator(scene)
    for path in (f"/contact/{id_}", f"/contact/{id_}/made"):
        assert 404 == other.get(path).status_code
    assert 404 == other.post(f"/contact/{id_}", data={"kind": "message", "nonce": "1"}).status_code
    assert f'href="/contact/{secret}"' not in client.get(f"/inbox/{secret}").text
    assert "没有可以联系的诉求人" in client.get(f"/contact/{secret}").text


def test_after_the_end_the_page_says_so_and_still_shows_what_there_was(scene: Scene, line: Relay) -> None:
    id_ = line.whistle()
    line.ask(id_, text=WORDS)
    path = f"/departments/me/whistles/{id_}/reports"
    for move in ("sign", "contact", "arrive"):
        assert 201 == scene.ask("POST", path, WATER, {"nonce": move, "move": move}).status_code
    form = {"outcome": "done", "measure": "已更换管段"}
    result = scene.ask("POST", path, WATER, {"nonce": "r", "move": "result", "form": form})
    assert 201 == result.status_code, result.text
    client = operator(scene)
    page = client.get(f"/contact/{id_}").text
    assert "A401" in page
    assert WORDS in page
    assert f'href="/contact/{id_}"' not in client.get(f"/inbox/{id_}").text


def test_a_departments_software_does_the_same_and_sees_how_it_stands(scene: Scene, line: Relay) -> None:
    id_ = line.whistle()
    path = f"/departments/me/whistles/{id_}/contacts"
    body = {"nonce": "1", "report": line.report(), "kind": "message", "text": WORDS}
    first, again = (scene.ask("POST", path, WATER, body) for _ in range(2))
    assert (201, False, True) == (first.status_code, first.json()["repeated"], again.json()["repeated"])
    for changed, code in (({"text": "别的话"}, "A406"), ({"nonce": "2", "report": "ev_none"}, "A402")):
        refused = scene.ask("POST", path, WATER, body | changed)
        assert (409, code) == (refused.status_code, refused.json()["code"])
    assert 404 == scene.ask("POST", path, "chengguan", body).status_code
    line.work()
    listed = scene.ask("GET", path, WATER).json()["contacts"]
    assert [("sent", WORDS, "")] == [(one["state"], one["text"], one["code"]) for one in listed]
    assert WHO.phone not in str(listed)
    assert 404 == scene.ask("GET", path, "chengguan").status_code
