"""What whoever decides about a change of the whitelist should think of first. Pure: grants before and after in, warnings out.

What no grant may be (longer than a year, without a legal basis, of a field that is not shared) is no warning: it is
refused before.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import Final

from hub.access.adds_up import AddsUp, adds_up
from hub.access.fields import BIRTH_DATES, is_personal, split
from hub.access.masks import FULL
from hub.access.plan import Plan
from hub.access.plan import compile as compile_plan
from hub.model import Grant, Output, Sensitivity


class Why(StrEnum):
    """Kinds of warnings."""

    ID_REBUILT = "id_rebuilt"
    """With another grant of the same department an identity number comes together again (domain.md 5.5)."""
    MASK_IN_VAIN = "mask_in_vain"
    """Another grant gives the same department the same field in full."""
    MINORS = "minors"
    """It gives more than an age band of children under 14 (PIPL 31)."""
    SECRET = "secret"  # noqa: S105 - a kind of report, not a password
    """It opens reports whose reporter is kept secret."""
    STREAMED = "streamed"
    """What goes into a topic or to a webhook cannot be taken back."""
    IN_FULL = "in_full"
    """A field about a person without a mask."""
    NOT_ASKED = "not_asked"
    """The department's contract does not ask for it: nothing is shown until it does."""


@dataclass(frozen=True, slots=True, order=True)
class Caution:
    """One warning. `beside`: the other field, of what adds up."""

    why: Why
    department: str
    field: str
    beside: str = ""


_BY_RULE: Final = {"id_rebuilt": Why.ID_REBUILT, "mask_in_vain": Why.MASK_IN_VAIN}


def cautions(
    before: Sequence[Grant], after: Sequence[Grant], *, given: Sequence[Grant], on: date
) -> tuple[Caution, ...]:
    """Of `given`, the grants that a change gives; `before` and `after` are all grants in force."""
    found = {one for grant in given for one in _alone(grant)}
    for department in {one.department for one in given}:
        fields = {one.field for one in given if one.department == department}
        new = _together(after, department, fields, on) - _together(before, department, fields, on)
        found |= {Caution(_BY_RULE[one.rule], department, one.masked, one.beside) for one in new}
    return tuple(sorted(found))


def _alone(grant: Grant) -> Iterator[Caution]:
    """What a grant gives away by itself."""
    said = (grant.department, grant.field)
    if grant.sensitivity in (Sensitivity.MINOR, Sensitivity.RESTRICTED):
        yield Caution(Why.MINORS, *said)
    if grant.sensitivity is Sensitivity.RESTRICTED:
        yield Caution(Why.SECRET, *said)
    if is_personal(grant.field) or grant.sensitivity is not Sensitivity.GENERAL:
        if Output.STREAM in grant.outputs:
            yield Caution(Why.STREAMED, *said)
        if grant.mask == FULL:
            yield Caution(Why.IN_FULL, *said)


def _together(grants: Iterable[Grant], department: str, fields: set[str], on: date) -> set[AddsUp]:
    """What adds up for the department between any two of its plans, of these fields and of those that name a person."""
    mine = [one for one in grants if one.department == department and _matters(one.field, fields)]
    plans: list[Plan] = [
        compile_plan(mine, department=mine[0].department, purpose=purpose, output=output, on=on)
        for purpose, output in sorted({(one.purpose, output) for one in mine for output in one.outputs})
    ]
    return {found for a, b in combinations(plans, 2) for found in adds_up(a, b)} | {
        found for plan in plans for found in adds_up(plan, plan)
    }


def _matters(field: str, fields: set[str]) -> bool:
    leaf = split(field)[1]
    return field in fields or leaf in BIRTH_DATES or leaf == "id_number"
