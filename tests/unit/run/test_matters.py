"""What casework remembers of matters is what it would read of them, and never more than it is allowed to keep."""

from dataclasses import replace

from sqlalchemy import Connection

from hub.incident.sighting import Sighting
from hub.model import Event, IncidentId, Stage
from hub.run.exits.concern import concerns_of
from hub.run.ground.sealing import texts_of
from hub.run.ground.seen import Matter, Matters
from hub.run.matters.caseload import Caseload
from hub.run.matters.neighbourhood import SIGHTINGS
from hub.store import events, keys
from tests.instruments import HubInHand
from tests.unit.run.sources import pipe


def undecided(hub: HubInHand, conn: Connection) -> list[tuple[Event, Sighting]]:
    """What was told and waits for casework."""
    rows = conn.exec_driver_sql("SELECT id FROM event WHERE fate IS NULL ORDER BY received_us")
    return seen(hub, conn, [r.id for r in rows])


def take_in(hub: HubInHand) -> None:
    """Intake makes events of what was told."""
    intake = hub.hub.plain_intake("hotline_12345", hub.adapter)
    held = intake.lease()
    assert held is not None
    intake.digest(held)
    intake.leave()


def batch(hub: HubInHand, matters: Matters) -> None:
    """Decides, by what `matters` remembers, about everything that was told and not decided yet."""
    take_in(hub)
    with hub.hub.store.write() as conn:
        todo = undecided(hub, conn)
        load = caseload(hub, conn, matters, todo)
        for event, _ in todo:
            load.take(event)
        load.write()
        events.settle(conn, load.fates)
        moved = {one.incident.id: one for one in load.concerns() if one.incident.version > 1}
        stored = concerns_of(conn, [(one.incident, one.since) for one in moved.values()])
        assert list(moved.values()) == stored  # what the batch knows of them is what stands in the store
    matters.keep(load.matters())


def seen(hub: HubInHand, conn: Connection, ids: list[str]) -> list[tuple[Event, Sighting]]:
    """Stored events as link rules see them."""
    stored = list(events.load(conn, ids).values())
    texts = texts_of(hub.hub.vault, stored, keys.of(conn, [one.event.record_id for one in stored]))
    found: dict[str, Event] = {one.event.id: one.event for one in stored}
    return [(found[i], hub.hub.journey.sight(found[i], texts[i])) for i in ids]


def caseload(
    hub: HubInHand, conn: Connection, matters: Matters, todo: list[tuple[Event, Sighting]]
) -> Caseload:
    return Caseload(conn, hub.hub.journey, hub.hub.vault, matters, todo, hub.clock.now())


def around(hub: HubInHand, *workers: Matters) -> list[dict[str, Matter]]:
    """For each worker the matters around one more report, as it sees them by what it remembers."""
    hub.tell(pipe(hub, "PROBE"))
    take_in(hub)
    with hub.hub.store.write() as conn:
        todo = undecided(hub, conn)
        loads = [caseload(hub, conn, matters, todo) for matters in workers]
        return [{one.incident.id: one for one in load.matters()} for load in loads]


def test_what_a_worker_remembers_is_what_another_one_would_read(hub: HubInHand) -> None:
    mine = Matters()
    hub.tell(*(pipe(hub, f"A{n}") for n in range(SIGHTINGS - 2)))
    batch(hub, mine)
    hub.tell(
        *(pipe(hub, f"B{n}") for n in range(6)), replace(pipe(hub, "A1"), version="2", content="仍在漏水。")
    )
    batch(hub, mine)
    hub.tell(replace(pipe(hub, "A0"), version="2", stage=Stage.CANCELLED), pipe(hub, "C1"))
    batch(hub, mine)
    remembered, read = around(hub, mine, Matters())
    assert remembered.keys() == read.keys()
    for id_, one in read.items():
        assert one.incident == remembered[id_].incident
        assert one.candidate == remembered[id_].candidate
        assert one.reports == remembered[id_].reports
        assert one.blocks <= remembered[id_].blocks


def test_of_many_reports_the_first_and_the_newest_are_kept(hub: HubInHand) -> None:
    mine = Matters()
    for n in range(3):
        hub.tell(*(pipe(hub, f"A{n}-{m}") for m in range(SIGHTINGS)))
        batch(hub, mine)
    (one,) = around(hub, mine)[0].values()
    assert (3 * SIGHTINGS, SIGHTINGS) == (one.incident.event_count, len(one.candidate.sightings))
    assert "A0-0" == one.candidate.sightings[0].source_ref
    assert set(one.reports) == {each.event_key for each in one.candidate.sightings}


def test_a_matter_that_somebody_else_changed_is_read_again(hub: HubInHand) -> None:
    mine, other = Matters(), Matters()
    hub.tell(pipe(hub, "A1"))
    batch(hub, mine)
    hub.tell(pipe(hub, "A2"))
    batch(hub, other)
    (one,) = around(hub, mine)[0].values()
    assert 2 == one.incident.event_count
    assert ["A1", "A2"] == [each.source_ref for each in one.candidate.sightings]


def test_the_oldest_matters_are_forgotten_first(hub: HubInHand) -> None:
    mine = Matters()
    hub.tell(pipe(hub, "A1"))
    batch(hub, mine)
    (one,) = around(hub, mine)[0].values()
    few = Matters(most=2)
    others = [replace(one, incident=replace(one.incident, id=IncidentId(f"in_{n}"))) for n in range(3)]
    few.keep(others[:2])
    few.keep([others[0], others[2]])
    assert [True, False, True] == [few.get(f"in_{n}", one.incident.version) is not None for n in range(3)]
