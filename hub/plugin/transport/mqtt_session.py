"""One lasting session with an MQTT 3.1.1 broker: what it holds for us is taken, and acknowledged only when we are told to.

The session outlives the connection: clean session off, one client id, QoS 1. No thread: whoever calls drives the client,
so nothing is taken off the broker that nobody asked for, and a source that is paused leaves everything there. Rules:
domain.md N74, N75.
"""

import select
import ssl
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from hub.errors import FixSettings, HubError, SignInAgain, SourceGone, TryLater

if TYPE_CHECKING:
    from paho.mqtt.client import Client

_PATIENCE_S: Final = 5.0
"""For each answer of the broker, real seconds."""
_KEEPALIVE_S: Final = 60
_BETWEEN_S: Final = 0.005
"""Between two messages that follow each other: a page of one costs as much as a page of twenty."""
_REMEMBERED: Final = 1000
"""More than a broker has on its way at a time, and far less than the 65,535 after which it counts anew."""
_FAILED: Final = 128
"""A granted QoS from here on is a refusal (MQTT 3.1.1, 3.9.3)."""
_SIGN_IN: Final = frozenset({134, 135})
_BUSY: Final = frozenset({136, 137, 151, 159})
"""Reasons that pass: server unavailable, busy, over a quota, over a rate (numbered as in MQTT 5, which the client uses)."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came."""

    topic: str
    payload: bytes
    mid: int = 0
    """What the broker knows it by until it is acknowledged; 0 for QoS 0, of which it knows nothing more."""
    retained: bool = False
    """Whether it stood there before we subscribed."""

    @property
    def digest(self) -> bytes:
        """What tells it from others under the same number."""
        return blake2b(self.topic.encode() + b"\0" + self.payload, digest_size=8).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where it is, and who we are to it."""

    url: str
    """`mqtt://host:port`, or `mqtts://` for TLS."""
    client_id: str
    topics: Sequence[str]
    user: str = ""
    password: str = ""
    ca_file: str = ""
    """Certificates to trust instead of the system's."""


class Session:
    """Opens nothing before `open`. For one thread at a time."""

    def __init__(self, broker: Broker) -> None:
        self._broker: Final = broker
        self._client: Client | None = None
        self._arrived: Final[deque[Message]] = deque()
        self._unacknowledged: Final[dict[int, Message]] = {}
        self._acknowledged: Final[OrderedDict[int, bytes]] = OrderedDict()
        """The last ones: a copy that was on its way, or whose acknowledgement was not, is no new message."""
        self._granted: Sequence[int] | None = None
        self._answer: tuple[int, bool] | None = None

    def open(self) -> None:
        """Sees to it that there is a connection, with our topics subscribed.

        Raises TryLater S101 (no answer), S105 (busy), SignInAgain S106, SourceGone S140 (a topic is refused) or S141
        (the broker refuses us for good), FixSettings C108 where the client is not installed.
        """
        if self._client is not None:
            return
        client = self._made()
        where = urlsplit(self._broker.url)
        try:
            if where.scheme == "mqtts":
                client.tls_set_context(ssl.create_default_context(cafile=self._broker.ca_file or None))
            client.connect(
                where.hostname or "", where.port or (8883 if where.scheme == "mqtts" else 1883), _KEEPALIVE_S
            )
        except (OSError, ValueError):
            raise TryLater("S101") from None
        self._client, self._answer, self._granted = client, None, None
        try:
            self._sign_in()
            self._subscribe()
        except HubError:
            self.close()
            raise

    def take(self, most: int, *, wait_s: float = 0.0) -> list[Message]:
        """Up to `most` messages that are here by now; where none is, up to `wait_s` are waited for one.

        Raises TryLater S101 where the connection is lost and nothing came before.
        """
        ends = time.monotonic() + wait_s
        while self._client is not None and len(self._arrived) < most:
            rest_s = _BETWEEN_S if self._arrived else max(0.0, ends - time.monotonic())
            if not self._turn(rest_s):
                break
        if self._client is None and not self._arrived:
            raise TryLater("S101")
        return [self._arrived.popleft() for _ in range(min(most, len(self._arrived)))]

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """The broker need not keep these. One that cannot be told now comes again, and is told then."""
        for message in messages:
            if self._client is None or self._unacknowledged.get(message.mid) is not message:
                continue
            self._client.ack(message.mid, 1)
            del self._unacknowledged[message.mid]
            self._acknowledged[message.mid] = message.digest
            if len(self._acknowledged) > _REMEMBERED:
                self._acknowledged.popitem(last=False)

    def close(self) -> None:
        """Leaves; the session stays with the broker, and so does all that was not acknowledged."""
        client, self._client = self._client, None
        if client is not None:
            client.disconnect()

    # --- inside

    def _made(self) -> "Client":
        try:
            from paho.mqtt.client import Client, MQTTv311
            from paho.mqtt.enums import CallbackAPIVersion
        except ImportError:
            raise FixSettings("C108", what="paho-mqtt (gridplus-hub[mqtt])") from None
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._broker.client_id,
            clean_session=False,
            protocol=MQTTv311,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = _PATIENCE_S
        if self._broker.user:
            client.username_pw_set(self._broker.user, self._broker.password)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = self._message
        return client

    def _sign_in(self) -> None:
        self._wait_for(lambda: self._answer is not None)
        code, is_known = self._answer or (0, False)
        if code in _SIGN_IN:
            raise SignInAgain("S106")
        if code in _BUSY:
            raise TryLater("S105")
        if code >= _FAILED:
            raise SourceGone("S141")
        if not is_known:  # it numbers anew: what we hold under old numbers is ours alone
            self._unacknowledged.clear()
            self._acknowledged.clear()

    def _subscribe(self) -> None:
        assert self._client is not None  # noqa: S101  just opened
        self._client.subscribe([(topic, 1) for topic in self._broker.topics])
        self._wait_for(lambda: self._granted is not None)
        for topic, granted in zip(self._broker.topics, self._granted or (), strict=False):
            if granted >= _FAILED:
                raise SourceGone("S140", topic=topic)

    def _wait_for(self, condition: Callable[[], bool]) -> None:
        ends = time.monotonic() + _PATIENCE_S
        while not condition():
            rest_s = ends - time.monotonic()
            if rest_s <= 0 or self._client is None:
                raise TryLater("S101")
            self._turn(rest_s)

    def _turn(self, wait_s: float) -> bool:
        """One look at the connection; False where nothing came, also where it is lost."""
        client = self._client
        if client is None:
            return False
        came = self._is_readable(client, wait_s)
        lost = bool(came and client.loop_read())
        lost = lost or bool(client.want_write() and client.loop_write())
        lost = lost or bool(client.loop_misc()) or client.socket() is None
        if lost:
            self._client = None
        return came and not lost

    @staticmethod
    def _is_readable(client: "Client", wait_s: float) -> bool:
        link: Any = client.socket()
        if link is None:
            return False
        if isinstance(link, ssl.SSLSocket) and link.pending():
            return True
        poll = select.poll()  # select() ends at 1,024 open files
        poll.register(link, select.POLLIN)
        return bool(poll.poll(wait_s * 1000))

    # --- what the client calls

    def _connected(self, _client: Any, _data: Any, flags: Any, reason: Any, _properties: Any) -> None:
        self._answer = (int(reason.value), bool(flags.session_present))

    def _subscribed(self, _client: Any, _data: Any, _mid: int, reasons: Any, _properties: Any) -> None:
        self._granted = [int(one.value) for one in reasons]

    def _message(self, client: Any, _data: Any, said: Any) -> None:
        message = Message(said.topic, bytes(said.payload), said.mid if said.qos else 0, bool(said.retain))
        if not message.mid:
            self._arrived.append(message)
            return
        held = self._unacknowledged.get(message.mid)
        if held is not None and held.digest == message.digest:
            return  # it comes again, since it is not acknowledged; we have it
        if said.dup and self._acknowledged.get(message.mid) == message.digest:
            client.ack(message.mid, 1)
            return
        self._acknowledged.pop(message.mid, None)  # another message under a number that is free again
        self._unacknowledged[message.mid] = message
        self._arrived.append(message)
