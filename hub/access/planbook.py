"""All plans of some grants, compiled at first use and again when a day has passed."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from hub.access.fields import split
from hub.access.masks import mask_of
from hub.access.plan import Plan
from hub.access.plan import compile as compile_plan
from hub.model import DepartmentId, Grant, Output, ShareType


class PlanBook:
    """Hands out plans. Ask it for every record of a long export, with that moment's day: a plan kept in the
    hand outlives its grants, the book's does not (N61). Other grants have a book of their own
    (`hub.access.whitelist.Renewed`)."""

    def __init__(self, grants: Iterable[Grant] = ()) -> None:
        """Raises FixSettings A106 where a mask does not exist."""
        every = tuple(grants)
        for grant in every:
            mask_of(grant.mask, split(grant.field)[1])
        closed = tuple(grant for grant in every if grant.share_type is ShareType.NOT_SHARED)
        by_use: dict[tuple[DepartmentId, str], list[Grant]] = {}
        for grant in every:
            by_use.setdefault((grant.department, grant.purpose), []).append(grant)
        self._grants: Final = {use: (*mine, *closed) for use, mine in by_use.items()}
        self._plans: Final[dict[tuple[DepartmentId, str, Output], Plan]] = {}

    def plan(self, department: DepartmentId, purpose: str, output: Output, on: date) -> Plan:
        """The plan that holds on the day `on`; one that gives nothing where no grant does."""
        use = (department, purpose, output)
        plan = self._plans.get(use)
        if plan is None or plan.on != on:
            grants = self._grants.get((department, purpose), ())
            plan = compile_plan(grants, department=department, purpose=purpose, output=output, on=on)
            self._plans[use] = plan
        return plan
