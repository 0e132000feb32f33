"""A source that sends more than the hub takes has to wait: visibly, in its own protocol, and nothing is lost."""

from datetime import timedelta

import pytest
from pydantic import BaseModel

from hub.plugin import AdapterEntry, PeerReply
from hub.run.care.doctor import Doctor
from hub.run.ground.pressure import LATER_S, Pressure
from hub.run.sources.source import SourceWorker
from tests.instruments import HubInHand
from tests.unit.run.sources import SOURCE, Feed, in_json, pipe
from tests.unit.run.test_gateway import Pushing, door_of, push

LIMIT = 4


class Ticks:
    """A stopwatch in a test's hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now_s


@pytest.fixture
def ticks() -> Ticks:
    """It stands."""
    return Ticks()


@pytest.fixture
def pressure(hub: HubInHand, ticks: Ticks) -> Pressure:
    """That of one process."""
    return Pressure(hub.hub.store, limit=LIMIT, ticks=ticks)


def told(hub: HubInHand) -> list[object]:
    """How many wait, as the doctor says it of each pressed source."""
    with hub.hub.store.read() as conn:
        found = Doctor(hub.hub.pack, (), hub.clock.now()).findings(conn)
    return [one.facts["count"] for one in found if one.code == "D145"]


def test_at_the_limit_a_source_is_pressed_and_at_half_of_it_no_more(
    hub: HubInHand, pressure: Pressure, ticks: Ticks
) -> None:
    hub.tell(*(pipe(hub, f"A{n}", n) for n in range(LIMIT)))
    assert (True, [LIMIT]) == (pressure.is_on(SOURCE), told(hub))
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql(
            "UPDATE record SET stage = 2, fate = 'held' WHERE id = (SELECT min(id) FROM record)"
        )
    ticks.now_s += 1
    assert (True, [LIMIT - 1]) == (pressure.is_on(SOURCE), told(hub))
    hub.settle()
    assert pressure.is_on(SOURCE)  # it was looked at just now
    ticks.now_s += 1
    assert (False, []) == (pressure.is_on(SOURCE), told(hub))


def test_every_process_knows_it_and_other_sources_do_not_wait(
    hub: HubInHand, pressure: Pressure, ticks: Ticks
) -> None:
    hub.tell(*(pipe(hub, f"A{n}", n) for n in range(LIMIT)))
    assert pressure.is_on(SOURCE)
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql(
            "UPDATE record SET stage = 2, fate = 'held' WHERE id = (SELECT min(id) FROM record)"
        )
    assert Pressure(hub.hub.store, limit=LIMIT, ticks=ticks).is_on(SOURCE)
    assert not pressure.is_on("urban_management")


def test_what_a_process_takes_between_two_looks_counts(hub: HubInHand, pressure: Pressure) -> None:
    door = door_of(hub, Pushing(hub, once=False), pressure)
    answers = [door.receive(SOURCE, push(hub, pipe(hub, f"A{n}", n))) for n in range(LIMIT + 2)]
    assert [200] * LIMIT + [503] * 2 == [one.status for one in answers]
    assert [(LIMIT,)] == hub.rows("SELECT count(*) FROM record")


def test_a_push_that_has_to_wait_is_told_when_and_taken_when_the_very_same_comes_again(
    hub: HubInHand, pressure: Pressure, ticks: Ticks
) -> None:
    door = door_of(hub, Pushing(hub), pressure)
    hub.tell(*(pipe(hub, f"A{n}", n) for n in range(LIMIT)))
    request = push(hub, pipe(hub, "B"))
    assert PeerReply(503, headers={"retry-after": str(LATER_S)}) == door.receive(SOURCE, request)
    hub.settle()
    ticks.now_s += 1
    assert 200 == door.receive(SOURCE, request).status


def test_pages_wait_at_their_source_while_what_has_come_is_worked_on(
    hub: HubInHand, pressure: Pressure, ticks: Ticks
) -> None:
    feed = Feed(*(in_json(*(pipe(hub, f"A{p}-{n}", 3 * p + n) for n in range(3))) for p in range(3)))
    entry = AdapterEntry(name="in_hand", title="测试来源", config=BaseModel, make=lambda *_: feed)
    intake = hub.hub.plain_intake(SOURCE, feed)
    worker = SourceWorker(
        intake, entry=entry, store=hub.hub.store, pressure=pressure, clock=hub.clock, poll_s=1
    )
    for _ in range(9):
        worker.step()
        ticks.now_s += 1
    assert [(6, 6)] == hub.rows("SELECT count(*), count(CASE WHEN stage = 1 THEN 1 END) FROM record")
    hub.settle()
    hub.clock.pause(timedelta(seconds=1).total_seconds())
    ticks.now_s += 1
    worker.step()
    assert [(9,)] == hub.rows("SELECT count(*) FROM record")
