"""What a department is shown of records about itself (督办), one data set each, under the grants of this moment.

Like an opened whistle: projected and audited in the transaction that reads; what cannot be audited is not shown. No
contract asks for them: grants alone decide.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from hub.access.audit import AuditRow
from hub.access.exits import OUTPUTS, Exit
from hub.access.fields import split
from hub.access.planbook import PlanBook
from hub.clock import day_of
from hub.contract.wire import HANDLE
from hub.model import DepartmentId, Grant, Output
from hub.run.looking import Look, audit_rows, shown
from hub.run.showing import scope_of
from hub.store import incidents, whistles

Record = tuple[str, str, Mapping[str, object]]
"""Its id, its whistle's, and its fields with their full values."""


class Owned:
    """Shows records of one data set."""

    def __init__(self, dataset: str, through: Exit, grants: Iterable[Grant]) -> None:
        self._dataset: Final = dataset
        self._through: Final = through
        self._book: Final = PlanBook(one for one in grants if split(one.field)[0] == dataset)

    def shown(
        self, conn: Connection, department: str, records: Sequence[Record], now: datetime
    ) -> tuple[list[dict[str, Any]], list[AuditRow]]:
        """What `department` may see of each record now, in their order, and the rows without which it may not leave. One
        whose whistle is not stored is left out."""
        called = whistles.load(conn, {whistle for _, whistle, _ in records})
        matters = incidents.load(conn, {one.incident_id for one in called.values()})
        output = OUTPUTS[self._through] or Output.API
        plan = self._book.plan(DepartmentId(department), HANDLE, output, day_of(now))
        own = [(id_, called[whistle], view) for id_, whistle, view in records if whistle in called]
        looks = [
            Look({self._dataset: view}, plan, scope_of(matters[whistle.incident_id]), {self._dataset: id_})
            for id_, whistle, view in own
        ]
        projected = shown(conn, looks, now)
        rows = [
            row
            for look, (id_, whistle, _) in zip(projected, own, strict=True)
            for row in audit_rows(look, whistle, through=self._through, at=now, rows=(id_,))
        ]
        told: list[dict[str, Any]] = [dict(look.as_json()) for look in projected]
        return [one.get(self._dataset, {}) for one in told], rows
