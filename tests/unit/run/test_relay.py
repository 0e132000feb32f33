"""The relay carries the outbox over: in order, with repeats and never a gap; one relay leads."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy.exc import DBAPIError

from hub.bus import Bus, Message
from hub.bus.embedded import EmbeddedBus
from hub.bus.message import Fenced
from hub.errors import TryLater
from hub.run.exits.relay import Relay
from hub.store import outbox
from hub.store.engine import Store
from hub.store.outbox import Outbox
from tests.instruments import HubInHand
from tests.unit.run.stops import stopped_at


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


def relay_of(hub: HubInHand, bus: Bus, worker: str = "relay-1") -> Relay:
    """A relay that carries to `bus`."""
    return Relay(store=hub.hub.store, bus=bus, clock=hub.clock, worker=worker, lease_s=15.0, batch=500)


def test_what_the_outbox_holds_is_carried_once_and_in_order(hub: HubInHand) -> None:
    shelf = Shelf(hub.hub.store)
    relay = relay_of(hub, shelf)
    say(hub, "1", "2")
    say(hub, "3")
    assert [3, 0] == [relay.step(), relay.step()]
    assert (["1", "2", "3"], 0) == (shelf.lies, waiting(hub))


def test_one_look_takes_four_batches_and_leaves_the_rest_to_the_next(hub: HubInHand) -> None:
    relay = Relay(
        store=hub.hub.store, bus=Shelf(hub.hub.store), clock=hub.clock, worker="r", lease_s=15.0, batch=2
    )
    for n in range(9):
        say(hub, str(n))
    assert [8, 1, 0] == [relay.step(), relay.step(), relay.step()]


def test_while_the_bus_is_away_the_outbox_keeps_everything(hub: HubInHand) -> None:
    def away() -> None:
        raise TryLater("C105")

    shelf = Shelf(hub.hub.store)
    relay = relay_of(hub, shelf)
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
    hub: HubInHand,
) -> None:
    shelf = Shelf(hub.hub.store)
    say(hub, "1", "2")
    with stopped_at(hub, "DELETE ON parcel"), pytest.raises(DBAPIError):
        relay_of(hub, shelf).step()
    hub.clock.pause(16)
    relay_of(hub, shelf, "relay-2").step()
    assert (["1", "2", "1", "2"], 0) == (shelf.lies, waiting(hub))


def test_one_relay_leads_and_another_follows_when_its_lease_ends(hub: HubInHand) -> None:
    shelf = Shelf(hub.hub.store)
    leader, second = relay_of(hub, shelf), relay_of(hub, shelf, "relay-2")
    say(hub, "1")
    assert [1, 0] == [leader.step(), second.step()]
    say(hub, "2")
    assert 0 == second.step()
    hub.clock.pause(16)
    assert [1, 0] == [second.step(), leader.step()]
    assert ["1", "2"] == shelf.lies


@pytest.mark.nasty("N68")
def test_a_leader_that_slept_through_its_lease_marks_nothing_and_what_it_carried_was_a_repeat(
    hub: HubInHand,
) -> None:
    shelf = Shelf(hub.hub.store)
    sleeper, successor = relay_of(hub, shelf), relay_of(hub, shelf, "relay-2")

    def sleeps() -> None:
        shelf.when_carried = lambda: None
        hub.clock.pause(16)
        successor.step()

    say(hub, "1")
    shelf.when_carried = sleeps
    with pytest.raises(Fenced):
        sleeper.step()
    assert (["1", "1"], 0) == (shelf.lies, waiting(hub))
    say(hub, "2")
    assert [0, 1] == [sleeper.step(), successor.step()]
    assert ["1", "1", "2"] == shelf.lies  # it knows by now that it leads no more


def large_parcel(hub: HubInHand, number: int) -> list[str]:
    """One parcel of so many messages; what they say."""
    said = [str(n) for n in range(number)]
    say(hub, *said)
    return said


def small_relay(hub: HubInHand, bus: Bus, worker: str) -> Relay:
    """A relay of which a look takes four messages."""
    return Relay(store=hub.hub.store, bus=bus, clock=hub.clock, worker=worker, lease_s=15.0, batch=1)


def test_a_leader_with_a_large_parcel_stays_the_leader_until_it_is_carried(hub: HubInHand) -> None:
    shelf, seen = Shelf(hub.hub.store), list[int]()
    leader, second = small_relay(hub, shelf, "relay-1"), small_relay(hub, shelf, "relay-2")

    def slowly() -> None:
        hub.clock.pause(10)
        seen.append(second.step())

    shelf.when_carried = slowly
    said = large_parcel(hub, 18)
    assert 18 == leader.step()
    assert ([0] * 5, said, 0) == (seen, shelf.lies, waiting(hub))


@pytest.mark.nasty("N68")
def test_a_leader_that_was_followed_amid_a_portion_carries_no_more_of_it(hub: HubInHand) -> None:
    shelf = Shelf(hub.hub.store)
    sleeper, successor = small_relay(hub, shelf, "relay-1"), small_relay(hub, shelf, "relay-2")

    def sleeps() -> None:
        shelf.when_carried = lambda: None
        hub.clock.pause(16)
        successor.step()

    shelf.when_carried = sleeps
    said = large_parcel(hub, 10)
    with pytest.raises(Fenced):
        sleeper.step()
    assert (said + said[:4], 0) == (shelf.lies, waiting(hub))
