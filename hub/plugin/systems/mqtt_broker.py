"""A small MQTT 3.1.1 broker on 127.0.0.1, for playing: sessions outlive their connections, and so does what was not
acknowledged.

It does what adapters rely on, as Mosquitto does it (the same cases run on both): clean session off, QoS 0 and 1, retained
messages, the older of two connections under one client id ends, unacknowledged messages come again in their order.
Nothing is kept on disk.
"""

import ssl
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from hub.plugin.systems.mqtt_links import Link, Links
from hub.plugin.systems.mqtt_packets import (
    Connect,
    Kind,
    Malformed,
    Publish,
    connack_bytes,
    connect_in,
    matches,
    numbered,
    packet,
    publish_bytes,
    publish_in,
    subscribe_in,
    unsubscribe_in,
)

_IN_FLIGHT: Final = 20
"""Unacknowledged messages of one session at a time, as Mosquitto's `max_inflight_messages`."""
_REFUSED: Final = 5
"""3.2.2.3: not authorised."""
_NOT_GRANTED: Final = 0x80
"""3.9.3."""


@dataclass(slots=True)
class _Session:
    """What the broker keeps of one client id."""

    clean: bool
    filters: dict[str, int] = field(default_factory=dict)
    waiting: deque[Publish] = field(default_factory=deque)
    in_flight: "OrderedDict[int, Publish]" = field(default_factory=OrderedDict)
    last_mid: int = 0
    link: Link | None = None

    @property
    def unacknowledged(self) -> int:
        return len(self.waiting) + len(self.in_flight)

    def next_mid(self) -> int:
        """A number that no message in flight has; never 0 (2.3.1)."""
        while True:
            self.last_mid = self.last_mid % 0xFFFF + 1
            if self.last_mid not in self.in_flight:
                return self.last_mid


class Broker:
    """Listens from `start` to `stop`. All methods may be called from any thread."""

    def __init__(
        self,
        *,
        user: str = "",
        password: str = "",
        tls: ssl.SSLContext | None = None,
        forbidden: tuple[str, ...] = (),
        refuse: Callable[[Connect], int] = lambda _: 0,
        acknowledged: Callable[[Publish], None] = lambda _: None,
    ) -> None:
        """With a `user`, only who shows the password comes in; nobody may subscribe to `forbidden` filters. `refuse` gives the code with which a connection is
        refused, 0 for none; `acknowledged` is told of each message of QoS 1 that ends."""
        self._user, self._password, self._tls = user, password, tls
        self._forbidden, self._refuse, self._told = forbidden, refuse, acknowledged
        self._sessions: Final[dict[str, _Session]] = {}
        self._retained: Final[dict[str, Publish]] = {}
        self._asked: Final = {
            Kind.PUBLISH: self._publish,
            Kind.PUBACK: self._puback,
            Kind.SUBSCRIBE: self._subscribe,
            Kind.UNSUBSCRIBE: self._unsubscribe,
            Kind.PINGREQ: self._ping,
        }
        self.lock: Final = threading.RLock()
        self._links: Links | None = None
        self.url = ""
        """`mqtt://127.0.0.1:<port>`, once started."""
        self.connections = 0

    def start(self) -> str:
        """Listens; returns `url`."""
        self._links = Links(self.take, self.left, self._tls)
        self.url = f"{'mqtts' if self._tls else 'mqtt'}://127.0.0.1:{self._links.port}"
        return self.url

    def stop(self) -> None:
        """Ends all connections; may be called twice."""
        links, self._links = self._links, None
        if links:
            links.close()

    def hang_up(self) -> None:
        """Every connection breaks; sessions stay."""
        if self._links:
            self._links.hang_up()

    def expect(self, client_id: str, *filters: str) -> None:
        """A session as if this client had subscribed once and gone away."""
        with self.lock:
            session = self._sessions.setdefault(client_id, _Session(clean=False))
            session.filters.update(dict.fromkeys(filters, 1))

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """As if a client had published it."""
        with self.lock:
            message = Publish(topic, payload, qos)
            if retain:
                self._retain(message)
            for session in self._sessions.values():
                granted = [wanted for one, wanted in session.filters.items() if matches(one, topic)]
                if granted:
                    self._give(session, replace(message, qos=min(qos, max(granted))))

    def outstanding(self, client_id: str) -> int:
        """Messages that this client has not acknowledged."""
        with self.lock:
            session = self._sessions.get(client_id)
            return session.unacknowledged if session else 0

    # --- inside

    def _retain(self, message: Publish) -> None:
        if message.payload:
            self._retained[message.topic] = message
        else:
            self._retained.pop(message.topic, None)

    def _give(self, session: _Session, message: Publish) -> None:
        """Sends it, or keeps it for later; QoS 0 is for who is there."""
        if message.qos == 0:
            if session.link:
                session.link.send(publish_bytes(message))
            return
        session.waiting.append(message)
        self._fill(session)

    def _fill(self, session: _Session) -> None:
        while session.link and session.waiting and len(session.in_flight) < _IN_FLIGHT:
            message = replace(session.waiting.popleft(), mid=session.next_mid())
            session.in_flight[message.mid] = message
            session.link.send(publish_bytes(message))

    def _admit(self, link: Link, asked: Connect) -> bool:
        """Takes a client in, or refuses it; what it has not acknowledged comes again (4.4)."""
        self.connections += 1
        code = self._refuse(asked)
        if not code and self._user and (asked.user, asked.password) != (self._user, self._password):
            code = _REFUSED
        known = self._sessions.get(asked.client_id)
        if code:
            link.send(connack_bytes(code, session_present=False))
            return False
        if known and known.link:
            known.link.hang_up()
        is_kept = known is not None and not known.clean and not asked.clean
        session = known if known and is_kept else _Session(clean=asked.clean)
        self._sessions[asked.client_id] = session
        session.link = link
        link.send(connack_bytes(0, session_present=is_kept))
        for message in session.in_flight.values():
            link.send(publish_bytes(replace(message, dup=True)))
        self._fill(session)
        return True

    def take(self, link: Link, kind: int, flags: int, body: bytes) -> bool:
        """Does what a packet asks for; False where the client leaves."""
        with self.lock:
            session = next((one for one in self._sessions.values() if one.link is link), None)
            if session is None:
                return kind == Kind.CONNECT and self._admit(link, connect_in(body))
            if kind == Kind.DISCONNECT:
                return False
            if kind not in self._asked:
                raise Malformed
            self._asked[Kind(kind)](link, session, flags, body)
            return True

    def _publish(self, link: Link, _session: _Session, flags: int, body: bytes) -> None:
        said = publish_in(flags, body)
        if said.qos:
            link.send(numbered(Kind.PUBACK, said.mid))
        self.publish(said.topic, said.payload, qos=said.qos, retain=said.retain)

    def _puback(self, _link: Link, session: _Session, _flags: int, body: bytes) -> None:
        ended = session.in_flight.pop(int.from_bytes(body, "big"), None)
        if ended:
            self._told(ended)
        self._fill(session)

    def _unsubscribe(self, link: Link, session: _Session, _flags: int, body: bytes) -> None:
        mid, filters = unsubscribe_in(body)
        for one in filters:
            session.filters.pop(one, None)
        link.send(numbered(Kind.UNSUBACK, mid))

    def _ping(self, link: Link, _session: _Session, _flags: int, _body: bytes) -> None:
        link.send(packet(Kind.PINGRESP))

    def _subscribe(self, link: Link, session: _Session, _flags: int, body: bytes) -> None:
        mid, wanted = subscribe_in(body)
        granted = {one: min(qos, 1) for one, qos in wanted if one not in self._forbidden}
        session.filters.update(granted)
        link.send(numbered(Kind.SUBACK, mid, bytes(granted.get(one, _NOT_GRANTED) for one, _ in wanted)))
        for one, qos in granted.items():
            for message in [kept for topic, kept in self._retained.items() if matches(one, topic)]:
                self._give(session, replace(message, qos=min(qos, message.qos), retain=True))

    def left(self, link: Link) -> None:
        """A connection has ended; a clean session ends with it."""
        with self.lock:
            for client_id, session in list(self._sessions.items()):
                if session.link is link:
                    session.link = None
                    if session.clean:
                        del self._sessions[client_id]
