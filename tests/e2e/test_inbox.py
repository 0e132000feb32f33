"""A department's inbox over HTTP: the list, one whistle, and what an operator does with it."""

import re
from collections.abc import Iterator

import httpx
import pytest

from hub.access.account import Result
from hub.access.audit import row_of
from hub.model import Move
from hub.model.account import Role
from tests.e2e.people import sign_in, signed_in
from tests.e2e.scene import Scene
from tests.e2e.served import served
from tests.instruments import HubInHand
from tests.photos import scene as scene_photo
from tests.unit.run.lives import decide
from tests.unit.run.whitelists import end_all

pytestmark = pytest.mark.doors
WATER = "zilai"


@pytest.fixture
def scene(hub: HubInHand) -> Iterator[Scene]:
    """A served hub with the demo pack."""
    with served(hub) as url:
        yield Scene(hub, url)


def operator(scene: Scene, department: str = WATER) -> httpx.Client:
    """A person of the water company, or of another department."""
    return signed_in(scene.url, scene.hub, Role.OPERATOR, organisation=department, name=f"op-{department}")


def hidden(page: str, move: str) -> dict[str, str]:
    """What the form of a move sends along by itself."""
    part = page.partition(f'name="move" value="{move}"')[2]
    return {"move": move} | {
        name: re.findall(rf'name="{name}" value="([^"]*)"', part)[0] for name in ("nonce", "version")
    }


def test_a_whistle_waits_in_its_departments_inbox_and_in_no_other(scene: Scene) -> None:
    id_ = scene.whistle()
    assert f"/inbox/{id_}" in operator(scene).get("/inbox").text
    other = operator(scene, "chengguan")
    assert id_ not in other.get("/inbox").text
    assert 404 == other.get(f"/inbox/{id_}").status_code
    assert 404 == other.post(f"/inbox/{id_}/moves", data={"move": "sign", "nonce": "1"}).status_code


def test_a_page_leaves_one_row_in_the_audit(scene: Scene) -> None:
    ids = {scene.whistle(matter=n) for n in (1, 2)}
    client = operator(scene)
    before = len(rows(scene))
    client.get("/inbox")
    (row,) = rows(scene)[before:]
    assert ("op-zilai", WATER, "page", ids) == (row.who, row.on_behalf_of, row.exit.value, set(row.rows))
    assert "incident.category_zh" in row.fields


def rows(scene: Scene) -> list:  # type: ignore[type-arg]
    """All of the audit, as it was written."""
    blocks = scene.hub.rows("SELECT rows FROM audit ORDER BY made_us, seq")
    return [row_of(line) for block in blocks for line in bytes(block[0], "utf-8").splitlines()]


def test_a_double_click_is_one_signature(scene: Scene) -> None:
    id_ = scene.whistle()
    client = operator(scene)
    said = hidden(client.get(f"/inbox/{id_}").text, "sign")
    for _ in range(2):
        answer = client.post(f"/inbox/{id_}/moves", data=said)
        assert (303, f"/inbox/{id_}?done=sign") == (answer.status_code, answer.headers["location"])
    moves = scene.hub.rows(f"SELECT move FROM step WHERE whistle_id = '{id_}'")  # noqa: S608 our own id
    assert ["sign"] == [r[0] for r in moves]


def test_who_was_faster_is_told_and_nothing_changes(scene: Scene) -> None:
    id_ = scene.whistle()
    client = operator(scene)
    client.post(f"/inbox/{id_}/moves", data=hidden(client.get(f"/inbox/{id_}").text, "sign"))
    said = hidden(client.get(f"/inbox/{id_}").text, "contact")
    again = hidden(client.get(f"/inbox/{id_}").text, "arrive")
    client.post(f"/inbox/{id_}/moves", data=said)
    answer = client.post(f"/inbox/{id_}/moves", data=again | {"note": "已到门口"})
    assert 409 == answer.status_code
    assert "W128" in answer.text
    assert "已到门口" in answer.text


def test_a_version_that_is_none_is_refused(scene: Scene) -> None:
    id_ = scene.whistle()
    client = operator(scene)
    said = hidden(client.get(f"/inbox/{id_}").text, "sign")
    for version in ("9" * 5000, "一"):
        assert 409 == client.post(f"/inbox/{id_}/moves", data=said | {"version": version}).status_code


def test_a_result_goes_by_the_form_of_its_contract(scene: Scene) -> None:
    id_ = scene.whistle("sign")
    client = operator(scene)
    page = client.get(f"/inbox/{id_}").text
    assert 'name="form.outcome"' in page
    assert 'type="datetime-local" name="form.restored_at"' in page
    said = hidden(page, "result") | {"form.measure": "已更换管段"}
    refused = client.post(f"/inbox/{id_}/moves", data=said)
    assert (409, True) == (refused.status_code, "已更换管段" in refused.text)
    assert "W102" in refused.text
    said = hidden(refused.text, "result") | {"form.measure": "已更换管段", "form.outcome": "done"}
    assert 303 == client.post(f"/inbox/{id_}/moves", data=said).status_code
    assert "已反馈结果" in client.get(f"/inbox/{id_}").text


def test_evidence_is_handed_in_and_named_in_the_result(scene: Scene) -> None:
    id_ = scene.whistle("sign")
    client = operator(scene)
    files = [
        ("file", ("现场.jpg", scene_photo(1), "image/jpeg")),
        ("file", ("b.jpg", scene_photo(2), "image/jpeg")),
    ]
    assert 303 == client.post(f"/inbox/{id_}/evidence", files=files).status_code
    page = client.get(f"/inbox/{id_}").text
    pieces = re.findall(r'name="form.evidence" value="(ed_[0-9a-f]+)"', page)
    assert 2 == len(pieces)
    said = hidden(page, "result") | {
        "form.measure": "已更换管段",
        "form.outcome": "done",
        "form.evidence": pieces[:1],
    }
    assert 303 == client.post(f"/inbox/{id_}/moves", data=said).status_code
    refused = client.post(f"/inbox/{id_}/evidence", files={"file": ("a.exe", b"MZ" * 99, "image/jpeg")})
    assert 422 == refused.status_code
    assert "W124" in refused.text


def test_of_too_many_files_none_is_taken_rather_than_some(scene: Scene) -> None:
    id_ = scene.whistle("sign")
    files = [("file", (f"{n}.jpg", scene_photo(n), "image/jpeg")) for n in range(5)]
    refused = operator(scene).post(f"/inbox/{id_}/evidence", files=files)
    assert (422, True) == (refused.status_code, "P302" in refused.text)
    assert [(0,)] == scene.hub.rows("SELECT count(*) FROM evidence")


def test_a_return_says_why(scene: Scene) -> None:
    id_ = scene.whistle("sign")
    client = operator(scene)
    said = hidden(client.get(f"/inbox/{id_}").text, "return") | {"reason_code": "NOT_MY_AREA"}
    assert "W107" in client.post(f"/inbox/{id_}/moves", data=said).text
    assert (
        303
        == client.post(
            f"/inbox/{id_}/moves",
            data=hidden(client.get(f"/inbox/{id_}").text, "return")
            | {
                "reason_code": "NOT_MY_AREA",
                "note": "在邻区",
            },
        ).status_code
    )


def test_many_are_signed_at_once_each_by_itself(scene: Scene) -> None:
    ids = [scene.whistle(matter=n) for n in (1, 2, 3)]
    client = operator(scene)
    page = client.get("/inbox").text
    ticked = re.findall(r'name="whistle" value="([^"]+)"', page)
    assert set(ids) == {one.partition(".")[0] for one in ticked}
    nonce = re.findall(r'name="nonce" value="([^"]+)"', page)[0]
    said = {"nonce": nonce, "whistle": [*ticked[:2], "wh_0.1"]}
    for _ in range(2):
        answer = client.post("/inbox/sign", data=said)
        assert 200 == answer.status_code
        assert (2, 1) == (
            int(re.findall(r"已签收 (\d+) 件。", answer.text)[0]),
            answer.text.count("没有这个哨"),
        )
    states = dict(scene.hub.rows("SELECT id, state FROM whistle WHERE department = 'zilai'"))
    assert ["signed", "signed", "blown"] == sorted(states.values(), reverse=True)


def test_the_list_is_filtered_and_ordered_by_its_url(scene: Scene) -> None:
    first, second = scene.whistle(matter=1), scene.whistle("sign", matter=2)
    client = operator(scene)

    def listed(query: str) -> list[str]:
        return re.findall(r'href="/inbox/(wh_[0-9a-f]+)"', client.get(f"/inbox?{query}").text)

    assert [second] == listed("state=signed")
    assert [first] == listed("state=blown")
    assert [] == listed("level=emergency")
    assert {first, second} == set(listed("which=all"))
    assert [] == listed("due=late")
    scene.hub.clock.pause(2 * 3600)
    sign_in(client, "op-zilai")
    assert first in listed("due=late")
    assert "W210" in client.get("/inbox?order=sideways").text
    assert "W210" in client.get("/inbox?after=1.2").text


def test_what_is_called_off_is_not_found_by_what_it_was_about(scene: Scene) -> None:
    id_ = scene.whistle("return")
    decide(scene.hub, WATER, Move.UPHOLD)
    client = operator(scene)
    assert id_ in client.get("/inbox?which=over").text
    ((category, subdistrict),) = scene.hub.rows(
        f"SELECT category, subdistrict_id FROM whistle WHERE id = '{id_}'"  # noqa: S608 our own id
    )
    for query in (f"category={category}", f"subdistrict={subdistrict}", "role=lead", "level=routine"):
        page = client.get(f"/inbox?which=over&{query}")
        assert (200, False) == (page.status_code, id_ in page.text)
    assert id_ not in client.get("/inbox?state=reassigned").text


def test_pages_follow_one_another_without_gaps(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = {scene.whistle(matter=n) for n in (1, 2, 3)}
    monkeypatch.setattr("hub.run.inbox.listing.PORTION", 2)
    client = operator(scene)
    for order in ("deadline", "newest", "oldest"):
        page = client.get(f"/inbox?order={order}").text
        found = re.findall(r'href="/inbox/(wh_[0-9a-f]+)"', page)
        (onward,) = re.findall(r'rel="next" href="([^"]+)"', page)
        behind = client.get(onward.replace("&amp;", "&")).text
        found += re.findall(r'href="/inbox/(wh_[0-9a-f]+)"', behind)
        assert (3, ids) == (len(found), set(found))
        assert 'rel="next"' not in behind


def test_what_is_not_granted_is_neither_shown_nor_chosen_by(scene: Scene) -> None:
    id_ = scene.whistle()
    client = operator(scene)
    end_all(scene.hub, "incident")
    page = client.get("/inbox").text
    assert id_ in page
    assert "青云路" not in page
    refused = client.get("/inbox?category=public_utility.water_supply")
    assert "W211" in refused.text
    assert Result.DENY is rows(scene)[-1].result


def test_paper_has_grants_of_its_own(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = scene.whistle()
    client = operator(scene)
    assert "水管爆裂" in client.get(f"/inbox/{id_}").text
    page = client.get(f"/inbox/{id_}/print").text
    assert "水管爆裂" in page
    assert "print" == rows(scene)[-1].exit.value
    phones = client.get(f"/inbox/{id_}?callback=1")
    assert 200 == phones.status_code
    assert "callback" in {row.purpose for row in rows(scene)}


def test_what_presses_is_counted(scene: Scene) -> None:
    scene.whistle()
    client = operator(scene)
    assert {"open": 1, "late": 0, "new": 0, "emergencies": 0} == client.get("/inbox/news").json()


def test_what_is_not_granted_is_not_counted_either(scene: Scene) -> None:
    scene.whistle()
    client = operator(scene)
    scene.hub.clock.pause(2 * 3600)
    sign_in(client, "op-zilai")
    assert (1, 1) == tuple(client.get("/inbox/news").json()[name] for name in ("open", "late"))
    end_all(scene.hub, "whistle")
    assert {"open": 1, "late": 0, "new": 0, "emergencies": 0} == client.get("/inbox/news").json()


def test_without_the_token_of_a_form_nothing_is_done(scene: Scene) -> None:
    id_ = scene.whistle()
    client = operator(scene)
    del client.headers["x-csrf"]
    said = hidden(client.get(f"/inbox/{id_}").text, "sign")
    assert "A304" in client.post(f"/inbox/{id_}/moves", data=said).text
    token = re.findall(r'name="csrf" value="([^"]+)"', client.get(f"/inbox/{id_}").text)[0]
    assert 303 == client.post(f"/inbox/{id_}/moves", data=said | {"csrf": token}).status_code
