"""Figures for Prometheus, read from the database when they are asked for. Counts, ages and names of ours only.

Nothing is counted in the hot path but a worker's own steps. What the database says is kept for `KEPT_S`, so that
many scrapers cost as much as one.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import ColumnElement, Connection, Table, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hub.bus import Bus
from hub.clock import Clock
from hub.errors import TryLater
from hub.model import Fate
from hub.run.care import conservation
from hub.run.ground.loop import Loop
from hub.run.ground.pressure import PRESSED
from hub.run.readiness import oldest_unsettled_s
from hub.store import dossiers, facts, outbox, records, sources
from hub.store.engine import Store
from hub.store.tables import answer, audit_head, delivery, event, fallback, incident, overdue, whistle

KEPT_S: Final = 15.0
_HELP: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "records": ("Records received, by what became of them; `open` is on its way.", ("source", "fate")),
    "conservation_difference": (
        "Records of the last 24 hours that are neither in a fate nor on their way.",
        ("source",),
    ),
    "oldest_unsettled_seconds": ("Age of the oldest record without a fate.", ()),
    "source_silent_seconds": ("Time since a source's last record.", ("source",)),
    "adapter_state": ("1 for the state that a source's adapter is in.", ("source", "state")),
    "source_pressed": (
        "1 while a source has to wait, because too many of its records are on their way.",
        ("source",),
    ),
    "events": ("Reports in the unified schema.", ()),
    "incidents": ("Matters, by state.", ("state",)),
    "whistles": ("Whistles, by state.", ("state",)),
    "steps_overdue": ("Steps of whistles whose deadline has passed.", ()),
    "desk_waiting": ("Matters that wait at the desk.", ()),
    "deliveries": ("What departments are told past the bus, by state.", ("department", "channel", "state")),
    "answers": ("Answers to sources, by state.", ("source", "state")),
    "outbox_waiting": ("Messages that the bus does not have yet.", ()),
    "group_unread": (
        "Messages that a group of ours has still to read; below 0: beyond the end.",
        ("group", "topic", "partition"),
    ),
    "dossier_unfiled": ("Moves that no dossier tells of yet, counted up to 100,000.", ()),
    "dossier_lag_seconds": ("Age of the oldest of those moves; 0 without one.", ()),
    "audit_blocks": ("Blocks of the audit, of all chains.", ()),
    "store_reachable": ("Whether the store could be read.", ()),
    "bus_reachable": ("Whether the bus answered.", ()),
}
"""Name without `gridplus_` → what it says, and its labels. Dashboards, alerts and their test go by it."""
NAMES: Final = frozenset(
    (
        *(f"gridplus_{name}" for name in _HELP),
        *("gridplus_worker_steps_total", "gridplus_worker_failures_total", "gridplus_worker_still_seconds"),
    )
)
"""Every figure by its full name."""

_Rows = Iterable[tuple[tuple[str, ...], float]]


@dataclass(eq=False)
class Figures:
    """All figures of one process. `loops` are its workers, `names` its pack's sources."""

    store: Store
    bus: Bus
    clock: Clock
    loops: Sequence[Loop]
    topics: Mapping[str, int]
    names: Sequence[str]
    kept_s: float = KEPT_S
    _kept: list[Metric] = field(default_factory=list)
    _until_s: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def text(self) -> bytes:
        """All of them in Prometheus' own format; also where store or bus are away, without what they know."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> Iterator[Metric]:
        """What `prometheus_client` asks for."""
        yield from self._workers()
        with self._lock:
            if time.monotonic() >= self._until_s:
                self._kept = [*self._of_store(), *self._of_bus()]
                self._until_s = time.monotonic() + self.kept_s
            yield from self._kept

    def _workers(self) -> Iterator[Metric]:
        steps = CounterMetricFamily("gridplus_worker_steps", "Steps that ended well.", labels=["worker"])
        failures = CounterMetricFamily(
            "gridplus_worker_failures", "Steps that will be tried again.", labels=["worker"]
        )
        still = GaugeMetricFamily(
            "gridplus_worker_still_seconds", "Time since a step ended well.", labels=["worker"]
        )
        for one in self.loops:
            steps.add_metric([one.name], one.steps)
            failures.add_metric([one.name], one.failures)
            still.add_metric([one.name], time.monotonic() - one.moved_s)
        return iter((steps, failures, still))

    def _of_store(self) -> Iterator[Metric]:
        now = self.clock.now()
        try:
            with self.store.read() as conn:
                found = [_family(name, rows) for name, rows in _read(conn, self.names, now)]
            found.append(_family("oldest_unsettled_seconds", _one(oldest_unsettled_s(self.store, now))))
        except (DBAPIError, PoolTimeout):
            return iter((_family("store_reachable", _one(0)),))
        return iter((*found, _family("store_reachable", _one(1))))

    def _of_bus(self) -> Iterator[Metric]:
        try:
            sides = conservation.sides(self.store, self.bus, self.topics)
        except (TryLater, DBAPIError, PoolTimeout):
            return iter((_family("bus_reachable", _one(0)),))
        unread = [((s.group, s.topic, str(s.part)), float(s.unread)) for s in sides]
        return iter((_family("group_unread", unread), _family("bus_reachable", _one(1))))


def _read(conn: Connection, names: Sequence[str], now: datetime) -> Iterator[tuple[str, _Rows]]:
    yield "records", _records(conn)
    yield "conservation_difference", _differences(conn, names, now)
    heard = sources.last_heard(conn)
    yield "source_silent_seconds", [((s,), (now - at).total_seconds()) for s, at in heard.items()]
    yield "adapter_state", [((one.source, one.state), 1.0) for one in sources.states(conn)]
    pressed = facts.under(conn, PRESSED)
    yield "source_pressed", [((name,), float(name in pressed)) for name in sorted(names)]
    yield "events", _one(_count(conn, event))
    yield "incidents", _grouped(conn, incident.c.state)
    yield "whistles", _grouped(conn, whistle.c.state)
    yield "steps_overdue", _one(_count(conn, overdue, overdue.c.excused == ""))
    yield "desk_waiting", _one(_count(conn, fallback, fallback.c.resolved_us.is_(None)))
    yield "deliveries", _grouped(conn, delivery.c.department, delivery.c.channel, delivery.c.state)
    yield "answers", _grouped(conn, answer.c.source, answer.c.state)
    yield "outbox_waiting", _one(outbox.waiting(conn))
    number, oldest = dossiers.behind(conn)
    yield "dossier_unfiled", _one(number)
    yield "dossier_lag_seconds", _one((now - oldest).total_seconds() if oldest else 0.0)
    blocks = conn.execute(select(func.coalesce(func.sum(audit_head.c.seq), 0))).scalar_one()
    yield "audit_blocks", _one(float(blocks))


def _records(conn: Connection) -> _Rows:
    by_source = records.account(conn)
    kinds = (*(fate.value for fate in Fate), "open")
    return [((source, kind), one[kind]) for source, one in sorted(by_source.items()) for kind in kinds]


def _differences(conn: Connection, names: Sequence[str], now: datetime) -> _Rows:
    """A 0 for every source, so that an alert sees a figure where all is well."""
    found = dict.fromkeys(sorted(names), 0)
    for hour in conservation.hours(conn, names, now - conservation.LOOKED_BACK):
        found[hour.source] += hour.difference
    return [((source,), float(number)) for source, number in found.items()]


def _count(conn: Connection, table: Table, *where: ColumnElement[bool]) -> int:
    return conn.execute(select(func.count()).select_from(table).where(*where)).scalar_one()


def _grouped(conn: Connection, *columns: ColumnElement[Any]) -> _Rows:
    rows = conn.execute(select(*columns, func.count()).group_by(*columns).order_by(*columns))
    return [(tuple(map(str, row[:-1])), float(row[-1])) for row in rows]


def _one(value: float) -> _Rows:
    return [((), value)]


def _family(name: str, rows: _Rows) -> Metric:
    told, labels = _HELP[name]
    family = GaugeMetricFamily(f"gridplus_{name}", told, labels=labels)
    for values, number in rows:
        family.add_metric(values, number)
    return family
