"""The clauses that hold on one day, compiled so that a matter finds its own at once; and the choice among them.

Pure. No deadline is computed here: `route` adds them. `coverage` and `check` ask the same choice, so what
they prove is what routing does.

The choice. Every department whose clause matches in the role `assist` assists. One leads: where clauses of
several departments match in the role `lead`, the one with the more specific category, then the more specific
area, then the lowest department id leads, the others are not called by those clauses, and a reason tells of
the overlap. An accused department is passed over in both roles; if nobody else leads, nobody is called.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Final

from hub.contract.matter import Matter
from hub.model import (
    UNMAPPED,
    Accept,
    AreaId,
    Condition,
    Contract,
    DepartmentId,
    Duration,
    Level,
    Reason,
    Role,
)

DISTRICT_DIGITS: Final = 6
"""An area code of this length is the whole district (GB/T 2260); codes are cumulative."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause in force, seen from one category and area. Orders by the rule for ties."""

    department: DepartmentId
    role: Role
    contract_id: str
    name: str
    when: Condition
    limits: Mapping[Level, tuple[tuple[str, Duration], ...]]
    rank: tuple[int, int, str, str]
    """Broader category, broader area, department, clause: the lowest wins."""
    reason: Reason

    def limits_at(self, level: Level) -> tuple[tuple[str, Duration], ...]:
        """Step and limit; the level's own limits replace those of their steps."""
        return self.limits[level]


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is called for a matter: `lead` first of all, then `assists` by department."""

    lead: Clause
    assists: tuple[Clause, ...]
    reasons: tuple[Reason, ...] = ()
    """Of the choice as a whole: an overlap that was decided, a department that was passed over."""


@dataclass(frozen=True, slots=True)
class Unrouted:
    """Nobody is called; the matter stands in the district's fallback queue.

    The first reason's rule is `category_unmapped`, `no_contract` or `lead_is_accused`.
    """

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Cell:
    """The clauses of one category in one community, best first."""

    leads: tuple[Clause, ...]
    assists: tuple[Clause, ...]
    settled: Choice | None = None
    """The choice where no clause has a condition."""


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A clause that takes a category, before its areas are looked at."""

    contract: Contract
    accept: Accept
    breadth: int
    pattern: str


class Clauses:
    """All clauses of the contracts that hold on `day`. Cells are compiled at first use and kept."""

    def __init__(self, contracts: Iterable[Contract], day: date) -> None:
        self.contracts: Final = tuple(
            sorted(
                (each for each in contracts if holds_on(each, day)), key=attrgetter("department", "version")
            )
        )
        self._accepted: Final[dict[str, tuple[_Accepted, ...]]] = {}
        self._seen: Final[dict[tuple[str, str, str, str], Clause]] = {}
        self._cells: Final[dict[tuple[str, AreaId | None, AreaId | None], _Cell]] = {}

    def choose(self, matter: Matter) -> Choice | Unrouted:
        """Who leads and who assists, by the rule at the head of this file."""
        if matter.category == UNMAPPED:
            return Unrouted((Reason("category_unmapped"),))
        cell = self._cell(matter)
        if cell.settled is not None and not matter.accused:
            return cell.settled
        leads = [each for each in cell.leads if _is_met(each.when, matter)]
        assists = [each for each in cell.assists if _is_met(each.when, matter)]
        return _decide(matter, leads, assists)

    def matching(self, matter: Matter) -> tuple[Clause, ...]:
        """Every clause that takes the matter: those that would lead first, each role best first."""
        cell = self._cell(matter)
        return tuple(each for each in (*cell.leads, *cell.assists) if _is_met(each.when, matter))

    def conditions(self, matter: Matter) -> tuple[Condition, ...]:
        """The conditions that decide about this category and place, whatever else the matter is."""
        cell = self._cell(matter)
        return tuple({each.when: None for each in (*cell.leads, *cell.assists) if each.when != Condition()})

    def _cell(self, matter: Matter) -> _Cell:
        key = (matter.category, matter.subdistrict_id, matter.community_id)
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = self._compile(*key)
        return cell

    def _compile(self, category: str, subdistrict: AreaId | None, community: AreaId | None) -> _Cell:
        if category not in self._accepted:
            self._accepted[category] = tuple(_accepting(self.contracts, category))
        found = [
            self._clause(each, width, area)
            for each in self._accepted[category]
            for width, area in _narrowest(each.accept.areas, subdistrict, community)
        ]
        found.sort(key=attrgetter("rank"))
        leads = tuple(each for each in found if each.role is Role.LEAD)
        assists = tuple(each for each in found if each.role is Role.ASSIST)
        if not leads or any(each.when != Condition() for each in found):
            return _Cell(leads, assists)
        return _Cell(leads, assists, _with_lead(leads[0], leads, assists, ()))

    def _clause(self, accepted: _Accepted, width: int, area: str) -> Clause:
        """Cells share their clauses: there are many thousand cells and a few hundred clauses."""
        contract, accept = accepted.contract, accepted.accept
        key = (contract.id, accept.clause, accepted.pattern, area)
        clause = self._seen.get(key)
        if clause is None:
            clause = self._seen[key] = _compiled(accepted, width, area)
        return clause


def holds_on(contract: Contract, day: date) -> bool:
    """True where `day` lies in the contract's validity; `valid_to` is its last day."""
    return contract.valid_from <= day and (contract.valid_to is None or day <= contract.valid_to)


def _accepting(contracts: Iterable[Contract], category: str) -> Iterator[_Accepted]:
    for contract in contracts:
        for accept in contract.accepts:
            if any(_breadth(pattern, category) is not None for pattern in accept.except_categories):
                continue
            fitting = [(b, p) for p in accept.categories if (b := _breadth(p, category)) is not None]
            if fitting:
                yield _Accepted(contract, accept, *min(fitting))


def _narrowest(
    areas: tuple[AreaId, ...], subdistrict: AreaId | None, community: AreaId | None
) -> list[tuple[int, str]]:
    """The narrowest of `areas` that holds the place, with its width; empty where none does."""
    fitting = [(w, a) for a in areas or ("",) if (w := _width(a, subdistrict, community)) is not None]
    return sorted(fitting)[:1]


def _compiled(accepted: _Accepted, width: int, area: str) -> Clause:
    contract, accept = accepted.contract, accepted.accept
    facts: dict[str, str | int | float | bool] = {
        "contract": contract.id,
        "clause": accept.clause,
        "role": accept.role.value,
        "category": accepted.pattern,
        "area": area,
    }
    if accept.legal_basis:
        facts["legal_basis"] = accept.legal_basis
    return Clause(
        department=contract.department,
        role=accept.role,
        contract_id=contract.id,
        name=accept.clause,
        when=accept.when,
        limits={level: tuple(contract.limits_at(level).items()) for level in Level},
        rank=(accepted.breadth, width, contract.department, accept.clause),
        reason=Reason("contract_clause", facts),
    )


def _breadth(pattern: str, category: str) -> int | None:
    """0 for the category itself, 1 for its class, 2 for everything; None: no match."""
    if pattern == category:
        return 0
    if pattern.endswith(".*") and category.startswith(pattern[:-1]):
        return 1
    return 2 if pattern == "*" else None


def _width(area: str, subdistrict: AreaId | None, community: AreaId | None) -> int | None:
    """0 for the community, 1 for the subdistrict, 2 for the district, 3 where no area is demanded."""
    if not area:
        return 3
    if area == community:
        return 0
    if area == subdistrict:
        return 1
    if len(area) == DISTRICT_DIGITS and subdistrict is not None and subdistrict.startswith(area):
        return 2
    return None


def _is_met(when: Condition, matter: Matter) -> bool:
    return (
        (not when.urgency or matter.urgency in when.urgency)
        and (not when.levels or matter.level in when.levels)
        and (not when.request_types or matter.request_type in when.request_types)
        and (not when.sources or not set(when.sources).isdisjoint(matter.sources))
        and (when.secret is None or when.secret is matter.secret)
    )


def _decide(matter: Matter, leads: list[Clause], assists: list[Clause]) -> Choice | Unrouted:
    if not leads:
        place = str(matter.subdistrict_id or "")
        return Unrouted((Reason("no_contract", {"category": matter.category, "subdistrict": place}),))
    passed_over = sorted({each.department for each in (*leads, *assists)} & matter.accused)
    reasons = tuple(Reason("accused_not_called", {"department": each}) for each in passed_over)
    leads = [each for each in leads if each.department not in matter.accused]
    assists = [each for each in assists if each.department not in matter.accused]
    if not leads:
        return Unrouted((Reason("lead_is_accused"), *reasons))
    return _with_lead(leads[0], leads, assists, reasons)


def _with_lead(
    lead: Clause, leads: Iterable[Clause], assists: Iterable[Clause], reasons: tuple[Reason, ...]
) -> Choice:
    rivals = [each.department for each in _one_each(leads) if each.department != lead.department]
    if rivals:
        overlap = Reason("lead_overlap", {"lead": lead.department, "passed_over": ", ".join(rivals)})
        reasons = (*reasons, overlap)
    others = _one_each(each for each in assists if each.department != lead.department)
    return Choice(lead, tuple(sorted(others, key=attrgetter("department"))), reasons)


def _one_each(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """The first clause of each department."""
    first: dict[DepartmentId, Clause] = {}
    for clause in clauses:
        first.setdefault(clause.department, clause)
    return tuple(first.values())
