"""The police side of the ferry, to play with: it drops files and never hears a word."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from gridplus_police_grid.voyage import FAILURES, PREFIX, Drop, plan
from hub.plugin import SimulatorSetup

__all__ = ["FAILURES", "PoliceExport"]

_TICK_S: Final = 0.02
"""How often the scenario clock is looked at, real seconds."""


class PoliceExport:
    """Writes into `setup.place` what `voyage.plan` says, when the scenario clock says so.

    `let_out` does what is due now; `start` only calls it from a thread, so a test needs none.
    """

    def __init__(self, setup: SimulatorSetup) -> None:
        self._setup: Final = setup
        self._waiting: list[Drop] = list(plan(setup))
        self._said = 0
        self._lock: Final = threading.Lock()
        self._stopping: Final = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> Mapping[str, object]:
        """Starts to drop files; returns the configuration for the adapter."""
        self._thread = threading.Thread(target=self._run, name="police-export", daemon=True)
        self._thread.start()
        return {"inbox": str(self._setup.place), "prefix": PREFIX}

    def let_out(self) -> None:
        """Drops every file whose time has come."""
        with self._lock:
            while self._waiting and self._waiting[0].due_at <= self._setup.clock.now():
                drop = self._waiting.pop(0)
                for name, content in drop.files:
                    _write(self._setup.place, name, content)
                self._said += drop.bodies

    def push_to(self, hub_url: str) -> None:
        """Nothing: over this border nobody is called."""

    def said(self) -> int:
        """How many bodies a reader will have found in what was dropped, once it has read it all."""
        with self._lock:
            return self._said

    def heard(self) -> Sequence[Mapping[str, str]]:
        """Nothing, ever: there is no way back."""
        return ()

    def done(self) -> bool:
        """True once everything was dropped, mended files and foreign copies included."""
        with self._lock:
            return not self._waiting

    def stop(self) -> None:
        """Stops; may be called twice."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=2.0)
            self._thread = None

    def _run(self) -> None:
        while not self._stopping.wait(_TICK_S):
            self.let_out()


def _write(place: Path, name: str, content: bytes) -> None:
    """Under another name first: what bears its own name is whole, as far as it will ever be."""
    part = place / f".{name}.part"
    part.write_bytes(content)
    part.replace(place / name)
