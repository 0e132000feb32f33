"""Counts the figures of days, one portion of one day a step, beside the clockwork: nobody waits for it, and nobody who
looks at a board counts.

The younger a day is, the more often it is counted again: what is due on it is still being done.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

import structlog

from hub.bus.message import Fenced
from hub.clock import SHANGHAI, Clock, day_of
from hub.pack import Pack
from hub.run.matters.figuring import FiguresBook, settled_month
from hub.store import daily, leases, lives
from hub.store.daily import Counted
from hub.store.engine import Store
from hub.whistle.daily import Daily, DailyMatter

log = structlog.get_logger()

LEASE: Final = "figures"
BACK: Final = 400
"""Days that are kept up to date."""
_PORTION: Final = 500
_AT_LEAST: Final = timedelta(minutes=5)
_A_MATTER: Final = timedelta(milliseconds=20)
"""So much rest for each matter of a day: a day of a hundred thousand rests half an hour."""
_OF_ITS_AGE: Final = 20
_ONE_DAY: Final = timedelta(days=1)


@dataclass(slots=True)
class _Counting:
    """The day in hand."""

    day: date
    ids: list[str]
    found: Daily
    at: datetime
    done: int = field(default=0)


class DayCounts:
    """One candidate for the one who counts."""

    def __init__(
        self,
        *,
        store: Store,
        pack: Callable[[], Pack],
        book: FiguresBook,
        clock: Clock,
        worker: str,
        lease_s: float,
    ) -> None:
        """`book`: the months' sheets, which are counted here too."""
        self._store, self._pack, self._book, self._clock = store, pack, book, clock
        self._lease = leases.Holding(store, LEASE, worker, timedelta(seconds=lease_s))
        self._counting: _Counting | None = None
        self._prepared: date | None = None

    def step(self) -> int:
        """Counts one portion; returns how many matters that were, 1 for a day without any, 0 where nothing is due or another
        counts."""
        now = self._clock.now()
        held = self._lease.at(now)
        if held is None:
            self._counting = None
            return 0
        if self._counting is None:
            self._counting = self._begun(now)
        if self._counting is None:
            return self._sheet(now)
        try:
            return self._portion(self._counting, held)
        except Fenced:
            self._lease.lost()
            self._counting = None
            return 0

    def paced(self) -> int:
        """One step, after which a loop rests whatever it did: the cores belong to those who call departments."""
        self.step()
        return 0

    def close(self) -> None:
        """Whoever comes next need not wait."""
        self._lease.give_back()

    def _begun(self, now: datetime) -> _Counting | None:
        """The day that has waited longest beyond its time."""
        with self._store.read() as conn:
            known, first = daily.days(conn), daily.first_opened(conn)
            if first is None:
                return None
            today = day_of(now)
            since = max(day_of(first), today - BACK * _ONE_DAY)
            every = [since + n * _ONE_DAY for n in range((today - since).days + 1)]
            due = [
                (overdue, day) for day in every if (overdue := _overdue(known.get(day.isoformat()), day, now))
            ]
            if not due:
                return None
            _, day = max(due)
            ids = daily.opened(conn, _morning(day), _morning(day + _ONE_DAY))
        return _Counting(day, ids, Daily(now), now)

    def _portion(self, one: _Counting, held: leases.Lease) -> int:
        ids = one.ids[one.done : one.done + _PORTION]
        if ids:
            self._take(one, ids)
            one.done += len(ids)
        if one.done >= len(one.ids):
            with self._store.write() as conn:
                leases.hold(conn, held)
                daily.put(conn, one.day.isoformat(), one.found.counts(), one.found.matters, one.at)
            self._counting = None
        return len(ids) or 1

    def _take(self, one: _Counting, ids: list[str]) -> None:
        pack = self._pack()
        rules, is_own = pack.rules_on(one.day).evaluation, pack.organisations.offices.__contains__
        with self._store.read() as conn:
            heads = daily.heads(conn, ids)
            called = lives.of_matters(conn, ids, rules=rules, is_own=is_own)
        for id_, head in heads.items():
            one.found.take(
                DailyMatter(
                    category=head.category,
                    subdistrict=head.subdistrict,
                    sources=head.sources,
                    lives=called.get(id_, ()),
                )
            )

    def _sheet(self, now: datetime) -> int:
        """The newest settled month's sheet, once it is due: whoever asks finds it made."""
        if self._prepared == day_of(now):
            return 0
        with self._store.read() as conn:
            first = daily.first_opened(conn)
        if first is not None and day_of(first) <= settled_month(day_of(now))[1]:
            self._book.prepare(now)
        self._prepared = day_of(now)
        return 0


def _overdue(counted: Counted | None, day: date, now: datetime) -> timedelta:
    """How far beyond its time a day's figures are; 0 where they are not."""
    if counted is None:
        return timedelta.max
    age = now - _morning(day + _ONE_DAY)
    rest = max(_AT_LEAST, age / _OF_ITS_AGE, counted.matters * _A_MATTER)
    return max(now - counted.at - rest, timedelta(0))


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
