"""Ids and closed sets that several nouns share."""

from enum import StrEnum
from typing import Final, NewType

RecordId = NewType("RecordId", str)
EventId = NewType("EventId", str)
EventKey = NewType("EventKey", str)
"""What all revisions of one report share."""
IncidentId = NewType("IncidentId", str)
WhistleId = NewType("WhistleId", str)
ReportId = NewType("ReportId", str)
ResidentId = NewType("ResidentId", str)
GridId = NewType("GridId", str)
AreaId = NewType("AreaId", str)
"""Cumulative area code: district 6 digits (GB/T 2260), subdistrict 9, community 12."""
DepartmentId = NewType("DepartmentId", str)

UNMAPPED: Final = "unmapped"
"""The category of an event whose code no table knows (N25): accepted, routed to the desk."""


class Fate(StrEnum):
    """How a record ended (invariant 1). A record of several events takes the first that applies, in the order held, dead, published, linked."""

    HELD = "held"
    DEAD = "dead"
    PUBLISHED = "published"
    LINKED = "linked"


class Stage(StrEnum):
    """Where the source says its own matter stands; mapped by stage, not by word (核查 and 核实 swap)."""

    RECEIVED = "received"
    VERIFYING = "verifying"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    SUSPENDED = "suspended"
    RETURNED = "returned"
    DONE_BY_DEPT = "done_by_dept"
    CLOSED = "closed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    REOPENED = "reopened"
    UNKNOWN = "unknown"


class Handling(StrEnum):
    """Who deals with what is reported."""

    CALL = "call"
    """Whom the contracts call."""
    ELSEWHERE = "elsewhere"
    """A channel or an office that the law, or its own plan, gives it to (信访, 计划停供): shown, never dispatched again."""
    DRILL = "drill"
    """演练: marked as one, kept apart from everything real, calls nobody."""


class Urgency(StrEnum):
    """紧急程度, one scale for 普通/紧急/特急, 红橙黄蓝 and the others; the raw word stays beside it."""

    ROUTINE = "routine"
    URGENT = "urgent"
    CRITICAL = "critical"


class RequestType(StrEnum):
    """诉求类型. `report` is 举报 here and nowhere else."""

    CONSULT = "consult"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    THANKS = "thanks"
    OTHER = "other"


class Satisfaction(StrEnum):
    """满意度, as a source says it of the requester after a call-back (回访)."""

    SATISFIED = "satisfied"
    NEUTRAL = "neutral"
    DISSATISFIED = "dissatisfied"


class Level(StrEnum):
    """哨的级别: 常规哨 (community), 重点哨 (subdistrict), 疑难哨 (district), 应急哨 (emergency)."""

    ROUTINE = "routine"
    KEY = "key"
    HARD = "hard"
    EMERGENCY = "emergency"


class Crs(StrEnum):
    """Coordinate systems a source may declare; inside the hub there is only CGCS2000 in degrees."""

    CGCS2000 = "cgcs2000"
    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"
    CGCS2000_GK = "cgcs2000_gk"
    """Planar Gauss-Krüger metres; needs a central meridian; zone prefix allowed in the easting."""


class GridKind(StrEnum):
    """Kinds of grid; their polygons overlap by design."""

    COMPREHENSIVE = "comprehensive"
    EXCLUSIVE = "exclusive"
    MICRO = "micro"
    UNIT = "unit"
    POLICE = "police"
    SECTOR = "sector"


class Channel(StrEnum):
    """How a whistle reaches a department."""

    KAFKA = "kafka"
    PULL = "pull"
    WEBHOOK = "webhook"
