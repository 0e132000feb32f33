"""What an adapter is: it moves bytes and a cursor, and sorts a record's words into drafts.

Storing, retrying, stamping, locating, linking are the hub's. An adapter is a small class with
`normalise` and any of the capabilities below; the hub finds out by `isinstance`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import httpx
from pydantic import BaseModel

from hub.clock import Clock
from hub.model import Arrival, Draft, GridDraft, Stage
from hub.plugin.simulator import Simulator, SimulatorSetup


@dataclass(frozen=True, slots=True)
class Body:
    """One record as sent, byte for byte; `kind` is the adapter's own word for the sort of body."""

    content: bytes
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Admitted:
    """What the ingress filter lets in. `dropped` names what was cut, never its values."""

    content: bytes | None
    """None: nothing of it may be held; the record is `dead` with code R105."""
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A portion of records, and the place in the source after it.

    `cursor` is stored in the same transaction as `bodies`; the adapter sees it again at the next read,
    also after a crash. `more` asks for the next page at once instead of after the pause.
    """

    bodies: tuple[Body, ...]
    cursor: str
    more: bool = False


@dataclass(frozen=True, slots=True)
class PeerRequest:
    """An HTTP request from a source, as it came. Header names are lower case."""

    method: str
    path: str
    """Behind the source's own prefix, with a leading slash."""
    query: str
    headers: Mapping[str, str]
    body: bytes
    peer: str
    """Address of the other side."""
    known: bool = False
    """Whether the hub knows the sender as this source, by a key, token or certificate that it gave out: a protocol
    without a signature of its own lets in nobody else."""


@dataclass(frozen=True, slots=True)
class PeerReply:
    """An HTTP answer in the source's own protocol."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def _nothing() -> None:
    """What most requests need done once they are stored."""


@dataclass(frozen=True, slots=True)
class Received:
    """What a request held, what to answer once it is stored, and what to answer if storing fails.

    `stored` is called once the bodies are durable, and before `reply` goes out; never after a failure. There
    an adapter takes note of a request that it will let in only once: whoever got `failed` may send the very
    same request again. Two copies at the same moment may both be let in: the second one is a resend.
    """

    bodies: tuple[Body, ...]
    reply: PeerReply
    failed: PeerReply = PeerReply(503)
    stored: Callable[[], None] = _nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the hub tells a source about one of its reports."""

    source_ref: str
    part: str
    stage: Stage
    at: datetime
    text: str
    """Chinese, composed from fields, without a personal value."""
    department: str
    """Name of the department that answered."""
    nonce: str
    """Stable id of this answer: telling it twice must change nothing."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The source took the answer; `ref` is its own id for it, where it gives one."""

    ref: str = ""


class Adapter(Protocol):
    """One source, read by one plugin. Made by `AdapterEntry.make`; opens nothing before first use."""

    def check(self) -> None:
        """Returns where the source answers as configured; raises SignInAgain, SourceGone, TryLater."""
        ...

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """What the record says. Pure: the same bytes give the same drafts, in any process, at any time.

        Raises BadRecord (dead) or HeldRecord (held), with a pointer into the body and no value of it.
        """
        ...

    def close(self) -> None:
        """Gives back sockets and files; may be called twice."""
        ...


@runtime_checkable
class Filters(Protocol):
    """Has an ingress filter: the source may carry what the hub must never hold (invariant 5)."""

    def admit(self, body: Body) -> Admitted:
        """What of `body` may be stored. Pure, called before anything is stored or logged."""
        ...


@runtime_checkable
class Reads(Protocol):
    """Is asked for pages."""

    def read(self, cursor: str) -> Page:
        """The next page after `cursor` ("" at the beginning); an empty page where there is nothing new."""
        ...


@runtime_checkable
class Receives(Protocol):
    """Is sent requests by its source, under `/in/<source>/`."""

    def receive(self, request: PeerRequest) -> Received:
        """Checks who it is and what was sent; raises PeerRefused, whose `reply` is the protocol's own."""
        ...


@runtime_checkable
class Tends(Protocol):
    """Has a session to keep alive: registration, keep-alive, subscription."""

    def tend(self) -> float:
        """Does what is due now; returns the seconds after which it wants to be called again."""
        ...


@runtime_checkable
class Tells(Protocol):
    """Can be told progress and results."""

    def tell(self, answer: Answer) -> Receipt:
        """Writes back; raises TryLater (again later), Refused or SourceGone (this answer fails, no other)."""
        ...


@dataclass(frozen=True, slots=True)
class Listed:
    """One report as the source's own list names it."""

    ref: str
    """As `Draft.source_ref`."""
    version: str = ""
    """As `Draft.version`; "" where the list does not tell it."""


@runtime_checkable
class Lists(Protocol):
    """Can name what it holds, for reconciliation."""

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """What changed from `since` on and before `until`, in any order, each number once. More than that may be
        named, where the source cannot say when something changed; less may not."""
        ...


@runtime_checkable
class Fetches(Protocol):
    """Can be asked for single reports by number, for what got lost on the way."""

    def fetch(self, refs: Sequence[str]) -> Iterator[Body]:
        """The reports of these numbers as they stand now, as bodies that `normalise` reads, in any order; those that
        are not there are left out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the hub lends an adapter, so that it needs no global of its own."""

    source: str
    """The source's name in the pack: one plugin may serve several sources."""
    clock: Clock
    http: Callable[..., httpx.Client]
    """Makes a client with the hub's time-outs and limits; takes httpx.Client's keyword arguments."""
    nonce: Callable[[], str]
    """A fresh 32-digit hex string; seeded under test."""
    public_url: str = ""
    """Where this source's own `/in/<source>` prefix is reached from outside; "" where it is not."""
    place: str = ""
    """A directory of the adapter's own for small state, "" where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterEntry:
    """One adapter as its distribution offers it."""

    name: str
    title: str
    """Chinese, for people."""
    config: type[BaseModel]
    """Strict pydantic model; secrets are `SecretStr`, which marks them in its JSON Schema."""
    make: Callable[[Any, Tools], Adapter]
    """Gets an instance of `config`."""
    simulator: Callable[[SimulatorSetup], Simulator] | None = None
    samples: Path | None = None
    """Folder of `NN-what.raw.*` with `NN-what.event.json`."""
    declares: Mapping[str, str] = field(default_factory=dict)
    """Dotted paths of the source's fields → `public`, `internal`, `personal`, `sensitive`."""
    interface: int = 1
    cannot_tell: bool = False
    """True where nothing can ever be written back (one-way ferry)."""
    skips: Mapping[str, str] = field(default_factory=dict)
    """Name of a check of `gridplus plugin check` → why it cannot be run on this plugin, in a sentence."""
    owner: str = ""
    """Who is called when it fails: a team, never a person."""
