"""MQTT 3.1.1 on the wire, as far as a broker for playing needs it: packets to and from bytes. Pure.

OASIS MQTT 3.1.1; section numbers stand beside the rules. QoS 2 is not spoken, as most devices do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

_LONGEST: Final = 4
"""Bytes of a length, 2.2.3."""


class Kind(IntEnum):
    """Control packets, 2.2.1."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14


class Malformed(Exception):  # noqa: N818  the other side's mistake
    """Raised for bytes that are no packet: the connection ends (4.8)."""


@dataclass(frozen=True, slots=True)
class Connect:
    """Who wants to come in (3.1)."""

    client_id: str
    clean: bool
    keepalive_s: int
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Publish:
    """One message (3.3)."""

    topic: str
    payload: bytes
    qos: int = 0
    mid: int = 0
    dup: bool = False
    retain: bool = False


class _Reader:
    """Takes fields off a packet's body."""

    def __init__(self, body: bytes) -> None:
        self._body: Final = body
        self._at = 0

    def take(self, count: int) -> bytes:
        piece = self._body[self._at : self._at + count]
        if len(piece) < count:
            raise Malformed
        self._at += count
        return piece

    def number(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def data(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        try:
            return self.data().decode()
        except UnicodeDecodeError:
            raise Malformed from None

    def rest(self) -> bytes:
        return self.take(len(self._body) - self._at)

    @property
    def ended(self) -> bool:
        return self._at >= len(self._body)


def connect_in(body: bytes) -> Connect:
    """What a CONNECT holds; a last will is read over."""
    reader = _Reader(body)
    if reader.text() != "MQTT" or reader.take(1) != b"\x04":
        raise Malformed
    flags = reader.take(1)[0]
    keepalive_s, client_id = reader.number(), reader.text()
    if flags & 0x04:
        reader.data(), reader.data()
    user = reader.text() if flags & 0x80 else ""
    password = reader.text() if flags & 0x40 else ""
    return Connect(client_id, bool(flags & 0x02), keepalive_s, user, password)


def publish_in(flags: int, body: bytes) -> Publish:
    """What a PUBLISH holds."""
    reader, qos = _Reader(body), flags >> 1 & 3
    if qos > 1:
        raise Malformed
    topic = reader.text()
    mid = reader.number() if qos else 0
    return Publish(topic, reader.rest(), qos, mid, bool(flags & 8), bool(flags & 1))


def subscribe_in(body: bytes) -> tuple[int, Sequence[tuple[str, int]]]:
    """Number and (filter, wanted QoS) of a SUBSCRIBE."""
    reader = _Reader(body)
    mid, wanted = reader.number(), list[tuple[str, int]]()
    while not reader.ended:
        wanted.append((reader.text(), reader.take(1)[0]))
    return mid, wanted


def unsubscribe_in(body: bytes) -> tuple[int, Sequence[str]]:
    """Number and filters of an UNSUBSCRIBE."""
    reader = _Reader(body)
    mid, filters = reader.number(), list[str]()
    while not reader.ended:
        filters.append(reader.text())
    return mid, filters


def packet(kind: Kind, body: bytes = b"", flags: int = 0) -> bytes:
    """A whole packet."""
    return bytes([kind << 4 | flags]) + _length(len(body)) + body


def publish_bytes(one: Publish) -> bytes:
    """The PUBLISH of `one`."""
    flags = one.dup << 3 | one.qos << 1 | one.retain
    mid = one.mid.to_bytes(2, "big") if one.qos else b""
    return packet(Kind.PUBLISH, _data(one.topic.encode()) + mid + one.payload, flags)


def connack_bytes(code: int, *, session_present: bool) -> bytes:
    """The answer to a CONNECT; `code` as in 3.2.2.3."""
    return packet(Kind.CONNACK, bytes([session_present and not code, code]))


def numbered(kind: Kind, mid: int, more: bytes = b"") -> bytes:
    """A packet that answers the one numbered `mid`."""
    return packet(kind, mid.to_bytes(2, "big") + more)


def matches(pattern: str, topic: str) -> bool:
    """Whether the filter lets the topic through (4.7); topics of the broker's own begin with `$`."""
    levels, parts = pattern.split("/"), topic.split("/")
    if topic.startswith("$") and levels[0] in ("+", "#"):
        return False
    for at, level in enumerate(levels):
        if level == "#":
            return True
        if at >= len(parts) or level not in ("+", parts[at]):
            return False
    return len(levels) == len(parts)


def length_in(head: bytes) -> int | None:
    """The length that these bytes encode, None where they end before it does; raises Malformed for more than four."""
    length = 0
    for at, one in enumerate(head):
        length |= (one & 0x7F) << 7 * at
        if not one & 0x80:
            return length
    if len(head) >= _LONGEST:
        raise Malformed
    return None


def _length(length: int) -> bytes:
    told = bytearray()
    while True:
        length, low = length >> 7, length & 0x7F
        told.append(low | (0x80 if length else 0))
        if not length:
            return bytes(told)


def _data(content: bytes) -> bytes:
    return len(content).to_bytes(2, "big") + content
