"""Apache Kafka by kafka-python. Imported only where Kafka is chosen; blocks, so it stays out of async code."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.errors import KafkaError, TopicAlreadyExistsError

from hub.bus.message import Consumer, Delivered, Message, Positions
from hub.errors import TryLater

_COMPACTED: Final = ("grid.incidents",)
_JOINING_S: Final = 2.0
"""How long a poll stays while the member joins. kafka-python (3.0.12) forgets a join that ends between two polls
and begins another, for which all other members must join again: so the end should come inside a poll."""


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """How to reach the broker. `security` is handed to the client as it stands (SASL, TLS)."""

    servers: str
    security: Mapping[str, Any]
    replication: int = 1
    session_timeout_ms: int = 45_000
    heartbeat_ms: int = 3_000
    prefix: str = ""
    """Put before every topic and group on the broker, so that several hubs can share one."""
    patience_s: float = 60.0
    """How long to wait for a broker that is away before TryLater; a restart of the broker fits in."""

    @property
    def patience_ms(self) -> int:
        """The same in the client's unit."""
        return int(self.patience_s * 1000)

    def client(self) -> dict[str, Any]:
        """Arguments that every client of ours takes."""
        return {
            "bootstrap_servers": self.servers.split(","),
            "bootstrap_timeout_ms": self.patience_ms,
            **self.security,
        }


class KafkaBus:
    """A Kafka cluster. The producer is idempotent, waits for all replicas and compresses with lz4."""

    outbox_is_log: bool = False

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producer: Any = None

    def ensure(self, topics: Mapping[str, int], *, retention_s: int) -> None:
        """Creates what is missing, with retention; `grid.incidents` is compacted."""
        with _told_as_try_later():
            admin = KafkaAdminClient(**self._settings.client())
            try:
                self._create(admin, topics, retention_s)
            except TopicAlreadyExistsError:
                pass  # another worker of the same start was faster; its topics are the same
            finally:
                admin.close()

    def _create(self, admin: Any, topics: Mapping[str, int], retention_s: int) -> None:
        have = set(admin.list_topics())
        new = [
            NewTopic(
                self._settings.prefix + name,
                num_partitions=partitions,
                replication_factor=self._settings.replication,
                topic_configs=_topic_config(name, retention_s),
            )
            for name, partitions in topics.items()
            if self._settings.prefix + name not in have
        ]
        if new:
            admin.create_topics(new, timeout_ms=30_000, wait_for_metadata=True)

    def publish(self, messages: Sequence[tuple[Message, int]]) -> None:
        """Returns once every message is acknowledged by all in-sync replicas."""
        try:
            with _told_as_try_later():
                self._send(messages)
        except TryLater:
            # What was not sent must not leave later, behind the caller's back and out of order.
            self._drop_producer()
            raise

    def _send(self, messages: Sequence[tuple[Message, int]]) -> None:
        producer = self._ready_producer()
        sent = [
            producer.send(
                self._settings.prefix + message.topic,
                value=message.value.encode(),
                key=message.key.encode(),
                partition=part,
            )
            for message, part in messages
        ]
        # By twice the patience the client itself has given up what it could not deliver.
        producer.flush(timeout=2 * self._settings.patience_s)
        for future in sent:
            future.get(timeout=self._settings.patience_s)

    def _ready_producer(self) -> Any:
        if self._producer is None:
            patience_ms = self._settings.patience_ms
            self._producer = KafkaProducer(
                **self._settings.client(),
                acks="all",
                enable_idempotence=True,
                compression_type="lz4",
                linger_ms=20,  # `publish` flushes at once: it only counts while a portion is being handed over
                batch_size=1_000_000,
                max_block_ms=patience_ms,
                delivery_timeout_ms=patience_ms,
                request_timeout_ms=min(30_000, patience_ms // 2),
                allow_auto_create_topics=False,
            )
        return self._producer

    def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(KafkaError):  # what it still holds is what has just been told as not sent
                producer.close(timeout=0)

    def consumer(self, group: str, topics: Sequence[str], positions: Positions) -> Consumer:
        return _KafkaMember(self._settings, group, topics, positions)

    def close(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(KafkaError):  # every publish has waited for its own messages
                producer.close(timeout=10)


@contextmanager
def _told_as_try_later() -> Iterator[None]:
    """What the client raises, as the error that the workers wait for."""
    try:
        yield
    except KafkaError as error:
        raise TryLater("C105") from error


def _topic_config(name: str, retention_s: int) -> dict[str, str]:
    if name in _COMPACTED:
        return {"cleanup.policy": "compact,delete", "retention.ms": str(retention_s * 1000)}
    return {"retention.ms": str(retention_s * 1000)}


class _KafkaMember(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python ships no types
    """A group member whose positions live in the hub's database, not on the broker."""

    def __init__(
        self, settings: KafkaSettings, group: str, topics: Sequence[str], positions: Positions
    ) -> None:
        self._group, self._positions, self._prefix = group, positions, settings.prefix
        self._joined = self._sought = False
        with _told_as_try_later():
            self._consumer = KafkaConsumer(
                **settings.client(),
                group_id=settings.prefix + group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                session_timeout_ms=settings.session_timeout_ms,
                heartbeat_interval_ms=settings.heartbeat_ms,
                max_poll_records=500,
                metadata_max_age_ms=30_000,  # new partitions are found within half a minute
                allow_auto_create_topics=False,
            )
            names = [settings.prefix + topic for topic in topics]
            for name in names:
                # Waits for its metadata: kafka-python (3.0.12) drops a subscription's own request for it while
                # another is under way, and the group would have no partition until `metadata_max_age_ms`.
                self._consumer.partitions_for_topic(name)
            self._consumer.subscribe(names, listener=self)

    def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:  # noqa: ARG002 the client's
        """Called inside the client's poll, where trouble with the store could not be told: `poll` seeks."""
        self._joined, self._sought = True, False

    def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:  # noqa: ARG002 the client's
        """Nothing is pending between two steps, so nothing has to be given back."""
        self._joined = False

    def poll(self, limit: int, timeout_s: float) -> Sequence[Delivered]:
        with _told_as_try_later():
            if not self._sought:
                self._seek()
            wait_s = timeout_s if self._joined else max(timeout_s, _JOINING_S)
            got = self._consumer.poll(timeout_ms=int(wait_s * 1000), max_records=limit)
        if (
            not self._sought
        ):  # partitions came in this very poll, read from anywhere: the next one seeks first
            return []
        return [self._delivered(partition, one) for partition, batch in got.items() for one in batch]

    def _seek(self) -> None:
        """To the stored positions; a partition without one starts at its beginning."""
        stored = self._positions(self._group)
        for partition in self._consumer.assignment():
            position = stored.get((self._plain(partition.topic), partition.partition))
            if position is None:
                self._consumer.seek_to_beginning(partition)
            else:
                self._consumer.seek(partition, position)
        self._sought = True

    def _delivered(self, partition: TopicPartition, one: Any) -> Delivered:
        # "replace": bytes that a department wrote must end as a refused message, not end the worker
        key, value = ((raw or b"").decode(errors="replace") for raw in (one.key, one.value))
        return Delivered(self._plain(partition.topic), partition.partition, one.offset, key, value)

    def _plain(self, topic: str) -> str:
        return topic.removeprefix(self._prefix)

    def rewind(self) -> None:
        self._sought = False

    def close(self) -> None:
        self._consumer.close()
