"""What a simulator is: a department's system that speaks its real protocol over a socket or a file.

It never calls the hub's functions. It is given utterances, what its department's people would have
entered, and lets them out in its protocol when their time has come on the scenario clock.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from hub.clock import Clock
from hub.model import Person, RequestType, Stage, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One thing a department's system has to say at one moment, in neutral terms.

    The simulator renders it in its own words, codes and coordinates. `code` and `code_table` are the
    source's own; positions are CGCS2000 degrees, which a simulator shifts into the system it declares.
    """

    at: datetime
    """When the system has it (scenario clock)."""
    ref: str
    second_ref: str = ""
    """Another number of the same report, where the source has two."""
    code: str
    code_table: str
    condition: str = ""
    occurred_at: datetime
    reported_at: datetime
    title: str = ""
    content: str = ""
    lon: float | None = None
    lat: float | None = None
    address: str = ""
    area_code: str = ""
    grid_code: str = ""
    device_ref: str = ""
    requester: Person | None = None
    secret: bool = False
    request_type: RequestType = RequestType.OTHER
    urgency: Urgency = Urgency.ROUTINE
    stage: Stage = Stage.RECEIVED
    revision: int = 0
    """0: first time told; higher: the same report, told again with a change."""
    accused_name: str = ""
    accused_uscc: str = ""
    defect: str = ""
    """Name of something nasty to do while saying it; each simulator documents the names it knows."""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSetup:
    """What a simulator is given: when, what to say, where to live, how to misbehave."""

    clock: Clock
    utterances: Sequence[Utterance] = ()
    """In order of `at`."""
    place: Path
    """An existing empty directory of its own (ferries, databases, uploads)."""
    seed: int = 0
    failures: tuple[str, ...] = ()
    """Named failure modes to switch on: `token_expires_mid_page`, `http_200_with_error`…"""
    hub_url: str = ""
    """The hub's `/in/<source>` prefix, for systems that push; "" while it is not known."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Shared secrets to use; made up from the seed where absent."""
    store_url: str = ""
    """SQLAlchemy URL of a database for sources that are views; "" means SQLite in `place`."""
    bus_url: str = ""
    """`kafka://host:port` of a broker for sources that are topics; "" where there is none to play on."""


class Simulator(Protocol):
    """A department's system to play with: starts on 127.0.0.1 with a port of its own choosing."""

    def start(self) -> Mapping[str, object]:
        """Starts, and returns the adapter configuration that reaches it (secrets in plain text)."""
        ...

    def push_to(self, hub_url: str) -> None:
        """From now on, pushes go there; a system that never pushes ignores this."""
        ...

    def said(self) -> int:
        """How many bodies have left so far, resends and nasty ones included."""
        ...

    def heard(self) -> Sequence[Mapping[str, str]]:
        """What was written back to it, oldest first; keys `ref`, `stage`, `nonce`, at least."""
        ...

    def done(self) -> bool:
        """True once every utterance has been let out."""
        ...

    def stop(self) -> None:
        """Stops within 5 s and gives everything back; may be called twice."""
        ...


Speak = Callable[[Utterance], None]
"""How a pushing simulator's own thread lets one utterance out."""
