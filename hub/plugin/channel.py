"""What a channel is: it brings one call to a duty phone through a gateway, and says how far it came.

Planning, order, repeats and words are the hub's. A channel is a small class with `send` and, where its gateway tells
later what became of a call, `follow`; the hub finds out by `isinstance`. The number is that of an office's duty phone;
the words hold no more than the department's grants allow in a stream.
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
    """A person pressed the key: the hub signs the whistle for its department."""
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
