"""Live grants that nobody needs: nothing was read or sent under them for a while, says the audit.

The audit is counted once, block by block, into a table of days, beside the clockwork; whoever asks counts what came
since. Memory does not grow with the audit, and of a long one that was never counted a page takes a part at a time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import orjson

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.standing import Standing
from hub.clock import day_of
from hub.run.ground.ledger import Ledger, noted
from hub.run.whitelist.proposing import PURPOSE
from hub.run.whitelist.register import Register, Stands
from hub.store import grantdays
from hub.store.engine import Store
from hub.store.grantdays import Grown

DAYS: Final = 90
"""Domain.md 5.6: grants never used in 90 days."""
A_PAGE: Final = 20_000
"""Blocks that one look at a page counts."""
_PORTION: Final = 1_000
"""Blocks a transaction."""
_NO_GRANTS: Final = '"grants":[]'
_HOUR: Final = len("2026-03-10T08")


@dataclass(frozen=True, slots=True)
class Idle:
    """One live grant. `last_on`: the last day on which something was shown under it; None: never."""

    stands: Stands
    last_on: date | None
    age_days: int
    """Since its first day."""
    is_young: bool
    """Its first day lies within the days that were asked about: it may only not have been needed yet."""


@dataclass(frozen=True, slots=True)
class Unused:
    """Those under which nothing was shown from the day `since` on, the longest unused first, young ones behind.

    `left`: blocks of the audit that are still to be counted; while there are any, nothing can be said and `rows` is empty.
    """

    since: date
    rows: tuple[Idle, ...]
    live: int
    left: int


class Uses:
    """One object serves all threads of a process; `ledger` gives the calling thread's own."""

    def __init__(self, store: Store, register: Register, ledger: Callable[[], Ledger]) -> None:
        self._store, self._register, self._ledger = store, register, ledger

    def unused(self, *, days: int, now: datetime, most: int | None = None) -> Unused:
        """Of the last `days` days, today among them; `most`: blocks that are counted for it, None: all."""
        left = self._count(most)
        since = day_of(now) - timedelta(days=days - 1)
        live = [one for one in self._register.grants(now=now) if one.standing is Standing.LIVE]
        if left:
            return Unused(since, (), len(live), left)
        with self._store.read() as conn:
            last = grantdays.last_days(conn)
        idle = [_idle(one, last.get(one.grant.id), since, day_of(now)) for one in live]
        rows = [one for one in idle if one.last_on is None or one.last_on < since]
        return Unused(since, tuple(sorted(rows, key=_longest_first)), len(live), 0)

    def paced(self) -> int:
        """Counts a portion; returns 0, so that a loop rests whatever it did."""
        self._count(_PORTION)
        return 0

    def _count(self, most: int | None) -> int:
        """Counts what the chains hold now, `most` blocks of it at most; returns how many are left of that."""
        with self._store.read() as conn:
            chains = grantdays.grown(conn)  # and no further: a busy chain grows while we count
        left = sum(one.left for one in chains)
        least = 0 if most is None else left - most
        for one in chains:
            while one.left and left > least:
                after = self._portion(one)
                left -= after.counted - one.counted
                one = after
        return left

    def _portion(self, one: Grown) -> Grown:
        days: set[tuple[str, str]] = set()
        last = one.head  # also where its blocks are gone: `gridplus audit verify` tells of that
        with self._store.read() as conn:
            for seq, lines in grantdays.bodies(conn, one, _PORTION):
                days.update(used_in(lines))
                last = seq
        with self._store.write() as conn:
            grantdays.put(conn, one.chain, last, days)
        return replace(one, counted=last)

    def note(self, *, by: str, now: datetime) -> None:
        """That `by` looked."""
        row = AuditRow(
            at=now,
            who=by,
            exit=Exit.PAGE,
            result=Result.ALLOW,
            purpose=PURPOSE,
            fields=(),
            count=0,
            reason="unused",
        )
        noted(self._store, self._ledger(), row)


def used_in(lines: str) -> Iterator[tuple[str, str]]:
    """(grant, day in Asia/Shanghai) of a block's rows."""
    known: dict[str, str] = {}
    for line in lines.split("\n"):
        if _NO_GRANTS in line:  # most of them, without being read
            continue
        said = orjson.loads(line)
        at = said["at"]
        hour = at[:_HOUR]  # Asia/Shanghai is whole hours away: an hour lies within one day
        if hour not in known:
            known[hour] = day_of(datetime.fromisoformat(at)).isoformat()
        for grant_id, _version in said.get("grants", ()):
            yield grant_id, known[hour]


def _idle(one: Stands, last: str | None, since: date, today: date) -> Idle:
    begins = one.grant.valid_from
    return Idle(one, date.fromisoformat(last) if last else None, (today - begins).days, begins > since)


def _longest_first(one: Idle) -> tuple[bool, date, str]:
    return one.is_young, one.last_on or one.stands.grant.valid_from, one.stands.grant.id
