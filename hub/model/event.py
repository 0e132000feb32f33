"""The event: one revision of one report in the unified schema; and the link that joins it to a matter."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.model.draft import Alias, SourceClock
from hub.model.kinds import (
    DepartmentId,
    EventId,
    EventKey,
    Handling,
    IncidentId,
    RecordId,
    RequestType,
    ResidentId,
    Satisfaction,
    Stage,
    Urgency,
)
from hub.model.place import Place
from hub.model.reason import Reason


class Mode(StrEnum):
    """How the record came in: `live`; `backfill` starts no clock and no whistle (N78); `late` after an outage (N79)."""

    LIVE = "live"
    BACKFILL = "backfill"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class EventText:
    """The words of a report. Lives sealed in the vault, under the data key of its record."""

    title: str = ""
    content: str = ""
    address: str = ""
    accused_name: str = ""
    masked: str = ""
    """Title and content after `access.mask_text`: what link rules compare. Sealed like the rest."""


@dataclass(frozen=True, slots=True)
class Resident:
    """诉求人, as little as the job needs. Lives sealed in the vault, under a data key of its own."""

    id: ResidentId
    name: str = ""
    phone: str = ""
    id_number: str = ""
    address: str = ""
    callback: bool = False
    anonymous: bool = False
    former: tuple[str, ...] = ()
    """What stood in place of the values above before a correction: older words may name it. Shown to nobody."""

    @property
    def values(self) -> tuple[str, ...]:
        """All that words may name this person by, without a value twice."""
        said = (self.name, self.phone, self.id_number, self.address, *self.former)
        return tuple(dict.fromkeys(filter(None, said)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One report in the unified schema. Holds no personal value: `title`, `content`, `address` and
    `requester` are references into the vault (`vault:<subject>/<field>`), "" or None where absent.
    Schema: `contracts/schema/event.v1.json`.
    """

    id: EventId
    key: EventKey
    record_id: RecordId
    source: str
    source_ref: str
    part: str
    aliases: tuple[Alias, ...]
    same_as: tuple[str, ...]
    version: str
    category: str
    """Two-level hub category `class.kind`, or `unmapped`."""
    code_table: str
    code_raw: str
    request_type: RequestType
    urgency: Urgency
    urgency_raw: str
    channel: str
    stage: Stage
    status_raw: str
    occurred_at: datetime
    reported_at: datetime
    received_at: datetime
    title: str
    content: str
    address: str
    requester: ResidentId | None
    secret: bool
    accused: DepartmentId | None
    place: Place
    device_ref: str
    clocks: tuple[SourceClock, ...]
    condition: str
    attachments: int
    """How many files the source offers; their addresses are sealed with the record."""
    confidence: float | None
    mode: Mode
    flags: tuple[str, ...]
    satisfaction: Satisfaction | None = None
    handling: Handling = Handling.CALL
    until: datetime | None = None
    """When what was planned and announced is over; None for everything else."""


class Verdict(StrEnum):
    """How two reports stand to each other."""

    SAME = "same"
    LIKELY = "likely"
    RELATED = "related"
    RECURRENCE = "recurrence"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An event joined to an incident, with why; undone, never deleted."""

    event_id: EventId
    incident_id: IncidentId
    verdict: Verdict
    reasons: tuple[Reason, ...]
    linked_at: datetime
    linked_by: str
    """`rule`, or the person's account."""
    undone_at: datetime | None = None
    undone_by: str | None = None
