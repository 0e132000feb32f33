"""Two packs: what the contracts of the second change for each department. Pure.

Of a department's versions the newest counts: it is the one that will hold. A version that both packs have must say
the same in both, but for the day on which it ends: whistles go by it as it was first used.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter

from hub.contract.change import Change, Direction
from hub.contract.diff import Strictness, diff
from hub.model import Contract


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentChange:
    """What one department is in for. `before`, `after`: contract ids, "" where it has none; `valid_from`: of `after`."""

    department: str
    before: str
    after: str
    valid_from: date | None
    changes: tuple[Change, ...]

    @property
    def breaks(self) -> bool:
        """Whether something that worked for the department no longer does."""
        return any(one.direction is Direction.BREAKS for one in self.changes)


def compare(
    before: Iterable[Contract], after: Iterable[Contract], strictness: Strictness
) -> tuple[DepartmentChange, ...]:
    """Every department whose contracts differ, those that something breaks for first."""
    old, new = _by_department(before), _by_department(after)
    found = (_department(name, old.get(name, {}), new.get(name, {}), strictness) for name in {**old, **new})
    changed = [one for one in found if one.changes]
    return tuple(sorted(changed, key=lambda one: (not one.breaks, one.department)))


def same_but_for_its_end(one: Contract, other: Contract) -> bool:
    """Whether two of one number agree on everything but when they end and in which file they stand: a version ends
    because another follows it, and its department is sent nothing else for that."""
    return replace(one, valid_to=None, file="") == replace(other, valid_to=None, file="")


def _by_department(contracts: Iterable[Contract]) -> dict[str, dict[int, Contract]]:
    found: dict[str, dict[int, Contract]] = {}
    for one in sorted(contracts, key=attrgetter("version")):
        found.setdefault(one.department, {})[one.version] = one
    return found


def _department(
    name: str, old: Mapping[int, Contract], new: Mapping[int, Contract], strictness: Strictness
) -> DepartmentChange:
    before = old[max(old)] if old else None
    after = new[max(new)] if new else None
    changes = [
        Change(Direction.BREAKS, "version", new[number].id, "as first used", "changed under its number")
        for number in sorted(old.keys() & new.keys())
        if not same_but_for_its_end(old[number], new[number])
    ]
    if before is None or after is None:
        direction = Direction.NEW if before is None else Direction.BREAKS
        changes.append(
            Change(direction, "contract", name, before.id if before else "", after.id if after else "")
        )
    else:
        changes += diff(before, after, strictness)
        changes += _end(before, after)
    return DepartmentChange(
        department=name,
        before=before.id if before else "",
        after=after.id if after else "",
        valid_from=after.valid_from if after else None,
        changes=tuple(changes),
    )


def _end(before: Contract, after: Contract) -> list[Change]:
    """An end that comes where none was named, or before the one that was, leaves nobody to call behind it. A later one is
    told of one and the same version: that the next one ends later is what it is for."""
    if before.valid_to == after.valid_to:
        return []
    earlier = after.valid_to is not None and (before.valid_to is None or after.valid_to < before.valid_to)
    if not earlier and before.version != after.version:
        return []
    direction = Direction.BREAKS if earlier else Direction.HARMLESS
    return [Change(direction, "valid", "to", str(before.valid_to or ""), str(after.valid_to or ""))]
