"""The whole journey against the clock: raw bodies of all five sources in, whistles consumed out.

Bodies are made before the clock starts: each simulator speaks its protocol to its adapter, and what
came through the adapter's door is kept. Then one process plays every worker, step by step, and the
time of each is added up. CPU of local servers is read from the process table.
"""

import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from hub.bus.topics import whistles
from hub.clock import ScenarioClock
from hub.demo.bodies import collect
from hub.model import Channel, Mode
from hub.plugin import Body
from hub.run import servers
from hub.run.assembly import Assembly
from hub.run.reception import Reception, write
from hub.settings import read

_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Stopwatch:
    """CPU seconds of this process by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    def time(self, stage: str, work: Callable[[], int]) -> int:
        """What `work` returns; its CPU time is added to `stage`."""
        start = time.process_time()
        done = work()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.process_time() - start
        return done


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to measure: `store` sqlite or postgresql, `bus` embedded or kafka."""

    events: int
    store: str
    bus: str
    seed: int


def run(order: Order) -> dict[str, Any]:
    """Figures of one run. Without addresses of servers it starts local ones, and stops them."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gridplus-bench-")))
        home.chmod(0o755)
        running: dict[str, servers.Running] = {}
        if order.bus == "kafka":
            running["bus"] = stack.enter_context(servers.kafka(home / "kafka"))
        if order.store == "postgresql":
            running["store"] = stack.enter_context(servers.postgresql(home / "postgresql"))
        bodies = collect(order.events, order.seed, home / "systems")
        hub = Assembly(
            read(
                home=home,
                store=running["store"].address if "store" in running else f"sqlite:///{home}/bench.db",
                bus=f"kafka://{running['bus'].address}" if "bus" in running else "embedded",
                sources={source: dict(config) for source, config in bodies.configs.items()},
            ),
            clock=_clock(),
        )
        stack.callback(hub.close)
        return _measure(hub, bodies.by_source, running)


def _clock() -> ScenarioClock:
    import hub.pack

    return ScenarioClock(hub.pack.load().manifest.starts_at + timedelta(hours=12))


def _measure(
    hub: Assembly, bodies: Mapping[str, Sequence[Body]], running: Mapping[str, servers.Running]
) -> dict[str, Any]:
    for warm in (hub.journey, hub.reporting, hub.pack.gazetteer, hub.pack.atlas, hub.bus):
        del warm  # made now, so that no stage pays for it
    doors = {
        source: Reception(source, hub.adapter(source), hub.vault, body_limit=hub.settings.body_limit)
        for source in bodies
    }
    intakes = {source: hub.plain_intake(source, hub.adapter(source)) for source in bodies}
    casework, relay = hub.plain_casework(), hub.plain_relay()
    topics = [whistles(c.department) for c in hub.pack.contracts if Channel.KAFKA in c.channels]
    consumer = hub.bus.consumer("bench", topics, lambda _: {})
    watch, wall = Stopwatch(), time.monotonic()
    before = {name: _cpu_s(one.process.pid) for name, one in running.items()}
    cpu = time.process_time()
    consumed = 0
    for source, some in bodies.items():
        for start in range(0, len(some), hub.settings.batch):
            part = some[start : start + hub.settings.batch]
            watch.time("1_store_records", partial(_store, hub, doors[source], part, start))
    for intake in intakes.values():
        held = intake.lease()
        while held and watch.time("2_normalise_to_event", partial(intake.digest, held)):
            watch.time("3_relay", relay.step)
    idle = 0
    while idle < 3:
        done = watch.time("4_link_route_project", lambda: casework.step(0.5))
        done += watch.time("3_relay", relay.step)
        done += (got := watch.time("5_consume_whistles", lambda: len(consumer.poll(500, 0.05))))
        consumed += got
        idle = 0 if done else idle + 1
    seconds = time.monotonic() - wall
    account = hub.account()
    records = account["records"]
    hub_us = (time.process_time() - cpu) / records * 1e6
    spent = {name: (_cpu_s(one.process.pid) - before[name]) / records * 1e6 for name, one in running.items()}
    consumer.close()
    casework.close()
    return {
        "events": records,
        "seconds": round(seconds, 2),
        "events_per_second": round(records / seconds),
        "cpu_us_per_event": {
            "hub": round(hub_us),
            "store": round(spent["store"]) if "store" in spent else None,
            "bus": round(spent["bus"]) if "bus" in spent else None,
            "stages": {name: round(s / records * 1e6) for name, s in sorted(watch.seconds.items())},
        },
        "latency_ms": None,
        "incidents": account["incidents"],
        "whistles": account["whistles"],
        "whistles_consumed": consumed,
        "fates": account["fates"],
        "shares": {source: len(some) for source, some in bodies.items()},
        "peak_memory_mb": _peak_mb(),
    }


def _store(hub: Assembly, door: Reception, part: Sequence[Body], start: int) -> int:
    prepared = door.prepare(part, arrival=f"bench:{start}", mode=Mode.LIVE, now=hub.clock.now())
    with hub.store.write() as conn:
        return write(conn, prepared)


def _cpu_s(pid: int) -> float:
    """CPU seconds of a process and its children, living and ended, from the process table."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it ended while we looked
        if int(stat.parent.name) == pid or int(fields[1]) == pid:
            total += sum(int(fields[n]) for n in (11, 12)) / _TICKS
    return total


def _peak_mb() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
