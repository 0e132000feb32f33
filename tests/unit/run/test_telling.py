"""What a department is told of a whistle: by the grants of the moment of sending, never by those of its blowing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient

from hub.access import project as projecting
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.api.app import serve
from hub.errors import Bug
from hub.model import Code, Grant, Incident, Whistle
from hub.run.assembly import Assembly
from hub.run.exits.telling import Notice, Told
from hub.store import incidents, principals, whistles
from tests.e2e.test_journey import spot
from tests.instruments import HubInHand, at, demo_pack, stated
from tests.unit.run.granting import ended, grants, restarted
from tests.unit.run.ledgers import blocks, is_whole
from tests.unit.run.sources import pipe

PULLER = "renshe"
"""Pulls its whistles, and sees a point only to about 100 m."""


@pytest.fixture
def called(hub: HubInHand) -> HubInHand:
    """A hub whose one matter, a labour dispute, called the department that pulls."""
    code = demo_pack().codes.code_for("hl-2024", "dispute.labour")
    assert code
    hub.tell(stated("A1", category=Code("hl-2024", code), position=at(*spot(hub))))
    hub.settle()
    return hub


@contextmanager
def door(hub: Assembly) -> Iterator[TestClient]:
    """The hub's HTTP door for the department that pulls."""
    with hub.store.write() as conn:
        principals.register(conn, principals.Principal("department", PULLER), "key", hub.clock.now())
    with TestClient(serve(hub), headers={"authorization": "Bearer key"}) as client:
        yield client


def pulled(hub: Assembly) -> dict[str, Any]:
    """The one message that waits for the department."""
    with door(hub) as client:
        answer = client.get("/departments/me/whistles")
    assert 200 == answer.status_code
    (message,) = answer.json()["whistles"]
    return dict(message)


def looks(hub: HubInHand, exit_: Exit) -> list[AuditRow]:
    """Audited looks through one exit, in order."""
    return [
        row
        for chain in blocks(hub).values()
        for block in chain
        for row in block.rows
        if row.exit is exit_ and row.who == PULLER
    ]


def tell(hub: Assembly, through: Exit) -> Told:
    """What the department's one whistle says through an exit now."""
    telling = hub.telling
    with hub.store.write() as conn:
        (id_,) = conn.exec_driver_sql("SELECT id FROM whistle WHERE department = 'renshe'").scalars()
        return telling.again(conn, {id_: id_}, through=through, at=hub.clock.now())[id_]


def stored(hub: HubInHand) -> tuple[Whistle, Incident]:
    """The department's one whistle, and its matter."""
    ((id_,),) = hub.rows("SELECT id FROM whistle WHERE department = 'renshe'")
    with hub.hub.store.read() as conn:
        one = whistles.load(conn, [id_])[id_]
        return one, incidents.load(conn, [one.incident_id])[one.incident_id]


def test_a_pull_shows_a_field_until_its_grant_ends_and_keeps_the_messages_id(called: HubInHand) -> None:
    before = pulled(called.hub)
    with restarted(called, grants=ended("incident.summary")) as hub:
        after = pulled(hub)
    assert "summary" in before["data"]["incident"]
    assert "summary" not in after["data"]["incident"]
    assert (before["id"], before["time"], before["subject"]) == (after["id"], after["time"], after["subject"])


def test_a_grant_that_runs_out_by_its_date_shows_nothing_to_a_pull_of_the_next_day(called: HubInHand) -> None:
    assert "incident" in pulled(called.hub)["data"]
    called.clock.pause(366 * 86_400)
    assert {"department", "href"} == set(pulled(called.hub)["data"])


def test_a_webhook_tried_again_is_told_by_the_grants_of_that_try(called: HubInHand) -> None:
    before = orjson.loads(tell(called.hub, Exit.WEBHOOK).message)
    with restarted(called, grants=ended("incident.summary")) as hub:
        after = orjson.loads(tell(hub, Exit.WEBHOOK).message)
    assert {"summary"} == set(before["data"]["incident"]) - set(after["data"]["incident"])
    assert before["id"] == after["id"]


def test_what_may_not_travel_in_a_stream_is_pulled_and_not_pushed(called: HubInHand) -> None:
    point = {"lon", "lat"}
    pull, push = (orjson.loads(tell(called.hub, way).message) for way in (Exit.HTTP_PULL, Exit.WEBHOOK))
    assert point <= set(pull["data"]["incident"])
    assert not point & set(push["data"]["incident"])


def test_every_pull_is_written_down_with_its_fields_masks_and_grants(called: HubInHand) -> None:
    message = pulled(called.hub)
    pulled(called.hub)
    first, second = looks(called, Exit.HTTP_PULL)
    shown = {f"{dataset}.{leaf}" for dataset in ("incident", "whistle") for leaf in message["data"][dataset]}
    assert shown == set(first.fields) == set(second.fields)
    assert (("incident.lat", "geo_100m"), ("incident.lon", "geo_100m")) == first.masks
    assert {f"g-renshe-{field}-handle-20260101" for field in shown} == {grant for grant, _ in first.grants}
    assert message["id"] == first.matter
    assert is_whole(called)


def test_a_pull_that_cannot_be_written_down_shows_nothing(called: HubInHand) -> None:
    with called.hub.store.write() as conn:
        conn.exec_driver_sql("ALTER TABLE audit RENAME TO elsewhere")
    with door(called.hub) as client:
        assert 503 == client.get("/departments/me/whistles").status_code
    with called.hub.store.write() as conn:
        conn.exec_driver_sql("ALTER TABLE elsewhere RENAME TO audit")
    assert [("waiting",)] == called.rows("SELECT state FROM delivery WHERE department = 'renshe'")


def test_of_the_contracts_mask_and_the_grants_the_stricter_one_holds(called: HubInHand) -> None:
    def in_full(one: Grant) -> Grant:
        return replace(one, mask="") if one.field in ("incident.lon", "incident.lat") else one

    masked = pulled(called.hub)["data"]["incident"]
    with restarted(called, grants=grants(in_full)) as hub:
        assert masked == pulled(hub)["data"]["incident"]


def test_a_mask_that_was_skipped_is_a_bug_and_nothing_leaves(
    called: HubInHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = projecting.project

    def unmasked(view: Any, plan: Any, row: Any) -> Any:
        """As if a projection forgot its masks."""
        projected: Any = found(view, plan, row)
        values, *rest = projected._held
        values["incident"]["lon"] = view["incident"]["lon"]
        return type(projected)(values, *rest)

    monkeypatch.setattr("hub.run.exits.looking.project", unmasked)
    one, matter = stored(called)
    telling = called.hub.telling
    with pytest.raises(Bug) as bug, called.hub.store.write() as conn:
        telling.tell(conn, [Notice.of(one, matter)], through=Exit.HTTP_PULL, at=called.clock.now())
    assert ("A121", "/incident/lon") == (bug.value.code, bug.value.pointer)
    with door(called.hub) as client:
        assert {"whistles": []} == client.get("/departments/me/whistles").json()


def test_a_value_of_the_wrong_type_is_a_bug_and_nothing_leaves(called: HubInHand) -> None:
    one, matter = stored(called)
    said: dict[str, Any] = {"event_count": "three", "category": "测试甲"}
    wrong = replace(matter, **said)
    telling = called.hub.telling
    with pytest.raises(Bug) as bug, called.hub.store.write() as conn:
        telling.tell(conn, [Notice.of(one, wrong)], through=Exit.HTTP_PULL, at=called.clock.now())
    assert ("A121", "/incident/category") == (bug.value.code, bug.value.pointer)


def test_a_whistle_whose_contract_is_nowhere_waits_and_the_others_are_fetched(called: HubInHand) -> None:
    with called.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE whistle SET body = replace(body, 'renshe-v1', 'renshe-v0')")
    with door(called.hub) as client:
        assert {"whistles": []} == client.get("/departments/me/whistles").json()
    assert [("waiting",)] == called.rows("SELECT state FROM delivery WHERE department = 'renshe'")


def test_whistles_that_cannot_be_told_take_no_place_of_those_that_can(called: HubInHand) -> None:
    with called.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE whistle SET body = replace(body, 'renshe-v1', 'renshe-v0')")
    called.clock.pause(60)
    code = demo_pack().codes.code_for("hl-2024", "dispute.labour")
    assert code
    called.tell(replace(pipe(called, "A2", 5), category=Code("hl-2024", code)))
    called.settle()
    with door(called.hub) as client:
        for limit in (1, 2):
            assert 1 == len(client.get(f"/departments/me/whistles?limit={limit}").json()["whistles"])


def test_every_contract_of_the_demo_knows_the_form_of_every_field_that_it_asks_for() -> None:
    from hub.run.exits.wirefields import wire_fields
    from hub.schema import schemas

    for contract in demo_pack().contracts:
        asked = {
            one.field
            for one in contract.fields
            if one.purpose == "handle" and one.field.startswith(("incident.", "whistle."))
        }
        assert asked <= set(wire_fields(contract, schemas()))
