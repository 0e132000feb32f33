"""Whom a department may contact through the hub now: requesters of open matters who left a phone, where the whitelist grants
that phone for calling back. Asked at the door, and once more by who sends.

Nothing is opened here. A matter that is over, one that complains about the department, and one that it was never called to
look alike; so do reports that are secret, without a phone or without a grant: who asks learns nothing by asking.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.clock import day_of
from hub.errors import Refused
from hub.model import Contract, DepartmentId, Incident, Whistle
from hub.pack import Pack
from hub.run.exits.insight import Insight, insight
from hub.run.exits.showing import Showing
from hub.run.ground.contractbook import ContractBook
from hub.store import contacts, incidents
from hub.store.events import StoredEvent
from hub.whistle.contact import Kind
from hub.whistle.lifecycle import ACTIVE
from hub.whistle.rosters import Contact

NOT_NOW: Final = "A401"
NOT_THIS_REPORT: Final = "A402"


@dataclass(frozen=True, slots=True)
class Open:
    """A whistle whose department may contact somebody: its matter, and the reports whose requester left a phone. A matter is
    secret for good once one report of it was."""

    whistle: Whistle
    incident: Incident
    contract: Contract
    reports: tuple[StoredEvent, ...]


class Reachable:
    """Looks who can be contacted. One object serves all threads of a process."""

    def __init__(self, *, pack: Pack, showing: Showing, contracts: ContractBook) -> None:
        self._pack, self._contracts, self.showing = pack, contracts, showing

    def of(self, conn: Connection, whistle: Whistle) -> Open:
        """What is open of it. Raises Refused A401 where its department contacts nobody through it now, W103, W120."""
        seen = insight(conn, whistle)
        if whistle.state not in ACTIVE or seen.is_accused:
            raise Refused(NOT_NOW)
        incident = incidents.load(conn, [whistle.incident_id])[whistle.incident_id]
        contract = self._contracts.of(conn, whistle.contract_id)
        return Open(whistle, incident, contract, () if incident.secret else _with_phone(conn, seen))

    def reports(self, conn: Connection, whistle: Whistle, at: datetime) -> list[StoredEvent]:
        """Those whose requester can be contacted under the grants of this moment. Raises as `of`."""
        found = self.of(conn, whistle)
        return [
            one
            for one in found.reports
            if self.showing.contact(one.event, found.incident, found.contract, at=at) is not None
        ]

    def extensions(self, department: str, at: datetime) -> list[Contact]:
        """The department's own telephones of this day that can be connected with a resident's."""
        channel = self._pack.contacts.channels.get(Kind.CALL, "")
        roster = self._pack.rosters.by_department.get(DepartmentId(department))
        return [
            one
            for one in (roster.contacts if roster else ())
            if one.holds_on(day_of(at)) and channel in one.numbers
        ]


def _with_phone(conn: Connection, seen: Insight) -> tuple[StoredEvent, ...]:
    told = [one for one in seen.shown if one.event.requester]
    reached = contacts.with_phone(conn, (str(one.event.requester) for one in told))
    return tuple(one for one in told if one.event.requester in reached)
