"""The departments' systems of the demo, in a process of their own: `python -m hub.demo.systems`.

Speaks with the demo over its standard streams, one JSON object a line: in `start` (what to say, on
which clock), out `configs`; in `hub` (where pushes go); in `ask`, out how far each system is.
"""

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from hub.clock import ScenarioClock
from hub.jsonform import build
from hub.plugin import Simulator, SimulatorSetup, Utterance
from hub.plugin.registry import Registry


class Systems:
    """All simulators of one scenario."""

    def __init__(self) -> None:
        self._running: dict[str, Simulator] = {}

    def start(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Starts each system; gives back the adapters' configurations."""
        clock = ScenarioClock(datetime.fromisoformat(order["clock_start"]), order["speed"], order["origin"])
        entries = Registry.load().adapters
        configs: dict[str, Any] = {}
        for source, one in order["systems"].items():
            make = entries[one["plugin"]].simulator
            if make is None:
                continue
            place = Path(one["place"])
            place.mkdir(parents=True, exist_ok=True)
            said = orjson.loads(Path(one["utterances"]).read_bytes())
            setup = SimulatorSetup(
                clock=clock,
                utterances=tuple(build(Utterance, u) for u in said),
                place=place,
                seed=order["seed"],
                failures=tuple(one["failures"]),
                bus_url=order["bus"],
            )
            self._running[source] = make(setup)
            configs[source] = dict(self._running[source].start())
        return {"configs": configs}

    def push_to(self, hubs: Mapping[str, str]) -> dict[str, Any]:
        """Lets those that push know where."""
        for source, url in hubs.items():
            self._running[source].push_to(url)
        return {"ok": True}

    def progress(self) -> dict[str, Any]:
        """Whether all have said everything, how many bodies left, how many answers were heard."""
        systems = self._running.items()
        return {
            "done": all(one.done() for _, one in systems),
            "said": {source: one.said() for source, one in systems},
            "heard": {source: len(one.heard()) for source, one in systems},
        }

    def stop(self) -> None:
        """Stops every system."""
        for one in self._running.values():
            one.stop()


def main() -> None:
    """Serves orders until standard input ends."""
    systems = Systems()
    try:
        for line in sys.stdin.buffer:
            order = orjson.loads(line)
            if "start" in order:
                answer = systems.start(order["start"])
            elif "hub" in order:
                answer = systems.push_to(order["hub"])
            else:
                answer = systems.progress()
            sys.stdout.buffer.write(orjson.dumps(answer, default=str) + b"\n")
            sys.stdout.buffer.flush()
    finally:
        systems.stop()


if __name__ == "__main__":
    main()
