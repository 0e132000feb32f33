"""What two workers do at the same moment on a real PostgreSQL: the slower one sees what the faster one has done."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.access.keyring import load_keys
from hub.access.vault import Vault
from hub.bus.message import Fenced
from hub.errors import Refused
from hub.model import Code, Draft, IncidentId, Move, Role, Urgency
from hub.run.ground.ledger import Ledger
from hub.run.keys import blindrotation
from hub.run.matters.deciding import Deciding
from hub.run.matters.relinking import Relinking
from hub.run.matters.reporting import Sent
from hub.store import answers, choices, deliveries, whistles
from hub.store import incidents as matters
from hub.store.answers import NewAnswer
from hub.store.deliveries import NewDelivery
from tests.conftest import Servers
from tests.connected.patience import until
from tests.connected.test_postgresql import is_waiting_or_done, pipe
from tests.instruments import HubInHand, before, person
from tests.unit.run.matters import DONE, announced, incidents, matter, on, report
from tests.unit.run.sources import SOURCE
from tests.unit.run.test_handling import announced as notice
from tests.unit.run.test_handling import elsewhere, stands, water
from tests.unit.run.test_matters import take_in

pytestmark = pytest.mark.connected


@pytest.fixture
def hub(real_servers: Servers, tmp_path: Path) -> Iterator[HubInHand]:
    """A hub with PostgreSQL and the embedded bus, whose one matter has called its departments."""
    made = HubInHand(tmp_path, store=real_servers.fresh()[0])
    made.tell(pipe(made, "A1"))
    made.settle()
    yield made
    made.close()


def at_once(
    hub: HubInHand, first: Callable[[Connection], object], second: Callable[[Connection], object]
) -> None:
    """`second` begins once `first` is done and not yet committed; raises what `second` raises."""

    def follow() -> None:
        with hub.hub.store.write() as conn:
            second(conn)

    with ThreadPoolExecutor() as pool:
        with hub.hub.store.write() as conn:
            first(conn)
            following = pool.submit(follow)
            until(lambda: is_waiting_or_done(hub.hub.store, following), "the other gets there")
        following.result(timeout=20)


def in_a_transaction(hub: HubInHand, act: Callable[[Connection], object]) -> None:
    """Does it, and commits."""
    with hub.hub.store.write() as conn:
        act(conn)


def number_waiting(hub: HubInHand) -> int:
    """How many wait for somebody else's lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return int(hub.rows(query)[0][0])


def take(hub: HubInHand, department: str, **said: Any) -> Callable[[Connection], object]:
    """A report of `department` on its whistle."""
    ((id_,),) = hub.rows(f"SELECT id FROM whistle WHERE department = '{department}'")  # noqa: S608 a test's own word
    ledger = Ledger(f"{department}/{said['nonce']}", hub.hub.store, key=hub.hub.keys.audit)

    def taken(conn: Connection) -> None:
        (end,) = hub.hub.reporting.take_all(conn, [Sent(department, id_, said)], ledger, hub.clock.now())
        if isinstance(end, Refused):
            raise end

    return taken


def test_two_leads_that_finish_at_the_same_moment_close_their_matter(hub: HubInHand) -> None:
    leads = ("zilai", "shizheng")
    with hub.hub.store.write() as conn:
        known = whistles.load(conn, [r[0] for r in hub.rows("SELECT id FROM whistle")]).values()
        led = [one for one in known if one.department in leads]
        whistles.change(
            conn,
            [(replace(one, role=Role.LEAD, version=one.version + 1), one.version) for one in led],
            hub.clock.now(),
        )
    for one in leads:
        report(hub, one, "sign", "contact", "arrive")
    first, second = (take(hub, one, nonce="done", move="result", form=DONE) for one in leads)
    at_once(hub, first, second)
    assert [(1, "open"), (2, "closed")] == announced(hub, incidents(hub)[0])


@pytest.mark.parametrize("result_first", [True, False], ids=["the result first", "the route first"])
def test_a_lead_that_finishes_while_the_other_is_called_off_closes_their_matter(
    hub: HubInHand, result_first: bool
) -> None:
    """The matter turns out to be what it first was: the lead that was called meanwhile goes."""
    report(hub, "zilai", "sign", "arrive")
    hub.clock.pause(60)
    hub.tell(replace(pipe(hub, "A1"), category=Code("hl-2024", "010202"), version="2"))
    hub.settle()
    assert {("zilai", "reported_in"), ("shizheng", "blown")} <= on(hub, incidents(hub)[0])
    result = take(hub, "zilai", nonce="done", move="result", form=DONE)
    route = decided(hub, replace(pipe(hub, "A1"), version="3"))
    at_once(hub, *((result, route) if result_first else (route, result)))
    assert ["closed"] == [state for _, state in announced(hub, incidents(hub)[0]) if state != "open"]
    assert {("zilai", "result"), ("shizheng", "cancelled")} <= on(hub, incidents(hub)[0])


@pytest.mark.parametrize("is_known", [True, False])
def test_a_plugin_that_is_turned_off_while_another_version_is_chosen_is_both(
    hub: HubInHand, is_known: bool
) -> None:
    now = hub.clock.now()
    if is_known:
        in_a_transaction(hub, lambda conn: choices.use(conn, "gridplus-lamps", "1.0", now))
    at_once(
        hub,
        lambda conn: choices.turn(conn, "gridplus-lamps", now, is_on=False),
        lambda conn: choices.use(conn, "gridplus-lamps", "2.0", now),
    )
    with hub.hub.store.read() as conn:
        stands_now = choices.all_(conn)["gridplus-lamps"]
    assert ("2.0", False) == (stands_now.version, stands_now.is_on)


@pytest.mark.parametrize("end_first", [True, False], ids=["the end first", "the report first"])
def test_an_emergency_that_comes_while_what_was_announced_ends_is_called_for(
    hub: HubInHand, end_first: bool
) -> None:
    elsewhere(hub, notice(hub, hours=1))
    begun = hub.clock.now()
    hub.clock.pause(3600)
    critical = water(hub, "W1", urgency=Urgency.CRITICAL, occurred_at=begun, reported_at=begun)
    hub.tell(critical)
    take_in(hub)
    ((id_,),) = hub.rows("SELECT id FROM event WHERE fate IS NULL")
    casework, moves, now = hub.hub.plain_casework(), hub.hub.plain_clockwork()._moves, hub.clock.now()
    announcement = IncidentId(matter(hub, "N1"))

    def report_(conn: Connection) -> None:
        casework._handle(conn, [id_])

    def end(conn: Connection) -> None:
        moves.close_announced(conn, announcement, now)

    try:
        at_once(hub, *((end, report_) if end_first else (report_, end)))
    except Fenced:
        in_a_transaction(hub, report_)
    called = {r[0] for r in hub.rows("SELECT incident_id FROM whistle")}
    assert matter(hub, "W1") in called
    assert "open" == stands(hub, matter(hub, "W1"))["state"]


def decided(hub: HubInHand, draft: Draft) -> Callable[[Connection], object]:
    """What casework makes of a report that intake has taken in."""
    hub.tell(draft)
    take_in(hub)
    ((id_,),) = hub.rows("SELECT id FROM event WHERE fate IS NULL")
    return lambda conn: hub.hub.plain_casework()._handle(conn, [id_])


def centre(hub: HubInHand, department: str, move: Move) -> Callable[[Connection], object]:
    """What a person at the centre decides about the return of `department`."""
    ((id_,),) = hub.rows(f"SELECT id FROM whistle WHERE department = '{department}'")  # noqa: S608 a test's own word
    dispatch, at = hub.hub.dispatch("centre"), hub.clock.now()
    return lambda conn: Deciding(conn, dispatch, hub.hub.pack, by="centre", at=at).decide(id_, move, "")


def test_of_a_decision_and_a_return_taken_back_at_the_same_moment_one_holds_and_the_other_is_refused(
    hub: HubInHand,
) -> None:
    report(hub, "zilai", "sign", "return")
    with pytest.raises(Refused, match="W101"):
        at_once(hub, centre(hub, "zilai", Move.UPHOLD), take(hub, "zilai", nonce="back", move="sign"))
    assert ("zilai", "reassigned") in on(hub, incidents(hub)[0])


def test_of_two_who_decide_at_the_same_moment_one_is_refused(hub: HubInHand) -> None:
    report(hub, "zilai", "sign", "return")
    with pytest.raises(Refused, match="W101"):
        at_once(hub, centre(hub, "zilai", Move.DISMISS), centre(hub, "zilai", Move.UPHOLD))
    assert ("zilai", "blown") in on(hub, incidents(hub)[0])
    assert [("dismiss",)] == hub.rows("SELECT move FROM step ORDER BY version DESC LIMIT 1")


def test_who_decides_while_the_matter_is_merged_decides_about_the_matter_that_stays(hub: HubInHand) -> None:
    hub.tell(replace(pipe(hub, "B1", 1), category=Code("sj-2026", "SJ0201")))
    hub.settle()
    gone, kept = incidents(hub)
    report(hub, "zilai", "sign", "return")
    ((id_,),) = hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")
    dispatch, at = hub.hub.dispatch("desk"), hub.clock.now()
    with ThreadPoolExecutor() as pool:
        with hub.hub.store.write() as conn:
            Relinking(conn, dispatch, by="desk", at=at).merge(gone, kept)
            uphold = partial(hub.hub.at_centre.decide, id_, Move.UPHOLD, "NOT_OURS", seen=None, by="centre")
            deciding = pool.submit(uphold)
            until(lambda: is_waiting_or_done(hub.hub.store, deciding), "the other gets there")
        assert kept == deciding.result(timeout=20).incident_id


def test_matters_that_are_changed_in_another_order_do_not_wait_for_each_other(hub: HubInHand) -> None:
    """One worker changes both while another one has them locked by id: neither is broken off."""
    hub.tell(pipe(hub, "B1", 1))
    hub.settle()
    low, high = sorted(incidents(hub))
    with hub.hub.store.read() as conn:
        stored = matters.load(conn, [low, high])
    changed = [replace(stored[id_], version=stored[id_].version + 1) for id_ in (high, low)]
    acts = (
        lambda conn: matters.change(conn, changed, hub.clock.now()),
        lambda conn: matters.lock_rows(conn, [low, high]),
    )
    with ThreadPoolExecutor() as pool:
        with hub.hub.store.write() as conn:
            matters.lock_rows(conn, [high])
            waiting = []
            for act in acts:
                waiting.append(pool.submit(in_a_transaction, hub, act))
                until(lambda: number_waiting(hub) == len(waiting), "it waits")
        for one in waiting:
            one.result(timeout=20)


def test_a_report_that_comes_twice_at_the_same_moment_is_taken_once(hub: HubInHand) -> None:
    one = take(hub, "zilai", nonce="1", move="sign")
    at_once(hub, one, one)
    assert [(1,)] == hub.rows("SELECT count(*) FROM report")


def test_of_two_moves_under_one_number_at_the_same_moment_the_later_is_refused(hub: HubInHand) -> None:
    sign = take(hub, "zilai", nonce="1", move="sign")
    contact = take(hub, "zilai", nonce="1", move="contact")
    with pytest.raises(Refused) as refused:
        at_once(hub, sign, contact)
    assert "W108" == refused.value.code


def test_deliveries_that_two_workers_queue_at_the_same_moment_have_each_their_own_place(
    hub: HubInHand,
) -> None:
    first, second = (
        lambda conn, n=n: deliveries.queue(
            conn,
            [
                NewDelivery(message_id=f"{n}-{k}", whistle_id="w", department="jiaoyu", channel="pull")
                for k in "ab"
            ],
            hub.clock.now(),
        )
        for n in (1, 2)
    )
    at_once(hub, first, second)
    rows = hub.rows("SELECT message_id FROM delivery WHERE department = 'jiaoyu' ORDER BY seq")
    assert ["1-a", "1-b", "2-a", "2-b"] == [r[0] for r in rows]
    assert [(4,)] == hub.rows("SELECT count(DISTINCT seq) FROM delivery WHERE department = 'jiaoyu'")


def test_answers_that_two_workers_queue_at_the_same_moment_have_each_their_own_place(hub: HubInHand) -> None:
    first, second = (
        lambda conn, n=n: answers.add(
            conn,
            [NewAnswer(id=f"{n}-{k}", source="s", event_key="e", body="{}", state="waiting") for k in "ab"],
            hub.clock.now(),
        )
        for n in (1, 2)
    )
    at_once(hub, first, second)
    assert ["1-a", "1-b", "2-a", "2-b"] == [
        r[0] for r in hub.rows("SELECT id FROM answer WHERE source = 's' ORDER BY seq")
    ]
    assert [(4,)] == hub.rows("SELECT count(DISTINCT seq) FROM answer WHERE source = 's'")


def test_departments_that_are_told_in_another_order_do_not_wait_for_each_other(hub: HubInHand) -> None:
    """Both workers queue for both departments, each in its own order: neither is broken off."""

    def queue(n: int, *departments: str) -> Callable[[Connection], None]:
        return lambda conn: deliveries.queue(
            conn,
            [
                NewDelivery(message_id=f"{n}-{one}", whistle_id="w", department=one, channel="pull")
                for one in departments
            ],
            hub.clock.now(),
        )

    at_once(hub, queue(1, "jiaoyu", "sifa"), queue(2, "sifa", "jiaoyu"))
    assert [(4,)] == hub.rows("SELECT count(*) FROM delivery WHERE department IN ('jiaoyu', 'sifa')")


def test_whom_a_worker_indexes_in_a_transaction_that_stalls_through_a_rotation_is_indexed_anew(
    hub: HubInHand,
) -> None:
    """The person is not seen by others before the commit, however long that takes."""
    file = hub.hub.settings.keys_file
    hub.tell(replace(pipe(hub, "A2"), requester=person(1)))
    worker = hub.hub.plain_intake(SOURCE, hub.adapter)
    held = worker.lease()
    assert held is not None
    with ThreadPoolExecutor() as pool:
        rotating: list[Future[object]] = []

        def stall() -> None:
            blindrotation.begin(file)
            rotating.append(pool.submit(blindrotation.finish, hub.hub.store, file, hub.hub.pack))
            until(lambda: is_waiting_or_done(hub.hub.store, rotating[0]), "the rotation gets there")

        before(hub.hub.store, "UPDATE record", stall)
        worker.digest(held)
        rotating[0].result(timeout=20)
    index = Vault(load_keys(file)).blind("phone", person(1).phone)
    assert [(index,)] == hub.rows("SELECT phone_index FROM resident")
