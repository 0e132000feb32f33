"""One look at data: what it is of, under which plan, counted where a grant gives so many rows a day, audited.

Whatever is shown to a department comes out of `shown`, and its audit rows out of `audit_rows`: both in the
transaction that reads, so that what cannot be counted or written down is not shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.access import audit
from hub.access.audit import AuditRow
from hub.access.exits import OUTPUTS, Exit
from hub.access.fields import split
from hub.access.plan import Plan
from hub.access.project import View, project
from hub.access.projected import Projected
from hub.access.row import RowScope
from hub.clock import day_of
from hub.errors import Bug
from hub.model import Output, Whistle
from hub.store import rows_read
from hub.store.rows_read import Reading

OVER_THE_LIMIT: Final = "A123"


@dataclass(frozen=True, slots=True)
class Door:
    """What somebody looks through: an exit; and who of the department does, "" where its software does."""

    through: Exit
    account: str = ""

    @property
    def output(self) -> Output:
        """What a grant must allow for it. Raises Bug A108 for an exit through which no field ever goes."""
        output = OUTPUTS[self.through]
        if output is None:
            raise Bug("A108", exit=self.through.value, output="-")
        return output


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that a department is about to be shown. `rows`: data set → id of the row that it counts as."""

    view: View
    plan: Plan
    scope: RowScope
    rows: Mapping[str, str]

    def readings(self) -> list[Reading]:
        """What is to be counted before it is shown."""
        limited = self.plan.selection(self.scope).limited
        return [
            Reading(line.grant_id, line.max_rows_day or 0, self.rows[dataset])
            for line in limited
            if (dataset := split(line.field)[0]) in self.rows
        ]

    def shown(self, over: frozenset[tuple[str, str]]) -> Projected:
        """What the plan gives; nothing by grants that are over their limit with this row."""
        if not over:
            return project(self.view, self.plan, self.scope)
        spent = {one.grant_id for one in self.readings() if (one.grant_id, one.row_id) in over}
        return project(self.view, self.plan, replace(self.scope, spent=frozenset(spent)))


def shown(conn: Connection, looks: Sequence[Look], at: datetime) -> list[Projected]:
    """What is shown of each of `looks`, counted. At most once a transaction."""
    readings = [one for look in looks for one in look.readings()]
    over = rows_read.count(conn, readings, day_of(at)) if readings else frozenset()
    return [look.shown(over) for look in looks]


def audit_rows(
    projected: Projected,
    whistle: Whistle,
    *,
    through: Exit,
    at: datetime,
    rows: tuple[str, ...],
    account: str = "",
) -> list[AuditRow]:
    """The line that says who was shown what, under which grants; and one for what was refused beside it. `account`: who
    of the department looks."""
    department = projected.plan.department
    who, for_ = account or department, department if account else ""
    given = audit.shown(projected, at=at, through=through, rows=rows, matter=whistle.id, who=who)
    said = [replace(given, on_behalf_of=for_)]
    if projected.refused:
        refused = audit.refused(
            projected.refused,
            at=at,
            who=who,
            through=through,
            purpose=projected.plan.purpose,
            reason=OVER_THE_LIMIT,
            matter=whistle.id,
        )
        said.append(replace(refused, rows=rows, on_behalf_of=for_))
    return said


def audit_page(
    projected: Sequence[Projected], ids: Sequence[str], *, by: str, at: datetime
) -> list[AuditRow]:
    """What an account `by` was shown on a page of several, each with its id: one row for all of which the same was shown in the
    same way, mostly one for the page."""
    alike: dict[tuple[object, ...], list[tuple[Projected, str]]] = {}
    for one, id_ in zip(projected, ids, strict=True):
        account = one.account
        key = (account.fields, account.masks, account.grants, account.result, one.refused)
        alike.setdefault(key, []).append((one, id_))
    found = []
    for group in alike.values():
        first, rows = group[0][0], tuple(id_ for _, id_ in group)
        plan = first.plan
        given = audit.shown(first, at=at, through=Exit.PAGE, rows=rows, who=by)
        found.append(replace(given, on_behalf_of=plan.department))
        if first.refused:
            no = audit.refused(
                first.refused, at=at, who=by, through=Exit.PAGE, purpose=plan.purpose, reason=OVER_THE_LIMIT
            )
            found.append(replace(no, rows=rows, on_behalf_of=plan.department))
    return found
