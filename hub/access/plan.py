"""What one department may see for one purpose through one output on one day, compiled from grants.

Default deny: a plan names what is given, and nothing else exists. Compiling is pure; `PlanBook` (in
`planbook.py`) keeps plans, `project` applies them, `question` asks what may be asked for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from hub.access.account import Account, account_of
from hub.access.adds_up import added_up
from hub.access.fields import is_personal, split
from hub.access.line import EVERYWHERE, Line, line_of
from hub.access.masks import NEED_THE_RECORD, Mask, Scene, mask_of, strictness
from hub.access.row import Care, RowScope
from hub.access.standing import Standing, standing
from hub.model import DepartmentId, Grant, Output, Sensitivity, ShareType

_NEEDED: Final[Mapping[Care, frozenset[Sensitivity]]] = {
    Care.SECRET: frozenset((Sensitivity.RESTRICTED,)),
    Care.MINOR: frozenset((Sensitivity.MINOR, Sensitivity.RESTRICTED)),
}
_MOST_SELECTIONS: Final = 1_000
"""A plan has as many selections as its row filters have ways to hold: few, but grants are data."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a plan holds for one kind of record.

    `groups`: data set → (leaf, mask), ready for the loop of `project`. `scene`: what all its masks need,
    None where some need more of the record than the day. `withheld`: fields that are given but whose masks
    would add up to the full value.
    """

    lines: tuple[Line, ...]
    account: Account
    groups: tuple[tuple[str, tuple[tuple[str, Mask | None], ...]], ...]
    scene: Scene | None
    withheld: tuple[str, ...]
    limited: tuple[Line, ...]
    """Those of `lines` whose grant gives so many rows a day: whoever shows them counts first."""
    refused: tuple[str, ...]
    """Fields whose grant's rows of the day are used up; no other grant steps in for it."""


class Plan:
    """Fields by grant for (department, purpose, output) on a day. Immutable; selections are remembered."""

    __slots__ = ("_filters", "_selections", "by_field", "department", "lines", "on", "output", "purpose")

    def __init__(
        self, lines: Iterable[Line], *, department: DepartmentId, purpose: str, output: Output, on: date
    ) -> None:
        self.department: Final = department
        self.purpose: Final = purpose
        self.output: Final = output
        self.on: Final = on
        self.lines: Final = tuple(sorted(lines, key=_by_field_and_strictness))
        """By field, the strictest first."""
        self.by_field: Final[Mapping[str, tuple[Line, ...]]] = MappingProxyType(
            {
                line.field: tuple(each for each in self.lines if each.field == line.field)
                for line in self.lines
            }
        )
        self._filters: Final = tuple(
            dict.fromkeys(line.rows for line in self.lines if line.rows != EVERYWHERE)
        )
        self._selections: Final[dict[object, Selection]] = {}

    def selection(self, row: RowScope) -> Selection:
        """What holds for `row`; the same object for all records to which the same filters apply."""
        key = row.care, row.spent, *[rows.holds(row) for rows in self._filters]
        found = self._selections.get(key)
        if found is None:
            if len(self._selections) >= _MOST_SELECTIONS:
                self._selections.clear()
            found = self._selections[key] = self._select(row)
        return found

    def _select(self, row: RowScope) -> Selection:
        holding = tuple(_first_for(lines, row) for lines in self.by_field.values())
        chosen = tuple(line for line in holding if line is not None)
        withheld = added_up(chosen)
        granted = tuple(line for line in chosen if line.field not in withheld)
        lines = tuple(line for line in granted if line.grant_id not in row.spent)
        groups: dict[str, list[tuple[str, Mask | None]]] = {}
        for line in lines:
            dataset, leaf = split(line.field)
            groups.setdefault(dataset, []).append((leaf, mask_of(line.mask, leaf)))
        return Selection(
            lines=lines,
            account=account_of(lines),
            groups=tuple((dataset, tuple(leaves)) for dataset, leaves in groups.items()),
            scene=None if any(line.mask in NEED_THE_RECORD for line in lines) else Scene(self.on),
            withheld=withheld,
            limited=tuple(line for line in lines if line.max_rows_day is not None),
            refused=tuple(line.field for line in granted if line.grant_id in row.spent),
        )


def _by_field_and_strictness(line: Line) -> tuple[str, int, str, int]:
    return line.field, -strictness(line.mask), line.grant_id, -line.grant_version


def _first_for(lines: tuple[Line, ...], row: RowScope) -> Line | None:
    """The line that decides over its field for `row`: the strictest of those that are for it.

    Where the record needs care, grants made for that come first; an ordinary one gives an age band of a
    minor, and nothing of a secret report.
    """
    holding = [line for line in lines if line.rows.holds(row)]
    if not holding or not row.care or not is_personal(holding[0].field):
        return holding[0] if holding else None
    needed = frozenset.intersection(*(_NEEDED[care] for care in row.care))
    for line in holding:
        if line.sensitivity in needed:
            return line
    return None if Care.SECRET in row.care else replace(holding[0], mask="minor")


def compile(  # noqa: A001 - the word of the design; nobody compiles Python here
    grants: Iterable[Grant], *, department: DepartmentId, purpose: str, output: Output, on: date
) -> Plan:
    """The plan of (department, purpose, output) on the day `on`, a day in Asia/Shanghai.

    A field that any of `grants` calls `not_shared` is given by none of them. Raises FixSettings A106 for a
    mask that does not exist.
    """
    every = tuple(grants)
    closed = frozenset(grant.field for grant in every if grant.share_type is ShareType.NOT_SHARED)
    mine = (
        grant
        for grant in every
        if grant.department == department
        and grant.purpose == purpose
        and output in grant.outputs
        and grant.field not in closed
        and standing(grant, on) is Standing.LIVE
    )
    return Plan(map(line_of, mine), department=department, purpose=purpose, output=output, on=on)
