"""What a whistle takes over of one that ended: nobody wins time by being called anew for the same matter."""

from dataclasses import dataclass
from datetime import datetime

from hub.model.contract import Duration
from hub.model.kinds import WhistleId


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which a clock stood still."""

    from_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A step that was open by an earlier whistle of the same department. Of this and of what the whistle's own clock
    says, the earlier holds."""

    step: str
    whistle_id: WhistleId
    """The whistle that ended."""
    limit: Duration
    from_at: datetime
    """Since when it runs."""
    waits: tuple[Stretch, ...]
    """Pauses before it was taken over."""
    at: datetime
    """When it was taken over."""
    due_at: datetime
    """When it was due then."""
    managed_at: datetime | None = None
    """Until when it might be done by an extension that was granted before."""
    merged: bool = False
    """Of another matter, which became one with this: both clocks run. Else it is the same duty as before, and what was
    granted of it holds."""
    round: int = 0
    """The round of the whistle that took it over; the next one knows nothing of it."""

    ended_at: datetime | None = None
    """Until when what is late by it is the earlier whistle's; None where that was not kept."""

    @property
    def counts_since(self) -> datetime:
        """From when on what falls due by it counts here."""
        return self.ended_at or self.at

    @property
    def is_over(self) -> bool:
        """Whether it was late when the earlier whistle ended: that is a fact of that one, and counts there."""
        return max(self.due_at, self.managed_at or self.due_at) < self.counts_since
