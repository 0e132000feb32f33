"""Sets the demo up, plays it, and takes it down: systems in their own process, hub and departments here."""

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from sqlalchemy import Connection

from hub.bus.topics import whistles
from hub.clock import ScenarioClock, SystemClock
from hub.crew import WORKERS, Crew
from hub.demo import newcomers
from hub.demo.canaries import Canaries
from hub.demo.centre import Centre
from hub.demo.departments import Departments, WebhookDepartment
from hub.demo.gateways import Gateways
from hub.demo.listener import begin
from hub.demo.manners import played
from hub.demo.scenario import Scenario, make
from hub.demo.visitors import Visitors, without
from hub.errors import FixSettings
from hub.incident.judge import ANNOUNCED
from hub.intake.links import following
from hub.jsonform import dumps
from hub.model import AttachmentState, Channel
from hub.pack import Pack, load
from hub.plugin.registry import Registry
from hub.run.matters.lifeaccount import lifecycle
from hub.run.people.demo import OPERATED
from hub.run.sources.entering import ENTRIES, REPORTS
from hub.settings import Settings, apart, read
from hub.store import attachments, outbox, principals

_SUBSTITUTES: Final = frozenset({"chengguan", "shizheng", "zhujian"})
"""Whom the demo's centre designates where a return holds."""
_SPOKEN: Final = ("kafka_security", "kafka_plaintext_ok", "kafka_replication")


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What to play. `length` is scenario time, `speed` scenario seconds a second. `is_visited`: people sign in."""

    length: timedelta
    matters: int
    speed: float
    seed: int
    is_visited: bool = False


class Stage:
    """One demo from curtain to curtain."""

    def __init__(self, play: Play, *, home: Path, store: str, bus: str, port: int, started: float) -> None:
        """`started`: `time.monotonic()` when the command began, for the first whistle's time."""
        self._play, self._home, self._started = play, home, started
        self._pack = load(None)
        start = self._pack.manifest.starts_at
        self.scenario: Scenario = make(
            self._pack,
            start=start,
            length=play.length,
            matters=play.matters,
            seed=play.seed,
            beside=newcomers.tell,
        )
        self._clock = ScenarioClock(start, play.speed)
        self._port = port
        self._store, self._bus = store, bus
        self.first_whistle_ms: int | None = None

    # -- setting up ----------------------------------------------------------------------------------

    def open(self) -> None:
        """Everything runs from here on."""
        self._systems = begin("hub.demo.systems")
        configs = self._ask({"start": self._order()})["configs"]
        self._pack = _with_files(self._pack, configs)
        if self._play.is_visited:
            self._pack = replace(self._pack, grants=without(self._pack.grants))
        keys = {c.department: secrets.token_hex(32) for c in self._pack.contracts}
        own = {name: secrets.token_hex(32) for name in ("centre", "post")}
        self.centre = Centre(
            self.url,
            key=own["centre"],
            post_key=own["post"],
            substitutes=[c.department for c in self._pack.contracts if c.department in _SUBSTITUTES],
        )
        self.departments = Departments(
            self.url,
            keys,
            self._channel(Channel.PULL),
            self._play.seed,
            manners_of=played(keys),
            handed_in=self.centre.handed_in,
            contracts=self._pack.contracts,
            visitors=Visitors(lambda: self.hub, OPERATED, SystemClock()) if self._play.is_visited else None,
        )
        self._hooks = {d: (secrets.token_hex(16)) for d in self._channel(Channel.WEBHOOK)}
        self._listeners = {d: WebhookDepartment(self.departments, s) for d, s in self._hooks.items()}
        phones = Registry.load()
        self._gateways = Gateways(phones, self._pack)
        channels = self._gateways.open(self._clock, self._home / "gateways", seed=self._play.seed)
        self._crew = Crew(
            self._settings(configs, keys, channels), WORKERS, clock=self._clock, pack=self._pack
        )
        self.hub = self._crew.hub
        self._claim_store()
        self._let_in(own)
        self._start_hub()
        hubs = {source: f"{self.url}/in/{source}" for source in configs}
        self._ask({"hub": hubs})
        threading.Thread(target=self._watch_first, daemon=True).start()

    @property
    def url(self) -> str:
        """Where the hub answers."""
        return f"http://127.0.0.1:{self._port}"

    def _order(self) -> dict[str, Any]:
        systems = {}
        for source, said in self.scenario.utterances.items():
            if source in newcomers.NEEDS_KAFKA and not self._bus.startswith("kafka"):
                continue
            path = self._home / "systems" / f"{source}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dumps(said), encoding="utf-8")
            systems[source] = {
                "plugin": self._pack.sources[source].plugin,
                "place": str(self._home / "systems" / source),
                "utterances": str(path),
                "failures": [],
            }
        return {
            "clock_start": self._clock.start.isoformat(),
            "speed": self._clock.speed,
            "origin": self._clock.origin,
            "seed": self._play.seed,
            "bus": self._bus if self._bus.startswith("kafka") else "",
            "systems": systems,
        }

    def _let_in(self, own: Mapping[str, str]) -> None:
        """Somebody at the centre, and the district's own post, for as long as the demo runs."""
        who = {"centre": ("centre", "demo-centre"), "post": ("post", f"district:{self._pack.district}")}
        with self.hub.store.write() as conn:
            for name, key in own.items():
                principals.register(conn, principals.Principal(*who[name]), key, self._clock.now())

    def _settings(
        self, configs: Mapping[str, Any], keys: Mapping[Any, str], channels: Mapping[str, Any]
    ) -> Settings:
        return apart(
            home=self._home,
            store=self._store or f"sqlite:///{self._home}/demo.db",
            bus=self._bus,
            host="127.0.0.1",
            port=self._port,
            figures_without_key=True,
            demo=True,
            sources={**configs, REPORTS: {}, ENTRIES: {}},
            api_keys=dict(keys),
            channels=dict(channels),
            webhook_networks=["127.0.0.0/8"],
            webhooks={d: {"url": w.url, "secret": self._hooks[d]} for d, w in self._listeners.items()},
            poll_s=0.5 * self._clock.speed,
            lease_s=30.0,
            clock_start=self._clock.start.isoformat(),
            clock_speed=self._clock.speed,
            clock_origin=self._clock.origin,
            log_level="warning",
            **_spoken(self._bus),
        )

    def _channel(self, channel: Channel) -> tuple[str, ...]:
        return tuple(sorted({c.department for c in self._pack.contracts if channel in c.channels}))

    def _claim_store(self) -> None:
        """A demo writes only into a store that is new or a demo's."""
        with self.hub.store.write() as conn:
            rows = conn.exec_driver_sql("SELECT count(*) FROM record").scalar_one()
            marked = conn.exec_driver_sql("SELECT count(*) FROM fact WHERE name = 'demo'").scalar_one()
            if rows and not marked:
                raise FixSettings("C110")
            if not marked:
                conn.exec_driver_sql("INSERT INTO fact (name, value) VALUES ('demo', '1')")

    def _start_hub(self) -> None:
        for listener in self._listeners.values():
            listener.start()
        self._crew.start()
        topics = [whistles(d) for d in self._channel(Channel.KAFKA)]
        self.centre.start()
        self.departments.start(self.hub.bus.consumer("demo-departments", topics, lambda _group: {}))

    def _watch_first(self) -> None:
        self.departments.first.wait()
        self.first_whistle_ms = int((time.monotonic() - self._started) * 1000)

    # -- playing -------------------------------------------------------------------------------------

    def play(self, stop: threading.Event, *, longest_s: float) -> bool:
        """Waits until everything was said and settled, `stop`, or `longest_s` real seconds; True where settled."""
        quiet = 0
        ends = time.monotonic() + longest_s
        while time.monotonic() < ends and not stop.wait(0.5):
            self._crew.look()
            quiet = quiet + 1 if self._settled() else 0
            if quiet >= 4:
                return True
        return False

    def _settled(self) -> bool:
        if not self._ask({"ask": "progress"})["done"]:
            return False
        account = self.hub.account()
        open_ = sum(one["open"] for one in account["sources"].values())
        with self.hub.store.read() as conn:
            unsent = outbox.waiting(conn)
            untold = conn.exec_driver_sql("SELECT count(*) FROM answer WHERE state = 'waiting'").scalar_one()
            wanted = attachments.counts(conn).get(AttachmentState.WAITING.value, 0)
        arrived = self.departments.seen() >= account["whistles"]
        return not (open_ or unsent or untold or wanted) and arrived and self.departments.idle()

    def account(self) -> dict[str, Any]:
        """What `demo --once` prints."""
        account = self.hub.account()
        for one in account["sources"].values():
            one.pop("open")
        canaries = Canaries(self.scenario.people)
        with self.hub.store.read() as conn:
            leaks = canaries.in_store(conn)
            files = attachments.counts(conn)
            most, explained = _seen_by(conn)
            lived = lifecycle(conn)
        leaks |= canaries.in_texts({"whistles": self.departments.messages})
        return account | {
            "first_whistle_ms": self.first_whistle_ms,
            "canaries_leaked": sum(leaks.values()),
            "leaks": leaks,
            "answers_heard": self._ask({"ask": "progress"})["heard"],
            "most_systems_of_one_matter": most,
            "explained": explained,
            "opened": self.departments.opened,
            "lifecycle": lived,
            "phones_rung": self._gateways.rang(),
            "attachments": dict(sorted(files.items())),
        }

    # -- taking down ---------------------------------------------------------------------------------

    def close(self) -> None:
        """Stops whatever was started, in order; may be called where `open` failed half-way."""
        if hasattr(self, "departments"):
            self.departments.stop()
            self.centre.stop()
        if hasattr(self, "_crew"):
            self._crew.stop()
        if hasattr(self, "_gateways"):
            self._gateways.close()
        for listener in getattr(self, "_listeners", {}).values():
            listener.stop()
        if hasattr(self, "_systems") and self._systems.stdin:
            self._systems.stdin.close()
            for _ in range(100):
                if self._systems.poll() is not None:
                    return
                threading.Event().wait(0.1)
            self._systems.kill()

    def _ask(self, order: Mapping[str, Any]) -> dict[str, Any]:
        assert self._systems.stdin is not None  # noqa: S101 opened as pipes
        assert self._systems.stdout is not None  # noqa: S101
        self._systems.stdin.write(orjson.dumps(order) + b"\n")
        self._systems.stdin.flush()
        line = self._systems.stdout.readline()
        if not line:
            raise FixSettings("C109")
        answer: dict[str, Any] = orjson.loads(line)
        return answer


def _seen_by(conn: Connection) -> tuple[int, int]:
    """How many systems told of one matter at most; and how many reports an announcement explained."""
    bodies = conn.exec_driver_sql("SELECT body FROM incident").scalars()
    most = max((len(orjson.loads(body)["sources"]) for body in bodies), default=0)
    reasons = conn.exec_driver_sql("SELECT reasons FROM link").scalars()
    return most, sum(ANNOUNCED in (one["rule"] for one in orjson.loads(why)) for why in reasons)


def _spoken(bus: str) -> dict[str, Any]:
    """How this machine speaks to a broker that the demo is given; nothing else that an installation is told is its."""
    if bus == "embedded":
        return {}
    told = read()
    return {name: getattr(told, name) for name in _SPOKEN}


def _with_files(pack: Pack, configs: Mapping[str, Mapping[str, Any]]) -> Pack:
    """`pack`, with the ports that its systems were given: the files of their reports lie there."""
    reached = {
        name: replace(pack.sources[name], attachments=following([urlsplit(str(one["base_url"])).netloc]))
        for name, one in configs.items()
        if "base_url" in one
    }
    return replace(pack, sources={**pack.sources, **reached})
