"""Repairs of what does not agree, those that need no person: each by the door that such a thing always comes by.

Nothing is written past intake: a report that was missing is fetched from its source and stored as a record, like a push.
Ids are made of what was sent, so what had arrived after all arrives as a resend.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from hub.access.vault import Vault
from hub.clock import Clock
from hub.errors import HubError
from hub.model import Mode
from hub.plugin import Adapter, Body, Fetches
from hub.reconcile.difference import SAFE, Difference, Kind
from hub.run.care.sourcesides import Lending
from hub.run.ground.contractbook import ContractBook
from hub.run.ground.pressure import Pressure
from hub.run.matters.notices import queued
from hub.run.sources.reception import Reception, write
from hub.store import deliveries, sides, whistles
from hub.store.engine import Store, chunks

log = structlog.get_logger()

_PORTION: Final = 50
"""Reports that are asked for at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """Repairs one difference at a time."""

    store: Store
    vault: Vault
    lent: Lending
    contracts: ContractBook
    pressure: Pressure
    clock: Clock
    body_limit: int

    def repair(self, one: Difference) -> Difference:
        """The difference, with how many were put back on their way; as it was where it needs a person."""
        if one.kind not in SAFE:
            return one
        match one.kind:
            case Kind.MISSING_HERE | Kind.OTHER_VERSION:
                number = self._fetch(one.name, one.ids)
            case Kind.ANSWER_FAILED | Kind.ANSWER_WITHOUT_RECEIPT:
                with self.store.write() as conn:
                    number = sides.tell_again(conn, one.ids, self.clock.now())
            case Kind.WEBHOOK_REFUSED:
                with self.store.write() as conn:
                    number = deliveries.send_again(conn, one.name, self.clock.now())
            case _:
                number = self._deliver(one.ids)
        return replace(one, repaired=number)

    def _fetch(self, source: str, refs: Sequence[str]) -> int:
        """How many came; none from a source that has to wait, or whose plugin cannot fetch."""
        number = 0
        with self.lent(source) as adapter:
            if not isinstance(adapter, Fetches):
                return 0
            for part in chunks(refs, _PORTION):
                if self.pressure.is_on(source):
                    break
                try:
                    bodies = list(adapter.fetch(part))
                except HubError as error:
                    log.warning("fetch_failed", source=source, code=error.code)
                    break
                except Exception as error:  # foreign code: what it could not bring stays a difference
                    log.warning("fetch_failed", source=source, error=type(error).__name__)
                    break
                for body in bodies:
                    self._store(source, adapter, body)
                number += len(bodies)
        return number

    def _store(self, source: str, adapter: Adapter, body: Body) -> None:
        """One record, called after what it says: the same again is the same record."""
        reception = Reception(source, adapter, self.vault, body_limit=self.body_limit)
        arrival = f"fetched:{self.vault.fingerprint(body.content)}"
        prepared = reception.prepare([body], arrival=arrival, mode=Mode.LIVE, now=self.clock.now())
        with self.store.write() as conn:
            stored = write(conn, prepared)
        self.pressure.took(source, stored)

    def _deliver(self, ids: Sequence[str]) -> int:
        with self.store.write() as conn:
            found = whistles.load(conn, ids).values()
            ways = [
                queued(one, way) for one in found for way in self.contracts.of(conn, one.contract_id).channels
            ]
            wanted = [one for one in ways if one is not None]
            deliveries.queue(conn, wanted, self.clock.now())
        return len({one.whistle_id for one in wanted})
