"""One drill from its start to its line in the table: load in portions, harm in the middle of each, and the account."""

import os
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kafka import KafkaConsumer, TopicPartition

from hub.bus.topics import EVENTS
from hub.crew import WORKERS
from tests.drills import lines
from tests.drills.stack import Stack, stack_at
from tests.drills.toll import Toll, find
from tests.instruments import demo_pack

KILLS = int(os.environ.get("GRIDPLUS_DRILL_KILLS", "2"))
SEED = int(os.environ.get("GRIDPLUS_DRILL_SEED", "20260310"))
"""More kills and other moments, for those who have more time than `make test`."""
MATTERS = 4
"""A portion: enough that a kill finds some half done."""
MOST = 450
"""The district has no room for more matters that are far from each other."""
BACK = [one for one in WORKERS if one != "web"]
"""Workers that may run twice: of the web worker each would need a port of its own."""


@dataclass(frozen=True, slots=True)
class Where:
    """One of the two stacks: where it keeps and carries things."""

    name: str
    store: str = ""
    bus: str = "embedded"
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A drill under way."""

    stack: Stack
    truth: lines.Truth
    portions: int
    chance: random.Random

    def load(self) -> Iterator[int]:
        """Tells one portion after another; each time it is some way through that portion when it comes back."""
        size = len(self.truth.lines) / self.portions
        for number in range(self.portions):
            self.stack.feed(self.truth.portion(number, self.portions))
            self.stack.wait_for(2 * int(size * (number + self.chance.uniform(0.1, 0.9))))
            yield number


@contextmanager
def rehearsal(drill: str, where: Where, place: Path, tolls: list[Toll], *, kills: int) -> Iterator[Rehearsal]:
    """`kills` portions of load; the caller does harm within them. Afterwards everything must have come to its end.

    Adds the drill's line to `tolls`, then fails where anything is missing or double.
    """
    truth = lines.make(demo_pack(), matters=min(MATTERS * kills, MOST), seed=SEED)
    with stack_at(place, truth, store=where.store, bus=where.bus, prefix=where.prefix) as stack:
        yield Rehearsal(stack, truth, kills, random.Random(SEED))
        stack.settle()
        said, ends = _lies_on_kafka(where, stack) if where.prefix else _lies_in_the_store(stack)
        found = find(stack.hub, truth, [*said, *stack.called.heard], ends)
        account = stack.hub.account()
        missing, double = len(found.missing), len(found.double)
        fates = account["fates"]
        tolls.append(
            Toll(drill, where.name, SEED, kills, account["records"], fates, missing, double, found.repeats)
        )
        assert ([], []) == (found.missing, found.double)


def _lies_in_the_store(stack: Stack) -> tuple[list[str], dict[int, int]]:
    """Everything that lies on the embedded bus's whistle topics, and where each partition of events ends."""
    with stack.hub.store.read() as conn:
        said = conn.exec_driver_sql("SELECT value FROM message WHERE topic LIKE 'grid.whistles.%'")
        ends = conn.exec_driver_sql(
            "SELECT part, max(seq) + 1 FROM message WHERE topic = 'grid.events' GROUP BY part"
        )
        return list(said.scalars()), {r[0]: r[1] for r in ends}


def _lies_on_kafka(where: Where, stack: Stack) -> tuple[list[str], dict[int, int]]:
    """The same of a broker."""
    topics = [where.prefix + topic for topic in stack.hub.topics if topic.startswith("grid.whistles.")]
    said, _ = _read_all(where.bus, topics)
    _, ends = _read_all(where.bus, [where.prefix + EVENTS])
    return said, ends


def _read_all(bus: str, topics: Sequence[str]) -> tuple[list[str], dict[int, int]]:
    """Everything that lies on these topics now, and where each partition ends (of a single topic)."""
    client = KafkaConsumer(bootstrap_servers=bus.removeprefix("kafka://"))
    partitions = [TopicPartition(topic, p) for topic in topics for p in client.partitions_for_topic(topic)]
    client.assign(partitions)
    client.seek_to_beginning(*partitions)
    ends = client.end_offsets(partitions)
    got: list[str] = []
    while any(client.position(one) < ends[one] for one in partitions):
        for batch in client.poll(timeout_ms=500).values():
            got += [one.value.decode() for one in batch]
    client.close()
    return got, {one.partition: ends[one] for one in partitions}
