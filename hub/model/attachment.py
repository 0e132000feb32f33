"""A file that a source offers with a report: how far fetching it is, and what a person said about showing it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from hub.model.kinds import EventId, EventKey, RecordId

AttachmentId = NewType("AttachmentId", str)


class AttachmentState(StrEnum):
    """How far fetching is; each but the first is an end, with a code that says why."""

    WAITING = "waiting"
    FETCHED = "fetched"
    REFUSED = "refused"
    """The guard did not follow its link, or took no more of it."""
    EXPIRED = "expired"
    """Its link is over, or its server did not answer."""
    UNREADABLE = "unreadable"
    """It came, and is no kind of file that is kept."""


class Disclosure(StrEnum):
    """What a person said. Departments are shown `released` and `covered` ones, and nothing before."""

    UNDECIDED = "undecided"
    RELEASED = "released"
    COVERED = "covered"
    """Released with parts painted black."""
    WITHHELD = "withheld"


SHOWN = frozenset((Disclosure.RELEASED, Disclosure.COVERED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One of them. Its link, its name and its bytes are sealed, and stand nowhere in here."""

    id: AttachmentId
    event_id: EventId
    """The revision that brought it first."""
    event_key: EventKey
    record_id: RecordId
    """Whose data key seals it."""
    source: str
    state: AttachmentState
    code: str
    asked_at: datetime
    kind: str
    size: int
    disclosure: Disclosure
    decided_by: str
    decided_at: datetime | None
    reason: str
    """A code of whoever decided."""
    shown_size: int
    """Bytes of the picture that departments are shown; 0 while there is none."""

    @property
    def shown_name(self) -> str:
        """A name of ours: what the source called it stays sealed."""
        return f"{self.id}.jpg"
