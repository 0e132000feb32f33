"""Contracts out of practice: who handled what, where, becomes clauses of contracts.

Pure. Broad clauses first, narrower ones only where practice differs; the hub's own choice among clauses
(`hub.contract.clauses`: closer category, then closer area) does the rest.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from hub.clock import day_of
from hub.contract.matter import Matter
from hub.contract.route import Routed, Routers
from hub.model import (
    Accept,
    AreaId,
    Channel,
    Contract,
    Deadline,
    DepartmentId,
    Duration,
    ReturnRules,
    Role,
)

NEVER: Final = 10**9
"""More cases than there are: no clause for a single community."""
_SUBDISTRICT_DIGITS: Final = 9


class Handled(NamedTuple):
    """One case and who handled it."""

    category: str
    community: AreaId
    unit: DepartmentId

    @property
    def subdistrict(self) -> AreaId:
        """The first nine digits (cumulative codes)."""
        return AreaId(self.community[:_SUBDISTRICT_DIGITS])


class _Cell(NamedTuple):
    """The cases of one category pattern in one area; None for the whole district."""

    pattern: str
    area: AreaId | None

    @property
    def is_community(self) -> bool:
        return self.area is not None and len(self.area) > _SUBDISTRICT_DIGITS

    @property
    def wider(self) -> tuple["_Cell", ...]:
        """The same pattern in the areas around, nearest first."""
        district = (_Cell(self.pattern, None),)
        if self.area is None:
            return ()
        return (_Cell(self.pattern, AreaId(self.area[:_SUBDISTRICT_DIGITS])), *district)[
            not self.is_community :
        ]


def contracts_of(cases: Sequence[Handled], *, least: int, begins: date) -> tuple[Contract, ...]:
    """One contract a unit, in force from `begins`.

    A category in a single community gets a clause of its own from `least` cases on: fewer say more of
    chance than of duty.
    """
    by_unit: dict[DepartmentId, dict[AreaId | None, list[str]]] = defaultdict(lambda: defaultdict(list))
    for cell, unit in _clauses(cases, least):
        by_unit[unit][cell.area].append(cell.pattern)
    return tuple(_contract(unit, areas, begins) for unit, areas in sorted(by_unit.items()))


def agreement(contracts: Iterable[Contract], cases: Iterable[tuple[Handled, datetime]]) -> tuple[int, int]:
    """(how many cases are routed to the unit that handled them, how many there are), by `hub.contract.route`."""
    routers = Routers(contracts)
    right = number = 0
    for case, at in cases:
        number += 1
        right += leads(routers, case, at) == case.unit
    return right, number


def leads(routers: Routers, case: Handled, at: datetime) -> DepartmentId | None:
    """Who the contracts say must lead; None for nobody."""
    matter = Matter(
        category=case.category, subdistrict_id=case.subdistrict, community_id=case.community, at=at
    )
    routed = routers.on(day_of(at)).route(matter, _no_deadline)
    return routed.calls[0].department if isinstance(routed, Routed) else None


def _no_deadline(step: str, limit: Duration) -> Deadline:  # noqa: ARG001 what `Due` takes
    raise AssertionError("contracts of practice set no limits")


def _clauses(cases: Sequence[Handled], least: int) -> Iterator[tuple[_Cell, DepartmentId]]:
    """Who does most of each cell, where that is not what the wider area of the same pattern says."""
    counts = _counts(cases)
    chosen: dict[_Cell, DepartmentId] = {}
    for cell in sorted(counts, key=lambda cell: (cell.pattern, cell.area or "")):
        if cell.is_community and ("*" in cell.pattern or counts[cell].total() < least):
            continue
        unit = _busiest(cell, counts)
        known = next((chosen[one] for one in cell.wider if one in chosen), None)
        if unit != known:
            chosen[cell] = unit
            yield cell, unit


def _busiest(cell: _Cell, counts: Mapping[_Cell, Counter[DepartmentId]]) -> DepartmentId:
    """Who did most; of equals who did most around it."""
    around = (cell, *cell.wider, _Cell("*", None))
    return max(counts[cell], key=lambda unit: (*(counts[one][unit] for one in around), unit))


def _counts(cases: Iterable[Handled]) -> Mapping[_Cell, Counter[DepartmentId]]:
    counts: dict[_Cell, Counter[DepartmentId]] = defaultdict(Counter)
    for case in cases:
        for pattern in (case.category, f"{case.category.partition('.')[0]}.*", "*"):
            for area in (None, case.subdistrict, case.community):
                counts[_Cell(pattern, area)][case.unit] += 1
    return counts


def _contract(unit: DepartmentId, areas: Mapping[AreaId | None, Sequence[str]], begins: date) -> Contract:
    accepts = tuple(
        Accept(
            clause=f"P-{number}",
            categories=tuple(patterns),
            areas=() if area is None else (area,),
            role=Role.LEAD,
        )
        for number, (area, patterns) in enumerate(sorted(areas.items(), key=lambda pair: pair[0] or ""), 1)
    )
    return Contract(
        department=unit,
        version=1,
        valid_from=begins,
        valid_to=None,
        title=f"practice of {unit}",
        legal_basis=("practice",),
        accepts=accepts,
        deadlines={},
        level_deadlines={},
        channels=(Channel.PULL,),
        form={},
        returns=ReturnRules(max_returns=0),
        fields=(),
        examples=(),
    )
