"""Whole lives against the clock: reports in, departments called, signed, in contact, there, done, marked, and in the
archive.

The same bodies as `hub.demo.bench`, in the same way; what comes after a whistle is done by departments in a process of
their own (`hub.demo.responder`). A life is one whistle's, of a department that leads or assists and reads the bus, from
the call to the archive; the clock stops when as many as were ordered are there. One that is called off on its way is
none. Each has its dossier then, or soon after: how soon is said, and what that costs is counted. Answers to sources are
made; there is nobody here to take them.
"""

import secrets
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from hub.clock import SystemClock
from hub.crew import port_near
from hub.demo.kept import kept
from hub.demo.listener import start, stop
from hub.demo.offer import Offer
from hub.demo.past import past_lives
from hub.demo.process import cpu_s
from hub.errors import TryLater
from hub.model import Mode, WhistleState
from hub.pack.locate_pack import locate_pack
from hub.plugin import Body
from hub.run import servers
from hub.run.assembly import Assembly
from hub.run.sources.reception import Reception, write
from hub.settings import apart
from hub.store import dossiers, principals
from hub.store.engine import chunks
from hub.store.lists import among
from hub.store.tables import delivery, evaluation, link, step, whistle

_HANDS: Final = ("intake",), ("casework", "relay")
_CREWS: Final = ("reports", "web"), ("clockwork",)
_PER_LIFE: Final = 1.2
"""Reports that are made for one life: some join a matter that another one opened, or call nobody over the bus."""
_SPEED: Final = 60.0
"""Scenario seconds a second: the archive takes what was marked a minute ago."""
_LOOK_S: Final = 0.5
_PORTION: Final = 2000
_WARM: Final = 300
"""Lives that are played before anything is measured: processes load plugins and plans, servers fill their memory."""
_OFFERED: Final = 200
"""Reports of each source that are offered at one look, until enough departments are called."""
_PATIENCE_S: Final = 900.0
_ARCHIVE: Final = "archive_after: {value: 1, unit: urgent_minute}"


def run(lives: int, *, seed: int, preload: int = 0) -> dict[str, Any]:
    """Figures of one run on Kafka and PostgreSQL, or of two, before and after `preload` whistles were stored.

    It starts local servers and stops them. Raises TryLater C120 where it does not end.
    """
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gridplus-lives-")))
        home.chmod(0o755)
        running = {
            "bus": stack.enter_context(servers.kafka(home / "kafka")),
            "store": stack.enter_context(servers.postgresql(home / "postgresql")),
        }
        runs = 2 if preload else 1
        bodies = kept(round((_WARM + lives * runs) * _PER_LIFE), seed, home / "systems")
        settings = _settings(home, running, bodies.configs)
        hub = Assembly(apart(**settings))
        stack.callback(hub.close)
        hub.warm()
        stage = _Stage(hub, settings, home, running, stack)
        warm, *shares = _shared(bodies.by_source, [_WARM, *[lives] * runs])
        stage.play(warm, _WARM)
        figures = stage.play(shares[0], lives)
        if preload:
            past_lives(hub, preload)
            again = stage.play(shares[1], lives)
            ratio = round(again["cpu_us_per_life"]["all"] / figures["cpu_us_per_life"]["all"], 2)
            figures["preloaded"] = {"stored_before": preload, "cost_ratio": ratio, **again}
        return figures


def _shared(by_source: Mapping[str, Sequence[Body]], parts: Sequence[int]) -> list[dict[str, Sequence[Body]]]:
    """Every source's bodies in parts as large as these are to each other."""
    ends = [sum(parts[:n]) / sum(parts) for n in range(len(parts) + 1)]
    return [
        {
            source: some[round(len(some) * first) : round(len(some) * last)]
            for source, some in by_source.items()
        }
        for first, last in pairwise(ends)
    ]


def _settings(
    home: Path, running: Mapping[str, servers.Running], configs: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Of every process. The pack is the demo's, but for its archive, which takes what was marked a minute ago."""
    pack = home / "pack"
    shutil.copytree(locate_pack(None), pack)
    rules = (pack / "whistles.yaml").read_text(encoding="utf-8")
    soon = rules.replace("archive_after: {value: 5, unit: work_day}", _ARCHIVE)
    assert _ARCHIVE in soon  # noqa: S101 the demo pack says so
    (pack / "whistles.yaml").write_text(soon, encoding="utf-8")
    import hub.pack

    starts_at = hub.pack.load().manifest.starts_at + timedelta(hours=12)
    settings: dict[str, Any] = {
        "home": str(home),
        "pack": str(pack),
        "store": running["store"].address,
        "bus": f"kafka://{running['bus'].address}",
        "sources": {source: dict(config) for source, config in configs.items()},
        "host": "127.0.0.1",
        "port": port_near(0),
        "clock_start": starts_at.isoformat(),
        "clock_speed": _SPEED,
        "clock_origin": time.monotonic(),
        "log_level": "warning",
    }
    return settings


class _Stage:
    """One hub, whose workers are processes, and those who live with it."""

    def __init__(
        self,
        hub: Assembly,
        settings: Mapping[str, Any],
        home: Path,
        running: Mapping[str, servers.Running],
        stack: ExitStack,
    ) -> None:
        self._hub, self._notes = hub, home / "called.txt"
        self._servers = {name: one.process.pid for name, one in running.items()}
        self._wall = SystemClock()
        self._plays = 0
        key = secrets.token_hex(32)
        with hub.store.write() as conn:
            who = principals.Principal("post", f"district:{hub.pack.district}")
            principals.register(conn, who, key, hub.clock.now())
        self._doors = {
            source: Reception(source, hub.adapter(source), hub.vault, body_limit=hub.settings.body_limit)
            for source in hub.active_sources()
        }
        processes = {"hub.demo.hands": _HANDS, "hub.demo.crewed": _CREWS}
        self._workers = {
            "+".join(some): self._start(stack, module, {"settings": settings, "workers": some})
            for module, shares in processes.items()
            for some in shares
        }
        url = f"http://127.0.0.1:{settings['port']}"
        order = {"settings": settings, "notes": str(self._notes), "post_key": key, "url": url}
        self._others = self._start(stack, "hub.demo.responder", order)

    @staticmethod
    def _start(stack: ExitStack, module: str, order: Mapping[str, Any]) -> int:
        process = start(module, order)
        stack.callback(stop, process)
        return process.pid

    def play(self, bodies: Mapping[str, Sequence[Body]], lives: int) -> dict[str, Any]:
        """Offers reports until so many whistles are on their way, and waits until as many are in the archive."""
        self._plays += 1
        before, on_their_way, archived = set(self._called()), set[str](), set[str]()
        spent = {name: cpu_s(pid) for name, pid in self._pids()}
        offer, begun = Offer(bodies, 0.0), time.monotonic()
        seen = set(before)
        while len(archived) < lives:
            if len(archived) + len(on_their_way) < lives:
                self._offer(offer)
            called = set(self._called())
            on_their_way |= called - seen
            seen |= called
            ended = self._ended(on_their_way)
            on_their_way -= ended.keys()
            archived |= {id_ for id_, state in ended.items() if state is WhistleState.ARCHIVED}
            if time.monotonic() - begun > _PATIENCE_S:
                raise TryLater("C120")
            self._wall.pause(_LOOK_S)
        seconds, done = time.monotonic() - begun, len(archived)
        while self._unfiled():
            self._wall.pause(_LOOK_S)
        until_filed = time.monotonic() - begun
        cost = {name: round((cpu_s(pid) - spent[name]) / done * 1e6) for name, pid in self._pids()}
        hub_us = sum(cost[name] for name in self._workers)
        return {
            "lives": done,
            "called_off": len(seen - before) - done - len(on_their_way),
            "seconds": round(seconds, 2),
            "lives_per_second": round(done / seconds, 1),
            "with_dossiers_per_second": round(done / until_filed, 1),
            "cpu_us_per_life": {
                **cost,
                "hub": hub_us,
                "all": hub_us + cost["store"] + cost["bus"],
            },
            "moves_per_life": self._moves(archived),
        }

    def _pids(self) -> Iterator[tuple[str, int]]:
        yield from self._workers.items()
        yield "departments", self._others
        yield from self._servers.items()

    def _offer(self, offer: Offer) -> None:
        """The next portion of every source, stored as its door does it."""
        for portion in offer.due(0.0, _OFFERED):
            prepared = self._doors[portion.source].prepare(
                portion.bodies,
                arrival=f"lives:{self._plays}:{portion.first}",
                mode=Mode.LIVE,
                now=self._hub.clock.now(),
            )
            with self._hub.store.write() as conn:
                write(conn, prepared)

    def _called(self) -> list[str]:
        """Ids of the whistles that departments have heard of so far."""
        with suppress(FileNotFoundError):
            text = self._notes.read_text(encoding="ascii")
            return text[: text.rfind("\n") + 1].split()
        return []

    def _ended(self, ids_: Iterable[str]) -> dict[str, WhistleState]:
        """Those of them that are in the archive, or were called off."""
        ended: dict[str, WhistleState] = {}
        over = (WhistleState.ARCHIVED.value, WhistleState.CANCELLED.value)
        with self._hub.store.look() as conn:
            for some in chunks(ids_, _PORTION):
                rows = conn.execute(
                    select(whistle.c.id, whistle.c.state).where(
                        among(whistle.c.id, some), whistle.c.state.in_(over)
                    )
                )
                ended |= {r.id: WhistleState(r.state) for r in rows}
        return ended

    def _unfiled(self) -> bool:
        """Whether something has happened that no dossier tells of yet."""
        with self._hub.store.look() as conn:
            return any(dossiers.unfiled(conn, table, 1) for table in (step, delivery, link, evaluation))

    def _moves(self, ids_: AbstractSet[str]) -> float:
        """How many moves these whistles have made, each on the average."""
        total = 0
        with self._hub.store.look() as conn:
            for part in chunks(ids_):
                query = select(func.count()).select_from(step).where(among(step.c.whistle_id, part))
                total += conn.execute(query).scalar_one()
        return round(total / len(ids_), 2)
