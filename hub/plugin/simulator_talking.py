"""A department's system that talks, to play with: the part that all simulators share, whatever they speak.

It lets utterances out when their time has come on the scenario clock, keeps what was written back to it, and ends
with no thread left. By what way a thing is said, and in which words, is a subclass's; no protocol may live here.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from hub.plugin.simulator import SimulatorSetup, Utterance

_TICK_S: Final = 0.02
"""How often the talking thread looks at the scenario clock, real seconds."""


class Talker:
    """Subclass it: `config`, and `speak` (or `speak_together`). All methods may be called from any thread.

    `said` counts what the subclass hands to `count`. `let_out` does what is due now; `start` only calls it from a
    thread, so a test needs none.
    """

    together = 1
    """How many utterances are said at once at most, where so many are due."""

    def __init__(self, setup: SimulatorSetup) -> None:
        self.setup: Final = setup
        self.stopping: Final = threading.Event()
        """Set when the simulator ends: whatever is slow on purpose waits on this, not on a sleep."""
        self.lock: Final = threading.RLock()
        self.changed: Final = threading.Condition(self.lock)
        """Notified whenever something was let out, served, pushed or heard."""
        self._talking: Final = threading.RLock()
        self._later: list[tuple[datetime, Callable[[], None]]] = []
        self._said = 0
        self._heard: list[Mapping[str, str]] = []
        self._spoken = 0
        self._threads: list[threading.Thread] = []

    # --- what a subclass says

    def config(self) -> Mapping[str, object]:
        """The adapter configuration that reaches this system."""
        raise NotImplementedError

    def speak(self, utterance: Utterance) -> None:
        """The utterance's time has come: show it, or send it. Runs in the talking thread, in order."""
        raise NotImplementedError

    def speak_together(self, due: Sequence[Utterance]) -> None:
        """The time of all of them has come; at most `together`."""
        for utterance in due:
            self.speak(utterance)

    def outstanding(self) -> int:
        """How many bodies that were let out still wait to be fetched; systems that are not asked have none."""
        return 0

    # --- what `hub.plugin.Simulator` promises

    def start(self) -> Mapping[str, object]:
        """Starts to talk; returns the configuration for the adapter."""
        self.run_beside(self._talk)
        return self.config()

    def push_to(self, hub_url: str) -> None:
        """Nothing: most systems call nobody."""

    def said(self) -> int:
        """How many bodies have left so far, resends and nasty ones included."""
        with self.lock:
            return self._said

    def heard(self) -> Sequence[Mapping[str, str]]:
        """What was written back, oldest first."""
        with self.lock:
            return tuple(self._heard)

    def done(self) -> bool:
        """True once everything was let out, and fetched where it waits to be fetched."""
        with self.lock:
            over = self._spoken == len(self.setup.utterances) and not self._later
            return over and self.outstanding() == 0

    def stop(self) -> None:
        """Stops and gives everything back; may be called twice."""
        self.stopping.set()
        with self.changed:
            self.changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=2.0)
        self._threads.clear()

    # --- what a subclass may use

    def fails(self, name: str) -> bool:
        """True where the failure mode `name` is switched on."""
        return name in self.setup.failures

    def count(self, bodies: int = 1) -> None:
        """So many more bodies have left."""
        with self.changed:
            self._said += bodies
            self.changed.notify_all()

    def hear(self, *, ref: str, stage: str, nonce: str, **more: str) -> None:
        """Keeps one thing that was written back."""
        with self.changed:
            self._heard.append({"ref": ref, "stage": stage, "nonce": nonce, **more})
            self.changed.notify_all()

    def later(self, at: datetime, act: Callable[[], None]) -> None:
        """`act` is done when the scenario clock says `at`; until then the system is not `done`."""
        with self.lock:
            self._later.append((at, act))
            self._later.sort(key=lambda one: one[0])

    def spoken(self) -> int:
        """How many utterances have been let out."""
        with self.lock:
            return self._spoken

    def wait_for(self, condition: Callable[[], bool], deadline_s: float = 10.0) -> bool:
        """Waits, without polling, until `condition` holds; False after `deadline_s` real seconds.

        It is looked at whenever something was let out, fetched, pushed or heard.
        """
        with self.changed:
            return self.changed.wait_for(condition, deadline_s)

    def pause(self, seconds: float) -> bool:
        """Waits real seconds; False at once when the simulator is stopped. For retries of a push."""
        return not self.stopping.wait(seconds)

    def run_beside(self, work: Callable[[], None]) -> None:
        """Runs `work` in a thread that `stop` waits for."""
        thread = threading.Thread(target=work, name=f"{type(self).__name__}-{work.__name__}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def let_out(self) -> None:
        """Says and does everything whose time has come, in order of time."""
        with self._talking:
            while not self.stopping.is_set() and (act := self._next()):
                act()

    # --- the talking thread

    def _talk(self) -> None:
        self.let_out()
        while self.pause(_TICK_S):
            self.let_out()

    def _next(self) -> Callable[[], None] | None:
        """What is due first; None where nothing is."""
        now, waiting = self.setup.clock.now(), self.setup.utterances
        with self.lock:
            ahead = waiting[self._spoken].at if self._spoken < len(waiting) else None
            if self._later and self._later[0][0] <= now and (ahead is None or self._later[0][0] <= ahead):
                return self._do_later
        return self._speak_due if ahead is not None and ahead <= now else None

    def _do_later(self) -> None:
        _, act = self._later[0]
        act()
        with self.changed:
            self._later.pop(0)
            self.changed.notify_all()

    def _speak_due(self) -> None:
        now, waiting = self.setup.clock.now(), self.setup.utterances
        with self.lock:
            until = min([now, *(at for at, _ in self._later[:1])])
        ends = self._spoken + 1
        while ends < min(len(waiting), self._spoken + self.together) and waiting[ends].at <= until:
            ends += 1
        self.speak_together(waiting[self._spoken : ends])
        with self.changed:
            self._spoken = ends
            self.changed.notify_all()
