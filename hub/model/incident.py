"""The incident: the matter itself, one or more linked events."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.model.kinds import Handling, IncidentId, Level, Urgency
from hub.model.place import Place


class IncidentState(StrEnum):
    """`open` until all leads are done; `closed`; `verified` once checked: nothing links into that (N10)."""

    OPEN = "open"
    CLOSED = "closed"
    VERIFIED = "verified"
    MERGED = "merged"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A matter in the district. Schema: `contracts/schema/incident.v1.json`."""

    id: IncidentId
    category: str
    urgency: Urgency
    level: Level
    state: IncidentState
    secret: bool
    place: Place
    opened_at: datetime
    last_reported_at: datetime
    closed_at: datetime | None
    event_count: int
    sources: tuple[str, ...]
    recurrence_of: IncidentId | None
    merged_into: IncidentId | None
    version: int
    """Counts changes; every move states the version it saw."""
    own_level: Level | None = None
    """What it stands at without the emergency that its reports make of it, and without what was merged into it; None
    where that was not kept: then it is its level."""
    handling: Handling = Handling.CALL
    """As the report says that speaks for it. Elsewhere, or a drill: nobody is called who is not at it already."""
    handled_by: str = ""
    """The source that has it, where it is handled elsewhere."""
    until: datetime | None = None
    """When what was planned and announced is over: it closes then by itself."""
