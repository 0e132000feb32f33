"""Apache Kafka by kafka-python. Imported only where Kafka is chosen; blocks, so it stays out of async code."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.errors import KafkaError, TopicAlreadyExistsError, TopicAuthorizationFailedError

from hub.bus.accounts import Account
from hub.bus.message import Consumer, Delivered, Message, Partition, Positions
from hub.bus.refusals import told
from hub.errors import TryLater
from hub.plugin.transport.kafka_signing_in import sign_in

_COMPACTED: Final = ("grid.incidents",)
_LOOK_MS: Final = 3_000
"""How long somebody who only looks waits for the broker: a probe must answer, whatever the broker does."""
_JOINING_S: Final = 2.0
"""How long a poll stays while the member joins. kafka-python (3.0.12) forgets a join that ends between two polls
and begins another, for which all other members must join again: so the end should come inside a poll."""
_SILENCE_S: Final = 30.0
"""After so long without a message a member asks whether it is still let in: kafka-python (3.0.12) brings nothing,
and says nothing, where a password has ended."""


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """How to reach the broker. `security` is handed to the client as it stands (SASL, TLS); an `account` signs in
    on top of it, with the password of its file at that moment."""

    servers: str
    security: Mapping[str, Any]
    replication: int = 1
    session_timeout_ms: int = 45_000
    heartbeat_ms: int = 3_000
    prefix: str = ""
    """Put before every topic and group on the broker, so that several hubs can share one."""
    patience_s: float = 60.0
    """How long to wait for a broker that is away before TryLater; a restart of the broker fits in."""
    account: Account | None = None

    @property
    def patience_ms(self) -> int:
        """The same in the client's unit."""
        return int(self.patience_s * 1000)

    @property
    def user(self) -> str:
        """Whom the broker takes us for; "" where it does not ask."""
        return self.account.user if self.account else str(self.security.get("sasl_plain_username", ""))

    def client(self) -> dict[str, Any]:
        """Arguments that every client of ours takes; raises FixSettings C141 where the account has no password."""
        return {
            "bootstrap_servers": self.servers.split(","),
            "bootstrap_timeout_ms": self.patience_ms,
            **({"security_protocol": "SASL_SSL"} if self.account else {}),
            **self.security,
            **(self.account.login() if self.account else {}),
        }

    def signed_in(self) -> dict[str, Any]:
        """The same, after the broker took them; to be called under `told`."""
        client = self.client()
        sign_in(client)
        return client


class KafkaBus:
    """A Kafka cluster. The producer is idempotent, waits for all replicas and compresses with lz4."""

    outbox_is_log: bool = False

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producer: Any = None
        self._looker: Any = None
        self._look: Final = Lock()
        self._signed_in_as: dict[str, Any] = {}

    def ensure(self, topics: Mapping[str, int], *, retention_s: int) -> None:
        """Creates what is missing, with retention; `grid.incidents` is compacted."""
        with told(self._settings.user):
            admin = KafkaAdminClient(**self._settings.signed_in())
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
            with told(self._settings.user):
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
        if self._producer is not None and self._signed_in_as != self._settings.client():
            self._drop_producer()  # a new password: the old one would end with the next connection
        if self._producer is None:
            patience_ms = self._settings.patience_ms
            self._signed_in_as = self._settings.signed_in()
            self._producer = KafkaProducer(
                **self._signed_in_as,
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

    def unread(self, positions: Mapping[Partition, int]) -> Mapping[Partition, int]:
        partitions = {
            one: TopicPartition(self._settings.prefix + topic, part)
            for one in positions
            for topic, part in [one]
        }
        with told(self._settings.user), self._look:  # a client is for one thread at a time
            if self._looker is None:
                self._looker = KafkaConsumer(
                    **self._settings.client()
                    | {"bootstrap_timeout_ms": min(_LOOK_MS, self._settings.patience_ms)}
                )
            known = list(partitions.values())
            ends = self._looker.end_offsets(known, timeout_ms=_LOOK_MS)
            begins = self._looker.beginning_offsets(known, timeout_ms=_LOOK_MS)
        return {one: ends[p] - max(positions[one], begins[p]) for one, p in partitions.items()}

    def followers(self, prefix: str) -> Mapping[str, Mapping[Partition, int]]:
        ours = self._settings.prefix
        with told(self._settings.user):
            admin = KafkaAdminClient(**self._settings.client())
            try:
                names = [one["group_id"] for one in admin.list_groups()]
                wanted = [name for name in names if name.startswith(ours + prefix)]
                found = admin.list_group_offsets(wanted) if wanted else {}
            finally:
                admin.close()
        return {
            group.removeprefix(ours): {
                (one.topic.removeprefix(ours), one.partition): told_.offset for one, told_ in read.items()
            }
            for group, read in found.items()
        }

    def identity(self) -> str:
        with told(self._settings.user):
            admin = KafkaAdminClient(**self._settings.client())
            try:
                cluster = admin.describe_cluster()["cluster_id"]
            finally:
                admin.close()
        return f"kafka {cluster} {self._settings.prefix}".rstrip()

    def close(self) -> None:
        with self._look:
            looker, self._looker = self._looker, None
            if looker is not None:
                looker.close()
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(KafkaError):  # every publish has waited for its own messages
                producer.close(timeout=10)


def _topic_config(name: str, retention_s: int) -> dict[str, str]:
    if name in _COMPACTED:
        return {"cleanup.policy": "compact,delete", "retention.ms": str(retention_s * 1000)}
    return {"retention.ms": str(retention_s * 1000)}


class _KafkaMember(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python ships no types
    """A group member whose positions live in the hub's database, not on the broker."""

    def __init__(
        self, settings: KafkaSettings, group: str, topics: Sequence[str], positions: Positions
    ) -> None:
        self._settings, self._group, self._positions, self._prefix = (
            settings,
            group,
            positions,
            settings.prefix,
        )
        self._names = [settings.prefix + topic for topic in topics]
        self._quiet_s = 0.0
        self._join()

    def _join(self) -> None:
        self._joined = self._sought = False
        self._signed_in_as: dict[str, Any] = {}
        with told(self._settings.user):
            client = self._settings.signed_in()
            self._consumer = KafkaConsumer(
                **client,
                group_id=self._prefix + self._group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                session_timeout_ms=self._settings.session_timeout_ms,
                heartbeat_interval_ms=self._settings.heartbeat_ms,
                max_poll_records=500,
                metadata_max_age_ms=30_000,  # new partitions are found within half a minute
                allow_auto_create_topics=False,
            )
            try:
                self._subscribe()
            except BaseException:
                self._consumer.close()
                raise
        self._signed_in_as = client

    def _subscribe(self) -> None:
        """Raises TopicAuthorizationFailedError where the broker shows us one of the topics not."""
        for name in self._names:
            # Waits for its metadata: kafka-python (3.0.12) drops a subscription's own request for it while
            # another is under way, and the group would have no partition until `metadata_max_age_ms`.
            # Of a topic that it may not see, a poll would bring nothing, and no error.
            if not self._consumer.partitions_for_topic(name):
                raise TopicAuthorizationFailedError(name)
        self._consumer.subscribe(self._names, listener=self)

    def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:  # noqa: ARG002 the client's
        """Called inside the client's poll, where trouble with the store could not be told: `poll` seeks."""
        self._joined, self._sought = True, False

    def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:  # noqa: ARG002 the client's
        """Nothing is pending between two steps, so nothing has to be given back."""
        self._joined = False

    def poll(self, limit: int, timeout_s: float) -> Sequence[Delivered]:
        self._stay_signed_in()
        with told(self._settings.user):
            if not self._sought:
                self._seek()
            wait_s = timeout_s if self._joined else max(timeout_s, _JOINING_S)
            got = self._consumer.poll(timeout_ms=int(wait_s * 1000), max_records=limit)
        self._quiet_s = 0.0 if got else self._quiet_s + wait_s
        if (
            not self._sought
        ):  # partitions came in this very poll, read from anywhere: the next one seeks first
            return []
        return [self._delivered(partition, one) for partition, batch in got.items() for one in batch]

    def _stay_signed_in(self) -> None:
        """Joins anew under a new password; raises SignInAgain C142 where the one we have has ended meanwhile."""
        if self._signed_in_as != self._settings.client():
            self._consumer.close()
            self._join()
        elif self._quiet_s >= _SILENCE_S:
            self._quiet_s = 0.0
            with told(self._settings.user):
                sign_in(self._signed_in_as)

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
