"""Who works in a bench: one thread that steps every worker in turn, or processes with the loops of `gridplus run`."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol

import orjson

from hub.clock import SystemClock
from hub.demo.listener import ask, start, stop
from hub.run import longlived
from hub.run.assembly import Assembly
from hub.run.ground.loop import Loop
from hub.run.workers import INTAKE_IDLE_S
from hub.settings import apart

STAGES: Final = ("1_store_records", "2_normalise_to_event", "3_relay", "4_link_route_project")
"""In their order. Kafka's client has a thread of its own, which belongs to no stage where loops have theirs."""
_LOOK_S: Final = 0.05
_ALONE: Final = ("intake", "casework", "relay")


@dataclass(slots=True)
class Stopwatch:
    """CPU seconds by stage: of this process where one thread works, of the stage's thread where each has its own."""

    now: Callable[[], float] = time.process_time
    seconds: dict[str, float] = field(default_factory=dict)

    def time(self, stage: str, work: Callable[[], int]) -> int:
        """What `work` returns; its CPU time is added to `stage`."""
        begun = self.now()
        done = work()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + self.now() - begun
        return done


class Hands(Protocol):
    """Those who do the work behind the doors."""

    def work(self) -> int:
        """Works or waits for a moment; returns how much was done here."""
        ...

    def pids(self) -> Sequence[int]:
        """Their processes beside this one."""
        ...

    def seconds(self) -> Mapping[str, float]:
        """CPU seconds of each stage so far."""
        ...

    def close(self) -> None:
        """They stop."""


class OneThread:
    """Every worker in turn, in this thread."""

    def __init__(self, hub: Assembly, watch: Stopwatch) -> None:
        self._watch = watch
        self._intakes = [hub.plain_intake(source, hub.adapter(source)) for source in hub.active_sources()]
        self._casework, self._relay = hub.plain_casework(), hub.plain_relay()

    def work(self) -> int:
        """One round of all."""
        done = 0
        for intake in self._intakes:
            if held := intake.lease():
                done += self._watch.time(STAGES[1], partial(intake.digest, held))
        done += self._watch.time(STAGES[2], self._relay.step)
        return done + self._watch.time(STAGES[3], partial(self._casework.step, _LOOK_S))

    def pids(self) -> Sequence[int]:
        """None."""
        return ()

    def seconds(self) -> Mapping[str, float]:
        """As its stopwatch has it."""
        return dict(self._watch.seconds)

    def close(self) -> None:
        """Leaves the group."""
        self._casework.close()


class Processes:
    """`number` processes, shared out as docker-compose.yml does it: intake; casework with the relay; more casework."""

    def __init__(self, number: int, settings: Mapping[str, Any], watch: Stopwatch) -> None:
        self._wall, self._watch = SystemClock(), watch
        self._running = [
            start("hub.demo.hands", {"settings": settings, "workers": workers})
            for workers in shared_out(number)
        ]

    def work(self) -> int:
        """Waits: the work is done elsewhere."""
        self._wall.pause(_LOOK_S)
        return 0

    def pids(self) -> Sequence[int]:
        """All of them."""
        return [one.pid for one in self._running]

    def seconds(self) -> Mapping[str, float]:
        """Of all of them together, with what this process did itself."""
        together = Counter(self._watch.seconds)
        for one in self._running:
            together.update(ask(one))
        return together

    def close(self) -> None:
        """Stops all of them."""
        for one in self._running:
            stop(one)


def shared_out(number: int) -> list[Sequence[str]]:
    """What each of `number` processes does. A kind of work of its own each: threads of one process wait for one
    another's turn at the interpreter, and whoever comes first would hold every source."""
    if number == 1:
        return [_ALONE]
    return [("intake",), ("casework", "relay"), *[("casework",)] * (number - 2)]


def loops_of(hub: Assembly, watch: Stopwatch, workers: Sequence[str]) -> list[Loop]:
    """The loops of one process."""
    loops: list[Loop] = []
    if "casework" in workers:
        casework = hub.plain_casework()
        timed = partial(watch.time, STAGES[3], casework.step)
        loops.append(Loop("casework", timed, idle_s=0.02, close=casework.close))
    if "relay" in workers:
        timed = partial(watch.time, STAGES[2], hub.plain_relay().step)
        loops.append(Loop("relay", timed, idle_s=_LOOK_S, close=lambda: None))
    if "intake" in workers:
        loops += [_intake(hub, source, watch) for source in hub.active_sources()]
    return loops


def _intake(hub: Assembly, source: str, watch: Stopwatch) -> Loop:
    """It reads no source: what the bench offers is stored by the bench."""
    intake = hub.plain_intake(source, hub.adapter(source))

    def step() -> int:
        held = intake.lease()
        return intake.digest(held) if held else 0

    timed = partial(watch.time, STAGES[1], step)
    return Loop(f"intake:{source}", timed, idle_s=INTAKE_IDLE_S, close=lambda: None)


def main() -> None:
    """One process of them, until its input ends."""
    order = orjson.loads(sys.stdin.buffer.readline())
    hub = Assembly(apart(**order["settings"]))
    hub.warm()
    watch = Stopwatch(time.thread_time)
    loops = loops_of(hub, watch, order["workers"])
    longlived.keep()
    for loop in loops:
        loop.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in sys.stdin.buffer:  # each line asks how much was done so far
        sys.stdout.buffer.write(orjson.dumps(watch.seconds) + b"\n")
        sys.stdout.buffer.flush()
    for loop in loops:
        loop.ask_to_stop()
    for loop in loops:
        loop.stop()
    hub.close()


if __name__ == "__main__":
    main()
