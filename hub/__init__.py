"""Grid+ hub. What a plugin author may import stands here and in `hub.plugin`; nothing else is public."""

from typing import TYPE_CHECKING

from hub.clock import SHANGHAI
from hub.errors import (
    BadRecord,
    FixSettings,
    HeldRecord,
    HubError,
    PeerRefused,
    Refused,
    SignInAgain,
    SourceGone,
    TryLater,
)
from hub.ids import digest_of
from hub.leaving import reader
from hub.model import (
    Alias,
    Arrival,
    AttachmentRef,
    Code,
    Crs,
    Draft,
    GridDraft,
    GridKind,
    Handling,
    Person,
    Position,
    RequestType,
    Satisfaction,
    SourceClock,
    Stage,
    Urgency,
)

__all__ = [
    "SHANGHAI",
    "Alias",
    "Arrival",
    "AttachmentRef",
    "BadRecord",
    "Code",
    "Crs",
    "Draft",
    "FixSettings",
    "GridDraft",
    "GridKind",
    "Handling",
    "HeldRecord",
    "HubError",
    "PeerRefused",
    "Person",
    "Position",
    "Refused",
    "RequestType",
    "Satisfaction",
    "SignInAgain",
    "SourceClock",
    "SourceGone",
    "Stage",
    "TryLater",
    "Urgency",
    "digest_of",
]

if not TYPE_CHECKING:  # else a misspelt name would have a type
    __getattr__ = reader(__name__)
