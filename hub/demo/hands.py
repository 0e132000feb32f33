"""Who works in a bench: one thread that steps every worker in turn, or processes with the loops of `gridplus run`."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol

import orjson

from hub.clock import SystemClock
from hub.demo.listener import start, stop
from hub.run.assembly import Assembly
from hub.run.loop import Loop
from hub.settings import read

STAGES: Final = ("1_store_records", "2_normalise_to_event", "3_relay", "4_link_route_project")
"""In their order. The last three are told apart only where one thread steps them."""
_LOOK_S: Final = 0.05


@dataclass(slots=True)
class Stopwatch:
    """CPU seconds of this process by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    def time(self, stage: str, work: Callable[[], int]) -> int:
        """What `work` returns; its CPU time is added to `stage`."""
        begun = time.process_time()
        done = work()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.process_time() - begun
        return done


class Hands(Protocol):
    """Those who do the work behind the doors."""

    def work(self) -> int:
        """Works or waits for a moment; returns how much was done here."""
        ...

    def pids(self) -> Sequence[int]:
        """Their processes beside this one."""
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

    def close(self) -> None:
        """Leaves the group."""
        self._casework.close()


class Processes:
    """`number` processes, each with intake, casework and relay as `gridplus run` has them."""

    def __init__(self, number: int, settings: Mapping[str, Any]) -> None:
        self._wall = SystemClock()
        self._running = [start("hub.demo.hands", {"settings": settings}) for _ in range(number)]

    def work(self) -> int:
        """Waits: the work is done elsewhere."""
        self._wall.pause(_LOOK_S)
        return 0

    def pids(self) -> Sequence[int]:
        """All of them."""
        return [one.pid for one in self._running]

    def close(self) -> None:
        """Stops all of them."""
        for one in self._running:
            stop(one)


def loops_of(hub: Assembly) -> list[Loop]:
    """The loops of one process. Its intake reads no source: what the bench offers is stored by the bench."""
    loops = [hub.casework(), hub.relay()]
    for source in hub.active_sources():
        intake = hub.plain_intake(source, hub.adapter(source))

        def step(intake: Any = intake) -> int:
            held = intake.lease()
            return intake.digest(held) if held else 0

        loops.append(Loop(f"intake:{source}", step, idle_s=_LOOK_S, close=lambda: None))
    return loops


def main() -> None:
    """One process of them, until its input ends."""
    order = orjson.loads(sys.stdin.buffer.readline())
    hub = Assembly(read(**order["settings"]))
    hub.warm()
    loops = loops_of(hub)
    for loop in loops:
        loop.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.buffer.read()
    for loop in loops:
        loop.ask_to_stop()
    for loop in loops:
        loop.stop()
    hub.close()


if __name__ == "__main__":
    main()
