"""A source that is read page by page, whatever the pages travel in: when it is asked, from where, and what counts as a page.

`rest_pull` and `soap_pull` lay their wire under it. Rules: domain.md N64–N66.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from hub.errors import TryLater
from hub.plugin.adapter import Body, Page, Tools
from hub.plugin.times import Zone, zone_of
from hub.plugin.transport.paging import Answered, Keyset, Numbered, Walk
from hub.plugin.transport.quiet import Hours, Pace, is_quiet


class PagedConfig(BaseModel):
    """What an administrator sets for any source that is read page by page. Closed: a misspelt setting stops the start."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    zone: Zone = "+08:00"
    """Zone of times without one (N33)."""
    page_size: Annotated[int, Field(ge=1, le=1000)] = 100
    quiet_hours: Hours = ""
    """`00:00-05:00`: then it is not asked, in its own zone (N64)."""
    questions_a_minute: Annotated[int, Field(ge=0)] = 0
    """At most; 0: as many as there are (N65)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PagedList:
    """What is walked through: the way, and what one row is called."""

    walk: Walk
    total: tuple[str, ...] = ()
    """Where the answer says how many there are; () where it does not. Announced and not there is a fault (N65)."""
    kind: str = "row"


Config = TypeVar("Config", bound=PagedConfig)
Listing = TypeVar("Listing", bound=PagedList)


class Paged(Generic[Config, Listing]):
    """An adapter that reads; `self.config`, `self.tools`, `self.zone` and `self.listing` are the subclass's to use."""

    def __init__(self, config: Config, tools: Tools) -> None:
        self.config: Final = config
        self.tools: Final = tools
        self.zone: Final = zone_of(config.zone)
        listing = self.listed()
        self.listing: Final = replace(listing, walk=self._walk(listing.walk.sized(config.page_size)))
        self._pace: Final = Pace(config.questions_a_minute)

    def _walk(self, walk: Walk) -> Walk:
        """Whose windows are written in the source's own zone, as its times are read."""
        return replace(walk, zone=self.zone) if isinstance(walk, (Keyset, Numbered)) else walk

    @abstractmethod
    def listed(self) -> Listing:
        """What is walked through. Asked once."""

    @abstractmethod
    def answered(self, question: Mapping[str, str]) -> Answered:
        """The page that the source answers to one question of the walk."""

    def read(self, cursor: str) -> Page:
        """The next page, each row as it stood in the answer; an empty one in its quiet hours, and where the minute is
        used up. Raises TryLater S110 for an empty page where rows are announced."""
        now = self.tools.clock.now()
        if is_quiet(self.config.quiet_hours, now, self.zone) or not self._pace.allows(now):
            return Page((), cursor)
        return next_page(self.listing, cursor, now, self.answered)


def next_page(
    listing: PagedList, cursor: str, now: datetime, answered: Callable[[Mapping[str, str]], Answered]
) -> Page:
    """The page behind `cursor`, each row as it stood in what was `answered`; raises TryLater S110 for an empty page where
    rows are announced."""
    page = answered(listing.walk.question(cursor, now))
    if not page.rows and page.announces(listing.total):
        raise TryLater("S110")
    walked = listing.walk.walked(cursor, page, now)
    return Page(tuple(Body(row, listing.kind) for row in walked.fresh), walked.cursor, walked.more)
