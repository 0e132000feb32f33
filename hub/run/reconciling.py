"""One run over both sides of every border."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final, TypeVar

from hub.clock import Clock
from hub.reconcile.difference import Difference
from hub.reconcile.result import DepartmentSide, Reconciled, SourceSide, Window
from hub.run.assembly import Assembly
from hub.run.care.departmentsides import DepartmentSides
from hub.run.care.mending import Mending
from hub.run.care.reconciled import keep
from hub.run.care.sourcesides import SourceSides

UNDER_WAY: Final = timedelta(minutes=10)
"""What changed at a source so shortly before may still be on its way here."""
Side = TypeVar("Side", SourceSide, DepartmentSide)


def reconcile(hub: Assembly, *, days: int, repair: bool) -> Reconciled:
    """Asks every source and every department of `hub`, and keeps the result as a fact. With `repair` the safe
    differences are put back on their way; without, nothing else is written."""
    window = window_of(hub.clock, days)
    asked = SourceSides(store=hub.store, pack=hub.pack, vault=hub.vault, lent=hub.adapters.lent)
    called = DepartmentSides(
        store=hub.store, contracts=hub.contracts, bus=hub.bus, desk=hub.pack.fallback_owner
    )
    mend = _mending(hub).repair if repair else _as_it_is
    found = Reconciled(
        at=window.now,
        since=window.since,
        until=window.until,
        sources=tuple(_mended(asked.side(one, window), mend) for one in hub.active_sources()),
        departments=tuple(_mended(called.side(one, window), mend) for one in hub.departments),
    )
    found = replace(found, bus=called.trouble)
    keep(hub.store, found)
    return found


def window_of(clock: Clock, days: int) -> Window:
    """So many days back, up to what is no longer on its way."""
    now = clock.now()
    return Window(now - timedelta(days=days), now - UNDER_WAY, now)


def _mending(hub: Assembly) -> Mending:
    return Mending(
        store=hub.store,
        vault=hub.vault,
        lent=hub.adapters.lent,
        contracts=hub.contracts,
        pressure=hub.pressure,
        clock=hub.clock,
        body_limit=hub.settings.body_limit,
    )


def _mended(side: Side, mend: Callable[[Difference], Difference]) -> Side:
    return replace(side, differences=tuple(map(mend, side.differences)))


def _as_it_is(one: Difference) -> Difference:
    return one
