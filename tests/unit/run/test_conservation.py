"""Both sides of the account: a record that is neither in a fate nor on its way is named, with its source and hour."""

from collections.abc import Mapping

import pytest
from sqlalchemy import text

from hub.bus.kafka import KafkaBus, KafkaSettings
from hub.cli.doctor import sides_of
from hub.run.care import conservation
from hub.run.care.conservation import Side
from hub.run.care.doctor import Doctor
from tests.instruments import HubInHand
from tests.unit.run.sources import SOURCE, pipe


def told(hub: HubInHand, *sides: Side) -> dict[str, Mapping[str, object]]:
    """What the doctor says of the account: code → facts."""
    doctor = Doctor(hub.hub.pack, (), hub.clock.now(), sides)
    with hub.hub.store.read() as conn:
        found = doctor.findings(conn)
    return {one.code: one.facts for one in found if one.code in ("D102", "D141", "D142", "D143", "D144")}


def hours(hub: HubInHand) -> list[conservation.Hour]:
    """Each source and hour of the last day."""
    with hub.hub.store.read() as conn:
        since = hub.clock.now() - conservation.LOOKED_BACK
        return conservation.hours(conn, hub.hub.pack.sources, since)


def break_(hub: HubInHand, statement: str) -> None:
    """Somebody writes to the database past the hub."""
    with hub.hub.store.write() as conn:
        conn.execute(text(statement))


def test_each_source_and_hour_adds_up(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"), pipe(hub, "A1"), b"boom")
    hub.settle()
    hub.clock.pause(3600)
    hub.tell(pipe(hub, "A2", 1), source="police_grid")
    first, second = hours(hub)
    assert (SOURCE, 3, {"published": 1, "linked": 1, "held": 1, "dead": 0}, 0, 0) == (
        *(first.source, first.received, dict(first.fates), first.open, first.difference),
    )
    assert ("police_grid", 1, 1, 0) == (second.source, second.received, second.open, second.difference)
    assert 3600 == (second.begins_at - first.begins_at).total_seconds()
    assert {} == told(hub)


@pytest.mark.parametrize(
    "torn",
    [
        pytest.param("UPDATE record SET fate = NULL", id="settled, and without a fate"),
        pytest.param("UPDATE record SET stage = 0", id="with a fate, and not settled"),
        pytest.param("UPDATE record SET fate = 'lost'", id="a fate that there is none of"),
    ],
)
def test_a_record_between_two_states_is_named_with_its_source_and_hour(hub: HubInHand, torn: str) -> None:
    hub.tell(pipe(hub, "A1"), pipe(hub, "A2", 1))
    hub.settle()
    ((first,), *_) = hub.rows("SELECT id FROM record ORDER BY id")
    break_(hub, f"{torn} WHERE id = '{first}'")
    said = told(hub)["D141"]
    assert (SOURCE, 1, first) == (said["source"], said["count"], said["first"])
    assert str(said["hour"]).startswith("2026-03-10T09:00:00+08:00")


def test_a_record_that_is_gone_is_named_by_its_event(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    ((id_,),) = hub.rows("SELECT id FROM record")
    break_(hub, "DELETE FROM record")
    assert {"count": 1, "first": id_} == told(hub)["D142"]


def test_what_casework_has_still_to_read_is_counted_by_partition(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    intake = hub.hub.plain_intake(SOURCE, hub.adapter)
    held = intake.lease()
    assert held
    intake.digest(held)
    before = conservation.sides(hub.hub.store, hub.hub.bus, hub.hub.topics)
    assert [("casework", "grid.events", 1)] == [(s.group, s.topic, s.unread) for s in before if s.unread]
    hub.settle()
    after = conservation.sides(hub.hub.store, hub.hub.bus, hub.hub.topics)
    assert {0} == {side.unread for side in after}
    assert {"casework", "reports"} == {side.group for side in after}


def test_a_group_beyond_the_end_of_its_topic_and_one_far_behind_are_told(hub: HubInHand) -> None:
    said = told(hub, Side("casework", "grid.events", 0, -3), Side("reports", "grid.reports.zilai", 0, 20_000))
    assert {"D143": 3, "D144": 20_000} == {code: facts["count"] for code, facts in said.items()}


def test_a_bus_that_does_not_answer_is_a_finding_among_the_others(hub: HubInHand) -> None:
    away = KafkaBus(KafkaSettings("127.0.0.1:1", {}, patience_s=0.2))
    hub.hub.__dict__["bus"] = away
    sides, found = sides_of(hub.hub)
    assert ((), ["C105"]) == (sides, [one.code for one in found])
