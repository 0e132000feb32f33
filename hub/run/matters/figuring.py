"""Figures of a time: counted from the store for the centre, and as a month's sheet for departments.

A month's sheet is made once, a while after its end, and then stands: who could ask again each day would see from one
day to the next what a single requester said.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.clock import SHANGHAI, day_of
from hub.jsonform import dumps
from hub.pack import Pack
from hub.run.ground.ledger import Ledger
from hub.store import facts, lives
from hub.store.engine import Store
from hub.whistle.figures import Figures, figures_of
from hub.whistle.medians import medians
from hub.whistle.tally import Tally

SETTLED_AFTER: Final = timedelta(days=15)
"""So long after a month its matters are done and marked, but for few."""
ONE_DAY: Final = timedelta(days=1)


def count(conn: Connection, pack: Pack, first: date, last: date, now: datetime) -> Figures:
    """The figures of matters that were opened on these days, both included, by the rules of the last one."""
    rules = pack.rules_on(last)
    since, until = _morning(first), _morning(last + ONE_DAY)
    counted = Tally(rules.evaluation, now)
    for matter in lives.matters(
        conn, since, until, rules=rules.evaluation, is_own=pack.organisations.offices.__contains__
    ):
        counted.take(matter)
    for subdistrict, number in lives.unheard(conn, since, until).items():
        counted.add_matters(subdistrict, number)
    return figures_of(counted, rules.figures, {one.department for one in pack.contracts})


def told(found: Figures, names: Iterable[str] | None = None) -> dict[str, Any]:
    """The figures as one object; of some departments only where `names` says so."""
    wanted = found.departments.keys() if names is None else set(names)
    return {
        "district": found.district.told(),
        "departments": {name: one.told() for name, one in found.departments.items() if name in wanted},
        "subdistricts": {name or "district": one.told() for name, one in found.subdistricts.items()},
    }


class FiguresBook:
    """Sheets of whole months, each made once and kept."""

    def __init__(self, store: Store, pack: Callable[[], Pack]) -> None:
        self._store, self._pack = store, pack

    def of(self, department: str, *, ledger: Ledger, now: datetime) -> dict[str, Any]:
        """The newest settled month's row of `department` and the median of all; the look is written down."""
        first, last = settled_month(day_of(now))
        row = AuditRow(
            at=now,
            who=department,
            exit=Exit.STATISTICS,
            result=Result.ALLOW,
            purpose="figures",
            fields=(),
            rows=(),
            count=0,
        )
        sheet = self._sheet(first, last, now)
        with self._store.write() as conn:
            ledger.append(conn, [row], now)
        ledger.committed()
        return {
            "since": first.isoformat(),
            "until": last.isoformat(),
            "own": sheet["own"].get(department, {}),
            "median": sheet["median"],
        }

    def known(self, *, who: str, department: str, ledger: Ledger, now: datetime) -> Mapping[str, Any] | None:
        """The newest settled month's sheet for the person `who`: `first`, `last`, `rows` by department and their `median`;
        of other departments than `department` nothing but the median, unless that is "". None where nobody has made it
        yet: that takes long. The look is written down."""
        first, last = settled_month(day_of(now))
        with self._store.look() as conn:
            made = facts.get(conn, _name(first))
        if made is None:
            return None
        row = AuditRow(
            at=now,
            who=who,
            exit=Exit.STATISTICS,
            result=Result.ALLOW,
            purpose="figures",
            fields=(),
            rows=(),
            count=0,
        )
        with self._store.write() as conn:
            ledger.append(conn, [row], now)
        ledger.committed()
        sheet = orjson.loads(made)
        rows = {name: one for name, one in sheet["own"].items() if not department or name == department}
        return {"first": first, "last": last, "rows": rows, "median": sheet["median"]}

    def prepare(self, now: datetime) -> None:
        """Makes the newest settled month's sheet, where nobody has."""
        self._sheet(*settled_month(day_of(now)), now)

    def _sheet(self, first: date, last: date, now: datetime) -> dict[str, Any]:
        name = _name(first)
        with self._store.look() as conn:
            known = facts.get(conn, name)
        if known is None:
            with self._store.read() as conn:
                rows = told(count(conn, self._pack(), first, last, now))["departments"]
            made = dumps({"own": rows, "median": medians(list(rows.values()))})
            with self._store.write() as conn:  # of two that counted at once, the first one's stands
                facts.put_new(conn, name, made)
                known = facts.get(conn, name)
        sheet: dict[str, Any] = orjson.loads(known or "{}")
        return sheet


def _name(first: date) -> str:
    return f"figures:{first:%Y-%m}"


def settled_month(today: date) -> tuple[date, date]:
    """First and last day of the newest month that ended long enough ago."""
    end = (today - SETTLED_AFTER).replace(day=1) - ONE_DAY
    return end.replace(day=1), end


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
