"""A hub of several processes that a drill starts, kills and starts again."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.run.assembly import Assembly
from hub.settings import read
from tests.connected.patience import until
from tests.drills.lines import SOURCE
from tests.instruments import MORNING, demo_pack

REPOSITORY = Path(__file__).parents[2]


@dataclass
class Stack:
    """Where its state lies, and its processes by name; `hub` looks at the same store from outside."""

    settings: Mapping[str, Any]
    hub: Assembly
    output: Path
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str, workers: Sequence[str]) -> None:
        """One process with these workers."""
        command = [sys.executable, "-m", "tests.drills.child", json.dumps(self.settings), *workers]
        with (self.output / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(command, cwd=REPOSITORY, stdout=log, stderr=log)

    def kill(self, name: str) -> None:
        """It is gone in the middle of whatever it did."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        assert -signal.SIGKILL == process.wait(timeout=10), self.said(name)

    def stop(self) -> None:
        """All finish the step in hand and end well, those too that have only just been started."""
        for name, process in self.processes.items():
            until(lambda n=name, p=process: f"started {p.pid}\n" in self._log(n), f"{name} is up")  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
            process.terminate()
        for name, process in self.processes.items():
            assert 0 == process.wait(timeout=20), self.said(name)

    def done(self) -> int:
        """How far it is: records that were received, and again those that have a fate."""
        with self.hub.store.read() as conn:
            return int(conn.exec_driver_sql("SELECT count(*) + count(fate) FROM record").scalar_one())

    def wait_for(self, done: int, within_s: float) -> None:
        """Returns once that much is done; fails at once where a process ended by itself."""
        until(lambda: self.done() >= done or bool(self._ended()), f"{done} done", within_s=within_s)
        assert not self._ended(), [self.said(name) for name in self._ended()]

    def _ended(self) -> list[str]:
        return [name for name, process in self.processes.items() if process.poll() is not None]

    def said(self, name: str) -> str:
        """The end of what a process wrote."""
        return f"{name}: {self._log(name)[-3000:]}"

    def _log(self, name: str) -> str:
        return (self.output / f"{name}.log").read_text()


@contextmanager
def stack_at(
    place: Path, file: Path, *, store: str = "", bus: str = "embedded", prefix: str = ""
) -> Iterator[Stack]:
    """A hub that reads `file`; short leases and sessions, small batches, one scenario clock for all."""
    settings: dict[str, Any] = {
        "home": str(place),
        "store": store or f"sqlite:///{place}/hub.db",
        "bus": bus,
        "kafka_prefix": prefix,
        "kafka_session_timeout_s": 3.0,
        "events_partitions": 4,
        "sources": {SOURCE: {"file": str(file)}},
        "batch": 20,
        "poll_s": 0.5,
        "lease_s": 2.0,
        "clock_start": MORNING.isoformat(),
        "clock_origin": time.monotonic(),
        "log_level": "warning",
    }
    made = Stack(settings, Assembly(read(**settings), pack=demo_pack()), place)
    try:
        yield made
    finally:
        for process in made.processes.values():
            process.kill()
            process.wait(timeout=10)
        made.hub.close()
