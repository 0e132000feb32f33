"""The relay carries the outbox over, and calls webhooks in order, signed, again after a rest; one relay leads."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from hub.bus import Bus, Message
from hub.bus.embedded import EmbeddedBus
from hub.bus.message import Fenced
from hub.errors import TryLater
from hub.run.relay import Hook, Relay, sign
from hub.store import outbox, whistles
from hub.store.engine import Store
from hub.store.outbox import Outbox
from tests.instruments import HubInHand
from tests.unit.run.stops import stopped_at

HOOKS = {
    "gongdian": Hook("https://gongdian.example/hook", "k1"),
    "ranqi": Hook("https://ranqi.example/hook", "k2"),
}


class Departments:
    """What answers at the other end: `taken` is what it took, `down` who does not answer now."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.requests: list[httpx.Request] = []
        self.down: dict[str, Callable[[], httpx.Response]] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One call of a webhook."""
        self.requests.append(request)
        department = request.url.host.split(".")[0]
        if department in self.down:
            return self.down[department]()
        self.taken.append((department, request.content.decode()))
        return httpx.Response(202)


class Shelf(EmbeddedBus):
    """A bus that must be carried to, as Kafka is: `lies` has what was carried."""

    outbox_is_log = False

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.lies: list[str] = []
        self.when_carried: Callable[[], None] = lambda: None

    def publish(self, messages: Sequence[tuple[Message, int]]) -> None:
        """Takes them all, or raises what the test wants."""
        self.when_carried()
        self.lies += [message.value for message, _ in messages]


def say(hub: HubInHand, *values: str) -> None:
    """Messages of one transaction, in the outbox."""
    box = Outbox({}, is_log=False)
    with hub.hub.store.write() as conn:
        box.append(conn, [Message("grid.events", "k", value) for value in values], hub.clock.now())


def waiting(hub: HubInHand) -> int:
    """How many messages the bus does not have yet."""
    with hub.hub.store.read() as conn:
        return outbox.waiting(conn)


def refuses() -> httpx.Response:
    """A department whose server is ill."""
    return httpx.Response(500)


def hangs() -> httpx.Response:
    """A department whose server does not answer."""
    raise httpx.ReadTimeout("")


@pytest.fixture
def departments() -> Departments:
    """All of them answer."""
    return Departments()


def relay_of(
    hub: HubInHand, departments: Departments, worker: str = "relay-1", bus: Bus | None = None
) -> Relay:
    """A relay that reaches these departments."""
    return Relay(
        store=hub.hub.store,
        bus=bus or hub.hub.bus,
        hooks=HOOKS,
        http=httpx.Client(transport=httpx.MockTransport(departments)),
        clock=hub.clock,
        worker=worker,
        lease_s=15.0,
        batch=500,
    )


def queue(hub: HubInHand, department: str, *messages: str) -> None:
    """Whistles on their way to a department's webhook, in this order."""
    new = [
        whistles.NewDelivery(
            message_id=f"wh_{one}",
            whistle_id=f"wh_{one}",
            department=department,
            channel="webhook",
            message=one,
        )
        for one in messages
    ]
    with hub.hub.store.write() as conn:
        whistles.queue(conn, new, hub.clock.now())


def states(hub: HubInHand) -> dict[str, tuple[str, int]]:
    """Message → (state, attempts)."""
    return {m: (s, n) for m, s, n in hub.rows("SELECT message, state, attempts FROM delivery")}


# -- the outbox ------------------------------------------------------------------------------------------


def test_what_the_outbox_holds_is_carried_once_and_in_order(hub: HubInHand, departments: Departments) -> None:
    shelf = Shelf(hub.hub.store)
    relay = relay_of(hub, departments, bus=shelf)
    say(hub, "1", "2")
    say(hub, "3")
    assert [3, 0] == [relay.step(), relay.step()]
    assert (["1", "2", "3"], 0) == (shelf.lies, waiting(hub))


def test_while_the_bus_is_away_the_outbox_keeps_everything(hub: HubInHand, departments: Departments) -> None:
    def away() -> None:
        raise TryLater("C105")

    shelf = Shelf(hub.hub.store)
    relay = relay_of(hub, departments, bus=shelf)
    shelf.when_carried = away
    say(hub, "1")
    with pytest.raises(TryLater):
        relay.step()
    say(hub, "2")
    assert ([], 2) == (shelf.lies, waiting(hub))
    shelf.when_carried = lambda: None
    relay.step()
    assert (["1", "2"], 0) == (shelf.lies, waiting(hub))


def test_a_leader_that_died_before_it_marked_is_followed_by_a_repeat_and_never_by_a_gap(
    hub: HubInHand, departments: Departments
) -> None:
    shelf = Shelf(hub.hub.store)
    say(hub, "1", "2")
    with stopped_at(hub, "UPDATE ON message"), pytest.raises(DBAPIError):
        relay_of(hub, departments, bus=shelf).step()
    hub.clock.pause(16)
    relay_of(hub, departments, "relay-2", bus=shelf).step()
    assert (["1", "2", "1", "2"], 0) == (shelf.lies, waiting(hub))


# -- webhooks --------------------------------------------------------------------------------------------


def test_a_webhook_gets_its_whistles_in_order_signed_with_its_own_secret(
    hub: HubInHand, departments: Departments
) -> None:
    queue(hub, "gongdian", "w1", "w2")
    queue(hub, "ranqi", "w3")
    assert 3 == relay_of(hub, departments).step()
    assert [("gongdian", "w1"), ("gongdian", "w2"), ("ranqi", "w3")] == departments.taken
    assert {"w1": ("sent", 0), "w2": ("sent", 0), "w3": ("sent", 0)} == states(hub)
    for request, secret in zip(departments.requests, ("k1", "k1", "k2"), strict=True):
        stamp = request.headers["x-gridplus-timestamp"]
        assert sign(secret, stamp, request.content) == request.headers["x-gridplus-signature"]


@pytest.mark.parametrize("trouble", [refuses, hangs])
def test_what_comes_later_never_overtakes_what_failed(
    hub: HubInHand, departments: Departments, trouble: Callable[[], httpx.Response]
) -> None:
    queue(hub, "gongdian", "w1", "w2")
    relay = relay_of(hub, departments)
    departments.down["gongdian"] = trouble
    relay.step()
    departments.down.clear()
    queue(hub, "gongdian", "w3")
    for _ in range(3):  # the department rests: nothing is due, not even what is new
        relay.step()
    assert ([], ("waiting", 1)) == (departments.taken, states(hub)["w1"])
    hub.clock.pause(1)
    relay.step()
    assert [("gongdian", "w1"), ("gongdian", "w2"), ("gongdian", "w3")] == departments.taken


def test_rests_grow_to_ten_minutes_and_no_further_however_long_it_lasts(
    hub: HubInHand, departments: Departments
) -> None:
    queue(hub, "gongdian", "w1")
    departments.down["gongdian"] = refuses
    relay = relay_of(hub, departments)
    rests = []
    for _ in range(12):
        relay.step()
        rests.append(_rest_s(hub))
        hub.clock.pause(rests[-1])
    assert [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600] == rests
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE delivery SET attempts = 5000")  # five weeks of it
    relay.step()
    assert 600 == _rest_s(hub)


def _rest_s(hub: HubInHand) -> int:
    ((next_us,),) = hub.rows("SELECT next_us FROM delivery")
    return round(float(next_us) / 1e6 - hub.clock.now().timestamp())


@pytest.mark.nasty("N90")
def test_a_department_that_is_down_delays_no_other_and_gets_the_same_whistle_later(
    hub: HubInHand, departments: Departments
) -> None:
    queue(hub, "gongdian", "w1", "w2")
    queue(hub, "ranqi", "w3", "w4")
    departments.down["gongdian"] = hangs
    relay = relay_of(hub, departments)
    relay.step()
    assert [("ranqi", "w3"), ("ranqi", "w4")] == departments.taken
    assert 1 == sum(request.url.host.startswith("gongdian") for request in departments.requests)
    departments.down.clear()
    hub.clock.pause(timedelta(days=1).total_seconds())
    relay.step()
    assert [("gongdian", "w1"), ("gongdian", "w2")] == departments.taken[2:]


def test_a_department_without_a_webhook_in_the_settings_keeps_its_whistles(
    hub: HubInHand, departments: Departments
) -> None:
    queue(hub, "gongan", "w1")
    relay_of(hub, departments).step()
    assert ({"w1": ("waiting", 1)}, [("C101",)]) == (states(hub), hub.rows("SELECT code FROM delivery"))


def test_one_relay_leads_and_another_follows_when_its_lease_ends(
    hub: HubInHand, departments: Departments
) -> None:
    leader, second = relay_of(hub, departments), relay_of(hub, departments, "relay-2")
    queue(hub, "ranqi", "w1")
    assert [1, 0] == [leader.step(), second.step()]
    queue(hub, "ranqi", "w2")
    assert 0 == second.step()
    hub.clock.pause(16)
    assert [1, 0] == [second.step(), leader.step()]
    assert [("ranqi", "w1"), ("ranqi", "w2")] == departments.taken


@pytest.mark.nasty("N68")
def test_a_leader_that_slept_through_its_lease_marks_nothing_and_its_call_was_a_repeat(
    hub: HubInHand, departments: Departments
) -> None:
    sleeper, successor = relay_of(hub, departments), relay_of(hub, Departments(), "relay-2")

    def sleeps() -> httpx.Response:
        departments.down.clear()
        hub.clock.pause(16)
        successor.step()
        return httpx.Response(202)

    queue(hub, "ranqi", "w1")
    departments.down["ranqi"] = sleeps
    with pytest.raises(Fenced):
        sleeper.step()
    assert {"w1": ("sent", 0)} == states(hub)
    assert 0 == sleeper.step()
