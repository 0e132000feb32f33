"""A hub of several processes that a drill starts, kills, freezes and starts again."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import DBAPIError

from hub.run.assembly import Assembly
from hub.run.rooms import clock_of
from hub.run.servers import free_port
from hub.settings import read
from tests.connected.patience import until
from tests.drills import lines
from tests.drills.called import KEY, LEAD, SILENT, Called
from tests.drills.child import begin
from tests.drills.lines import SOURCE
from tests.drills.packs import DEMO, pack_named
from tests.drills.shift import Shift, Shifted
from tests.instruments import MORNING

SPEED: Final = 600.0
"""Of the scenario clock: an hour's deadline passes within six seconds."""
SESSION_S: Final = 3.0
LEASE_S: Final = 2.0
LONGEST_S: Final = 120.0
"""No step of a drill takes longer, restarts and rejoining on a busy machine included."""
_OPEN: Final = {
    "records without a fate": "SELECT count(*) FROM record WHERE fate IS NULL",
    "messages not sent": "SELECT count(*) FROM parcel",
    "webhooks not called": "SELECT count(*) FROM delivery WHERE state = 'waiting'",
    "whistles not signed": f"SELECT count(*) FROM whistle WHERE state = 'blown' AND department <> '{SILENT}'",  # noqa: S608 ours
    "deadlines not noted": f"SELECT count(*) FROM whistle WHERE department = '{SILENT}' AND id NOT IN "  # noqa: S608 ours
    "(SELECT whistle_id FROM overdue WHERE step = 'sign')",
}
"""What must come to nothing before a drill is over."""


@dataclass
class Stack:
    """Where its state lies, its source and departments, and its processes by name; `hub` looks from outside."""

    settings: Mapping[str, Any]
    hub: Assembly
    called: Called
    place: Path
    pack: str = DEMO
    processes: dict[str, ForkServerProcess] = field(default_factory=dict)

    # -- processes -----------------------------------------------------------------------------------

    def start(self, name: str, workers: Sequence[str]) -> None:
        """One process with these workers."""
        self.processes[name] = begin(self.settings, workers, self.place / f"{name}.log", self.pack)

    def up(self, name: str) -> None:
        """Returns once it works."""
        self.wait(lambda: f"started {self._pid(name)}\n" in self.log(name), f"{name} is up")

    def kill(self, name: str) -> None:
        """It is gone in the middle of whatever it did."""
        process = self.processes.pop(name)
        process.kill()
        process.join(10)
        assert -signal.SIGKILL == process.exitcode, self.said(name)

    def nap(self, name: str, for_s: float) -> None:
        """It stands still in the middle of whatever it does, while all others go on; then it goes on as if nothing had
        been. A timer of its own wakes it: it may hold the very lock that whoever looks on is waiting for."""
        os.kill(self._pid(name), signal.SIGSTOP)
        wakes = threading.Timer(for_s, os.kill, [self._pid(name), signal.SIGCONT])
        wakes.start()
        try:
            self.wait(lambda: not wakes.is_alive(), f"{name} goes on")
        finally:
            wakes.join()

    def _pid(self, name: str) -> int:
        pid = self.processes[name].pid
        assert pid is not None
        return pid

    def retire(self, *names: str) -> None:
        """They finish the step in hand and end well."""
        for name in names:
            self.up(name)
        for name in names:
            self.processes[name].terminate()
        for name in names:
            process = self.processes.pop(name)
            process.join(60)
            if process.exitcode is None and process.pid is not None:
                os.kill(process.pid, signal.SIGUSR1)
                process.join(2)  # while it says what it waits for
            assert 0 == process.exitcode, (process.exitcode, self.said(name))

    # -- waiting -------------------------------------------------------------------------------------

    def feed(self, portion: Sequence[bytes]) -> None:
        """The source has more to tell."""
        lines.append(self.place / "lines.jsonl", portion)

    def wait(self, holds: Callable[[], bool], what: str, within_s: float = LONGEST_S) -> None:
        """Returns once it holds, while source and departments go on; fails where a process ended by itself."""

        def look() -> bool:
            self.called.act()
            ended = [name for name, process in self.processes.items() if process.exitcode is not None]
            assert not ended, [self.said(name) for name in ended]
            return holds()

        until(look, what, within_s=within_s)

    def wait_for(self, done: float) -> None:
        """Returns once that much is done."""
        self.wait(lambda: self.done() >= done, f"{done:.0f} done")

    def done(self) -> int:
        """How far it is: records that were received, and again those that have a fate."""
        with self.hub.store.read() as conn:
            return int(
                conn.exec_driver_sql("SELECT count(*) + count(fate) FROM record WHERE kind = ''").scalar_one()
            )

    def settle(self) -> None:
        """Returns once nothing is left to do; then all end well."""
        try:
            self.wait(lambda: self.called.is_through() and not self.left(), "nothing is left")
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.left()}") from error
        self.retire(*self.processes)
        self._carry()

    def _carry(self) -> None:
        """What one of them left in its last step goes where the next relay would carry it."""
        relay = self.hub.plain_relay()
        self.wait(lambda: not relay.step() and "messages not sent" not in self.left(), "all is carried")

    def left(self) -> dict[str, int]:
        """What is still to be done, by its name."""
        with self.hub.store.read() as conn:
            found = {name: int(conn.exec_driver_sql(query).scalar_one()) for name, query in _OPEN.items()}
        return {name: number for name, number in (found | self.called.left()).items() if number}

    def answers(self) -> bool:
        """Whether the store can be read."""
        try:
            self.done()
        except DBAPIError:
            return False
        return True

    def waits(self, name: str) -> int:
        """How often a worker of it said that it waits for store or bus."""
        return self.log(name).count("worker_waits")

    def waits_anew(self, name: str, before: int) -> bool:
        """Whether one said so after those."""
        return self.waits(name) > before

    def waits_now(self, name: str) -> int:
        """How many of its workers have said so and not yet that they are back."""
        return self.waits(name) - self.log(name).count("worker_back")

    def said(self, name: str) -> str:
        """The end of what a process wrote."""
        return f"{name}: {self.log(name)[-3000:]}"

    def log(self, name: str) -> str:
        """All that it wrote."""
        file = self.place / f"{name}.log"
        return file.read_text() if file.exists() else ""


@contextmanager
def stack_at(
    place: Path,
    truth: lines.Truth,
    *,
    store: str = "",
    bus: str = "embedded",
    prefix: str = "",
    pack: str = DEMO,
    company: Callable[[Assembly, str, list[bytes]], Called] = Called,
    **more: Any,
) -> Iterator[Stack]:
    """A hub that is told `truth`; short leases and sessions, small batches, one scenario clock for all.

    `company`: those who live with it. `more`: further settings.
    """
    port = free_port()
    settings: dict[str, Any] = {
        "home": str(place),
        "store": store or f"sqlite:///{place}/hub.db",
        "bus": bus,
        "kafka_prefix": prefix,
        "kafka_session_timeout_s": SESSION_S,
        "events_partitions": 4,
        "sources": {SOURCE: {"file": str(place / "lines.jsonl")}},
        "port": port,
        "api_keys": {LEAD: KEY},
        "batch": 20,
        "poll_s": SPEED / 2,
        "lease_s": LEASE_S,
        "clock_start": MORNING.isoformat(),
        "clock_speed": SPEED,
        "clock_origin": time.monotonic(),
        "log_level": "info",  # who is lost says so as a warning, who is back as a piece of news
        **more,
    }
    lines.append(place / "lines.jsonl", ())
    told = read(**settings)
    hub = Assembly(told, clock=Shifted(clock_of(told), Shift(place)), pack=pack_named(pack))
    called = company(hub, f"http://127.0.0.1:{port}", list(truth.pushes))
    settings["webhook_networks"] = ["127.0.0.0/8"]
    settings["webhooks"] = {LEAD: {"url": called.address, "secret": "between-us"}}
    made = Stack(settings, hub, called, place, pack)
    try:
        yield made
    finally:
        for process in made.processes.values():
            process.kill()
            process.join(10)
        called.close()
        hub.close()
