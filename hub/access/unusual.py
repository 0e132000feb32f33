"""What of the audit somebody should ask about: looks without a matter, at night, many at once, refusals in a row, one report
looked at by many. Pure. Each is a question, never a verdict."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.fields import is_personal
from hub.clock import SHANGHAI

NIGHT: Final = (22, 6)
"""From this hour to that one, in Asia/Shanghai."""
BULK: Final = 100
"""Records with personal fields within HOUR that one account looked at."""
BURST: Final = 10
"""Refusals within HOUR."""
MANY: Final = 5
"""Accounts that looked at who made one report."""
HOUR: Final = timedelta(hours=1)
_RESIDENT: Final = "resident."
_PROGRAMS: Final = frozenset({"topic_whistle", "webhook", "writeback", "summons"})
"""Exits through which the hub tells by itself, day and night."""
_VERDICTS: Final = frozenset({"refuse", "withdraw"})
"""Who says no to what another one asked for was not refused anything."""


@dataclass(frozen=True, slots=True)
class Count:
    """How often, by whom or of what, and when last."""

    who: str
    number: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Unusual:
    """Each list the most frequent first. `reports`: ids of reports whose requester many looked at."""

    without_matter: tuple[Count, ...]
    at_night: tuple[Count, ...]
    in_bulk: tuple[Count, ...]
    refused: tuple[Count, ...]
    reports: tuple[Count, ...]
    rows: int


def unusual(rows: Iterable[AuditRow]) -> Unusual:
    """Of `rows`, in any order."""
    bare, night = _Tally(), _Tally()
    bulk: defaultdict[tuple[str, datetime], int] = defaultdict(int)
    denied: Counter[tuple[str, datetime]] = Counter()
    readers: defaultdict[str, set[str]] = defaultdict(set)
    seen_at: dict[str, datetime] = {}
    number = 0
    for row in rows:
        number += 1
        hour = row.at.replace(minute=0, second=0, microsecond=0)
        if row.result is Result.DENY:
            if row.reason not in _VERDICTS:
                denied[row.who, hour] += 1
            continue
        if row.exit.value in _PROGRAMS or not row.count or not any(map(is_personal, row.fields)):
            continue
        if not row.matter:
            bare.note(row)
        if _is_night(row.at):
            night.note(row)
        bulk[row.who, hour] += row.count
        if any(name.startswith(_RESIDENT) for name in row.fields):
            for id_ in row.rows:
                readers[id_].add(row.who)
                seen_at[id_] = max(row.at, seen_at.get(id_, row.at))
    many = [Count(id_, len(some), seen_at[id_]) for id_, some in readers.items() if len(some) >= MANY]
    return Unusual(
        bare.counts(),
        night.counts(),
        _most(Count(who, n, hour) for (who, hour), n in bulk.items() if n >= BULK),
        _most(Count(who, n, hour) for (who, hour), n in denied.items() if n >= BURST),
        _most(many),
        number,
    )


class _Tally:
    def __init__(self) -> None:
        self._numbers: Counter[str] = Counter()
        self._last: dict[str, datetime] = {}

    def note(self, row: AuditRow) -> None:
        self._numbers[row.who] += 1
        self._last[row.who] = max(row.at, self._last.get(row.who, row.at))

    def counts(self) -> tuple[Count, ...]:
        return _most(Count(who, n, self._last[who]) for who, n in self._numbers.items())


def _most(counts: Iterable[Count]) -> tuple[Count, ...]:
    return tuple(sorted(counts, key=lambda one: (-one.number, one.who)))


def _is_night(at: datetime) -> bool:
    hour = at.astimezone(SHANGHAI).hour
    return hour >= NIGHT[0] or hour < NIGHT[1]
