"""Puts the house together for one process: settings in, workers out. The only place that knows all rooms."""

import os
import secrets
import socket
import time
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import httpx
import structlog

import hub.pack
from hub.access.keyring import KeyRing, load_keys
from hub.access.vault import Algorithm, Vault
from hub.bus import Bus
from hub.bus.accounts import of_worker
from hub.bus.embedded import EmbeddedBus
from hub.bus.topics import EVENTS, all_topics, reports
from hub.clock import Clock, ScenarioClock, SystemClock
from hub.errors import FixSettings, HubError
from hub.intake.validate import Validator
from hub.pipeline import Journey
from hub.plugin import Adapter, Tells
from hub.plugin.registry import Registry
from hub.run import brokers, casework
from hub.run import reports as report_worker
from hub.run.account import account
from hub.run.adapters import Adapters
from hub.run.attached import Attached
from hub.run.attachments import LEASE_S, Attachments
from hub.run.certificate import Certificate
from hub.run.clockwork import Clockwork
from hub.run.contractbook import ContractBook, keep
from hub.run.dispatch import Dispatch
from hub.run.fetching import Fetching
from hub.run.gateway import Gateway
from hub.run.intake import Intake
from hub.run.keyfile import check_keys, open_keys
from hub.run.latecomers import Latecomers
from hub.run.ledger import Ledger, Ledgers
from hub.run.livekeys import LiveKeys
from hub.run.loop import Loop
from hub.run.matters import Reports
from hub.run.opening import Opening
from hub.run.pressure import Pressure
from hub.run.relay import Relay
from hub.run.reporting import Reporting
from hub.run.showing import Showing
from hub.run.source import SourceWorker
from hub.run.staff import Staff
from hub.run.telling import Telling
from hub.run.timekeeping import Watch
from hub.run.webhooks import Hook, Webhooks, saying
from hub.schema import schemas
from hub.settings import Settings
from hub.store import migrate, outbox, principals
from hub.store.engine import Store

log = structlog.get_logger()

INTAKE_IDLE_S: Final = 0.1
"""Rest of an intake that found nothing. What it reads itself it takes up at once: this is for what was pushed."""


def clock_of(settings: Settings) -> Clock:
    """The machine's clock, or the scenario clock that the settings describe."""
    if not settings.clock_start:
        return SystemClock()
    try:
        start = datetime.fromisoformat(settings.clock_start)
    except ValueError:
        raise FixSettings("C101", name="clock_start") from None
    return ScenarioClock(start, settings.clock_speed, settings.clock_origin)


class Assembly:
    """Everything one process needs, made at first use and closed once."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        worker: str = "",
        pack: hub.pack.Pack | None = None,
    ) -> None:
        """`clock` and `pack` take the place of what the settings say."""
        self.settings: Final = settings
        self.clock: Final = clock or clock_of(settings)
        self.worker: Final = worker or f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._pack = pack
        self._buses: dict[str, Bus] = {}

    # -- things with a life of their own -----------------------------------------------------------

    @cached_property
    def store(self) -> Store:
        """The database, at the newest migration."""
        store = Store(self.settings.store_url)
        migrate.up(store)
        return store

    @cached_property
    def bus(self) -> Bus:
        """The embedded bus or Kafka as the settings reach it, with every topic in place."""
        if self.embedded:
            return EmbeddedBus(self.store)
        from hub.bus.kafka import KafkaBus

        bus = KafkaBus(brokers.settings_of(self.settings))
        bus.ensure(self.topics, retention_s=self.topics_kept_s)
        return bus

    def bus_of(self, worker: str) -> Bus:
        """The bus as `worker` may use it: with an account of its own where the settings give workers accounts.

        Topics are then made by `gridplus broker setup`: no worker may.
        """
        if self.embedded or self.settings.kafka_accounts is None:
            return self.bus
        from hub.bus.kafka import KafkaBus

        if worker not in self._buses:
            self._buses[worker] = KafkaBus(brokers.settings_of(self.settings, of_worker(worker)))
        return self._buses[worker]

    @property
    def embedded(self) -> bool:
        """Whether the bus is in the store; who only writes to the outbox needs no other."""
        return self.settings.bus.partition("://")[0] == "embedded"

    @property
    def topics_kept_s(self) -> int:
        """How long a topic keeps its messages."""
        return int(self.pack.retention.topics.total_seconds())

    @cached_property
    def pack(self) -> hub.pack.Pack:
        """The pack; raises FixSettings K101 where anything is wrong with it."""
        return self._pack or hub.pack.load(self.settings.pack)

    @cached_property
    def _live_keys(self) -> LiveKeys:
        ring = open_keys(self.settings.keys_file)
        check_keys(self.store, ring)
        return LiveKeys(self.settings.keys_file, self.clock)

    @property
    def keys(self) -> KeyRing:
        """The keys of `keys_file` as they stand now, made where there are none; raises FixSettings A122 for another
        store's."""
        return self._live_keys.ring_now()

    @cached_property
    def vault(self) -> Vault:
        """The vault under the master keys."""
        sm4 = self.settings.cipher == "sm4"
        return Vault(
            self.keys,
            Algorithm.SM4_GCM if sm4 else Algorithm.AES_256_GCM,
            renewed=lambda: load_keys(self.settings.keys_file),
            current=self._live_keys.ring,
        )

    @cached_property
    def certificate(self) -> Certificate | None:
        """The web worker's own; None where it speaks no TLS. Raises FixSettings C101 for what is no pair."""
        cert, key = self.settings.tls_cert, self.settings.tls_key
        return Certificate(cert, key) if cert and key else None

    @cached_property
    def http(self) -> httpx.Client:
        """For webhooks."""
        return httpx.Client(timeout=10.0, follow_redirects=False)

    # -- things made of those ----------------------------------------------------------------------

    @cached_property
    def departments(self) -> list[str]:
        """Those of the pack that have a contract, and topics."""
        return sorted({c.department for c in self.pack.contracts})

    @cached_property
    def topics(self) -> dict[str, int]:
        """Topic → partitions."""
        return all_topics(self.departments, events_partitions=self.settings.events_partitions)

    @cached_property
    def outbox(self) -> outbox.Outbox:
        """The outbox for this bus."""
        brokers.check_address(self.settings)
        return outbox.Outbox(self.topics, is_log=self.embedded)

    @cached_property
    def journey(self) -> Journey:
        """The rooms with this pack."""
        known = schemas()
        return Journey(
            self.pack,
            schema=Validator(known["event"], known.values()),
            fingerprint=self.vault.fingerprint,
            is_staff=self.staff.is_staff,
        )

    @cached_property
    def showing(self) -> Showing:
        """Projections under the pack's grants."""
        return Showing(self.pack, self.pack.grants)

    @cached_property
    def contracts(self) -> ContractBook:
        """Every contract version that was ever used, this pack's among them."""
        return keep(self.store, self.pack.contracts, self.clock.now())

    @cached_property
    def telling(self) -> Telling:
        """What departments are told of whistles."""
        return Telling(
            showing=self.showing,
            contracts=self.contracts,
            district=self.pack.district,
            schemas=schemas(),
        )

    @cached_property
    def ledgers(self) -> Ledgers:
        """Audit chains of this process."""
        return Ledgers(self.worker, self.store, key=self.keys.audit, renewed=lambda: self.keys.audit)

    @cached_property
    def staff(self) -> Staff:
        """Whose phones are a department's own."""
        return Staff(self.pack, self.vault, self.store)

    # -- sources -------------------------------------------------------------------------------------

    @cached_property
    def registry(self) -> Registry:
        """The installed plugins."""
        return Registry.load()

    @cached_property
    def adapters(self) -> Adapters:
        """This process's adapters, each anew where its secrets changed."""
        return Adapters(self.settings, lambda: self.pack, lambda: self.registry, self.clock)

    def active_sources(self) -> list[str]:
        """Sources of the pack that the settings configure."""
        return [name for name in self.pack.sources if name in self.settings.sources]

    def adapter(self, source: str) -> Adapter:
        """The adapter of a source as of this moment, for who uses it at once."""
        return self.adapters.now(source)

    # -- workers -------------------------------------------------------------------------------------

    def plain_intake(self, source: str, adapter: Adapter) -> Intake:
        """Intake of one source without supervision, for a caller that steps it itself."""
        settings = self.settings
        return Intake(
            source,
            adapter,
            store=self.store,
            outbox=self.outbox,
            journey=self.journey,
            vault=self.vault,
            clock=self.clock,
            worker=self.worker,
            lease_s=settings.lease_s * self._speed,
            batch=settings.batch,
            body_limit=settings.body_limit,
            reports=self._just_stored,
        )

    @cached_property
    def _just_stored(self) -> Reports:
        """What intake of this process hands to casework of this process."""
        return Reports()

    def intake(self, source: str) -> Loop:
        """The worker of one source."""
        worker = SourceWorker(
            self.plain_intake(source, self.adapter(source)),
            entry=self.adapters.entry(source),
            store=self.store,
            pressure=self.pressure,
            clock=self.clock,
            poll_s=self.settings.poll_s,
            lent=lambda: self.adapters.lent(source),
        )
        return Loop(f"intake:{source}", worker.step, idle_s=INTAKE_IDLE_S, close=worker.close)

    def plain_attachments(self, source: str, fetching: Fetching | None = None) -> Attachments:
        """Fetches the files of one source, for a caller that steps it itself."""
        return Attachments(
            source,
            self.pack.sources[source].attachments,
            fetching=fetching or Fetching(),
            store=self.store,
            vault=self.vault,
            clock=self.clock,
            ticks=time.monotonic,
            worker=self.worker,
            lease_s=LEASE_S * self._speed,
        )

    def attachments(self, source: str) -> Loop:
        """Fetches the files of one source, beside its intake."""
        worker = self.plain_attachments(source)
        return Loop(f"attachments:{source}", worker.step, idle_s=1.0, close=lambda: None)

    @cached_property
    def pressure(self) -> Pressure:
        """Which sources have to wait."""
        return Pressure(self.store, limit=self.settings.waiting_limit)

    @property
    def _speed(self) -> float:
        """Leases run on the scenario clock too: a fast one must not end them early."""
        return self.settings.clock_speed if self.settings.clock_start else 1.0

    def plain_casework(self) -> casework.Casework:
        """One member of the casework group, for a caller that steps it itself."""
        return casework.Casework(
            store=self.store,
            consumer=self._consumer(casework.GROUP, [EVENTS]),
            journey=self.journey,
            vault=self.vault,
            dispatch=self.dispatch("casework"),
            latecomers=self.latecomers,
            reports=self._just_stored,
            clock=self.clock,
            batch=self.settings.batch,
        )

    def dispatch(self, role: str) -> Dispatch:
        """Calls departments on behalf of `role`, which has an audit chain of its own."""
        return Dispatch(
            journey=self.journey,
            outbox=self.outbox,
            telling=self.telling,
            contracts=self.contracts,
            ledger=self._ledger(role),
            latecomers=self.latecomers,
        )

    @property
    def latecomers(self) -> Latecomers:
        """Tells reports that come late what was done."""
        return Latecomers(self.pack, lambda: self.tellable)

    def _ledger(self, role: str) -> Ledger:
        return Ledger(
            f"{self.worker}/{role}", self.store, key=self.keys.audit, renewed=lambda: self.keys.audit
        )

    def casework(self) -> Loop:
        """One member of the casework group."""
        worker = self.plain_casework()
        return Loop("casework", worker.step, idle_s=0.02, close=worker.close)

    def reports(self) -> Loop:
        """Takes the departments' reports from the bus."""
        topics = [reports(d) for d in self.departments]
        worker = report_worker.Reports(
            store=self.store,
            consumer=self._consumer(report_worker.GROUP, topics),
            reporting=self.reporting,
            clock=self.clock,
        )
        return Loop("reports", worker.step, idle_s=0.1, close=worker.close)

    def plain_relay(self) -> Relay:
        """Outbox → Kafka, for a caller that steps it itself."""
        return Relay(
            store=self.store,
            bus=self.bus_of("relay"),
            clock=self.clock,
            worker=self.worker,
            lease_s=self.settings.lease_s * self._speed,
            batch=self.settings.batch,
        )

    def relay(self) -> Loop:
        """Outbox → Kafka."""
        return Loop("relay", self.plain_relay().step, idle_s=0.05, close=lambda: None)

    def webhooks(self, department: str) -> Loop:
        """Calls the webhook of one department; raises FixSettings C101 where its settings are not whole."""
        hook = self.settings.webhooks[department]
        if "url" not in hook or len({"secret", "secret_file"} & hook.keys()) != 1:
            raise FixSettings("C101", name=f"webhooks.{department}")
        worker = Webhooks(
            department,
            Hook(
                hook["url"],
                hook.get("secret", ""),
                Path(hook["secret_file"]) if "secret_file" in hook else None,
            ),
            say=saying(self.store, self.telling, self._ledger(f"webhooks:{department}")),
            store=self.store,
            http=self.http,
            clock=self.clock,
            worker=self.worker,
            lease_s=self.settings.lease_s * self._speed,
        )
        return Loop(f"webhooks:{department}", worker.step, idle_s=0.2, close=lambda: None)

    def plain_clockwork(self) -> Clockwork:
        """Deadlines that pass, for a caller that steps it itself."""
        return Clockwork(
            store=self.store,
            clock=self.clock,
            worker=self.worker,
            lease_s=self.settings.lease_s * self._speed,
            retention=self.pack.retention,
            keeps_log=self.embedded,
            forget=self._forget,
            watch=Watch(self.clock) if isinstance(self.clock, SystemClock) else None,
        )

    def _forget(self, subject: str) -> None:
        """A destroyed key leaves this process's memory, where it has a vault at all."""
        if "vault" in self.__dict__:
            self.vault.forget(subject)

    def clockwork(self) -> Loop:
        """Deadlines that pass; one leader."""
        return Loop("clockwork", self.plain_clockwork().step, idle_s=1.0, close=lambda: None)

    def _consumer(self, group: str, topics: list[str]) -> Any:
        """A member of `group`; groups are called as their workers are."""
        return self.bus_of(group).consumer(group, topics, lambda g: outbox.positions(self.store, g))

    @cached_property
    def reporting(self) -> Reporting:
        """Takes reports, over HTTP and from the bus."""
        known = schemas()
        return Reporting(
            store=self.store,
            pack=self.pack,
            contracts=self.contracts,
            vault=self.vault,
            outbox=self.outbox,
            report_schema=Validator(known["report_in"], known.values()),
            tellable=self.tellable,
        )

    @cached_property
    def tellable(self) -> Mapping[str, bool]:
        """Source → whether it can be told anything: by its adapter or, where the settings of this process do not
        configure the source, by what its plugin says of itself: another process tells it then."""
        return {s: self._can_tell(s) for s in self.pack.sources}

    def _can_tell(self, source: str) -> bool:
        if source in self.settings.sources:
            return isinstance(self.adapter(source), Tells)
        try:
            return not self.adapters.entry(source).cannot_tell
        except FixSettings:  # the plugin is not installed here; who has it decides
            return True

    @cached_property
    def gateway(self) -> Gateway:
        """The doors of all sources that push."""
        for source in self.active_sources():
            self.adapter(source)  # settings that are wrong end the start, not the first request
        return Gateway(
            self.active_sources(),
            self.adapters.lent,
            vault=self.vault,
            body_limit=self.settings.body_limit,
            store=self.store,
            ledgers=self.ledgers,
            pressure=self.pressure,
            clock=self.clock,
            worker=self.worker,
        )

    @cached_property
    def opening(self) -> Opening:
        """Opens whistles for their departments."""
        return Opening(store=self.store, vault=self.vault, showing=self.showing, contracts=self.contracts)

    @cached_property
    def attached(self) -> Attached:
        """Opens the files of whistles for their departments."""
        return Attached(store=self.store, vault=self.vault, showing=self.showing, contracts=self.contracts)

    def register_callers(self) -> None:
        """Lets the keys of the settings speak for their departments; only digests are stored."""
        with self.store.write() as conn:
            for name, key in self.settings.api_keys.items():
                who = principals.Principal("department", name)
                principals.register(conn, who, key.get_secret_value(), self.clock.now())

    def account(self) -> dict[str, Any]:
        """Records by fate, events, incidents, whistles."""
        with self.store.read() as conn:
            return account(conn)

    def warnings(self) -> list[HubError]:
        """What this process could not take up while it works: a renewed certificate that is no pair."""
        return [] if self.certificate is None or self.certificate.fault is None else [self.certificate.fault]

    def untaken(self) -> list[HubError]:
        """What lies in files and would not be taken up now: secrets of sources, the web worker's certificate."""
        found = [t for s in self.active_sources() if (t := self.adapters.trouble(s)) is not None]
        try:
            return found + self.warnings()
        except FixSettings as error:
            return [*found, HubError("C161", error=error.code)]

    def warm(self) -> None:
        """Makes now what is made once, so that no record waits for it."""
        self.staff.is_staff("", "")
        for made in (self.journey, self.showing, self.outbox, self.pack.gazetteer, self.pack.atlas):
            del made

    def close(self) -> None:
        """Gives back what was opened; may be called twice."""
        if "adapters" in self.__dict__:
            self.adapters.close()
        for bus in self._buses.values():
            bus.close()
        self._buses.clear()
        for name in ("bus", "http", "store"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()
