"""What a channel is: it brings one call to a phone through a gateway, and says how far it came.

Planning, order, repeats and words are the hub's. A channel is a small class with `send` for duty phones and, where its
gateway tells later what became of a call, `follow`; with `write` or `connect` it also reaches residents whom a
department contacts through the hub. The hub finds out by `isinstance`. The number of a `Summons` is that of an office's
duty phone, and its words hold no more than the department's grants allow in a stream; the number of a `Letter` or a
`Bridge` is a resident's own: it goes to the gateway, and is neither kept nor logged.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel

from hub.plugin.adapter import Tools
from hub.plugin.simulator import Simulator, SimulatorSetup


class CallState(StrEnum):
    """How far a call came."""

    ACCEPTED = "accepted"
    """The gateway has it. That is not yet a phone that rang."""
    DELIVERED = "delivered"
    """The phone has it, and the gateway will know no more. That is not yet a person."""
    TAKEN = "taken"
    """A person is there: pressed the key, so that the hub signs the whistle for its department, or speaks on a bridge."""
    FAILED = "failed"
    """It reached nobody, and will not: busy, no answer, undelivered, no such number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summons:
    """One call for one emergency whistle."""

    id: str
    """Stable: after a crash the same call comes again under the same id, and the gateway must not ring twice."""
    whistle_id: str
    department: str
    """Whose duty phone it is."""
    level: str
    """In words, for people; "" where no grant gives it. So are the next two."""
    category: str
    place: str
    """Name of the subdistrict, never more."""
    text: str
    """All of it as one Chinese sentence, ready to be sent or read aloud."""
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message of a department to a resident. `id` as of `Summons`; `text` is all of it, in Chinese."""

    id: str
    text: str
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """One call of a department to a resident: first its own telephone rings, then the resident's.

    `id` as of `Summons`; `text` is read to the department before the resident's phone rings. Neither side is shown the
    other's number.
    """

    id: str
    text: str
    extension: str
    """The department's own telephone."""
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallReceipt:
    """How far the call came; `ref` is the gateway's own id for it, `detail` its own code, never a number or a name."""

    state: CallState
    ref: str = ""
    detail: str = ""


class Channel(Protocol):
    """One gateway. Made by `ChannelEntry.make`; opens nothing before first use."""

    def check(self) -> None:
        """Returns where the gateway answers as configured; raises SignInAgain, SourceGone, TryLater."""
        ...

    def send(self, call: Summons) -> CallReceipt:
        """Hands the call to the gateway; the same id again rings nobody again, and answers as before.

        Raises TryLater (asked again with the same id), Refused or SourceGone (this call fails, no other).
        """
        ...

    def close(self) -> None:
        """Gives back sockets; may be called twice."""
        ...


@runtime_checkable
class Follows(Protocol):
    """Can be asked what became of a call."""

    def follow(self, call_id: str, ref: str) -> CallReceipt:
        """How far the call of this id came by now; raises as `send` does."""
        ...


@runtime_checkable
class Writes(Protocol):
    """Can write to a resident."""

    def write(self, letter: Letter) -> CallReceipt:
        """Hands the message to the gateway; the same id again writes nobody twice. Raises as `send` does."""
        ...


@runtime_checkable
class Connects(Protocol):
    """Can connect a department's telephone with a resident's."""

    def connect(self, bridge: Bridge) -> CallReceipt:
        """Has the gateway dial both; the same id again dials nobody twice. Raises as `send` does.

        TAKEN: the resident answered.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEntry:
    """One channel as its distribution offers it."""

    name: str
    title: str
    """Chinese, for people."""
    config: type[BaseModel]
    """Strict pydantic model; secrets are `SecretStr`, which marks them in its JSON Schema."""
    make: Callable[[Any, Tools], Channel]
    """Gets an instance of `config`."""
    simulator: Callable[[SimulatorSetup], Simulator] | None = None
    samples: Path | None = None
    """Folder of `NN-what.call.json` with `NN-what.request.json`: a call, and what the gateway is asked then."""
    declares: Mapping[str, str] = field(default_factory=dict)
    """Dotted paths of what is sent to the gateway → `public`, `internal`, `personal`, `sensitive`."""
    interface: int = 1
