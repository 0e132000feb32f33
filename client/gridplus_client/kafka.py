"""Whistles and reports over Kafka, by kafka-python: the extra `gridplus-client[kafka]`. It blocks; a program made of
coroutines runs it in a thread of its own."""

import json
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Self

from kafka import KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.errors import (
    AuthorizationError,
    CommitFailedError,
    KafkaError,
    SaslAuthenticationFailedError,
    TopicAuthorizationFailedError,
)

from gridplus_client.calls import said_of, whistle_id_of
from gridplus_client.errors import ClientError, KeyRefused, Unavailable
from gridplus_client.inbox import Inbox
from gridplus_client.messages import Message

log = logging.getLogger("gridplus_client")

_JOINING_S: Final = 2.0
"""How long a poll stays while the group is joined: kafka-python (3.0.12) forgets a join that ends between two polls."""
_SILENCE_S: Final = 30.0
"""After so long without a message the broker is asked whether it still knows us: kafka-python (3.0.12) brings
nothing, and says nothing, where a password has ended."""
_ASKING_MS: Final = 5_000


def login(department: str, password: str, *, prefix: str = "") -> dict[str, str]:
    """Arguments for `security`: the department's account on a broker that speaks TLS and asks who comes.

    `prefix`: what this installation puts before topics, groups and accounts. Add `ssl_cafile` for a CA of your own.
    """
    return {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": f"{prefix}department.{department}",
        "sasl_plain_password": password,
    }


class KafkaWhistles:
    """Reads `grid.whistles.<department>` in order; the offset moves on once a message was handled."""

    def __init__(
        self,
        department: str,
        servers: str,
        *,
        prefix: str = "",
        security: Mapping[str, Any] | None = None,
        group: str = "whistles",
        patience_s: float = 60.0,
    ) -> None:
        """Returns once the broker shows us the topic; raises KeyRefused where it does not, Unavailable where it does
        not answer. `servers`: host:port, several with commas. `security`: kafka-python's arguments for SASL and TLS,
        see `login`. `group`: what stands behind `grid.<department>.`: another one reads everything again.
        """
        self._topic: Final = f"{prefix}grid.whistles.{department}"
        self._client: Final[dict[str, Any]] = {
            "bootstrap_servers": servers.split(","),
            **dict(security or {}),
        }
        self._patience_ms: Final = int(patience_s * 1000)
        self._group: Final = f"{prefix}grid.{department}.{group}"
        self._quiet_s = 0.0
        with _told():
            self._consumer = KafkaConsumer(
                **self._client,
                bootstrap_timeout_ms=self._patience_ms,
                group_id=self._group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                max_poll_records=1,  # what a poll brings has to be handled before the next one is due
                allow_auto_create_topics=False,
            )
            try:
                self._subscribe()
            except BaseException:
                self._consumer.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _subscribe(self) -> None:
        # Of a topic that we may not see, a poll would bring nothing, and no error.
        if not self._consumer.partitions_for_topic(self._topic):
            raise TopicAuthorizationFailedError(self._topic)
        self._consumer.subscribe([self._topic])

    def step(self, inbox: Inbox, *, timeout_s: float = 1.0) -> int:
        """Waits for the next message and has it handled; 1 where there was one.

        A handler that raises keeps the offset where it is, and what it raised goes on upwards: the next step brings
        the same message. Raises Unavailable, KeyRefused.
        """
        with _told():
            self._ask_after_silence()
            wait_s = timeout_s if self._consumer.assignment() else max(timeout_s, _JOINING_S)
            got = self._consumer.poll(timeout_ms=int(wait_s * 1000))
        self._quiet_s = 0.0 if got else self._quiet_s + wait_s
        for partition, batch in got.items():
            for one in batch:
                self._handle(inbox, partition, one)
        return sum(map(len, got.values()))

    def _handle(self, inbox: Inbox, partition: TopicPartition, one: Any) -> None:
        try:
            inbox.take(one.value or b"")
        except BaseException:
            self._consumer.seek(partition, one.offset)
            raise
        with _told():
            try:
                self._consumer.commit({partition: OffsetAndMetadata(one.offset + 1, "", -1)})
            except CommitFailedError:
                # The handler took longer than the group waits: whoever has the partition now gets the message again,
                # and drops it as known.
                log.warning("offset_not_moved topic=%s offset=%s", self._topic, one.offset)

    def run(self, inbox: Inbox, *, stop: threading.Event | None = None) -> None:
        """Steps until `stop`. A broker that is away is waited for; what a handler raises ends it."""
        stop = stop or threading.Event()
        while not stop.is_set():
            try:
                self.step(inbox)
            except Unavailable:
                log.warning("broker_unavailable topic=%s", self._topic)
                stop.wait(_JOINING_S)

    def _ask_after_silence(self) -> None:
        if self._quiet_s < _SILENCE_S:
            return
        self._quiet_s = 0.0
        asking = KafkaConsumer(**self._client, bootstrap_timeout_ms=_ASKING_MS)
        try:
            if not asking.partitions_for_topic(self._topic):
                raise TopicAuthorizationFailedError(self._topic)
        finally:
            asking.close()

    def close(self) -> None:
        """Leaves the group."""
        self._consumer.close()


class KafkaReports:
    """Writes `grid.reports.<department>`. A refusal is not answered on a topic: the hub logs its code."""

    def __init__(
        self,
        department: str,
        servers: str,
        *,
        prefix: str = "",
        security: Mapping[str, Any] | None = None,
        patience_s: float = 60.0,
    ) -> None:
        """As `KafkaWhistles`."""
        self._department: Final = department
        self._topic: Final = f"{prefix}grid.reports.{department}"
        self._patience_s: Final = patience_s
        with _told():
            self._producer = KafkaProducer(
                bootstrap_servers=servers.split(","),
                **dict(security or {}),
                bootstrap_timeout_ms=int(patience_s * 1000),
                max_block_ms=int(patience_s * 1000),
                delivery_timeout_ms=int(patience_s * 1000),
                request_timeout_ms=int(min(30.0, patience_s / 2) * 1000),
                acks="all",
                allow_auto_create_topics=False,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def report(self, whistle: Message | str, move: str, **said: Any) -> None:
        """Returns once the broker has it; the arguments are those of `Hub.report`. Raises Unavailable, KeyRefused."""
        body = said_of(whistle, move, **said)
        event = {
            "specversion": "1.0",
            "id": f"{self._department}/{body['nonce']}",
            "source": f"/{self._department}",
            "type": "grid.report.v1",
            "subject": whistle_id_of(whistle),
            "datacontenttype": "application/json",
            "data": body,
        }
        value = json.dumps(event, ensure_ascii=False).encode()
        with _told():
            sent = self._producer.send(self._topic, value, key=whistle_id_of(whistle).encode())
            sent.get(timeout=self._patience_s)

    def close(self) -> None:
        """Gives the connection back."""
        self._producer.close(timeout=10)


@contextmanager
def _told() -> Iterator[None]:
    """What kafka-python raises, as an error of ours; a handler's own errors pass."""
    try:
        yield
    except ClientError:
        raise
    except KafkaError as error:
        # kafka-python (3.0.12) wraps the refusal of a producer that may write nowhere into a plain KafkaError
        if isinstance(error, AuthorizationError) or "AuthorizationFailedError" in str(error):
            cause = "the broker does not let this account at its topic or group"
            raise KeyRefused(cause, "ask the hub's administrator: gridplus broker setup") from error
        if isinstance(error, SaslAuthenticationFailedError):
            raise KeyRefused("the broker does not take the password", "ask for a new one") from error
        # A refused password often looks like this too: kafka-python (3.0.12) sees the connection end, and no more.
        next_step = "check the address and the password, then try again"
        raise Unavailable(f"no answer from the broker ({type(error).__name__})", next_step) from error
