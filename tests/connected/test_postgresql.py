"""What only a real PostgreSQL can show: transactions that overlap, values that it refuses."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from hub.access.chain import Fault
from hub.bus import Message
from hub.bus.embedded import EmbeddedBus
from hub.model import Alias, Draft, EventText
from hub.run.exits.auditing import Break, Whole, examine
from hub.run.ground.ledger import Ledger
from hub.run.ground.seen import Matters
from hub.run.matters.caseload import Caseload
from hub.store import connections, events, leases
from hub.store.engine import Store, is_unavailable
from tests.conftest import Servers
from tests.connected.patience import until
from tests.instruments import MORNING, HubInHand, at, person, stated
from tests.unit.bus.exchange import Exchange, collect, values
from tests.unit.run.test_ledger import write

pytestmark = pytest.mark.connected


@pytest.fixture
def store(real_servers: Servers) -> Iterator[Store]:
    """An empty hub's database."""
    made = Store(real_servers.fresh()[0])
    yield made
    made.close()


@pytest.fixture
def hub(real_servers: Servers, tmp_path: Path) -> Iterator[HubInHand]:
    """A hub with PostgreSQL and the embedded bus."""
    made = HubInHand(tmp_path, store=real_servers.fresh()[0])
    yield made
    made.close()


def is_waiting_or_done(store: Store, work: Future[Any]) -> bool:
    """Whether someone waits for a lock of this database, or `work` has not waited and is through."""
    with store.read() as conn:  # a transaction a look: within one, the view does not change
        waiting = conn.exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).scalar_one()
    return bool(waiting) or work.done()


def test_no_message_is_skipped_when_the_later_number_is_committed_first(store: Store) -> None:
    """On the embedded bus a position is a number of the sequence: numbers must be seen in their order."""
    exchange = Exchange(store, EmbeddedBus(store))
    consumer = exchange.consumer()

    def overtake() -> None:
        with store.write() as conn:
            exchange.outbox.append(conn, [Message("grid.events", "k", "later")], MORNING)

    with ThreadPoolExecutor() as pool:
        with store.write() as conn:
            exchange.outbox.append(conn, [Message("grid.events", "k", "earlier")], MORNING)
            overtaking = pool.submit(overtake)
            until(lambda: is_waiting_or_done(store, overtaking), "the other transaction gets there")
            got = list(consumer.poll(10, 0))
            exchange.handle(got)
        overtaking.result(timeout=20)
    got += collect(consumer, 2 - len(got))
    assert ["earlier", "later"] == values(got)


def test_nobody_takes_a_lease_over_while_its_holder_commits(store: Store) -> None:
    length = timedelta(seconds=15)
    held = leases.take(store, "relay", "a", MORNING, length)
    assert held is not None

    def take_over() -> None:
        leases.take(store, "relay", "b", MORNING + 2 * length, length)

    with ThreadPoolExecutor() as pool:
        with store.write() as conn:
            leases.hold(conn, held)
            taking = pool.submit(take_over)
            until(lambda: is_waiting_or_done(store, taking), "the other gets there")
            assert not taking.done()
        taking.result(timeout=20)


def cut(store: Store, other: Store) -> None:
    """The server ends every connection of `store`, as it does when it restarts."""
    with store.look() as conn:
        conn.exec_driver_sql("SELECT 1")
    with other.look() as conn:
        conn.exec_driver_sql(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def test_a_connection_that_was_cut_under_work_is_an_outage_once(store: Store) -> None:
    other = Store(store.url)
    cut(store, other)
    with pytest.raises(DBAPIError) as gone, store.look() as conn:
        conn.exec_driver_sql("SELECT 1")
    assert is_unavailable(gone.value)
    with store.write() as conn:
        assert 1 == conn.exec_driver_sql("SELECT 1").scalar_one()
    other.close()


def test_a_connection_that_was_cut_at_rest_is_noticed_by_nobody(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "RESTED_S", 0.0)
    other = Store(store.url)
    cut(store, other)
    with store.look() as conn:
        assert 1 == conn.exec_driver_sql("SELECT 1").scalar_one()
    other.close()


def test_a_number_as_long_as_the_schema_allows_is_stored(hub: HubInHand) -> None:
    draft = replace(pipe(hub, "7" * 200), version="8" * 200, aliases=(Alias("platform", "9" * 200),))
    hub.tell(draft)
    hub.settle()
    assert 1 == hub.account()["fates"]["published"]


def test_a_value_that_the_database_refuses_holds_its_record_and_no_other(hub: HubInHand) -> None:
    refused = pipe(hub, "A\x00B")  # PostgreSQL keeps no zero character
    hub.tell(pipe(hub, "A1"), refused, pipe(hub, "A2"))
    hub.settle()
    fates = hub.account()["fates"]
    assert (2, 1) == (fates["published"] + fates["linked"], fates["held"])
    assert [("B102", "engineer")] == hub.rows("SELECT code, owner FROM record WHERE fate = 'held'")


@pytest.mark.nasty("N06", "N10")
@pytest.mark.parametrize(
    ("first_says", "second_says"),
    [
        pytest.param(
            {"aliases": (Alias("platform", "PT1"),)},
            {"aliases": (Alias("platform", "PT1"),)},
            id="one number elsewhere",
        ),
        pytest.param({}, {"same_as": ("HL1",)}, id="the second names the first"),
        pytest.param({"same_as": ("HL2",)}, {}, id="the first names the second"),
        pytest.param({"same_as": ("HL9",)}, {"same_as": ("HL9",)}, id="both name a third"),
    ],
)
def test_reports_of_one_number_in_two_subdistricts_that_two_workers_hold_are_one_matter(
    hub: HubInHand, first_says: dict[str, Any], second_says: dict[str, Any]
) -> None:
    hub.tell(replace(pipe(hub, "HL1"), **first_says))
    hub.tell(replace(pipe(hub, "HL2", 3), **second_says))
    intake = hub.hub.plain_intake("hotline_12345", hub.adapter)
    held = intake.lease()
    assert held is not None
    intake.digest(held)
    one, other = (r[0] for r in hub.rows("SELECT id FROM event ORDER BY received_us, id"))
    places = {r[0] for r in hub.rows("SELECT body::json->'place'->>'subdistrict_id' FROM event")}
    assert 2 == len(places)
    with ThreadPoolExecutor() as pool:
        with hub.hub.store.write() as conn:
            first = decided(hub, conn, one)
            second = pool.submit(worker, hub, other)
            until(lambda: is_waiting_or_done(hub.hub.store, second), "the other worker gets there")
        note = second.result(timeout=20)
    assert ("opened", "joined") == (first, note)


def decided(hub: HubInHand, conn: Connection, event: str) -> str:
    """How casework decides about one event, within the transaction of `conn`."""
    stored = events.load(conn, [event])[event]
    journey = hub.hub.journey
    todo = [(stored.event, journey.sight(stored.event, EventText()))]
    load = Caseload(conn, journey, hub.hub.vault, Matters(), todo, hub.clock.now())
    load.take(stored.event)
    load.write()
    return load.fates[stored.event.id][1]


def worker(hub: HubInHand, event: str) -> str:
    """The same in a transaction of its own."""
    with hub.hub.store.write() as conn:
        return decided(hub, conn, event)


def pipe(hub: HubInHand, ref: str, n: int = 0) -> Draft:
    """A burst pipe at a standard address; another `n` is far away."""
    address = hub.hub.pack.geography.addresses[1000 + 997 * n]
    return stated(ref, position=at(address.lon, address.lat))


def test_the_audit_is_whole_while_workers_write_it_and_a_cut_end_is_found(hub: HubInHand) -> None:
    hub.tell(stated("A1", position=at(*_spot(hub))))
    hub.settle()
    key = hub.hub.keys.audit
    ledger = Ledger("w", hub.hub.store, key=key)

    def go_on() -> None:
        for n in range(60):
            write(hub, ledger, f"w{n}")

    with ThreadPoolExecutor() as pool:
        writing = pool.submit(go_on)
        while not writing.done():
            with hub.hub.store.read() as conn:
                assert isinstance(examine(conn, key), Whole)
        writing.result()
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("DELETE FROM audit WHERE chain = 'w' AND seq = 60")
    with hub.hub.store.read() as conn:
        assert Break("w", 59, Fault.OTHER_HEAD) == examine(conn, key)


def test_what_is_past_retention_is_let_go_and_what_an_open_whistle_needs_is_kept(hub: HubInHand) -> None:
    people = (replace(stated(f"A{n}", position=at(*_spot(hub))), requester=person(n)) for n in range(3))
    hub.tell(*people)
    hub.settle()
    ((id_,),) = hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")
    hub.hub.reporting.take("zilai", id_, {"nonce": "1", "move": "sign", "note": "x"}, hub.clock.now())
    hub.clock.pause(timedelta(days=366).total_seconds())
    clockwork = hub.hub.plain_clockwork()
    clockwork.step()
    sealed = "SELECT count(*) FROM {} WHERE length(sealed) > 0"
    tables = ("event", "resident", "report")  # what was sent goes with its month: test_months.py
    assert [3, 3, 1] == [hub.rows(sealed.format(table))[0][0] for table in tables]
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE whistle SET state = 'cancelled'")
        conn.exec_driver_sql("UPDATE incident SET state = 'closed'")
    hub.clock.pause(3601)
    clockwork.step()
    assert [0, 0, 0] == [hub.rows(sealed.format(table))[0][0] for table in tables]
    assert [(0,)] == hub.rows("SELECT count(*) FROM data_key")


def _spot(hub: HubInHand) -> tuple[float, float]:
    address = hub.hub.pack.geography.addresses[1000]
    return address.lon, address.lat
