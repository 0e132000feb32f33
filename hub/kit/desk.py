"""One adapter at work for the kit: joined to its simulator over a wire, stepped under the real supervisor.

What the hub would store is kept as a story: every body, and what the adapter made of it. Nothing is stored, no hub runs.
"""

import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from hub.clock import FixedClock
from hub.errors import BadRecord, FixSettings, HeldRecord
from hub.kit.cable import Cable
from hub.kit.kept_door import KEY, KeptDoor
from hub.kit.outcome import UNPLAYED, Failed, NotApplicable
from hub.kit.story import Story, Told
from hub.kit.wire import Trouble, Wire
from hub.model import Arrival
from hub.plugin import (
    AdapterEntry,
    Body,
    Page,
    PeerRequest,
    Received,
    SimulatorSetup,
    Tools,
    Utterance,
)
from hub.plugin.adapter import Adapter, Filters, Reads, Receives, Tends
from hub.plugin.simulator import Simulator
from hub.plugin.supervisor import BackOff, State, Supervised
from hub.plugin.systems.rest_push import HUB_KEY

_PLAIN: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here speaks TLS."""
PATIENCE_S: Final = 8.0
"""Real seconds that a system has to say what it has to say, and an adapter to read it."""
_TICK_S: Final = 0.01
_CLOSES_WITHIN_S: Final = 2.0
_ENOUGH_REST: Final = 2
"""Steps that bring nothing, once all was said: the first may be the end of a pass that began before."""
_LASTING: Final = re.compile(r"(mqtts?://127\.0\.0\.1:)([0-9]+)(.*)")
"""Addresses of systems that are spoken to over one connection that stays. A broker of Kafka is none: it tells its clients
itself where it is, and they leave the cable aside."""
_IDLE_TICKS: Final = 20
_MEANWHILE_S: Final = 60.0
"""By the scenario clock, where nobody has anything to do: some systems speak every few minutes only."""
_TIMEOUT_S: Final = 0.75
_NO_BROKER: Final = "C199"


def fine(_: int) -> Trouble | None:
    """A wire without trouble."""
    return None


class Desk:
    """An adapter with its simulator. `clock` is the scenario's, moved by the kit."""

    def __init__(
        self,
        entry: AdapterEntry,
        clock: FixedClock,
        place: Path,
        utterances: Sequence[Utterance],
        *,
        failures: tuple[str, ...] = (),
        trouble: Callable[[int], Trouble | None] = fine,
        settings: Mapping[str, object] | None = None,
        door_keeps: bool = True,
        bus_url: str = "",
    ) -> None:
        if entry.simulator is None:
            raise NotApplicable("it offers no simulator")
        self.entry, self.clock, self.story = entry, clock, Story()
        self.place: Final = place / "system"
        self.own: Final = place / "own"
        self.place.mkdir(parents=True, exist_ok=True)
        self.own.mkdir(exist_ok=True)
        setup = SimulatorSetup(
            clock=clock,
            utterances=utterances,
            place=self.place,
            failures=failures,
            secrets={HUB_KEY: KEY},
            bus_url=bus_url,
        )
        self.simulator: Final[Simulator] = entry.simulator(setup)
        self.wires: Final[list[Wire]] = []
        self.cables: Final[list[Cable]] = []
        """To systems that it stays connected to; `<scheme>://127.0.0.1:<port>` in its configuration."""
        self.clients: Final[list[httpx.Client]] = []
        """All that were made for an adapter at this desk."""
        self.trouble = trouble
        """What the next request meets; may be set while the desk is at work."""
        self._lock: Final = threading.RLock()
        said = self._started()
        self.config: Final[dict[str, Any]] = {**self._wired(said), **(settings or {})}
        self.door: KeptDoor | None = None
        self.adapter: Adapter = self.made()
        if isinstance(self.adapter, Receives):
            self.door = KeptDoor(self, self._take_pushed, keeps=door_keeps)
            self.adapter.close()
            self.adapter = self.made()  # now it can say where it is reached
            self.simulator.push_to(self.door.url)
        self.cursor = ""
        self.forgets = False
        """Whether what came is only counted: for very many records."""
        self.taken = 0
        self.largest_page = 0
        self._tend_at = clock.now()
        self._stores: Callable[[Page], int] = self._store
        self._life = self._supervised()

    def made(self) -> Adapter:
        """One more adapter of the same configuration, as another process would make it."""
        config = self.entry.config.model_validate(self.config)
        lent = tools(self.clock, self.own, self.entry.name, made=self.clients.append)
        return self.entry.make(config, replace(lent, public_url=self.door.url if self.door else ""))

    def receive(self, request: PeerRequest) -> Received:
        """What the adapter at work says of a request."""
        assert isinstance(self.adapter, Receives)  # noqa: S101  else there is no door
        return self.adapter.receive(request)

    def again(self) -> None:
        """The process is gone and another one goes on: a new adapter, the same cursor and place."""
        self.adapter.close()
        self.adapter = self.made()
        self._life = self._supervised()

    def replaced(self) -> Adapter:
        """Another process goes on, and does not know of this one, which is still there; returns what was replaced."""
        before, self.adapter = self.adapter, self.made()
        self._life = self._supervised()
        return before

    def run(self, *, until: Callable[[], bool] | None = None, patience_s: float = 0.0) -> Story:
        """Everything that the system has to say, read, received and made drafts of; or what came `until` something holds.

        Raises Failed `crashed` for what is no error of the hub's tree, `gave_up` where the adapter stops for good,
        `lost` where something that was said never comes within `patience_s` (0.0: as long as the kit waits).
        """
        deadline = time.monotonic() + (patience_s or PATIENCE_S)
        rested = idle = 0
        while True:
            if until is not None and until():
                return self.story
            over = until is None and self.simulator.done()
            worked = self.step()
            if over and not worked and self._rests():
                rested += 1
                if rested == _ENOUGH_REST:
                    return self.story
                continue
            if time.monotonic() > deadline:
                raise Failed("lost", "what the system said has not come, and the adapter asks no further")
            if not worked:
                threading.Event().wait(_TICK_S)
            idle = 0 if worked else idle + 1
            if idle == _IDLE_TICKS:
                self.clock.pause(_MEANWHILE_S)
                idle = 0

    def unstored(self, patience_s: float = PATIENCE_S) -> Page:
        """The next page that holds anything, read and not stored, as where the store fails; an empty one where nothing is
        to be read. Raises Failed `lost`."""
        page = Page((), self.cursor)

        def keep(read: Page) -> int:
            nonlocal page
            page = read
            return int(bool(read.bodies))

        self._stores = keep
        deadline = time.monotonic() + patience_s
        try:
            while not page.bodies:
                over = self.simulator.done()
                worked = self.step()
                if over and not worked and self._rests():
                    return page
                if time.monotonic() > deadline:
                    raise Failed("lost", "what the system said has not come, and the adapter asks no further")
                if not worked:
                    threading.Event().wait(_TICK_S)
        finally:
            self._stores = self._store
        return page

    def step(self) -> int:
        """One step under the supervisor; a back-off ends at once, by the scenario clock."""
        self._look_at_the_door()
        done = self._life.step()
        health = self._life.health
        if health.trouble and (not self.story.troubles or self.story.troubles[-1] is not health.trouble):
            self.story.troubles.append(health.trouble)
        if health.code == "S116" and health.trouble:
            raise Failed(
                "crashed", f"it raised {health.trouble.facts.get('error')}, which is none of the hub's errors"
            )
        if health.state is State.FAILED:
            raise Failed("gave_up", f"it stopped for good with {health.code}")
        if health.retry_at is not None and health.state is State.BACKING_OFF:
            self.clock.pause(max(0.0, (health.retry_at - self.clock.now()).total_seconds()))
            return 1
        return done

    def judged(self, body: Body) -> Told:
        """What the adapter makes of a body, at the door and after; raises Failed `crashed`."""
        try:
            return self._judged(body)
        except (Exception, SystemExit) as error:
            raise Failed("crashed", f"it raised {type(error).__name__} over a record") from None

    def close(self) -> None:
        """Everything ends, in the order in which a hub ends it."""
        try:
            self._close_adapter()
        finally:
            if self.door:
                self.door.close()
            self.simulator.stop()
            for wire in self.wires:
                wire.close()
            for cable in self.cables:
                cable.close()

    # --- inside

    def _close_adapter(self) -> None:
        """Raises what the adapter raises; one that does not come back is left where it is."""
        raised: list[Exception] = []

        def close() -> None:
            try:
                self.adapter.close()
            except Exception as error:
                raised.append(error)

        closing = threading.Thread(target=close, daemon=True)
        closing.start()
        closing.join(_CLOSES_WITHIN_S)
        if raised:
            raise raised[0]

    def _started(self) -> dict[str, object]:
        try:
            return dict(self.simulator.start())
        except FixSettings as lacking:
            if lacking.code != _NO_BROKER:
                raise
            raise NotApplicable(UNPLAYED) from None

    def _judged(self, body: Body) -> Told:
        sent, dropped = body, tuple[str, ...]()
        try:
            if isinstance(self.adapter, Filters):
                admitted = self.adapter.admit(body)
                dropped = admitted.dropped
                if admitted.content is None:
                    return Told(Body(b"", body.kind), error=BadRecord("R105"), dropped=dropped, sent=sent)
                body = Body(admitted.content, body.kind)
            drafts = self.adapter.normalise(body, Arrival(self.clock.now(), body.kind))
            return Told(body, tuple(drafts), dropped=dropped, sent=sent)
        except (BadRecord, HeldRecord) as error:
            return Told(body, error=error, dropped=dropped, sent=sent)

    def _take_pushed(self, body: Body) -> None:
        self._take(body, pushed=True)

    def _take(self, body: Body, *, pushed: bool = False) -> None:
        told = replace(self.judged(body), pushed=pushed)
        with self._lock:
            self.taken += 1
            if not self.forgets:
                self.story.told.append(told)

    def _look_at_the_door(self) -> None:
        if self.door and self.door.crashes:
            if isinstance(self.door.crashes[0], Failed):
                raise self.door.crashes[0]
            raise Failed("crashed", f"it raised {type(self.door.crashes[0]).__name__} at a request")
        if self.door:
            self.story.refused = list(self.door.refused)

    def _supervised(self) -> Supervised:
        return Supervised(
            check=lambda: self.adapter.check(),
            step=self._work,
            clock=self.clock,
            chance=lambda: 0.5,
            back_off=BackOff(first_s=1.0, longest_s=8.0),
            patience=1,
            passes=(Failed,),
        )

    def _work(self) -> int:
        if isinstance(self.adapter, Tends) and self.clock.now() >= self._tend_at:
            self._tend_at = self.clock.now() + timedelta(seconds=self.adapter.tend())
        if not isinstance(self.adapter, Reads):
            return 0
        page = self.adapter.read(self.cursor)
        return self._stores(page)

    def _store(self, page: Page) -> int:
        self.cursor = page.cursor
        self.largest_page = max(self.largest_page, len(page.bodies))
        if not self.forgets:
            self.story.cursors.append(page.cursor)
        for body in page.bodies:
            self._take(body)
        return int(bool(page.bodies) or page.more)

    def _rests(self) -> bool:
        return self._life.health.state is State.RUNNING

    def _wired(self, said: Any) -> Any:
        """The configuration with every address of this machine behind a wire."""
        if isinstance(said, Mapping):
            return {name: self._wired(one) for name, one in said.items()}
        if isinstance(said, list | tuple):
            return type(said)(self._wired(one) for one in said)
        if isinstance(said, str) and (found := _LASTING.fullmatch(said)):
            self.cables.append(Cable("127.0.0.1", int(found[2])))
            return f"{found[1]}{self.cables[-1].port}{found[3]}"
        if isinstance(said, str) and said.startswith("http://127.0.0.1:"):
            target, _, rest = said.removeprefix("http://").partition("/")
            known = next((one for one in self.wires if one.target.netloc == target), None)
            if known is None:
                known = Wire(f"http://{target}", lambda number: self.trouble(number))
                self.wires.append(known)
            return f"{known.url}/{rest}" if rest else known.url
        return said


def tools(
    clock: FixedClock, own: Path, source: str, *, made: Callable[[httpx.Client], None] = lambda _: None
) -> Tools:
    """What the hub would lend an adapter; `made` is told of each HTTP client."""
    nonces = iter(range(1, 1 << 62))

    def http(**how: Any) -> httpx.Client:
        client = httpx.Client(**{"timeout": _TIMEOUT_S, "verify": _PLAIN, **how})
        made(client)
        return client

    return Tools(
        source=source,
        clock=clock,
        http=http,
        nonce=lambda: f"{next(nonces):032x}",
        place=str(own),
    )


@contextmanager
def sat_at(desk: Desk) -> Iterator[Desk]:
    """The desk, closed behind the block."""
    try:
        yield desk
    finally:
        desk.close()
