"""What waits for people of the district, and what they decide in a browser."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from hub.access.audit import row_of
from hub.model.account import Role
from tests.e2e.people import signed_in
from tests.e2e.scene import Scene
from tests.e2e.served import served
from tests.instruments import HubInHand
from tests.unit.run.sources import pipe

pytestmark = pytest.mark.doors


@pytest.fixture
def scene(hub: HubInHand) -> Iterator[Scene]:
    """A served hub with the demo pack."""
    with served(hub) as url:
        yield Scene(hub, url)


def asked(scene: Scene) -> tuple[str, str]:
    """Two matters that may be one: (incident, candidate)."""
    hub = scene.hub
    one = pipe(hub, "A1")
    assert one.position is not None
    near = replace(one.position, x=one.position.x + 0.0009)
    hub.tell(one, replace(one, source_ref="B1", position=near, content="路边水管漏水，流到街上。"))
    hub.settle()
    rows = hub.rows("SELECT incident_id, candidate_id FROM review WHERE decision IS NULL")
    if not rows:  # whatever the rules say of these two, a person is asked
        first, second = (r[0] for r in hub.rows("SELECT id FROM incident ORDER BY opened_us, id"))
        with hub.hub.store.write() as conn:
            conn.exec_driver_sql(
                "INSERT INTO review (event_key, incident_id, candidate_id, score, reasons, asked_us, owner) "  # noqa: S608
                f"VALUES ('ek', '{second}', '{first}', 0.6, '[]', 0, 'zhongxin')"
            )
        return second, first
    return rows[0][0], rows[0][1]


def test_two_that_may_be_one_stand_side_by_side_and_the_answer_is_kept(scene: Scene) -> None:
    incident, candidate = asked(scene)
    client = signed_in(scene.url, scene.hub, Role.DISTRICT)
    path = f"/queues/links/{incident}/{candidate}"
    assert path in client.get("/queues").text
    page = client.get(path).text
    assert "路边水管漏水" in page
    assert 303 == client.post(path, data={"decision": "apart"}).status_code
    kept = scene.hub.rows("SELECT decision, decided_by FROM review")
    assert [("apart", "district")] == [tuple(row) for row in kept]
    assert path not in client.get("/queues").text
    assert 404 == client.get(path).status_code


def test_what_is_linked_is_one_matter(scene: Scene) -> None:
    incident, candidate = asked(scene)
    client = signed_in(scene.url, scene.hub, Role.DISTRICT)
    path = f"/queues/links/{incident}/{candidate}"
    assert 303 == client.post(path, data={"decision": "link"}).status_code
    states = dict(scene.hub.rows("SELECT id, state FROM incident"))
    assert "merged" == states[incident]


def test_a_subdistrict_sees_its_own_and_decides_nothing(scene: Scene) -> None:
    incident, candidate = asked(scene)
    ((area,),) = scene.hub.rows(f"SELECT subdistrict_id FROM incident WHERE id = '{incident}'")  # noqa: S608
    path = f"/queues/links/{incident}/{candidate}"
    mine = signed_in(
        scene.url, scene.hub, Role.SUBDISTRICT, name="mine", area=area, organisation=f"jiedao_{area[-2:]}"
    )
    assert path in mine.get("/queues").text
    assert 200 == mine.get(path).status_code
    for name, where in (("other", "329901001"), ("part", f"{area}001")):
        other = signed_in(scene.url, scene.hub, Role.SUBDISTRICT, name=name, area=where)
        assert path not in other.get("/queues").text
        assert 404 == other.get(path).status_code
    assert 403 == mine.post(path, data={"decision": "link"}).status_code


def test_across_a_border_only_the_district_sees_both(scene: Scene) -> None:
    incident, candidate = asked(scene)
    ((area,),) = scene.hub.rows(f"SELECT subdistrict_id FROM incident WHERE id = '{incident}'")  # noqa: S608
    with scene.hub.hub.store.write() as conn:
        conn.exec_driver_sql(
            f"UPDATE incident SET subdistrict_id = '329901001' WHERE id = '{candidate}'"  # noqa: S608
        )
    path = f"/queues/links/{incident}/{candidate}"
    mine = signed_in(scene.url, scene.hub, Role.SUBDISTRICT, name="mine", area=area)
    whole = signed_in(scene.url, scene.hub, Role.DISTRICT)
    for client, sees in ((mine, False), (whole, True)):
        page = client.get("/queues").text
        assert (sees, sees) == (path in page, '<span class="count">1</span>' in page)
        assert (200 if sees else 404) == client.get(path).status_code


def test_a_return_is_decided_and_its_matter_designated(scene: Scene) -> None:
    id_ = scene.whistle("sign", "return")
    client = signed_in(scene.url, scene.hub, Role.DISTRICT)
    page = client.get("/queues").text
    version = re.findall(r'name="version" value="([0-9]+)"', page)[0]
    path = f"/queues/whistles/{id_}/decisions"
    said = {"move": "uphold", "version": version, "reason_code": "DUTY_LIST"}
    assert 303 == client.post(path, data=said).status_code
    slower = client.post(path, data=said)
    assert (409, True) == (slower.status_code, "W128" in slower.text or "W101" in slower.text)
    page = client.get("/queues").text
    (matter,) = re.findall(r"/queues/matters/(in_[0-9a-f]+)/designations", page)
    said = {"department": "shuiwu", "reason_code": "OWN_DUTY"}
    assert 303 == client.post(f"/queues/matters/{matter}/designations", data=said).status_code
    led = scene.hub.rows("SELECT state FROM whistle WHERE department = 'shuiwu' AND role = 'lead'")
    assert [("blown",)] == [tuple(row) for row in led]


def test_a_held_record_tells_nothing_but_its_code_and_age(scene: Scene) -> None:
    scene.hub.tell(b"boom")
    scene.hub.settle()
    client = signed_in(scene.url, scene.hub, Role.DISTRICT)
    held = scene.hub.rows("SELECT id, code FROM record WHERE fate = 'held'")
    page = client.get("/queues").text
    for id_, code in held:
        assert (id_[:13] in page, code in page) == (True, True)


def test_what_was_looked_at_stands_in_the_audit(scene: Scene) -> None:
    incident, candidate = asked(scene)
    client = signed_in(scene.url, scene.hub, Role.DISTRICT)
    client.get(f"/queues/links/{incident}/{candidate}")
    blocks = scene.hub.rows("SELECT rows FROM audit ORDER BY made_us, seq")
    rows = [row_of(line) for block in blocks for line in bytes(block[0], "utf-8").splitlines()]
    mine = [row for row in rows if row.who == "district" and incident in row.rows]
    assert mine
    assert all((row.on_behalf_of, row.exit.value) == ("zhongxin", "page") for row in mine)


def test_each_queue_is_turned_over_by_itself(scene: Scene) -> None:
    with scene.hub.hub.store.write() as conn:
        for n in range(45):
            conn.exec_driver_sql(
                "INSERT INTO record (id, source, received_us, kind, mode, size, digest, dropped, stage, fate, code, owner) "  # noqa: S608
                f"VALUES ('rec_{n:02}', 'hotline_12345', {n // 3}, 'x', 'live', 1, '', '[]', 2, 'held', 'R100', 'zhongxin')"
            )
    client = signed_in(scene.url, scene.hub, Role.DISTRICT)
    path, seen, sizes = "/queues", [], []
    while path:
        page = client.get(path).text
        assert '<span class="count">45</span>' in page
        some = re.findall(r"<code>(rec_[0-9]{2})</code>", page)
        sizes.append(len(some))
        seen += some
        onward = re.findall(r'rel="next" href="([^"]+)"', page)
        assert "queue=held" in "".join(onward) or not onward
        path = onward[0].replace("&amp;", "&") if onward else ""
    assert [20, 20, 5] == sizes
    assert [f"rec_{n:02}" for n in range(45)] == seen
    assert 422 == client.get("/queues?queue=held&after=nowhere").status_code


def test_likely_links_and_returns_are_turned_over_too(scene: Scene) -> None:
    incident, candidate = asked(scene)
    with scene.hub.hub.store.write() as conn:
        conn.exec_driver_sql("DELETE FROM review")
        for n in range(23):
            conn.exec_driver_sql(
                "INSERT INTO review (event_key, incident_id, candidate_id, score, reasons, asked_us, owner) "  # noqa: S608
                f"VALUES ('ek_{n:02}', '{incident}', '{candidate}', 0.{n:02}, '[]', {n // 4}, 'zhongxin')"
            )
    client = signed_in(scene.url, scene.hub, Role.DISTRICT)
    first = client.get("/queues").text
    (onward,) = re.findall(r'rel="next" href="(/queues\?queue=links[^"]+)"', first)
    second = client.get(onward.replace("&amp;", "&")).text
    scores = [re.findall(r">(0\.[0-9]{2})<", page) for page in (first, second)]
    assert [[f"0.{n:02}" for n in range(20)], ["0.20", "0.21", "0.22"]] == scores
    assert 'rel="next"' not in second
