"""A source that is read over HTTP, a list page by page: everything about it but what its rows mean.

A subclass says where the list is and how one walks through it (`listed`), shows who it is (`credentials`), and
sorts a row into drafts (`normalise`). Rules: domain.md N64–N67, N71.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Generic, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, Field

from hub.errors import TryLater
from hub.model import Arrival, Draft, GridDraft
from hub.plugin.adapter import Body, Page, Tools
from hub.plugin.times import Zone, zone_of
from hub.plugin.transport.credentials import Credentials
from hub.plugin.transport.http import Reply, call, document, opened
from hub.plugin.transport.paging import Answered, Walk
from hub.plugin.transport.quiet import Hours, Pace, is_quiet


class RestPullConfig(BaseModel):
    """What an administrator sets for any source that is read over HTTP. Closed: a misspelt setting stops the start."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    base_url: str
    """`https://host[:port]`, with the path that all its questions begin with, if there is one."""
    zone: Zone = "+08:00"
    """Zone of times without one (N33)."""
    page_size: Annotated[int, Field(ge=1, le=1000)] = 100
    quiet_hours: Hours = ""
    """`00:00-05:00`: then it is not asked, in its own zone (N64)."""
    questions_a_minute: Annotated[int, Field(ge=0)] = 0
    """At most; 0: as many as there are (N65)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Where the list is: its path, the way through it, where its rows lie in an answer, and what one is called."""

    path: str
    walk: Walk
    rows: tuple[str, ...] = ("data", "list")
    total: tuple[str, ...] = ()
    """Where the answer says how many there are; () where it does not. Announced and not there is a fault (N65)."""
    kind: str = "row"


Config = TypeVar("Config", bound=RestPullConfig)


class RestPull(Generic[Config]):
    """An adapter that reads; `self.config`, `self.tools` and `self.client` are the subclass's to use."""

    def __init__(self, config: Config, tools: Tools) -> None:
        self.config: Final = config
        self.tools: Final = tools
        self.zone: Final = zone_of(config.zone)
        shown = self.credentials()
        auth = shown if isinstance(shown, httpx.Auth) else shown.auth()
        self.client: Final = tools.http(base_url=config.base_url, auth=auth)
        listing = self.listed()
        self._listing: Final = replace(listing, walk=listing.walk.sized(config.page_size))
        self._pace: Final = Pace(config.questions_a_minute)

    @abstractmethod
    def credentials(self) -> Credentials | httpx.Auth:
        """How it shows who it is. Asked once."""

    @abstractmethod
    def listed(self) -> Listing:
        """Where the list is. Asked once."""

    @abstractmethod
    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """What a row says; see `hub.plugin.Adapter`."""

    def check(self) -> None:
        """Asks for nothing, to see whether address and credentials are right."""
        self.ask("GET", self._listing.path, params=self._listing.walk.probe(self.tools.clock.now()))

    def read(self, cursor: str) -> Page:
        """The next page, its rows byte for byte; an empty one in its quiet hours, and where the minute is used up.

        Raises TryLater S110 for an empty page where rows are announced.
        """
        now = self.tools.clock.now()
        if is_quiet(self.config.quiet_hours, now, self.zone) or not self._pace.allows(now):
            return Page((), cursor)
        listing = self._listing
        page = self._answered(listing, listing.walk.question(cursor, now))
        if not page.rows and page.announces(listing.total):
            raise TryLater("S110")
        walked = listing.walk.walked(cursor, page, now)
        return Page(tuple(Body(row, listing.kind) for row in walked.fresh), walked.cursor, walked.more)

    def ask(self, method: str, path: str, **how: Any) -> Mapping[str, object]:
        """The document that was answered; raises as `exchange`."""
        return self.exchange(method, path, **how)[1]

    def exchange(self, method: str, path: str, **how: Any) -> tuple[Reply, Mapping[str, object]]:
        """An answer, and the document in it, checked for errors inside (N67); raises as `transport.http`.

        A source whose sessions end in the middle of things overrides this, signs in and asks again.
        """
        reply = call(self.client, method, path, **how)
        return reply, opened(document(reply))

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        self.client.close()

    def _answered(self, listing: Listing, question: Mapping[str, str]) -> Answered:
        reply, said = self.exchange("GET", listing.path, params=question)
        return Answered.of(reply.content, said, listing.rows)
