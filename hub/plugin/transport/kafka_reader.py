"""Topics of a department's Kafka, read from the place that we are told and from no other.

No group and no commit: where we stand is what the hub stored, never what the broker remembers. Only what was committed is
read. No thread of ours; a reader is for one thread at a time.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import orjson
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import (
    AuthorizationError,
    KafkaError,
    OffsetOutOfRangeError,
    SaslAuthenticationFailedError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from hub.errors import SignInAgain, SourceGone, TryLater
from hub.plugin.transport.kafka_signing_in import sign_in

PAGE: Final = 500
"""Records at most."""
_PATIENCE_MS: Final = 5_000
_POLL_MS: Final = 25
_POLLS: Final = 80
"""So many at most until every partition has said once how far it reaches."""
_LOOK_S: Final = 60.0
"""So often it is asked whether a topic is still the same one: its client reads on in one that was made anew."""
_FETCH_BYTES: Final = 20 * 1024 * 1024

Positions = Mapping[str, Mapping[str, int]]
"""Topic → partition, as text → offset of the next record."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where we stand: positions, and which topics they are positions of, by the broker's own ids."""

    at: Positions = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    generation: str = ""

    @classmethod
    def load(cls, cursor: str, generation: str) -> "Place":
        """The place that `dump` wrote; the beginning for "", and where a person has begun a new `generation`."""
        place = cls(**orjson.loads(cursor)) if cursor else cls(generation=generation)
        return place if place.generation == generation else cls(generation=generation)

    def dump(self) -> str:
        """As text, for the store."""
        told = {"at": self.at, "ids": self.ids, "generation": self.generation}
        return orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """How a department's Kafka is reached, and what of it is read."""

    servers: str
    topics: Sequence[str]
    begin: Literal["beginning", "end"] = "beginning"
    user: str = ""
    password: str = ""
    mechanism: str = "SCRAM-SHA-512"
    tls: bool = False
    ca_file: str = ""

    def client(self) -> dict[str, Any]:
        """Arguments that every client takes."""
        told: dict[str, Any] = {
            "bootstrap_servers": self.servers.split(","),
            "bootstrap_timeout_ms": _PATIENCE_MS,
            "request_timeout_ms": _PATIENCE_MS,
            "security_protocol": ("SASL_" if self.user else "") + ("SSL" if self.tls else "PLAINTEXT"),
        }
        if self.user:
            told |= {"sasl_mechanism": self.mechanism, "sasl_plain_username": self.user}
            told["sasl_plain_password"] = self.password
        return told | ({"ssl_cafile": self.ca_file} if self.ca_file else {})


class Reader:
    """Opens nothing before `open`."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster: Final = cluster
        self._consumer: Any = None
        self._ids: Mapping[str, str] = {}
        self._looked = 0.0
        self._passed: Final[dict[TopicPartition, int]] = {}
        """Where a partition begins by now whose unread records the broker has dropped, and that was told."""

    def open(self) -> None:
        """Sees to it that there is a client that knows our topics.

        Raises TryLater S101 (no broker answers), SignInAgain S106, SourceGone S143 (a topic is not there) or S140 (it is
        refused).
        """
        if self._consumer is not None:
            return
        with self._told():
            client = self._cluster.client()
            sign_in(client)
            self._look(client)
            self._consumer = KafkaConsumer(
                **client,
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="none",
                isolation_level="read_committed",
                allow_auto_create_topics=False,
                fetch_max_bytes=_FETCH_BYTES,
                fetch_max_wait_ms=_POLL_MS,  # so soon a topic without news says how far it reaches
                metadata_max_age_ms=30_000,  # so soon a new partition is read
            )

    def read(self, place: Place) -> tuple[Sequence[Any], Place]:
        """The records behind `place`, partition by partition, and the place behind them.

        Raises SourceGone S144 where a topic is not the one that was read before, and TryLater S145, once, where the
        broker has dropped records that were not read: the next call goes on behind them, since they do not come back.
        """
        self.open()
        with self._told():
            if time.monotonic() - self._looked > _LOOK_S:
                self._look(self._cluster.client())
            self._hold_to(place)
            partitions = self._assigned()
            positions = self._sought(place, partitions)
            try:
                found = self._polled(partitions)
            except OffsetOutOfRangeError:
                self._out_of_range(positions)
                raise AssertionError from None  # it raised
            at: dict[str, dict[str, int]] = {topic: dict(known) for topic, known in place.at.items()}
            for one in partitions:
                at.setdefault(one.topic, {})[str(one.partition)] = self._consumer.position(one)
        records = [record for one in partitions for record in found.get(one, ())]
        return records, Place(at, self._ids, place.generation)

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with suppress(KafkaError):  # nothing is committed: there is nothing to lose
                consumer.close(autocommit=False, timeout_ms=1_000)

    # --- inside

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the client raises, as what recovers; a client that failed is made anew."""
        try:
            yield
        except KafkaError as error:
            self.close()
            if isinstance(error, SaslAuthenticationFailedError):
                raise SignInAgain("S106") from None
            if isinstance(error, AuthorizationError):
                raise SourceGone("S140", topic=", ".join(self._cluster.topics)) from None
            raise TryLater("S101") from None

    def _look(self, client: Mapping[str, Any]) -> None:
        """Asks for the broker's own id of each topic, which a topic that is made anew does not keep."""
        admin = KafkaAdminClient(**client)
        try:
            found = {one["name"]: one for one in admin.describe_topics(list(self._cluster.topics))}
        except UnknownTopicOrPartitionError:
            found = {}
        finally:
            admin.close()
        for topic in self._cluster.topics:
            if found.get(topic, {}).get("error_code") == TopicAuthorizationFailedError.errno:
                raise SourceGone("S140", topic=topic)
            if not found.get(topic, {}).get("partitions"):
                raise SourceGone("S143", topic=topic)
        self._ids = {topic: str(found[topic].get("topic_id", "")) for topic in self._cluster.topics}
        self._looked = time.monotonic()

    def _hold_to(self, place: Place) -> None:
        for topic, known in place.ids.items():
            if self._ids.get(topic, known) != known:
                self.close()
                raise SourceGone("S144", topic=topic)

    def _assigned(self) -> list[TopicPartition]:
        """All partitions of our topics, those that were added meanwhile, too."""
        found = [
            TopicPartition(topic, number)
            for topic in self._cluster.topics
            for number in sorted(self._consumer.partitions_for_topic(topic) or ())
        ]
        if set(found) != set(self._consumer.assignment()):
            self._consumer.assign(found)
        return found

    def _sought(self, place: Place, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        """Where each partition is read from: the client stands there when this returns."""
        fresh = [one for one in partitions if str(one.partition) not in place.at.get(one.topic, {})]
        begins = self._begins(place, fresh)
        positions = {
            one: max(
                begins[one] if one in begins else place.at[one.topic][str(one.partition)],
                self._passed.get(one, 0),
            )
            for one in partitions
        }
        for one, offset in positions.items():
            self._consumer.seek(one, offset)
        return positions

    def _begins(self, place: Place, fresh: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        """Where partitions begin that we have no position of. A partition that was added to a known topic is read from
        its beginning, whatever was wanted of the topic at first."""
        if not fresh:
            return {}
        at_end = [one for one in fresh if self._cluster.begin == "end" and one.topic not in place.at]
        at_begin = [one for one in fresh if one not in at_end]
        return {
            **(self._consumer.end_offsets(at_end, timeout_ms=_PATIENCE_MS) if at_end else {}),
            **(self._consumer.beginning_offsets(at_begin, timeout_ms=_PATIENCE_MS) if at_begin else {}),
        }

    def _polled(self, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, Sequence[Any]]:
        """What is there; nothing only where every partition has said how far it reaches."""
        for _ in range(_POLLS):
            found: Mapping[TopicPartition, Sequence[Any]] = self._consumer.poll(
                timeout_ms=_POLL_MS, max_records=PAGE
            )
            if found or all(self._consumer.highwater(one) is not None for one in partitions):
                return found
        raise TryLater("S101")

    def _out_of_range(self, positions: Mapping[TopicPartition, int]) -> None:
        """Says why a place is none any more: dropped by age, or of another topic of that name."""
        begins = self._consumer.beginning_offsets(list(positions), timeout_ms=_PATIENCE_MS)
        ends = self._consumer.end_offsets(list(positions), timeout_ms=_PATIENCE_MS)
        self.close()
        for one, offset in positions.items():
            if offset > ends[one]:
                raise SourceGone("S144", topic=one.topic)
        lost = {one: begins[one] - offset for one, offset in positions.items() if offset < begins[one]}
        self._passed.update({one: begins[one] for one in lost})
        raise TryLater("S145", topic=", ".join(sorted({one.topic for one in lost})), count=sum(lost.values()))
