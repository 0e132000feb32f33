"""Raw bodies of all five sources, as they come through the adapters' doors: for bench and drills.

The simulators speak their real protocols over sockets and files; what the adapters take in is kept in
memory instead of being stored.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import hub.pack
from hub.clock import ScenarioClock
from hub.demo.scenario import Scenario, make
from hub.errors import PeerRefused, TryLater
from hub.pack import Pack
from hub.plugin import (
    Adapter,
    Body,
    Page,
    PeerReply,
    PeerRequest,
    Reads,
    Receives,
    SimulatorSetup,
    Tends,
    Tools,
)
from hub.plugin.lent import http_client
from hub.plugin.peer_handler import PeerHandler
from hub.plugin.registry import Registry

_PER_MATTER: Final = 1.85
"""Reports a matter in the demo's mix, measured; only steers how many matters are made."""
_LONGEST_S: Final = 150.0


@dataclass(frozen=True, slots=True)
class Bodies:
    """Source → bodies in order of arrival, and the adapter configuration that normalises them."""

    by_source: Mapping[str, Sequence[Body]]
    configs: Mapping[str, Mapping[str, Any]]


def collect(events: int, seed: int, place: Path) -> Bodies:
    """About `events` bodies, the same for the same seed."""
    pack = hub.pack.load()
    start = pack.manifest.starts_at
    scenario = make(
        pack, start=start, length=timedelta(hours=8), matters=int(events / _PER_MATTER), seed=seed
    )
    return speak(scenario, pack, seed=seed, place=place)


def speak(scenario: Scenario, pack: Pack, *, seed: int, place: Path, bus_url: str = "") -> Bodies:
    """All that the systems of `scenario` have to say, an hour after its end; `place` is an empty directory, `bus_url` of a
    broker where one of them is a topic."""
    clock = ScenarioClock(scenario.ends_at + timedelta(hours=1), 1.0)
    registry = Registry.load()
    bodies: dict[str, Sequence[Body]] = {}
    configs: dict[str, Mapping[str, Any]] = {}
    for source, said in scenario.utterances.items():
        entry = registry.entry(pack.sources[source].plugin)
        home = place / source
        (home / "own").mkdir(parents=True)
        (home / "adapter").mkdir()
        if entry.simulator is None:
            continue
        with ExitStack() as stack:
            simulator = entry.simulator(
                SimulatorSetup(clock=clock, utterances=said, place=home / "own", seed=seed, bus_url=bus_url)
            )
            configs[source] = dict(simulator.start())
            stack.callback(simulator.stop)
            door = _Door()
            stack.callback(door.close)
            tools = Tools(
                source=source,
                clock=clock,
                http=http_client,
                nonce=_nonces(),
                public_url=door.url,
                place=str(home / "adapter"),
            )
            adapter = entry.make(entry.config.model_validate(configs[source]), tools)
            stack.callback(adapter.close)
            door.open(adapter)
            simulator.push_to(door.url)
            bodies[source] = _drain(adapter, simulator.done, door)
    return Bodies(bodies, configs)


def _nonces() -> Any:
    counter = iter(range(1, 1_000_000_000))
    return lambda: f"{next(counter):032x}"


def _drain(adapter: Adapter, done: Any, door: "_Door") -> list[Body]:
    """Reads until the simulator has said everything and a whole pass over it brought nothing more.

    A source that is read in passes moves its cursor for ever: a pass ends with a page that wants no next one.
    """
    got: list[Body] = []
    cursor, is_quiet, ends = "", False, time.monotonic() + _LONGEST_S
    while time.monotonic() < ends:
        finished = done()  # asked before the page is read: what is let out in between comes with the next
        try:
            if isinstance(adapter, Tends):
                adapter.tend()
            page = adapter.read(cursor) if isinstance(adapter, Reads) else Page((), cursor)
        except TryLater:
            continue
        got += page.bodies
        cursor = page.cursor
        if page.bodies or not finished:
            is_quiet = False
        elif not page.more:
            if is_quiet:
                return door.bodies + got
            is_quiet = True
    raise TryLater("C120")


class _Door:
    """A listener that hands requests to the adapter and keeps the bodies it lets in."""

    def __init__(self) -> None:
        self.bodies: list[Body] = []
        self._adapter: Adapter | None = None

        def handler(*arguments: Any) -> _Handler:
            return _Handler(self, *arguments)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Where the source pushes to."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def open(self, adapter: Adapter) -> None:
        """Takes requests for `adapter` from now on."""
        self._adapter = adapter
        self._thread.start()

    def take(self, request: PeerRequest) -> tuple[int, bytes, Mapping[str, str]]:
        """The adapter's own answer."""
        adapter: object = self._adapter
        if not isinstance(adapter, Receives):
            return 404, b"", {}
        try:
            received = adapter.receive(request)
        except PeerRefused as refused:
            return refused.status, refused.body, refused.headers
        with self._lock:
            self.bodies += received.bodies
        return received.reply.status, received.reply.body, received.reply.headers

    def close(self) -> None:
        """Stops listening."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()


class _Handler(PeerHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, door: _Door, *arguments: Any) -> None:
        self._door = door
        super().__init__(*arguments)

    def _any(self) -> None:
        status, body, headers = self._door.take(self.asked())
        self.say(PeerReply(status, body, {**headers, "content-length": str(len(body))}))

    do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815 http.server's names
