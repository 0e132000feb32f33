"""What one process stands on: settings in; store, bus, keys, pack, adapters and what is made of them out.

Each is made at first use. No worker and no door lives here.
"""

import os
import secrets
import socket
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Final

import httpx

import hub.pack
from hub.access.keyring import KeyRing
from hub.access.planbook import PlanBook
from hub.access.vault import Algorithm, Vault
from hub.access.whitelist import Renewed
from hub.bus import Bus
from hub.bus.accounts import of_worker
from hub.bus.embedded import EmbeddedBus
from hub.bus.topics import all_topics
from hub.clock import Clock, ScenarioClock, SystemClock
from hub.errors import FixSettings, HubError
from hub.intake.validate import Validator
from hub.pipeline import Journey
from hub.plugin import Adapter, Tells
from hub.plugin.registry import Registry
from hub.run.exits.guarded import guarded, networks_of
from hub.run.exits.showing import Showing
from hub.run.exits.telling import Telling
from hub.run.ground.contractbook import ContractBook, keep
from hub.run.ground.ledger import Ledger, Ledgers
from hub.run.ground.livegrants import LiveGrants
from hub.run.ground.pressure import Pressure
from hub.run.ground.staff import Staff
from hub.run.keys import brokers
from hub.run.keys.certificate import Certificate
from hub.run.keys.keyfile import check_keys, open_keys
from hub.run.keys.livekeys import LiveKeys
from hub.run.matters.answering import Answering
from hub.run.matters.evaluating import Evaluating
from hub.run.matters.evidence import Evidence
from hub.run.matters.moving import Moving
from hub.run.matters.reporting import Reporting
from hub.run.ringing.channels import Channels
from hub.run.sources.adapters import Adapters
from hub.run.sources.chosen import Chosen
from hub.schema import schemas
from hub.settings import Settings
from hub.store import migrate, outbox
from hub.store.engine import Store


def clock_of(settings: Settings) -> Clock:
    """The machine's clock, or the scenario clock that the settings describe."""
    if not settings.clock_start:
        return SystemClock()
    try:
        start = datetime.fromisoformat(settings.clock_start)
    except ValueError:
        raise FixSettings("C101", name="clock_start") from None
    return ScenarioClock(start, settings.clock_speed, settings.clock_origin)


class Rooms:
    """What workers and doors of one process share, made at first use and closed once."""

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

    @cached_property
    def people_clock(self) -> Clock:
        """What people's sessions are measured by: a scenario may run faster than anybody types."""
        return SystemClock() if self.settings.clock_start else self.clock

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
            renewed=self._live_keys.ring_now,
            current=self._live_keys.ring,
        )

    @cached_property
    def certificate(self) -> Certificate | None:
        """The web worker's own; None where it speaks no TLS. Raises FixSettings C101 for what is no pair."""
        cert, key = self.settings.tls_cert, self.settings.tls_key
        return Certificate(cert, key, self.settings.tls_client_ca) if cert and key else None

    @cached_property
    def http(self) -> httpx.Client:
        """For webhooks. Raises FixSettings C101 where `webhook_networks` names what is no network of our own."""
        return guarded(networks_of(self.settings.webhook_networks))

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
    def _plans(self) -> Renewed[PlanBook]:
        return Renewed(self.whitelist, PlanBook)

    @property
    def plans(self) -> PlanBook:
        """What organisations may see by the grants in force, whatever a contract says; another book where those changed."""
        return self._plans.now()

    @cached_property
    def showing(self) -> Showing:
        """Projections under the grants in force."""
        return Showing(self.pack, self.whitelist)

    @cached_property
    def whitelist(self) -> LiveGrants:
        """The grants in force: whoever shows something asks it each time."""
        return LiveGrants(self.store, self.pack.grants)

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

    @cached_property
    def pressure(self) -> Pressure:
        """Which sources have to wait."""
        return Pressure(self.store, limit=self.settings.waiting_limit)

    @cached_property
    def registry(self) -> Registry:
        """The installed plugins."""
        return Registry.load()

    @cached_property
    def adapters(self) -> Adapters:
        """This process's adapters, each anew where its secrets changed, or another version was chosen."""
        chosen = Chosen(lambda: self.store, self.clock)
        return Adapters(self.settings, lambda: self.pack, lambda: self.registry, self.clock, chosen.of)

    @cached_property
    def channels(self) -> Channels:
        """This process's gateways to duty phones."""
        return Channels(self.settings, lambda: self.pack, lambda: self.registry, self.clock)

    @cached_property
    def contact_channels(self) -> Channels:
        """This process's gateways to residents: by the same settings, of their own, since each is one thread's."""
        return Channels(self.settings, lambda: self.pack, lambda: self.registry, self.clock)

    def active_sources(self) -> list[str]:
        """Sources of the pack that the settings configure."""
        return [name for name in self.pack.sources if name in self.settings.sources]

    def adapter(self, source: str) -> Adapter:
        """The adapter of a source as of this moment, for who uses it at once."""
        return self.adapters.now(source)

    @cached_property
    def tellable(self) -> Mapping[str, bool]:
        """Source → whether it can be told anything: by its adapter or, where the settings of this process do not
        configure the source, by what its plugin says of itself: another process tells it then."""
        return {s: self._can_tell(s) for s in self.pack.sources}

    def _can_tell(self, source: str) -> bool:
        try:
            if source in self.settings.sources:
                return isinstance(self.adapter(source), Tells)
            return not self.adapters.entry(source).cannot_tell
        except HubError:  # it is not installed here, or does not begin; who has it decides
            return True

    @cached_property
    def reporting(self) -> Reporting:
        """Takes reports, over HTTP and from the bus."""
        known = schemas()
        return Reporting(
            store=self.store,
            pack=self.pack,
            contracts=self.contracts,
            vault=self.vault,
            moving=self.moving,
            evidence=self.evidence,
            ledger=self.ledgers.mine,
            report_schema=Validator(known["report_in"], known.values()),
        )

    @cached_property
    def answering(self) -> Answering:
        """What sources are told of their reports."""
        return Answering(self.pack, lambda: self.tellable)

    @cached_property
    def moving(self) -> Moving:
        """Writes and tells what becomes of whistles."""
        return Moving(
            pack=self.pack,
            contracts=self.contracts,
            outbox=self.outbox,
            telling=self.telling,
            answering=self.answering,
        )

    @cached_property
    def evaluating(self) -> Evaluating:
        """Takes marks for what departments did."""
        return Evaluating(self.pack, self.moving, self.ledgers.mine)

    @cached_property
    def evidence(self) -> Evidence:
        """Takes evidence, and checks it with results."""
        return Evidence(store=self.store, pack=self.pack, contracts=self.contracts, vault=self.vault)

    @property
    def _speed(self) -> float:
        """Leases run on the scenario clock too: a fast one must not end them early."""
        return self.settings.clock_speed if self.settings.clock_start else 1.0

    def _ledger(self, role: str) -> Ledger:
        return Ledger(
            f"{self.worker}/{role}", self.store, key=self.keys.audit, renewed=lambda: self.keys.audit
        )

    def close(self) -> None:
        """Gives back what was opened; may be called twice."""
        if "adapters" in self.__dict__:
            self.adapters.close()
        for name in ("channels", "contact_channels"):
            if name in self.__dict__:
                self.__dict__[name].close()
        for bus in self._buses.values():
            bus.close()
        self._buses.clear()
        for name in ("bus", "http", "store"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()
