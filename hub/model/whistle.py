"""The whistle (哨): one incident calling one department; and the department's report (报到)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.model.carried import Carried
from hub.model.contract import Duration, Role
from hub.model.draft import SourceClock
from hub.model.kinds import DepartmentId, IncidentId, Level, ReportId, WhistleId
from hub.model.reason import Reason


class WhistleState(StrEnum):
    """States of a whistle; `hub.whistle.lifecycle` holds the table. That it was upgraded, waits (paused) or was given
    more time is no state: it stands beside one."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    REFUSED = "refused_to_blow"
    BLOWN = "blown"
    SIGNED = "signed"
    CONTACTED = "contacted"
    REPORTED_IN = "reported_in"
    HANDLING = "handling"
    DISPUTED = "disputed"
    ARBITRATING = "arbitrating"
    RESULT = "result"
    EVALUATED = "evaluated"
    CHECKED = "checked"
    ARCHIVED = "archived"
    REOPENED = "reopened"
    REASSIGNED = "reassigned"
    CANCELLED = "cancelled"


class Move(StrEnum):
    """What can be done with a whistle; who may do it stands in the table too."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REFUSE = "refuse"
    BLOW = "blow"
    SIGN = "sign"
    CONTACT = "contact"
    ARRIVE = "arrive"
    HANDLE = "handle"
    RETURN = "return"
    PAUSE = "pause"
    RESUME = "resume"
    ASK = "ask"
    GRANT = "grant"
    DENY = "deny"
    RESULT = "result"
    REFER = "refer"
    UPHOLD = "uphold"
    DISMISS = "dismiss"
    DESIGNATE = "designate"
    UPGRADE = "upgrade"
    EVALUATE = "evaluate"
    CHECK = "check"
    REWORK = "rework"
    REOPEN = "reopen"
    ARCHIVE = "archive"
    CANCEL = "cancel"


class Actor(StrEnum):
    """Who makes a move."""

    DEPARTMENT = "department"
    """The department that is called."""
    BLOWER = "blower"
    """Who blew it (吹哨方): a grid worker, a community, a subdistrict."""
    REVIEWER = "reviewer"
    """Who looks at what a blower submits, where the pack asks for that (审核)."""
    REQUESTER = "requester"
    """Who reported the matter (诉求人), through the source."""
    CENTRE = "centre"
    """The district's centre (区指挥中心): a person there, by their account."""
    HUB = "hub"
    """The hub itself: the matter moved on, or a time passed."""


class Ending(StrEnum):
    """Why a whistle ended without its department's doing: what the department is told."""

    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    REROUTED = "rerouted"
    UNLINKED = "unlinked"
    REASSIGNED = "reassigned"
    FINISHED = "finished"
    """The matter is done; who assists is not asked any more (N82)."""


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
    managed_at: datetime | None = None
    """Until when it may be done by a granted extension. `due_at` stays what the rules say (N84); what counts is this."""

    @property
    def counts_at(self) -> datetime:
        """The moment after which it counts as late."""
        return max(self.due_at, self.managed_at) if self.managed_at else self.due_at


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
    round: int = 0
    """How often it was reopened; each round has clocks of its own."""
    paused_until: datetime | None = None
    """Until when it waits for what its department said; the clocks that this stops run on by themselves then."""
    asked_until: datetime | None = None
    """Until when its department asks for more time; None where nobody waits for the answer."""
    blown_by: str = ""
    """The post that blew it; "" where the contract did."""
    clock_at: datetime | None = None
    """When its own clock began; None where it was blown before that was kept."""
    source_clocks: tuple[SourceClock, ...] = ()
    """What the sources of its matter keep by themselves (N39), as their reports say now."""
    carried: tuple[Carried, ...] = ()
    """What it took over of whistles of the same department that ended."""
    level_since: datetime | None = None
    """Since when its department is called at this level, where it was by a whistle before this one."""


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
    until: datetime | None = None
    """The end of a pause, or of the time that is asked for."""
    alone: bool = False
    """A lead's result that waits for no assisting department any more (N82)."""
