"""A bus of some kind in a test's hand: say something, carry it over, collect what comes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from hub.bus import Bus, Consumer, Delivered, Message
from hub.bus.message import Partition
from hub.clock import FixedClock
from hub.run.exits.relay import Relay
from hub.run.matters.casework import moves_of
from hub.store import outbox
from hub.store.engine import Store
from tests.connected.patience import until
from tests.instruments import MORNING

GROUP = "casework"
TOPICS = {"grid.events": 4, "grid.incidents": 1, "grid.reports.zilai": 1}


class Exchange:
    """One hub's outbox, relay and bus."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self.store, self.bus = store, bus
        self.outbox = outbox.Outbox(TOPICS, is_log=bus.outbox_is_log)
        self.clock = FixedClock(MORNING)
        bus.ensure(TOPICS, retention_s=86_400)

    def relay(self, worker: str = "relay-1") -> Relay:
        """A relay that is not stepped yet."""
        return Relay(
            store=self.store,
            bus=self.bus,
            clock=self.clock,
            worker=worker,
            lease_s=15.0,
            batch=500,
        )

    def say(self, *messages: Message) -> None:
        """Messages of one transaction, carried to the bus."""
        with self.store.write() as conn:
            self.outbox.append(conn, messages, self.clock.now())
        self.carry()

    def carry(self) -> None:
        """What the outbox holds goes to the bus; a new relay each time, as after a restart."""
        self.clock.pause(timedelta(minutes=1).total_seconds())
        relay = self.relay()
        until(lambda: not relay.step(), "the outbox is empty")

    def waiting(self) -> int:
        """Messages that the bus does not have yet."""
        with self.store.read() as conn:
            return outbox.waiting(conn)

    def positions(self, group: str) -> Mapping[Partition, int]:
        """The stored positions."""
        return outbox.positions(self.store, group)

    def consumer(self, *topics: str, group: str = GROUP) -> Consumer:
        """A new member of `group`."""
        return self.bus.consumer(group, topics or ("grid.events",), self.positions)

    def handle(self, delivered: Sequence[Delivered], group: str = GROUP) -> None:
        """Stores the positions behind these messages, as a worker does with their effects."""
        with self.store.write() as conn:
            outbox.advance(conn, group, moves_of(delivered))


def collect(consumer: Consumer, number: int, limit: int = 500) -> list[Delivered]:
    """The next `number` different messages; fails where they do not come. A group that settles may give
    some of them twice until their positions are stored."""
    got: dict[tuple[str, int, int], Delivered] = {}

    def enough() -> bool:
        batch = consumer.poll(min(limit, number - len(got)), 0.1)
        got.update({(one.topic, one.part, one.offset): one for one in batch})
        return len(got) >= number

    until(enough, f"{number} messages")
    return list(got.values())


def values(delivered: Iterable[Delivered]) -> list[str]:
    """What the messages say."""
    return [one.value for one in delivered]


def numbered(numbers: Iterable[int], *, keys: int = 1, topic: str = "grid.events") -> list[Message]:
    """Messages that say their numbers, dealt out to as many keys."""
    return [Message(topic, f"key{n % keys}", str(n)) for n in numbers]
