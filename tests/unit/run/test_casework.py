"""Casework: one transaction a batch, whatever stops it; one bad event is held and its batch goes on."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from hub.bus import Consumer, Delivered, Message
from hub.bus.topics import EVENTS
from hub.errors import FixSettings
from hub.model import Stage
from hub.run.ground.ledger import Ledger
from hub.run.ground.seen import Reports
from hub.run.keys.keyrotation import rotate
from hub.run.matters.casework import GROUP, Casework
from hub.run.matters.dispatch import Dispatch
from hub.store import keys, outbox, records
from tests.instruments import HubInHand, Stated
from tests.unit.run.ledgers import is_whole
from tests.unit.run.matters import matter, on
from tests.unit.run.sources import SOURCE, pipe
from tests.unit.run.stops import beyond_moving, gone, stopped_at
from tests.unit.run.test_moving_on import tell


class Sleepy:
    """A member that sleeps between its poll and its work; what happens `meanwhile` is the test's."""

    def __init__(self, consumer: Consumer, meanwhile: Callable[[], object]) -> None:
        self._consumer, self._meanwhile = consumer, meanwhile

    def poll(self, limit: int, timeout_s: float) -> Sequence[Delivered]:
        """Polls, then sleeps once."""
        got = self._consumer.poll(limit, timeout_s)
        meanwhile, self._meanwhile = self._meanwhile, lambda: None
        meanwhile()
        return got

    def rewind(self) -> None:
        """As the member behind it."""
        self._consumer.rewind()

    def close(self) -> None:
        """As the member behind it."""
        self._consumer.close()


def sleepy(hub: HubInHand, meanwhile: Callable[[], object]) -> Casework:
    """A casework worker that sleeps over its first batch."""
    it = hub.hub
    consumer = it.bus.consumer(GROUP, [EVENTS], lambda group: outbox.positions(it.store, group))
    ledger = Ledger("sleepy/casework", it.store, key=it.keys.audit)
    return Casework(
        store=it.store,
        consumer=Sleepy(consumer, meanwhile),
        journey=it.journey,
        vault=it.vault,
        dispatch=Dispatch(
            journey=it.journey,
            moving=it.moving,
            ledger=ledger,
            latecomers=it.latecomers,
        ),
        latecomers=it.latecomers,
        evaluating=it.evaluating,
        reports=Reports(),
        clock=hub.clock,
        batch=500,
    )


def make_events(hub: HubInHand) -> None:
    """Intake alone: events lie on the bus, casework has not seen them."""
    intake = hub.hub.plain_intake(SOURCE, Stated())
    held = intake.lease()
    assert held is not None
    intake.digest(held)


def work(hub: HubInHand) -> int:
    """One step of a casework worker that was started just now."""
    worker = hub.hub.plain_casework()
    done = worker.step(0)
    worker.close()
    return done


def position(hub: HubInHand) -> int:
    """How far the group has come."""
    return max((next_ for _, next_ in outbox.positions(hub.hub.store, GROUP).items()), default=0)


def damage(hub: HubInHand, ref: str) -> None:
    """The sealed words of one report are no longer what was sealed."""
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql(
            "UPDATE event SET sealed = substr(sealed, 1, 60) "
            "WHERE key IN (SELECT key FROM alias WHERE ref = ?)",
            (ref,),
        )


# -- one bad event ---------------------------------------------------------------------------------------


def test_an_event_that_cannot_be_handled_is_held_and_its_batch_goes_on(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"), pipe(hub, "A2", 1), pipe(hub, "A3", 2))
    make_events(hub)
    damage(hub, "A2")
    assert 3 == work(hub)
    assert {"published": 2, "linked": 0, "held": 1, "dead": 0} == hub.account()["fates"]
    assert [("B102", "engineer")] == hub.rows("SELECT code, owner FROM record WHERE fate = 'held'")
    assert 0 == work(hub)


def test_a_held_event_goes_its_way_once_it_was_mended_and_put_back(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    make_events(hub)
    (sealed,) = hub.rows("SELECT sealed FROM event")
    damage(hub, "A1")
    work(hub)
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE event SET sealed = ?", (sealed[0],))
        assert 1 == records.replay(conn, records.with_code(conn, "B102", None))
    hub.settle()
    account = hub.account()
    assert {"published": 1, "linked": 0, "held": 0, "dead": 0} == account["fates"]
    assert (1, 1) == (account["events"], account["incidents"])


def test_putting_back_a_record_whose_matter_is_open_leaves_it_as_it_was(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE record SET fate = 'held', code = 'B102'")
        records.replay(conn, records.with_code(conn, "B102", None))
    hub.settle()
    assert {"published": 1, "linked": 0, "held": 0, "dead": 0} == hub.account()["fates"]
    assert 1 == hub.account()["incidents"]


def test_trouble_while_an_event_is_being_held_passes_nothing_over(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"), pipe(hub, "A2", 1))
    make_events(hub)
    worker = hub.hub.plain_casework()
    with stopped_at(hub, "INSERT ON consumer_offset"), pytest.raises(DBAPIError):
        worker.step(0)
    assert {"published": 0, "linked": 0, "held": 0, "dead": 0} == hub.account()["fates"]
    assert 2 == worker.step(0)
    worker.close()
    assert {"published": 2, "linked": 0, "held": 0, "dead": 0} == hub.account()["fates"]


def test_an_event_that_collides_by_itself_is_held_and_those_behind_it_go_on(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    with beyond_moving(hub, "zilai"):
        tell(hub, replace(pipe(hub, "A1"), version="2", stage=Stage.CANCELLED), pipe(hub, "A2", 1))
        tell(hub, pipe(hub, "A3", 2))
    assert {"published": 3, "linked": 0, "held": 1, "dead": 0} == hub.account()["fates"]
    assert [("B102", "engineer")] == hub.rows("SELECT code, owner FROM record WHERE fate = 'held'")
    with hub.hub.store.write() as conn:
        assert 1 == records.replay(conn, records.with_code(conn, "B102", None))
    hub.settle()
    assert {"published": 3, "linked": 1, "held": 0, "dead": 0} == hub.account()["fates"]
    assert ("zilai", "cancelled") in on(hub, matter(hub, "A1"))


def test_a_message_that_names_no_event_is_passed_over(hub: HubInHand) -> None:
    nonsense = ["no json", "[]", "{}", '{"subject": 7}', '{"subject": "ev_unknown"}']
    with hub.hub.store.write() as conn:
        hub.hub.outbox.append(conn, [Message(EVENTS, "k", one) for one in nonsense], hub.clock.now())
    hub.tell(pipe(hub, "A1"))
    make_events(hub)
    assert len(nonsense) + 1 == work(hub)
    assert 1 == hub.account()["fates"]["published"]


def test_an_event_whose_record_lost_its_key_still_finds_its_matter_without_its_words(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    make_events(hub)
    with hub.hub.store.write() as conn:
        keys.destroy(conn, [r[0] for r in hub.rows("SELECT id FROM record")])
    work(hub)
    assert 1 == hub.account()["fates"]["published"]


# -- who slept, and what comes twice ---------------------------------------------------------------------


def test_a_worker_that_slept_while_another_did_its_work_undoes_its_own_and_goes_on(
    hub: HubInHand, other: HubInHand
) -> None:
    hub.tell(pipe(hub, "A1"), pipe(hub, "A2", 1))
    make_events(hub)
    worker = sleepy(hub, meanwhile=lambda: work(other))
    assert 0 == worker.step(0)
    before = _everything(hub)
    assert 0 == worker.step(0)
    assert before == _everything(hub)
    hub.tell(pipe(hub, "A3", 2))
    make_events(hub)
    assert 1 == worker.step(0)
    worker.close()
    assert {"published": 3, "linked": 0, "held": 0, "dead": 0} == hub.account()["fates"]
    assert is_whole(hub)


def test_work_that_was_undone_is_done_again_with_the_same_result(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"), pipe(hub, "A2"), pipe(hub, "A3", 2))
    make_events(hub)
    worker = hub.hub.plain_casework()
    with gone(hub, "whistle"), pytest.raises(DBAPIError):
        worker.step(0)
    assert (0, 0) == (hub.account()["incidents"], position(hub))
    assert 3 == worker.step(0)
    worker.close()
    once = _everything(hub)
    assert [[], []] == [once["incident"][2:], once["held"]]
    assert is_whole(hub)


@pytest.mark.nasty("N68")
def test_an_event_that_comes_twice_changes_nothing_the_second_time(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    before = _everything(hub)
    (value, key) = hub.rows("SELECT value, key FROM message WHERE topic = 'grid.events'")[0]
    with hub.hub.store.write() as conn:
        hub.hub.outbox.append(conn, [Message(EVENTS, key, value)] * 2, hub.clock.now())
    assert 2 == work(hub)
    assert before == _everything(hub)


def test_a_key_that_a_newer_master_wraps_stops_the_worker_and_holds_nothing(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    make_events(hub)
    worker = hub.hub.plain_casework()
    keys_file = hub.hub.settings.keys_file
    before = keys_file.read_bytes()
    rotate(hub.hub.store, keys_file)
    keys_file.write_bytes(before)  # the new master was not brought to this machine
    hub.hub.vault._open.clear()  # as after ten thousand other keys
    with pytest.raises(FixSettings) as stopped:
        worker.step(0)
    worker.close()
    assert "A102" == stopped.value.code
    assert {"published": 0, "linked": 0, "held": 0, "dead": 0} == hub.account()["fates"]


def _everything(hub: HubInHand) -> dict[str, list[tuple[object, ...]]]:
    """What casework makes, by what must not be there twice."""
    return {
        "incident": [tuple(r) for r in hub.rows("SELECT id, state, version FROM incident ORDER BY id")],
        "link": [tuple(r) for r in hub.rows("SELECT event_key, seq, incident_id FROM link ORDER BY 1, 2")],
        "whistle": [
            tuple(r) for r in hub.rows("SELECT id, incident_id, department FROM whistle ORDER BY id")
        ],
        "held": [tuple(r) for r in hub.rows("SELECT id FROM record WHERE fate = 'held'")],
        "sent": [
            tuple(r)
            for r in hub.rows(
                "SELECT topic, value FROM message WHERE topic LIKE 'grid.whistles.%' ORDER BY 2"
            )
        ],
    }
