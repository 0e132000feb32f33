"""The whistle (哨): one incident calling one department; and the department's report (报到)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.model.contract import Duration, Role
from hub.model.kinds import DepartmentId, IncidentId, Level, ReportId, WhistleId
from hub.model.reason import Reason


class WhistleState(StrEnum):
    """States of a whistle; `hub.whistle.lifecycle` holds the table."""

    BLOWN = "blown"
    SIGNED = "signed"
    CONTACTED = "contacted"
    REPORTED_IN = "reported_in"
    DISPUTED = "disputed"
    ARBITRATING = "arbitrating"
    RESULT = "result"
    REASSIGNED = "reassigned"
    CANCELLED = "cancelled"


class Move(StrEnum):
    """What can be done with a whistle; who may do it stands in the table too."""

    SIGN = "sign"
    CONTACT = "contact"
    ARRIVE = "arrive"
    RETURN = "return"
    RESULT = "result"
    REFER = "refer"
    UPHOLD = "uphold"
    DISMISS = "dismiss"
    DESIGNATE = "designate"
    CANCEL = "cancel"


class Actor(StrEnum):
    """Who makes a move."""

    DEPARTMENT = "department"
    """The department that is called."""
    CENTRE = "centre"
    """The district's centre (区指挥中心): a person there, by their account."""
    HUB = "hub"
    """The hub itself, since the matter moved on."""


class Ending(StrEnum):
    """Why a whistle ended without its department's doing: what the department is told."""

    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    REROUTED = "rerouted"
    UNLINKED = "unlinked"
    REASSIGNED = "reassigned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When one step is due, and how that was computed. `due_at` is aware, UTC."""

    step: str
    due_at: datetime
    limit: Duration
    from_at: datetime
    provisional: bool
    """True where the working calendar does not reach that far; computed again once it does."""
    derivation: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Routing's answer: this department, in this role, by this clause of this contract version."""

    department: DepartmentId
    role: Role
    contract_id: str
    clause: str
    deadlines: tuple[Deadline, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whistle:
    """One incident calling one department. Schema: `contracts/schema/whistle.v1.json`."""

    id: WhistleId
    incident_id: IncidentId
    department: DepartmentId
    role: Role
    level: Level
    contract_id: str
    clause: str
    state: WhistleState
    blown_at: datetime
    deadlines: tuple[Deadline, ...]
    reasons: tuple[Reason, ...]
    returns: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """报到: a department's answer. `department` is the authenticated principal, never a field of a message.

    `note` and `form` are as sent: sealed in the vault before anything else sees them.
    """

    id: ReportId
    whistle_id: WhistleId
    department: DepartmentId
    move: Move
    reported_at: datetime
    reason_code: str = ""
    note: str = ""
    form: dict[str, object] | None = None
