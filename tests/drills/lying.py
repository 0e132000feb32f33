"""What lies on the topics of a bus, read past the hub: all that departments were told, and where events end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kafka import KafkaConsumer, TopicPartition

from hub.bus.topics import EVENTS
from hub.run.assembly import Assembly


@dataclass(frozen=True, slots=True)
class Lying:
    """`said`: CloudEvents on the topics of whistles; `ends`: partition of `grid.events` → offset after its last."""

    said: list[str]
    ends: Mapping[int, int]


def in_store(hub: Assembly) -> Lying:
    """On the embedded bus, which keeps everything in the store."""
    with hub.store.read() as conn:
        said = conn.exec_driver_sql("SELECT value FROM message WHERE topic LIKE 'grid.whistles.%'")
        ends = conn.exec_driver_sql(
            "SELECT part, max(seq) + 1 FROM message WHERE topic = 'grid.events' GROUP BY part"
        )
        return Lying(list(said.scalars()), {r[0]: r[1] for r in ends})


def on_kafka(hub: Assembly, bus: str, prefix: str) -> Lying:
    """On a broker, where topics carry `prefix`."""
    topics = [prefix + topic for topic in hub.topics if topic.startswith("grid.whistles.")]
    said, _ = _read_all(bus, topics)
    _, ends = _read_all(bus, [prefix + EVENTS])
    return Lying(said, ends)


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
