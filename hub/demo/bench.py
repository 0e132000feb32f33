"""The whole journey against the clock: raw bodies of all five sources in, whistles consumed out.

Bodies are made before the clock starts: each simulator speaks its protocol to its adapter, and what came
through the adapter's door is kept. A few of them go through the whole hub first, so that nothing is made or
joined while the clock runs; it stops when the last record has its fate and the last whistle was consumed.
"""

import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from hub import ids
from hub.clock import Clock
from hub.demo.embedded_cost import StatementCost
from hub.demo.hands import STAGES, Hands, OneThread, Processes, Stopwatch
from hub.demo.kept import kept
from hub.demo.listener import Listener, stop, topics_of
from hub.demo.offer import Offer, Portion
from hub.demo.plans import Plans
from hub.demo.preload import preload
from hub.demo.process import cpu_s, forget_peak, largest_mb, peak_mb
from hub.demo.sampler import Sampler
from hub.errors import FixSettings, TryLater
from hub.model import EventKey, Mode
from hub.plugin import Body
from hub.run import longlived, servers
from hub.run.assembly import Assembly
from hub.run.care.account import account
from hub.run.sources.reception import Reception, write
from hub.settings import apart
from hub.store.tables import message

RATE_S: Final = 60.0
"""How long a rate is offered."""
WORKERS: Final = 3
"""Processes where nobody says how many, on servers: one of intake, two of casework, one of them with the relay."""
_WARM: Final = 8
"""Bodies of each source that go first and are not counted."""
_PATIENCE_S: Final = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to measure: `store` sqlite or postgresql, `bus` embedded or kafka.

    `rate`: events a second that are offered for `rate_s` seconds; None: `events`, all at once.
    `workers`: so many processes; 0: everything in this one. `preload`: so many incidents are stored after a first
    run, and a second one follows. `profile`: where the flame graph of this process goes.
    """

    events: int
    store: str
    bus: str
    seed: int
    rate: float | None = None
    rate_s: float = RATE_S
    workers: int = 0
    preload: int = 0
    profile: Path | None = None
    plans: Path | None = None
    """Where the plans of this process's statements go; of the last run."""

    @property
    def wanted(self) -> int:
        """About how many events."""
        return self.events if self.rate is None else max(1, round(self.rate * self.rate_s))


def run(order: Order) -> dict[str, Any]:
    """Figures of one run, or of two, before and after `preload`. It starts local servers and stops them.

    Raises FixSettings C101 for several processes on one SQLite file, and for a profile of other processes;
    TryLater C120 where it does not end.
    """
    if order.workers and (order.store, order.bus) != ("postgresql", "kafka"):
        raise FixSettings("C101", name="--workers")
    for name, file in (("--profile", order.profile), ("--plans", order.plans)):
        if order.workers and file:
            raise FixSettings("C101", name=name)
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gridplus-bench-")))
        home.chmod(0o755)
        running: dict[str, servers.Running] = {}
        if order.bus == "kafka":
            running["bus"] = stack.enter_context(servers.kafka(home / "kafka"))
        if order.store == "postgresql":
            running["store"] = stack.enter_context(servers.postgresql(home / "postgresql"))
        warm = _WARM * 5
        runs = 2 if order.preload else 1
        bodies = kept(order.wanted * runs + warm, order.seed, home / "systems")
        settings = _settings(home, running, bodies.configs)
        hub = Assembly(apart(**settings))
        stack.callback(hub.close)
        hub.warm()
        watch = Stopwatch()
        hands: Hands = Processes(order.workers, settings, watch) if order.workers else OneThread(hub, watch)
        stack.callback(hands.close)
        listener = Listener(settings, home / "whistles.txt")
        stack.callback(stop, listener.process)
        bench = _Bench(hub, hands, listener, watch)
        bench.play(Offer({s: some[:_WARM] for s, some in bodies.by_source.items()}, 0.0))
        pids = {name: one.process.pid for name, one in running.items()}
        longlived.keep()
        first, *more = _shared_out({s: some[_WARM:] for s, some in bodies.by_source.items()}, runs)
        figures = _measure(order, bench, first, pids)
        for some in more:
            preload(hub, first, order.preload, order.seed)
            again = _measure(order, bench, some, pids)
            ratio = round(_cost(again) / _cost(figures), 2)
            figures["preloaded"] = {"stored_before": order.preload, "cost_ratio": ratio, **again}
        return figures


def _cost(figures: Mapping[str, Any]) -> float:
    """CPU an event of hub, store and bus together."""
    return sum(figures["cpu_us_per_event"][whose] or 0.0 for whose in ("hub", "store", "bus"))


def _shared_out(bodies: Mapping[str, Sequence[Body]], runs: int) -> list[Mapping[str, Sequence[Body]]]:
    """The bodies of each run: every source's in their order."""
    return [
        {s: some[len(some) * n // runs : len(some) * (n + 1) // runs] for s, some in bodies.items()}
        for n in range(runs)
    ]


def _settings(
    home: Path, running: Mapping[str, servers.Running], configs: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Of every process of the bench: one clock, one store, one bus."""
    import hub.pack

    starts_at = hub.pack.load().manifest.starts_at + timedelta(hours=12)
    return {
        "home": str(home),
        "store": running["store"].address if "store" in running else f"sqlite:///{home}/bench.db",
        "bus": f"kafka://{running['bus'].address}" if "bus" in running else "embedded",
        "sources": {source: dict(config) for source, config in configs.items()},
        "clock_start": starts_at.isoformat(),
        "clock_origin": time.monotonic(),
    }


class _Bench:
    """One hub under load."""

    def __init__(self, hub: Assembly, hands: Hands, listener: Listener, watch: Stopwatch) -> None:
        self.hub, self.hands, self.listener, self.watch = hub, hands, listener, watch
        self._topics = topics_of(hub.pack)
        self._doors = {
            source: Reception(source, hub.adapter(source), hub.vault, body_limit=hub.settings.body_limit)
            for source in hub.active_sources()
        }
        self._plays = 0
        self.due: dict[str, datetime] = {}
        """Record → when it was to be offered."""
        self.busy_s = 0.0
        """CPU seconds of this process when something was last done."""
        self.stages_s: dict[str, float] = {}
        """The same by stage; later looks that find nothing are no part of it."""

    def play(self, offer: Offer) -> tuple[datetime, datetime]:
        """Offers everything and waits for its end; when it began and ended, on the hub's clock.

        What is waited for after that, to be sure that it is the end, does not count.
        """
        self._plays += 1
        self.due.clear()
        clock: Clock = self.hub.clock
        begun = last = clock.now()
        ends = time.monotonic() + _PATIENCE_S
        while True:
            elapsed_s = (clock.now() - begun).total_seconds()
            stored = sum(self._store(one, begun) for one in offer.due(elapsed_s, self.hub.settings.batch))
            done = stored + self.hands.work()
            if done:
                last, self.busy_s = clock.now(), time.process_time()
                self.stages_s = dict(self.watch.seconds)
            elif offer.is_over() and self._is_settled():
                heard = max(self.listener.heard().values(), default=begun)
                return begun, max(last, heard) if not self.hands.pids() else max(clock.now(), heard)
            if time.monotonic() > ends:
                raise TryLater("C120")

    def _store(self, portion: Portion, begun: datetime) -> int:
        return self.watch.time(STAGES[0], partial(self._receive, portion, begun))

    def _receive(self, portion: Portion, begun: datetime) -> int:
        prepared = self._doors[portion.source].prepare(
            portion.bodies,
            arrival=f"bench:{self._plays}:{portion.first}",
            mode=Mode.LIVE,
            now=self.hub.clock.now(),
        )
        with self.hub.store.write() as conn:
            stored = write(conn, prepared)
        for one, due_s in zip(prepared.records, portion.due_s, strict=True):
            self.due[one.id] = begun + timedelta(seconds=due_s)
        return stored

    def _is_settled(self) -> bool:
        """Every record has its fate, and every whistle on a topic was consumed."""
        with self.hub.store.read() as conn:
            if conn.exec_driver_sql("SELECT 1 FROM record WHERE fate IS NULL LIMIT 1").first():
                return False
            if conn.exec_driver_sql("SELECT 1 FROM parcel LIMIT 1").first():
                return False
            told = select(func.count()).select_from(message).where(message.c.topic.in_(self._topics))
            blown = conn.execute(told).scalar_one()
        return len(self.listener.heard()) >= blown

    def latencies_ms(self) -> list[float]:
        """From when a report was to be offered until the whistle of the matter that it opened was consumed."""
        with self.hub.store.read() as conn:
            events = conn.exec_driver_sql("SELECT key, record_id FROM event ORDER BY received_us DESC")
            opened_by = {ids.incident_id(EventKey(key)): record for key, record in events}
            calls = dict(tuple(row) for row in conn.exec_driver_sql("SELECT id, incident_id FROM whistle"))
        return sorted(
            (at - self.due[record]).total_seconds() * 1000
            for whistle, at in self.listener.heard().items()
            if (record := opened_by.get(calls.get(whistle, ""), "")) in self.due
        )


def _measure(
    order: Order, bench: _Bench, bodies: Mapping[str, Sequence[Body]], servers_: Mapping[str, int]
) -> dict[str, Any]:
    pids = {**servers_, "departments": bench.listener.process.pid}
    others = {str(pid): pid for pid in bench.hands.pids()}
    with bench.hub.store.read() as conn:
        before = account(conn)
    forget_peak()
    stages = bench.hands.seconds()
    embedded = StatementCost(bench.hub.store.engine)
    sampler = Sampler()
    plans = Plans(bench.hub.store) if order.plans else None
    if order.profile:
        sampler.start()
    spent = {name: cpu_s(pid) for name, pid in {**pids, **others}.items()}
    own_s = time.process_time()
    begun, ended = bench.play(Offer(bodies, order.rate_s if order.rate is not None else 0.0))
    own_s = bench.busy_s - own_s
    if order.profile:
        sampler.stop()
        sampler.write(order.profile)
    embedded.end()
    if plans is not None and order.plans is not None:
        plans.write(order.plans)
    worked = bench.hands.seconds() if others else bench.stages_s
    stages = {name: s - stages.get(name, 0.0) for name, s in worked.items()}
    spent_s: dict[str, float | None] = {
        name: cpu_s(pid) - spent[name] for name, pid in {**pids, **others}.items()
    }
    own_s -= _embedded(spent_s, embedded.seconds, servers_)
    with bench.hub.store.read() as conn:
        after = account(conn)
    records, seconds = after["records"] - before["records"], (ended - begun).total_seconds()

    def us(cpu: float | None) -> int | None:
        return None if cpu is None else round(cpu / records * 1e6)

    return {
        "events": records,
        "seconds": round(seconds, 2),
        "events_per_second": round(records / seconds, 1),
        "cpu_us_per_event": {
            "hub": us(own_s + sum(spent_s[name] or 0.0 for name in others)),
            "store": us(spent_s.get("store")),
            "bus": us(spent_s.get("bus")),
            "departments": us(spent_s["departments"]),
            "stages": {name: us(stages.get(name)) for name in STAGES},
        },
        "latency_ms": _percentiles(bench.latencies_ms()) if order.rate is not None else None,
        "peak_memory_mb": peak_mb((os.getpid(), *bench.hands.pids())),
        "worker_peak_memory_mb": largest_mb(bench.hands.pids()),
        "workers": order.workers or 1,
        "offered_per_second": order.rate,
        "incidents": after["incidents"] - before["incidents"],
        "whistles": after["whistles"] - before["whistles"],
        "fates": {name: n - before["fates"][name] for name, n in after["fates"].items()},
        "shares": {source: round(len(some) / records, 3) for source, some in bodies.items()},
    }


def _embedded(
    spent_s: dict[str, float | None], statements_s: Mapping[str, float], servers_: Mapping[str, int]
) -> float:
    """Notes what store and bus cost inside this process; returns how much of its CPU that was.

    Nobody can tell the bus apart in the database of a PostgreSQL; and with Kafka its tables are the outbox.
    """
    together = sum(statements_s.values())
    if "store" in servers_:
        spent_s.setdefault("bus", None)
        return 0.0
    if "bus" in servers_:
        spent_s["store"] = together
    else:
        spent_s.update(statements_s)
    return together


def _percentiles(sorted_ms: Sequence[float]) -> dict[str, int] | None:
    """Nearest rank; None where nothing was measured."""
    if not sorted_ms:
        return None
    last = len(sorted_ms) - 1
    return {"p50": round(sorted_ms[round(0.50 * last)]), "p99": round(sorted_ms[round(0.99 * last)])}
