"""A plugin that does what its records tell it to: for tests of what a plugin can do to the hub."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, SecretStr

from hub import Arrival, BadRecord, Code, Draft, GridDraft, TryLater
from hub.errors import PeerRefused
from hub.plugin import (
    AdapterEntry,
    Answer,
    Body,
    Listed,
    Page,
    PeerReply,
    PeerRequest,
    Receipt,
    Received,
    Tools,
    hookimpl,
)


class NaughtyConfig(BaseModel):
    """Its settings."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    secret: SecretStr = SecretStr("")


class Naughty:
    """Every capability; a body's words say what it does."""

    def __init__(self, config: NaughtyConfig, tools: Tools) -> None:
        self._config, self._tools = config, tools
        self._stored: list[str] = []

    def check(self) -> None:
        raise TryLater("S102", status=503)

    def read(self, cursor: str) -> Page:
        match cursor:
            case "environment":
                names = sorted(name for name in os.environ if name.startswith("GRIDPLUS"))
                return Page((Body(" ".join(names).encode()),), "end")
            case "secret":
                return Page((Body(self._config.secret.get_secret_value().encode()),), "end")
            case "gone":
                os._exit(4)
            case "sleep":
                threading.Event().wait()
        return Page((Body(b"\x00\xff" * 10, "bytes"),), cursor + "1", more=True)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        match body.content:
            case b"exit":
                sys.exit(3)
            case b"gone":
                os._exit(4)
            case b"leak":
                return [Draft(source_ref=str(len(bytearray(4 << 30))), category=Code("t", "1"))]
            case b"raise":
                raise ZeroDivisionError(body.content.decode())
            case b"bad":
                raise BadRecord("R102", pointer="/words")
            case b"print":
                print("x" * 100_000)
                os.write(1, b"y" * 1000)
            case b"fork":
                subprocess.Popen(
                    [sys.executable, "-c", f"import time; time.sleep(600)  # {self._tools.source}"]
                )
            case b"spin":
                while True:
                    time.monotonic()
        words = body.content.decode("utf-8", "replace")
        return [
            Draft(source_ref="1", category=Code("t", "1"), content=words, reported_at=arrival.received_at)
        ]

    def receive(self, request: PeerRequest) -> Received:
        if request.path == "/refused":
            raise PeerRefused("P101", status=401, body=b"no", headers={"x": "y"})
        return Received(
            (Body(request.body),), PeerReply(200, b"ok"), stored=lambda: self._stored.append(request.path)
        )

    def tend(self) -> float:
        return 7.5

    def tell(self, answer: Answer) -> Receipt:
        return Receipt(" ".join(self._stored) + answer.nonce)

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        yield Listed("1", min(since, until).isoformat())

    def fetch(self, refs: Sequence[str]) -> Iterator[Body]:
        yield from (Body(ref.encode()) for ref in refs)

    def close(self) -> None:
        threading.Event().wait(600)


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """Two of them: one as a class, one whose abilities only its maker knows."""
    yield AdapterEntry(name="naughty", title="顽皮", config=NaughtyConfig, make=Naughty)
    yield AdapterEntry(
        name="naughty_made",
        title="顽皮",
        config=NaughtyConfig,
        make=lambda config, tools: Naughty(config, tools),
    )
