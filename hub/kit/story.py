"""What came of a system's words: every body with what the adapter made of it, and every trouble on the way."""

from dataclasses import dataclass, field

from hub.errors import HubError
from hub.model import Draft, GridDraft
from hub.plugin import Body


@dataclass(frozen=True, slots=True)
class Told:
    """One body, and what the adapter made of it: drafts, or the error that says what is wrong with it."""

    body: Body
    """As it would be stored: behind the ingress filter, where there is one."""
    drafts: tuple[Draft | GridDraft, ...] = ()
    error: HubError | None = None
    dropped: tuple[str, ...] = ()
    sent: Body = field(default=Body(b""))
    """As it came."""
    pushed: bool = False
    """Whether it came to the door, and not with a page."""


@dataclass(slots=True)
class Story:
    """All that came, in order, and every trouble on the way."""

    told: list[Told] = field(default_factory=list)
    troubles: list[HubError] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Codes of requests that were not let in."""

    @property
    def bodies(self) -> list[Body]:
        return [one.body for one in self.told]

    @property
    def drafts(self) -> list[Draft]:
        """All reports, in the order in which they came."""
        return [draft for one in self.told for draft in one.drafts if isinstance(draft, Draft)]

    @property
    def codes(self) -> list[str]:
        """Of records that did not become drafts."""
        return [one.error.code for one in self.told if one.error]
