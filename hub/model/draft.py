"""What an adapter makes of a record, before the hub has validated, located or mapped anything.

A draft still speaks the source's codes and coordinates; only times, ids and text are already clean
(aware moments, trimmed ids, real Unicode). Plugins build these types and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from hub.model.kinds import Crs, GridKind, Handling, RequestType, Satisfaction, Stage, Urgency


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known about a record besides its bytes: when it came (aware) and of which kind it is."""

    received_at: datetime
    kind: str = ""
    """The adapter's own word for the sort of body: `order`, `alarm`, `letter`, `grids`…"""


@dataclass(frozen=True, slots=True)
class Alias:
    """Another id of the same report: 热线单号 beside 平台单号 (N06). `system` names who numbers."""

    system: str
    ref: str


@dataclass(frozen=True, slots=True)
class Code:
    """A class code as the source writes it. Codes mean something only with their table (N24)."""

    table: str
    """Code-table id with version, a key of the pack's code maps, for instance `cg-2023`."""
    value: str


@dataclass(frozen=True, slots=True)
class Position:
    """A coordinate as sent. Degrees, or metres when planar; `x` is east / longitude, `y` north / latitude."""

    x: float
    y: float
    crs: Crs
    decimals: int | None = None
    """Digits after the point as sent; 2 means about 500 m (N44). `None`: not known."""
    central_meridian: float | None = None
    """Degrees; only for planar coordinates."""
    error_m: float | None = None
    """Accuracy that the source itself states, metres."""


@dataclass(frozen=True, slots=True)
class Person:
    """诉求人 as sent: the only personal block a draft may carry. Sealed before anything else sees it."""

    name: str = ""
    phone: str = ""
    id_number: str = ""
    address: str = ""
    callback: bool = False
    """Wants to be called back (回访)."""
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class SourceClock:
    """A deadline that the source itself keeps, for instance 市交办期限 beside 区交办期限 (N39)."""

    name: str
    due_at: datetime
    from_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AttachmentRef:
    """A file that the source offers: fetched later, through a guard, never by an adapter."""

    url: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One report as one adapter understood it; a record may hold several (N13)."""

    source_ref: str
    """The source's own number, normalised (trimmed, NFKC, upper case where the source is careless)."""
    part: str = ""
    """Which matter of the record this is, where it holds more than one: `complaint`, `report`…"""
    aliases: tuple[Alias, ...] = ()
    same_as: tuple[str, ...] = ()
    """Numbers that the source itself calls the same matter («重复件 原单号…», N10), before or after this report came.
    One without a digit from 1 to 9 counts as none."""
    version: str = ""
    """The source's ordering token (update time, serial): sorts as text. "" where it has none."""
    occurred_at: datetime | None = None
    reported_at: datetime | None = None
    category: Code
    request_type: RequestType = RequestType.OTHER
    urgency: Urgency = Urgency.ROUTINE
    urgency_raw: str = ""
    channel: str = ""
    stage: Stage = Stage.RECEIVED
    status_raw: str = ""
    is_update: bool = False
    """True where the source says it speaks of a matter already sent (N03)."""
    title: str = ""
    content: str = ""
    position: Position | None = None
    address: str = ""
    area_code: str = ""
    grid_code: str = ""
    device_ref: str = ""
    """A camera's or a sensor's id; folds repeated alarms (N75)."""
    requester: Person | None = None
    secret: bool = False
    """保密: never linked automatically, hidden from everyone without an explicit grant."""
    accused_name: str = ""
    accused_uscc: str = ""
    """被诉单位: neither called nor shown the matter."""
    clocks: tuple[SourceClock, ...] = ()
    condition: str = ""
    """Condition row of the time-limit table (domain.md 0 #7), in the source's words."""
    attachments: tuple[AttachmentRef, ...] = ()
    confidence: float | None = None
    """0–1, where a machine saw it."""
    flags: tuple[str, ...] = ()
    """`test_data`, `clock_suspect`, `times_disordered`…: snake_case, explained in the plugin's README."""
    satisfaction: Satisfaction | None = None
    """满意度: what the requester said when they were called back; None where nobody has asked yet."""
    handling: Handling = Handling.CALL
    until: datetime | None = None
    """Of what was planned and announced (计划停水): when it is over. Until then, from `occurred_at` on, it explains what
    is reported of its category in its area. None: it explains nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridDraft:
    """A grid polygon that a source keeps (police grids), with validity. Rings in `crs`, x before y."""

    source_ref: str
    kind: GridKind
    code: str
    name: str
    rings: tuple[tuple[tuple[float, float], ...], ...]
    crs: Crs
    valid_from: date
    valid_to: date | None = None
    contact: Mapping[str, str] = field(default_factory=dict)
    """Duty phone and the like: public by law (滨州条例), never a resident's."""
