"""What goes through the pipe: one frame a call and one an answer, each with its number, so that calls may overlap.

A frame is four bytes of length and MessagePack behind. Both ends are of one hub, started from one installation.
"""

import struct
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, Final

import msgspec

from hub.errors import (
    BadRecord,
    Bug,
    FixSettings,
    HeldRecord,
    HubError,
    PeerRefused,
    Refused,
    SignInAgain,
    SourceGone,
    TryLater,
)
from hub.model import Arrival, Draft, GridDraft
from hub.plugin.adapter import Admitted, Answer, Body, Listed, Page, PeerReply, PeerRequest, Receipt

MOST_BYTES: Final = 256 * 1024 * 1024
"""Of one frame; a page of the largest bodies stays below."""
_LENGTH: Final = struct.Struct(">I")
_KINDS: Final[dict[str, type[HubError]]] = {
    one.__name__: one
    for one in (
        TryLater,
        SignInAgain,
        SourceGone,
        PeerRefused,
        BadRecord,
        HeldRecord,
        Refused,
        FixSettings,
        Bug,
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Birth:
    """The first thing that the process hears."""

    module: str
    """Entry point: the module whose hooks offer the adapter."""
    adapter: str
    config: dict[str, Any]
    """As the settings have it, secrets in plain text."""
    source: str
    place: str
    public_url: str
    path: str = ""
    """A folder in front of Python's path, where the module lies in none of the installed ones."""
    clock: tuple[str, float, float] | None = None
    """Scenario clock: start (ISO 8601), speed, origin; None: the machine's."""
    memory_bytes: int
    files: int


@dataclass(frozen=True, slots=True)
class Born:
    """The first thing that it says: which of the interface's methods the adapter has."""

    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """An error of the hub's tree, on its way through the pipe."""

    kind: str
    code: str
    pointer: str = ""
    facts: dict[str, str | int | float] = field(default_factory=dict)
    status: int = 0
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One adapter that a plugin offers: its `AdapterEntry`, as far as that is no code."""

    module: str
    title: str
    schema: dict[str, Any]
    """JSON Schema of its configuration."""
    declares: dict[str, str]
    interface: int
    cannot_tell: bool
    skips: dict[str, str]
    owner: str


@dataclass(frozen=True, slots=True)
class Offering:
    """All that one plugin offers, by name, and why some of it is refused."""

    adapters: dict[str, Described]
    refused: list[Told]


@dataclass(frozen=True, slots=True)
class Call:
    """`method` with its arguments, packed by `ARGUMENTS`."""

    number: int
    method: str
    arguments: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """What came of call `number`: a value, an error of the hub's tree, or the name of another one's type."""

    number: int
    value: bytes = b""
    error: Told | None = None
    crash: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """One of the two sorts of draft."""

    draft: Draft | None = None
    grid: GridDraft | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """`Received` without its callback: `note` is the number under which the process keeps it."""

    bodies: tuple[Body, ...]
    reply: PeerReply
    failed: PeerReply
    note: int


ARGUMENTS: Final[dict[str, Any]] = {
    "check": tuple[()],
    "normalise": tuple[Body, Arrival],
    "admit": tuple[Body],
    "read": tuple[str],
    "receive": tuple[PeerRequest],
    "stored": tuple[int],
    "tend": tuple[()],
    "tell": tuple[Answer],
    "inventory": tuple[datetime, datetime],
    "fetch": tuple[list[str]],
    "close": tuple[()],
}
"""Method → the types of its arguments."""
VALUES: Final[dict[str, Any]] = {
    "check": None,
    "normalise": list[Made],
    "admit": Admitted,
    "read": Page,
    "receive": Kept,
    "stored": None,
    "tend": float,
    "tell": Receipt,
    "inventory": list[Listed],
    "fetch": list[Body],
    "close": None,
}
"""Method → the type of what comes back."""


def pack(value: Any) -> bytes:
    """`value` as it goes through the pipe."""
    return msgspec.msgpack.encode(value)


def unpack(kind: Any, packed: bytes) -> Any:
    """What `pack` was given; raises ValueError where it is none of `kind`."""
    return msgspec.msgpack.decode(packed, type=kind)


def write(pipe: BinaryIO, value: Any) -> None:
    """One frame; raises OSError where nobody reads."""
    packed = pack(value)
    pipe.write(_LENGTH.pack(len(packed)) + packed)
    pipe.flush()


def read(pipe: BinaryIO, kind: Any) -> Any:
    """The next frame; raises EOFError where there is none any more, ValueError for one that is too large or no `kind`."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    if length > MOST_BYTES:
        raise ValueError("frame")
    packed = pipe.read(length)
    if len(packed) < length:
        raise EOFError
    return unpack(kind, packed)


def told(error: HubError) -> Told:
    """`error` for the pipe. A kind that is none of the hub's own goes as what it is a kind of."""
    kind = next((one.__name__ for one in type(error).__mro__ if one.__name__ in _KINDS), TryLater.__name__)
    if isinstance(error, PeerRefused):
        return Told(kind, error.code, status=error.status, body=error.body, headers=dict(error.headers))
    return Told(kind, error.code, error.pointer, dict(error.facts))


def raised(one: Told) -> HubError:
    """The error that `told` was given."""
    kind = _KINDS.get(one.kind, TryLater)
    if issubclass(kind, PeerRefused):
        return kind(one.code, status=one.status, body=one.body, headers=one.headers)
    return kind(one.code, pointer=one.pointer, **one.facts)
