"""The board: figures of days, within what the viewer's organisation may count, few cases not told.

Reads what `daycounts` added up; counts nothing itself.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from hub.access.account import account_of
from hub.access.audit import AuditRow, refused
from hub.access.exits import OUTPUTS, Exit, check_exit
from hub.access.plan import Plan
from hub.access.planbook import PlanBook
from hub.access.question import Question, denied
from hub.access.territory import territory_of
from hub.clock import Clock, day_of
from hub.contract.wire import HANDLE
from hub.errors import Refused
from hub.model import DepartmentId, Output
from hub.model.account import Account, Role
from hub.model.place import AreaLevel
from hub.pack import Pack
from hub.run.ground.ledger import Ledger, noted
from hub.store import daily
from hub.store.engine import Store
from hub.whistle.board import NOT_ANY, Line, Table, lines, size, total
from hub.whistle.daily import Measure, Split, area, department
from hub.whistle.shares import Share

LONGEST: Final = 366
"""Days of one board."""
_DAYS_SHOWN: Final = 62
"""A longer time is told by months."""
_ONE_DAY: Final = timedelta(days=1)
_DAY, _MONTH = len("2026-01-01"), len("2026-01")
_FIELDS: Final = ("incident.id", "incident.event_count", "whistle.deadlines", "whistle.state")
"""What each board is counted from."""
_SPLITS: Final[Mapping[Split, tuple[str, ...]]] = {
    Split.ALL: (),
    Split.SOURCE: ("event.source",),
    Split.CATEGORY: ("incident.category",),
    Split.SUBDISTRICT: ("incident.subdistrict_id",),
    Split.DEPARTMENT: ("whistle.contract_id",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A board. `total` is everything in the viewer's scope; `lines` are split, the largest first."""

    first: date
    last: date
    is_monthly: bool
    split: Split
    splits: tuple[Split, ...]
    """Those that the viewer may choose among."""
    buckets: tuple[str, ...]
    total: Line
    lines: tuple[Line, ...]
    counted_at: datetime | None
    """When the newest day was counted; None: none was."""
    uncounted: int
    """Days of this time that were not counted yet."""
    least: int
    """Fewer cases are not told."""


@dataclass(frozen=True, slots=True)
class Board:
    """One object serves all threads of a process."""

    store: Store
    pack: Callable[[], Pack]
    plans: Callable[[], PlanBook]
    ledger: Callable[[], Ledger]
    clock: Clock

    def look(
        self,
        who: Account,
        first: date,
        last: date,
        split: Split,
        *,
        drawn: Collection[Measure],
        exit_: Exit = Exit.STATISTICS,
    ) -> Shown:
        """The figures of matters that were opened on these days, both included; over time, those `drawn`. Auditors see no
        matter: they get whole months, since two times that differ in a day would show one, and no sum that would betray what
        any board of theirs hides. All others may see the matters of their part themselves.

        Raises Refused A101 where no grant lets the viewer's organisation count by this, S202 for no such time.
        """
        if who.role is Role.AUDITOR:
            first, last = first.replace(day=1), _end_of_month(last)
        if not first <= last < first + LONGEST * _ONE_DAY:
            raise Refused("S202", name="from, to")
        now, scope = self.clock.now(), _scope(who)
        plan = self._plan(who, exit_, day_of(now))
        allowed = tuple(one for one in _splits_of(scope) if denied(_question(one), plan) is None)
        if split not in allowed:
            self._note_refusal(who, split, exit_, now)
            raise Refused("A101")
        days = [first + n * _ONE_DAY for n in range((last - first).days + 1)]
        is_monthly = len(days) > _DAYS_SHOWN or who.role is Role.AUDITOR
        ledger = self.ledger()
        with self.store.write() as conn:
            known = daily.days(conn)
            whole = _table(daily.summed(conn, scope, Split.ALL, days, by_month=is_monthly))
            boards = allowed if who.role is Role.AUDITOR else (split,)
            tables = {
                one: _table(daily.summed(conn, scope, one, days, by_month=is_monthly))
                for one in boards
                if one
            }
            first_opened = daily.first_opened(conn)
            ledger.append(conn, [_row(who, plan, split, exit_, now)], now)
        ledger.committed()
        least = self.pack().rules_on(last).figures.hidden_below
        length = _MONTH if is_monthly else _DAY
        counted = [day for one in days if (day := one.isoformat()) in known]
        buckets = tuple(dict.fromkeys(day[:length] for day in counted))
        filled = {
            one: {**dict.fromkeys(_names(self.pack(), one), NOT_ANY), **some} for one, some in tables.items()
        }
        parts: Table = filled.get(split, {})
        since = day_of(first_opened) if first_opened else last + _ONE_DAY
        return Shown(
            first=first,
            last=last,
            is_monthly=is_monthly,
            split=split,
            splits=allowed,
            buckets=tuple(dict.fromkeys(one.isoformat()[:length] for one in days)),
            total=total(whole.get("", {}), filled.values(), buckets, least, drawn),
            lines=tuple(sorted(lines(parts, buckets, least, drawn), key=size)),
            counted_at=max((known[day].at for day in counted), default=None),
            uncounted=sum(since <= one <= day_of(now) and one.isoformat() not in known for one in days),
            least=least,
        )

    def _note_refusal(self, who: Account, split: Split, exit_: Exit, now: datetime) -> None:
        fields = (*_FIELDS, *_SPLITS[split])
        row = refused(fields, at=now, who=who.name, through=exit_, purpose="figures", reason="A101")
        noted(self.store, self.ledger(), row)

    def _plan(self, who: Account, exit_: Exit, on: date) -> Plan:
        output = OUTPUTS[exit_] or Output.STAT
        check_exit(exit_, output)
        return self.plans().plan(DepartmentId(who.organisation), HANDLE, output, on)


def _scope(who: Account) -> str:
    """Which part of all figures; raises Refused A101 for an account that has none."""
    territory = territory_of(who)
    if who.role is Role.AUDITOR or territory.area == "":
        return ""
    if territory.area is not None:
        return area(territory.area)
    if territory.department is not None:
        return department(territory.department)
    raise Refused("A101")


def _splits_of(scope: str) -> Iterable[Split]:
    """A part is not split by what it is the part of."""
    own = {"area": Split.SUBDISTRICT, "department": Split.DEPARTMENT}.get(scope.partition(":")[0])
    return (one for one in Split if one is not own)


def _question(split: Split) -> Question:
    return Question(compare=(*_FIELDS, *_SPLITS[split]))


def _row(who: Account, plan: Plan, split: Split, exit_: Exit, now: datetime) -> AuditRow:
    fields = (*_FIELDS, *_SPLITS[split])
    account = account_of(tuple(plan.by_field[field][0] for field in fields))
    return AuditRow(
        at=now,
        who=who.name,
        exit=exit_,
        result=account.result,
        purpose="figures",
        fields=account.fields,
        masks=account.masks,
        grants=account.grants,
        count=0,
    )


def _table(rows: Iterable[Any]) -> Table:
    found: dict[str, dict[str, dict[Measure, Share]]] = {}
    for row in rows:
        cell = Share(int(row.n), int(row.hits))
        found.setdefault(row.name, {}).setdefault(row.bucket, {})[daily.measure_of(row)] = cell
    return found


def _names(pack: Pack, split: Split) -> Iterable[str]:
    """Everyone there is: who is hidden is not known to have had a case."""
    match split:
        case Split.SOURCE:
            return pack.sources
        case Split.CATEGORY:
            return pack.taxonomy.categories
        case Split.SUBDISTRICT:
            return [id_ for id_, one in pack.areas.items() if one.level is AreaLevel.SUBDISTRICT]
        case Split.DEPARTMENT:
            return sorted({one.department for one in pack.contracts})
        case Split.ALL:
            return ()


def _end_of_month(day: date) -> date:
    return (day.replace(day=28) + 4 * _ONE_DAY).replace(day=1) - _ONE_DAY
