"""The workers of one process: each `step()` with what it needs, and the loop around it."""

import time
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from hub.bus.topics import EVENTS, reports
from hub.clock import SystemClock
from hub.errors import FixSettings
from hub.plugin import Adapter, Channel
from hub.run.clockwork import Clockwork
from hub.run.dossier.filing import Filing
from hub.run.dossier.registering import Registrar
from hub.run.exits.relay import Relay
from hub.run.exits.webhooks import Hook, Webhooks, saying
from hub.run.ground.loop import Loop
from hub.run.ground.seen import Reports
from hub.run.ground.timekeeping import Watch
from hub.run.matters import casework
from hub.run.matters import reports as report_worker
from hub.run.matters.dispatch import Dispatch
from hub.run.matters.evaluating import Evaluating
from hub.run.matters.hubmoves import HubMoves
from hub.run.matters.latecomers import Latecomers
from hub.run.matters.notices import Notices
from hub.run.matters.ticks import Ticks
from hub.run.ringing.calling import Calling
from hub.run.ringing.callwords import CallWords
from hub.run.ringing.channels import DepartmentWebhook
from hub.run.ringing.contacting import Contacting
from hub.run.ringing.reachable import Reachable
from hub.run.ringing.summoning import Summoning
from hub.run.rooms import Rooms
from hub.run.sources.attachments import LEASE_S, Attachments
from hub.run.sources.fetching import Fetching
from hub.run.sources.intake import Intake
from hub.run.sources.source import Later, SourceWorker
from hub.run.supervision.supervising import Supervising
from hub.store import outbox
from hub.store.choices import USUAL
from hub.whistle.anchors import Signer
from hub.whistle.dossier import Algorithm
from hub.whistle.summons import WEBHOOK, Rung

INTAKE_IDLE_S: Final = 0.1
"""Rest of an intake that found nothing. What it reads itself it takes up at once: this is for what was pushed."""


class Workers(Rooms):
    """Makes workers; `plain_…` for a caller that steps one itself."""

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

    def plain_source(self, source: str) -> SourceWorker:
        """One source's whole turn, for a caller that steps it itself."""
        return SourceWorker(
            self.plain_intake(source, self.adapter(source)),
            entry=self.adapters.entry(source),
            store=self.store,
            pressure=self.pressure,
            clock=self.clock,
            poll_s=self.settings.poll_s,
            lent=lambda: self.adapters.lent(source),
            is_on=lambda: self.adapters.is_on(source),
        )

    def intake(self, source: str) -> Loop:
        """The worker of one source. With the version that is installed it begins at once, or this raises why not."""
        is_usual = self.adapters.versions.choice(source) == USUAL
        worker = (
            self.plain_source(source)
            if is_usual
            else Later(lambda: self.plain_source(source), lambda: self.adapters.is_on(source))
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

    def plain_casework(self) -> casework.Casework:
        """One member of the casework group, for a caller that steps it itself."""
        return casework.Casework(
            store=self.store,
            consumer=self._consumer(casework.GROUP, [EVENTS]),
            journey=self.journey,
            vault=self.vault,
            dispatch=self.dispatch("casework"),
            latecomers=self.latecomers,
            evaluating=self._hearing(),
            reports=self._just_stored,
            clock=self.clock,
            batch=self.settings.batch,
        )

    def _hearing(self) -> Evaluating:
        """Takes requesters' marks, in casework's transactions but in an audit chain of its own."""
        ledger = self._ledger("hearing")
        return Evaluating(self.pack, self.moving, lambda: ledger)

    def dispatch(self, role: str) -> Dispatch:
        """Calls departments on behalf of `role`, which has an audit chain of its own."""
        return Dispatch(
            journey=self.journey,
            moving=self.moving,
            ledger=self._ledger(role),
            latecomers=self.latecomers,
        )

    @property
    def latecomers(self) -> Latecomers:
        """Tells reports that come late how their matters stand."""
        return Latecomers(self.answering)

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
            ledger=self._ledger("reports"),
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
        worker = self.plain_webhooks(department, f"webhooks:{department}")
        return Loop(f"webhooks:{department}", worker.step, idle_s=0.2, close=lambda: None)

    def plain_webhooks(self, department: str, role: str) -> Webhooks:
        """The same for a caller that steps it itself, with the audit chain of `role`."""
        hook = self.settings.webhooks[department]
        if "url" not in hook or len({"secret", "secret_file"} & hook.keys()) != 1:
            raise FixSettings("C101", name=f"webhooks.{department}")
        return Webhooks(
            department,
            Hook(
                hook["url"],
                hook.get("secret", ""),
                Path(hook["secret_file"]) if "secret_file" in hook else None,
            ),
            say=saying(self.store, self.telling, self._ledger(role)),
            store=self.store,
            http=self.http,
            clock=self.clock,
            worker=self.worker,
            lease_s=self.settings.lease_s * self._speed,
        )

    def plain_summoning(self) -> Summoning:
        """Plans calls to duty phones, for a caller that steps it itself."""
        return Summoning(
            store=self.store,
            pack=self.pack,
            contracts=self.contracts,
            is_ready=self._is_ready,
            clock=self.clock,
            worker=self.worker,
            lease_s=self.settings.lease_s * self._speed,
        )

    def _is_ready(self, rung: Rung) -> bool:
        """Whether the settings say how this channel reaches anybody."""
        known = self.settings.webhooks if rung.channel == WEBHOOK else self.settings.channels
        return (rung.department if rung.channel == WEBHOOK else rung.channel) in known

    def plain_calling(self, channel: str) -> Calling:
        """Makes the calls of one channel, for a caller that steps it itself."""
        return Calling(
            channel,
            gateway=self._department_webhook if channel == WEBHOOK else lambda _: self.channels.now(channel),
            words=CallWords(pack=self.pack, showing=self.showing, contracts=self.contracts),
            ledger=self._ledger(f"calling:{channel}"),
            reporting=lambda: self.reporting,
            store=self.store,
            clock=self.clock,
            worker=self.worker,
            lease_s=self.settings.lease_s * self._speed,
        )

    def _department_webhook(self, department: str) -> Channel:
        return DepartmentWebhook(self.plain_webhooks(department, f"calling:webhook:{department}"))

    @cached_property
    def reachable(self) -> Reachable:
        """Who can be contacted for departments."""
        return Reachable(pack=self.pack, showing=self.showing, contracts=self.contracts)

    def plain_contacting(self, channel: str) -> Contacting:
        """Sends what departments say to residents by one channel, for a caller that steps it itself."""
        return Contacting(
            channel,
            gateway=lambda: self.contact_channels.now(channel),
            reachable=self.reachable,
            pack=self.pack,
            vault=lambda: self.vault,
            ledger=self._ledger(f"contacting:{channel}"),
            store=self.store,
            clock=self.clock,
            worker=self.worker,
            lease_s=self.settings.lease_s * self._speed,
        )

    def contacting(self) -> list[Loop]:
        """One sender a channel; none where the pack lets nobody contact residents."""
        channels = sorted(set(self.pack.contacts.channels.values()))
        return [
            Loop(f"contacting:{name}", self.plain_contacting(name).step, idle_s=0.5, close=lambda: None)
            for name in channels
        ]

    def summoning(self) -> list[Loop]:
        """Who plans calls to duty phones, and one caller a channel; nobody where no contract calls any."""
        channels = {name for one in self.pack.contracts for name in one.on_call.channels}
        if not channels:
            return []
        planner = self.plain_summoning()
        callers = {name: self.plain_calling(name) for name in sorted(channels)}
        return [
            Loop("summoning", planner.step, idle_s=0.5, close=lambda: None),
            *(
                Loop(f"calling:{name}", one.step, idle_s=0.5, close=lambda: None)
                for name, one in callers.items()
            ),
        ]

    def plain_clockwork(self) -> Clockwork:
        """Deadlines that pass, for a caller that steps it itself."""
        ticks = Ticks(calendar=self.pack.calendar, rules_on=self.pack.rules_on, contracts=self.contracts)
        return Clockwork(
            ticks=ticks,
            moves=HubMoves(lambda: self.dispatch("moves"), self.pack),
            store=self.store,
            clock=self.clock,
            worker=self.worker,
            lease_s=self.settings.lease_s * self._speed,
            retention=self.pack.retention,
            keeps_log=self.embedded,
            forget=self._forget,
            watch=Watch(self.clock) if isinstance(self.clock, SystemClock) else None,
            supervising=self.supervising() if any(one.cards.rules for one in self.pack.whistles) else None,
        )

    def supervising(self) -> Supervising:
        """Cards by the clock, for the one thread that leads."""
        ledger = self._ledger("clockwork")
        notices = Notices(outbox=self.outbox, telling=self.telling, contracts=self.contracts)
        return Supervising(
            store=self.store, pack=self.pack, contracts=self.contracts, notices=notices, ledger=ledger
        )

    def _forget(self, subject: str) -> None:
        """A destroyed key leaves this process's memory, where it has a vault at all."""
        if "vault" in self.__dict__:
            self.vault.forget(subject)

    def clockwork(self) -> Loop:
        """Deadlines that pass; one leader."""
        return Loop("clockwork", self.plain_clockwork().step, idle_s=1.0, close=lambda: None)

    def plain_registrar(self) -> Registrar:
        """Dossiers and their anchors, for a caller that steps it itself."""
        settings = self.settings
        return Registrar(
            store=self.store,
            clock=self.clock,
            worker=self.worker,
            lease_s=settings.lease_s * self._speed,
            filing=Filing(self.vault, Algorithm(settings.digest)),
            anchors=settings.anchors,
            anchor_every=timedelta(seconds=settings.anchor_every_s),
            signer=self.signer,
        )

    def registrar(self) -> Loop:
        """Puts what happened into dossiers, beside the clockwork; one at a time."""
        worker = self.plain_registrar()
        return Loop("registrar", worker.paced, idle_s=0.25, close=worker.close)

    def signer(self) -> Signer:
        """Signs anchors and exports with the key of this moment."""
        return Signer(self.keys.anchor_seeds()[0])

    def _consumer(self, group: str, topics: list[str]) -> Any:
        """A member of `group`; groups are called as their workers are."""
        return self.bus_of(group).consumer(group, topics, lambda g: outbox.positions(self.store, g))
