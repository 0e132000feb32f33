"""A department opens one of its whistles, its software or a person of it: what it may still see of its matter, under the
grants of this moment.

Each opening is projected and audited in the transaction that reads it; an opening that cannot be
audited shows nothing.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.projected import Projected
from hub.access.vault import Vault
from hub.errors import Refused
from hub.model import Contract, Incident, Whistle
from hub.run.exits.insight import insight
from hub.run.exits.linked import people_of, reports_of
from hub.run.exits.looking import OVER_THE_LIMIT, Door, audit_rows, shown
from hub.run.exits.showing import Showing
from hub.run.ground.contractbook import ContractBook
from hub.run.ground.ledger import Ledger
from hub.store import incidents, whistles
from hub.store.engine import Store

PURPOSES: Final = ("handle", "callback")
HTTP: Final = Door(Exit.HTTP_WHISTLE)


class Opening:
    """Opens whistles for their departments."""

    def __init__(self, *, store: Store, vault: Vault, showing: Showing, contracts: ContractBook) -> None:
        self._store, self._vault, self._showing, self._contracts = store, vault, showing, contracts

    def open(
        self,
        department: str,
        whistle_id: str,
        *,
        purpose: str,
        ledger: Ledger,
        now: datetime,
        door: Door = HTTP,
    ) -> dict[str, Any]:
        """The whistle, its matter and its reports as `department` may see them now through `door`.

        Reports over a grant's limit of the day come without its fields, and `refused` says how many. Of a whistle
        that is over, as much as `hub.whistle.sight` says.
        Raises Refused W103 where it is not its own, or was never blown: not there and not yours look alike; W120
        where nobody has its contract.
        """
        with self._store.write() as conn:
            whistle = whistles.load(conn, [whistle_id]).get(whistle_id)
            if whistle is None or whistle.department != department:
                raise Refused("W103")
            answer, rows = self._show(conn, whistle, purpose, now, door)
            ledger.append(conn, rows, now)
        ledger.committed()
        return answer

    def _show(
        self, conn: Connection, whistle: Whistle, purpose: str, now: datetime, door: Door
    ) -> tuple[dict[str, Any], list[AuditRow]]:
        incident = incidents.load(conn, [whistle.incident_id])[whistle.incident_id]
        contract = self._contracts.of(conn, whistle.contract_id)
        seen = insight(conn, whistle)
        if not seen.is_of_the_matter:
            return self._only_which(conn, whistle, incident, contract, purpose, now, door)
        linked = reports_of(conn, self._vault, seen.shown, seen.later)
        known = people_of(conn, self._vault, whistle.incident_id)
        looks = [
            self._showing.whistle(whistle, incident, contract, output=door.output, purpose=purpose, at=now),
            *(
                self._showing.report(
                    one, incident, contract, known=known, purpose=purpose, at=now, output=door.output
                )
                for one in linked
            ),
        ]
        head, *reports = projected = shown(conn, looks, now)
        ids = (incident.id, *(one.event.id for one in linked))
        rows = [
            row
            for one, id_ in zip(projected, ids, strict=True)
            for row in _audited(one, whistle, door, now, id_)
        ]
        answer = {**head.as_json(), "reports": [one.as_json() for one in reports]}
        return answer | _refused(projected), rows

    def _only_which(
        self,
        conn: Connection,
        whistle: Whistle,
        incident: Incident,
        contract: Contract,
        purpose: str,
        now: datetime,
        door: Door,
    ) -> tuple[dict[str, Any], list[AuditRow]]:
        """For who is not shown the matter, or not any more: which whistle it is, and nothing else."""
        look = self._showing.ended(whistle, incident, contract, output=door.output, purpose=purpose, at=now)
        (head,) = shown(conn, [look], now)
        rows = _audited(head, whistle, door, now, incident.id)
        return {**head.as_json(), "reports": []} | _refused([head]), rows


def _audited(one: Projected, whistle: Whistle, door: Door, now: datetime, id_: str) -> list[AuditRow]:
    return audit_rows(one, whistle, through=door.through, at=now, rows=(id_,), account=door.account)


def _refused(projected: Sequence[Projected]) -> dict[str, Any]:
    """What was left out because a grant has given all its rows of the day: field → how many rows."""
    fields = Counter(field for one in projected for field in one.refused)
    return {"refused": {"code": OVER_THE_LIMIT, "fields": dict(sorted(fields.items()))}} if fields else {}
