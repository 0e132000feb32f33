"""What a department is shown of records about itself (督办), one data set each, under the grants of this moment.

Like an opened whistle: projected and audited in the transaction that reads; what cannot be audited is not shown. No
contract asks for them: grants alone decide.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from hub.access.audit import AuditRow
from hub.access.exits import OUTPUTS, Exit
from hub.access.fields import split
from hub.access.planbook import PlanBook
from hub.access.whitelist import Renewed, Whitelist
from hub.clock import day_of
from hub.contract.wire import HANDLE
from hub.model import DepartmentId, Output
from hub.run.exits.looking import Look, audit_rows, shown
from hub.run.exits.showing import scope_of
from hub.run.ground.ledger import Ledger
from hub.store import incidents, whistles
from hub.store.engine import Store

Record = tuple[str, str, Mapping[str, object]]
"""Its id, its whistle's, and its fields with their full values."""
Shown = list[dict[str, Any]]
"""Of each record what may be seen of it."""


class Owned:
    """Shows records of one data set."""

    def __init__(self, store: Store, dataset: str, through: Exit, whitelist: Whitelist) -> None:
        self._store: Final = store
        self._dataset: Final = dataset
        self._through: Final = through
        self._book: Final = Renewed(
            whitelist, lambda grants: PlanBook(one for one in grants if split(one.field)[0] == dataset)
        )

    def list(
        self,
        department: str,
        read: Callable[[Connection], Sequence[Record]],
        *,
        ledger: Ledger,
        now: datetime,
        account: str = "",
    ) -> Shown:
        """Those that `read` finds, as `department` may see them now: of each what its grants of the data set give.
        `account`: who of it looks."""
        with self._store.write() as conn:
            told, rows = self._shown(conn, department, read(conn), now, account)
            ledger.append(conn, rows, now)
        ledger.committed()
        return told

    def _shown(
        self, conn: Connection, department: str, records: Sequence[Record], now: datetime, account: str
    ) -> tuple[Shown, Sequence[AuditRow]]:
        """What `department` may see of each record now, in their order, and the rows without which it may not leave. One
        whose whistle is not stored is left out."""
        called = whistles.load(conn, {whistle for _, whistle, _ in records})
        matters = incidents.load(conn, {one.incident_id for one in called.values()})
        output = OUTPUTS[self._through] or Output.API
        plan = self._book.now().plan(DepartmentId(department), HANDLE, output, day_of(now))
        own = [(id_, called[whistle], view) for id_, whistle, view in records if whistle in called]
        looks = [
            Look({self._dataset: view}, plan, scope_of(matters[whistle.incident_id]), {self._dataset: id_})
            for id_, whistle, view in own
        ]
        projected = shown(conn, looks, now)
        rows = [
            row
            for look, (id_, whistle, _) in zip(projected, own, strict=True)
            for row in audit_rows(look, whistle, through=self._through, at=now, rows=(id_,), account=account)
        ]
        told: Shown = [dict(look.as_json()) for look in projected]
        return [one.get(self._dataset, {}) for one in told], rows
