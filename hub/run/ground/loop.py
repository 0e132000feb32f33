"""Turns a worker's `step()` into a thread or a process: idle pauses, back-off, a clean stop."""

import random
import threading
import time
from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hub.errors import HubError, TryLater

log = structlog.get_logger()

_FIRST_S: Final = 0.5
_LONGEST_S: Final = 30.0
_DOUBLINGS: Final = 10
"""More would change nothing, and a thousand would no longer be a number."""


class Loop:
    """Calls `step` until it is told to stop; wall time, not scenario time, paces it."""

    def __init__(
        self, name: str, step: Callable[[], int], *, idle_s: float, close: Callable[[], None]
    ) -> None:
        """`step` returns how much it did: after nothing the loop rests `idle_s` seconds."""
        self.name: Final = name
        self._step, self._idle_s, self._close = step, idle_s, close
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._failures = 0
        self.broken: BaseException | None = None
        self.steps = self.failures = 0
        """Steps that ended well, and those that are tried again, since the process began."""
        self.moved_s = self.worked_s = time.monotonic()
        """When a step last ended well, and when one last did something (monotonic seconds)."""

    def start(self) -> None:
        """Runs in a thread of its own from now on."""
        self._thread = threading.Thread(target=self.run, name=self.name, daemon=True)
        self._thread.start()

    def run(self) -> None:
        """Runs here until `stop`."""
        try:
            while not self._stop.is_set():
                self._stop.wait(self._once())
        except BaseException as error:  # a thread has nobody above it: the owner looks at `broken`
            self.broken = error
            log.exception("worker_broken", worker=self.name)
        finally:
            self._close()

    def _once(self) -> float:
        """One step; returns how long to rest after it."""
        try:
            done = self._step()
        except (TryLater, DBAPIError, PoolTimeout) as error:
            return self._back_off(error)
        if self._failures:
            log.info("worker_back", worker=self.name)
            self._failures = 0
        self._note(done)
        return 0.0 if done else self._idle_s

    def _note(self, done: int) -> None:
        self.steps += 1
        self.moved_s = time.monotonic()
        if done:
            self.worked_s = self.moved_s

    def _back_off(self, error: Exception) -> float:
        self._failures += 1
        self.failures += 1
        if self._failures == 1:  # once when it is lost, once when it returns
            code = error.code if isinstance(error, HubError) else "C104"
            log.warning("worker_waits", worker=self.name, code=code, error=type(error).__name__)
        longest = min(_FIRST_S * 2.0 ** min(self._failures, _DOUBLINGS), _LONGEST_S)
        return random.uniform(_FIRST_S, longest)  # noqa: S311 jitter, not a secret

    def ask_to_stop(self) -> None:
        """No step begins after the one in hand."""
        self._stop.set()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Asks it to stop and waits for the step in hand."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join(timeout_s)
