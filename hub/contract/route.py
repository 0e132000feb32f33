"""Which departments a matter calls: by contract, with the clause that decided and every deadline.

Pure. Deadlines come from `due`, which the caller makes from the working calendar
(`hub.whistle.clocks.due_from`); the choice itself stands in `clauses`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from hub.clock import day_of
from hub.contract.clauses import Clause, Clauses, Unrouted, holds_on
from hub.contract.matter import Matter
from hub.model import Call, Contract, Deadline, Duration, Level, Reason, Role

Due = Callable[[str, Duration], Deadline]
"""Step and limit in, deadline out."""


@dataclass(frozen=True, slots=True)
class Routed:
    """Who is called: the lead first, then those who assist, by department id."""

    calls: tuple[Call, ...]
    reasons: tuple[Reason, ...] = ()
    """Of the decision as a whole; for staff, since they may name an accused department."""


class Router:
    """Routes matters by the contracts that hold on one day. Compiles as it goes; keep it for the day."""

    def __init__(self, contracts: Iterable[Contract], day: date) -> None:
        self._clauses: Final = Clauses(contracts, day)

    def route(self, matter: Matter, due: Due) -> Routed | Unrouted:
        """One lead and any number of assisting departments; or why nobody is called."""
        choice = self._clauses.choose(matter)
        if isinstance(choice, Unrouted):
            return choice
        level = matter.level
        calls = (_call(choice.lead, level, due), *(_call(each, level, due) for each in choice.assists))
        return Routed(calls, choice.reasons)

    def callable(self, matter: Matter, due: Due) -> tuple[Call, ...]:
        """Everyone whom a clause gives the matter to, as they would be called: those who would lead first."""
        return tuple(
            _call(clause, matter.level, due)
            for clause in self._clauses.matching(matter)
            if clause.department not in matter.accused
        )


class Routers:
    """The router of any day; days on which the same contracts hold share one."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        self._contracts: Final = tuple(contracts)
        self._by_day: Final[dict[date, Router]] = {}
        self._by_contracts: Final[dict[tuple[str, ...], Router]] = {}

    def on(self, day: date) -> Router:
        """The router for matters reported on `day`."""
        router = self._by_day.get(day)
        if router is None:
            valid = tuple(sorted(each.id for each in self._contracts if holds_on(each, day)))
            router = self._by_contracts.setdefault(valid, Router(self._contracts, day))
            self._by_day[day] = router
        return router


def route(matter: Matter, contracts: Iterable[Contract], due: Due) -> Routed | Unrouted:
    """Routes one matter by the contracts valid when it was reported; for many, keep a `Routers`."""
    return Router(contracts, day_of(matter.at)).route(matter, due)


def designated(contract: Contract, level: Level, due: Due, reason: Reason) -> Call:
    """`contract`'s department as the lead, because the centre says so and not by a clause; its time limits hold."""
    return Call(
        department=contract.department,
        role=Role.LEAD,
        contract_id=contract.id,
        clause="",
        deadlines=tuple(due(step, limit) for step, limit in contract.limits_at(level).items()),
        reasons=(reason,),
    )


def _call(clause: Clause, level: Level, due: Due) -> Call:
    return Call(
        department=clause.department,
        role=clause.role,
        contract_id=clause.contract_id,
        clause=clause.name,
        deadlines=tuple([due(step, limit) for step, limit in clause.limits_at(level)]),
        reasons=(clause.reason,),
    )
