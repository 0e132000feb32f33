"""A department's topic, to play with: the other side of `hub.plugin.transport.kafka_topic`.

It needs a broker (`SimulatorSetup.bus_url`), on which it makes a topic of its own and takes it away in the end. A subclass
says how one utterance looks as a record. Failure modes: `FAILURES`.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, ClassVar, Final

import orjson

from hub.errors import FixSettings
from hub.plugin.simulator import SimulatorSetup, Utterance
from hub.plugin.simulator_talking import Talker

if TYPE_CHECKING:
    from kafka import KafkaProducer

FAILURES: Final[Mapping[str, str]] = {
    "told_twice": "每条消息发两遍",
    "taken_back": "每条消息之前先发一条随后回滚的",
    "tombstones": "每条消息之后发一条同键的空消息（删除标记）",
}
"""Failure modes by name."""
_PARTITIONS: Final = 2
_PATIENCE_S: Final = 10.0


class KafkaTopicSystem(Talker):
    """Produces what it has to say, keyed by its number."""

    FAILURES: ClassVar[Mapping[str, str]] = FAILURES

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._servers: Final = setup.bus_url.removeprefix("kafka://")
        mark = blake2b(str(setup.place).encode(), digest_size=6).hexdigest()
        self.topic: Final = f"played-{mark}"
        self._producer: KafkaProducer | None = None

    @abstractmethod
    def row(self, utterance: Utterance) -> Mapping[str, object]:
        """The utterance as the department would write it."""

    def settings(self) -> Mapping[str, object]:
        """What else the adapter is configured with."""
        return {}

    def start(self) -> Mapping[str, object]:
        """Makes the topic, and begins to talk; raises FixSettings C199 where there is no broker."""
        if not self._servers:
            raise FixSettings("C199")
        from kafka import KafkaProducer
        from kafka.admin import NewTopic

        with self._admin() as admin:
            made = NewTopic(self.topic, num_partitions=_PARTITIONS, replication_factor=1)
            admin.create_topics([made], wait_for_metadata=True)
        told: dict[str, Any] = {
            "bootstrap_servers": [self._servers],
            "acks": "all",
            "compression_type": "lz4",
        }
        if self.fails("taken_back"):
            told["transactional_id"] = self.topic
        self._producer = KafkaProducer(**told)
        if self.fails("taken_back"):
            self._producer.init_transactions()
        return super().start()

    def config(self) -> Mapping[str, object]:
        """What the adapter needs to read the topic."""
        return {"servers": self._servers, "topics": (self.topic,), **self.settings()}

    def speak(self, utterance: Utterance) -> None:
        """Produces it, and hears from the broker that it is kept."""
        key, value = utterance.ref.encode(), orjson.dumps(self.row(utterance))
        if self.fails("taken_back"):
            self._in_turn(key, value)
            return
        told = [value, value] if self.fails("told_twice") else [value]
        told_last = [None] if self.fails("tombstones") else []
        self._send(key, *told, *told_last)
        self.count(len(told) + len(told_last))

    def stop(self) -> None:
        """Falls silent, and takes the topic away; may be called twice."""
        super().stop()
        producer, self._producer = self._producer, None
        if producer is None:
            return
        producer.close(timeout=1.0)
        with self._admin() as admin:
            admin.delete_topics([self.topic])

    def _send(self, key: bytes, *values: bytes | None) -> None:
        assert self._producer is not None  # noqa: S101  it talks between start and stop
        sent = [self._producer.send(self.topic, key=key, value=value) for value in values]
        self._producer.flush(timeout=_PATIENCE_S)
        for one in sent:
            one.get(timeout=_PATIENCE_S)

    def _in_turn(self, key: bytes, value: bytes) -> None:
        """Once in a transaction that is taken back, once in one that holds."""
        producer = self._producer
        assert producer is not None  # noqa: S101  it talks between start and stop
        producer.begin_transaction()
        self._send(key, value)
        producer.abort_transaction()
        producer.begin_transaction()
        self._send(key, value)
        producer.commit_transaction()
        self.count()

    @contextmanager
    def _admin(self) -> Iterator[Any]:
        from kafka.admin import KafkaAdminClient

        client = KafkaAdminClient(bootstrap_servers=[self._servers])
        try:
            yield client
        finally:
            client.close()
