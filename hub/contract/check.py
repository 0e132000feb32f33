"""Runs the examples that stand inside contracts, against all contracts that hold on the same day.

Pure. An example says of its own department: in this matter it leads, assists, or is not called, and by
which clause; so a change in one contract that takes a matter from another turns the other's example red.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from hub.clock import SHANGHAI
from hub.contract.clauses import Clause, Clauses, Unrouted, holds_on
from hub.contract.finding import Finding
from hub.contract.marked import read_yaml
from hub.contract.matter import Matter
from hub.model import Area, AreaId, AreaLevel, Contract, Example

NOBODY: Final = "none"


@dataclass(frozen=True, slots=True)
class Checked:
    """How many examples ran, and what is wrong.

    K221 a wrong answer, K222 no example at all, K233 two contracts of one department on one day.
    """

    contracts: int
    examples: int
    findings: tuple[Finding, ...]


def check(
    contracts: Iterable[Contract], areas: Mapping[AreaId, Area], texts: Mapping[str, str] | None = None
) -> Checked:
    """Each contract's examples on the first day on which it holds. `texts` (file → YAML) gives findings lines."""
    listed = tuple(contracts)
    by_day: dict[date, Clauses] = {}
    findings: list[Finding] = []
    for contract in listed:
        day = contract.valid_from
        clauses = by_day.setdefault(day, Clauses(listed, day))
        lines = _lines(contract.file, texts or {})
        if not contract.examples:
            findings.append(Finding(contract.file, 0, "K222"))
        for index, example in enumerate(contract.examples):
            found = _answer(clauses, contract, example, areas)
            expected = f"{example.expect} {example.clause}".strip()
            if expected not in (found, found.partition(" ")[0]):
                line = lines.get(f"/examples/{index}", 0)
                facts = {"name": example.name, "expected": expected, "found": found}
                findings.append(Finding(contract.file, line, "K221", facts))
    examples = sum(len(contract.examples) for contract in listed)
    return Checked(len(listed), examples, (*double_validity(listed), *findings))


def double_validity(contracts: Sequence[Contract]) -> tuple[Finding, ...]:
    """K233 for every two contracts of one department that hold on the same day."""
    found = []
    ordered = sorted(
        contracts, key=lambda contract: (contract.department, contract.valid_from, contract.version)
    )
    for index, earlier in enumerate(ordered):
        for later in ordered[index + 1 :]:
            if later.department == earlier.department and holds_on(earlier, later.valid_from):
                facts = {"department": later.department, "one": earlier.id, "other": later.id}
                found.append(Finding(later.file, 0, "K233", facts))
    return tuple(found)


def matter_of(example: Example, areas: Mapping[AreaId, Area], day: date) -> Matter:
    """The matter that an example speaks of, reported at noon of `day`."""
    area = areas.get(example.area)
    is_community = area is not None and area.level is AreaLevel.COMMUNITY
    return Matter(
        category=example.category,
        subdistrict_id=area.parent if area is not None and is_community else example.area,
        community_id=example.area if is_community else None,
        urgency=example.urgency,
        level=example.level,
        request_type=example.request_type,
        sources=(example.source,) if example.source else (),
        secret=example.secret,
        at=datetime.combine(day, time(12), SHANGHAI),
    )


def _answer(clauses: Clauses, contract: Contract, example: Example, areas: Mapping[AreaId, Area]) -> str:
    """`lead CLAUSE`, `assist CLAUSE`, or `none`."""
    choice = clauses.choose(matter_of(example, areas, contract.valid_from))
    called: tuple[Clause, ...] = () if isinstance(choice, Unrouted) else (choice.lead, *choice.assists)
    for clause in called:
        if clause.contract_id == contract.id:
            return f"{clause.role.value} {clause.name}"
    return NOBODY


def _lines(file: str, texts: Mapping[str, str]) -> Mapping[str, int]:
    return read_yaml(texts[file], file).faults.lines if file in texts else {}
