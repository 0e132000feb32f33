"""A source that is read over SOAP 1.1, a list page by page: everything about it but what its rows mean.

As `rest_pull`, with XML for JSON: a subclass says which operation lists (`listed`) and sorts a row into drafts
(`normalise`; `xml.fields_of_xml` reads one). Rules: domain.md N30, N64–N67.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from hub.errors import TryLater
from hub.model import Arrival, Draft, GridDraft
from hub.plugin.adapter import Body, Page, Tools
from hub.plugin.times import Zone, zone_of
from hub.plugin.transport.paging import Walk
from hub.plugin.transport.quiet import Hours, Pace, is_quiet
from hub.plugin.transport.soap_service import SoapService


class SoapPullConfig(BaseModel):
    """What an administrator sets for any source that is read over SOAP. Closed: a misspelt setting stops the start."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    url: str
    """Of the service itself, not of its WSDL: that one often names an address inside the department (10.x)."""
    namespace: str = ""
    """As the WSDL's `targetNamespace`; "" for the plugin's own."""
    user: str
    password: SecretStr
    zone: Zone = "+08:00"
    """Zone of times without one (N33)."""
    page_size: Annotated[int, Field(ge=1, le=1000)] = 100
    quiet_hours: Hours = ""
    """`00:00-05:00`: then it is not asked, in its own zone (N64)."""
    questions_a_minute: Annotated[int, Field(ge=0)] = 0
    """At most; 0: as many as there are (N65)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The operation that lists: the way through it, whose parameters are its arguments, and how rows are called."""

    name: str
    namespace: str
    walk: Walk
    row: str = "row"
    within: str = "rows"
    """The element around the rows."""
    total: tuple[str, ...] = ()
    """Where the answer says how many there are; () where it does not. Announced and not there is a fault (N65)."""
    kind: str = "row"
    header_name: str = "AuthHeader"
    """Of the header block that holds `UserName` and `Password`."""


Config = TypeVar("Config", bound=SoapPullConfig)


class SoapPull(Generic[Config]):
    """An adapter that reads; `self.config`, `self.tools`, `self.zone` and `self.service` are the subclass's to use."""

    def __init__(self, config: Config, tools: Tools) -> None:
        self.config: Final = config
        self.tools: Final = tools
        self.zone: Final = zone_of(config.zone)
        listing = self.listed()
        self._listing: Final = replace(listing, walk=listing.walk.sized(config.page_size))
        self.service: Final = SoapService(
            config.url,
            config.namespace or self._listing.namespace,
            http=tools.http,
            header_name=self._listing.header_name,
            header=self.account(),
        )
        self._pace: Final = Pace(config.questions_a_minute)

    @abstractmethod
    def listed(self) -> Operation:
        """The operation that lists. Asked once."""

    @abstractmethod
    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """What a row says; see `hub.plugin.Adapter`."""

    def account(self) -> Mapping[str, str]:
        """The fields of the header block; override it where the service calls them otherwise."""
        return {"UserName": self.config.user, "Password": self.config.password.get_secret_value()}

    def check(self) -> None:
        """Asks for nothing, to see whether address and account are right."""
        listing = self._listing
        self.service.ask(listing.name, **listing.walk.probe(self.tools.clock.now()))

    def read(self, cursor: str) -> Page:
        """The next page, each row as it stood in the answer; an empty one in its quiet hours, and where the minute is
        used up. Raises TryLater S110 for an empty page where rows are announced."""
        now = self.tools.clock.now()
        if is_quiet(self.config.quiet_hours, now, self.zone) or not self._pace.allows(now):
            return Page((), cursor)
        listing = self._listing
        asked = listing.walk.question(cursor, now)
        page = self.service.rows(listing.name, listing.row, within=listing.within, **asked)
        if not page.rows and page.announces(listing.total):
            raise TryLater("S110")
        walked = listing.walk.walked(cursor, page, now)
        return Page(tuple(Body(row, listing.kind) for row in walked.fresh), walked.cursor, walked.more)

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        self.service.close()
