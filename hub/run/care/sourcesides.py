"""Sources asked what they hold, beside what is stored of them; and what they were told.

Looks only. A source's adapter is foreign code: what it raises is a difference, and stops no other source.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol, cast

import structlog

from hub.access.vault import Vault
from hub.errors import BadRecord, HeldRecord, HubError
from hub.model import Arrival, Draft
from hub.pack import Pack
from hub.plugin import Adapter, Body, Lists
from hub.reconcile.difference import Difference, Kind, difference
from hub.reconcile.result import SourceSide, Window
from hub.reconcile.sides import compare, is_doubtful
from hub.run.sources.reception import SEALED_AT
from hub.store import sides
from hub.store.engine import Store
from hub.store.records import WaitingRecord

log = structlog.get_logger()

REFUSALS: Final = frozenset({"S113"})
"""Codes by which a source says that it will never take an answer."""
_LOOKED_BACK: Final = timedelta(days=7)
"""How long before the window a record may have come that has no event yet."""
_A_DAY: Final = timedelta(days=1)


class Lending(Protocol):
    """Gives the adapter of a source for as long as it is used."""

    def __call__(self, source: str) -> AbstractContextManager[Adapter]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSides:
    """Compares sources. `lent` gives adapters; a session of its own beside that of intake."""

    store: Store
    pack: Pack
    vault: Vault
    lent: Lending

    def side(self, source: str, window: Window) -> SourceSide:
        """One source; never raises for what its plugin does."""
        with self.lent(source) as adapter:
            found = self._listed_side(source, adapter, window)
        return replace(found, differences=(*found.differences, *self._answers(source, window)))

    def _listed_side(self, source: str, adapter: Adapter, window: Window) -> SourceSide:
        came = self._came(source, window)
        if not isinstance(adapter, Lists):
            return SourceSide(source=source, listed=None, both=0, arrived=len(came), unasked="cannot")
        try:
            return self._compared(source, adapter, window, came)
        except HubError as error:
            code = error.code
        except Exception as error:  # foreign code: what it is becomes a difference, and stops no other source
            log.warning("list_failed", source=source, error=type(error).__name__)
            code = "S116"
        failed = difference(Kind.LIST_FAILED, source, self._plugin(source), [code])
        return SourceSide(
            source=source, listed=None, both=0, arrived=len(came), unasked=code, differences=tuple(failed)
        )

    def _compared(
        self,
        source: str,
        adapter: Adapter,
        window: Window,
        came: Mapping[str, datetime],
    ) -> SourceSide:
        lists = cast("Lists", adapter)
        listed = {one.ref: one.version for one in lists.inventory(window.since, window.until) if one.ref}
        with self.store.read() as conn:
            here = sides.versions(conn, source, listed)
        first = compare(listed, here, ())
        astray = first.missing_here | first.other_version
        found = compare(listed, here, self._waiting(source, adapter, astray, window)) if astray else first
        gone = self._gone(lists, came, listed, window)
        plugin, doubted = self._plugin(source), is_doubtful(len(gone), len(came))
        return SourceSide(
            source=source,
            listed=len(listed),
            both=found.both,
            arrived=len(came),
            differences=(
                *difference(Kind.MISSING_HERE, source, plugin, found.missing_here),
                *difference(Kind.OTHER_VERSION, source, plugin, found.other_version),
                *difference(Kind.WAITING_HERE, source, self.pack.fallback_owner, found.waiting_here),
                *difference(Kind.LIST_DOUBTFUL if doubted else Kind.MISSING_THERE, source, source, gone),
            ),
        )

    def _came(self, source: str, window: Window) -> dict[str, datetime]:
        """Numbers that came in the window, each with the earliest moment at which it may have been reported."""
        came: dict[str, datetime] = {}
        with self.store.read() as conn:
            for one in sides.arrived(conn, source, window.since, window.until):
                came[one.ref] = min(one.reported_at, came.get(one.ref, one.reported_at))
        return came

    def _gone(
        self, lists: Lists, came: Mapping[str, datetime], listed: Mapping[str, str], window: Window
    ) -> set[str]:
        """What came and is not listed, also not further back: what came late, changed before the window began."""
        left = came.keys() - listed.keys()
        if not left:
            return set()
        begins = min(came[ref] for ref in left) - _A_DAY
        return left - {one.ref for one in lists.inventory(min(begins, window.since), window.now)}

    def _waiting(self, source: str, adapter: Adapter, astray: frozenset[str], window: Window) -> set[str]:
        """Those of `astray` whose record is here and made no event. Reads again what waits, by today's adapter."""
        found: set[str] = set()
        with self.store.read() as conn:
            for portion in sides.without_event(conn, source, window.since - _LOOKED_BACK):
                for record in portion:
                    found |= astray & self._numbers_in(adapter, record)
        return found

    def _numbers_in(self, adapter: Adapter, record: WaitingRecord) -> set[str]:
        if record.key is None:
            return set()
        body = Body(self.vault.open(record.key, SEALED_AT, record.sealed), record.kind)
        try:
            drafts = adapter.normalise(body, Arrival(record.received_at, record.kind))
        except (BadRecord, HeldRecord):
            return set()
        except Exception as error:  # foreign code, on a record that it has failed on before
            log.warning("adapter_failed", record=record.id, error=type(error).__name__)
            return set()
        return {one.source_ref for one in drafts if isinstance(one, Draft)}

    def _answers(self, source: str, window: Window) -> Iterator[Difference]:
        with self.store.read() as conn:
            failed = sides.failed_answers(conn, source)
            unreceipted = sides.unreceipted_answers(conn, source, window.since)
            tried = sides.tried_answers(conn, source)
            untold = sides.untellable_reports(conn, source, window.since)
        passed = {one.id for one in failed if one.passed}
        refused = {one.id for one in failed if one.code in REFUSALS} - passed
        yield from difference(
            Kind.ANSWER_FAILED, source, self._plugin(source), {one.id for one in failed} - passed - refused
        )
        yield from difference(Kind.ANSWER_REFUSED, source, source, refused)
        yield from difference(Kind.ANSWER_PASSED, source, source, passed)
        yield from difference(Kind.ANSWER_WITHOUT_RECEIPT, source, source, unreceipted)
        yield from difference(Kind.ANSWER_WAITING, source, self._plugin(source), tried)
        yield from difference(Kind.ANSWER_CANNOT, source, source, untold)

    def _plugin(self, source: str) -> str:
        return self.pack.sources[source].plugin
