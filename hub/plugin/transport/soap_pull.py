"""A source that is read over SOAP 1.1, a list page by page: everything about it but what its rows mean.

As `rest_pull`, with XML for JSON: a subclass says which operation lists (`listed`) and sorts a row into drafts
(`normalise`; `xml.fields_of_xml` reads one). Rules: domain.md N30, N64–N67.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from pydantic import SecretStr

from hub.model import Arrival, Draft, GridDraft
from hub.plugin.adapter import Body, Tools
from hub.plugin.transport.paged import Paged, PagedConfig, PagedList
from hub.plugin.transport.paging import Answered
from hub.plugin.transport.soap_service import SoapService


class SoapPullConfig(PagedConfig):
    """What an administrator sets for any source that is read over SOAP. Closed: a misspelt setting stops the start."""

    url: str
    """Of the service itself, not of its WSDL: that one often names an address inside the department (10.x)."""
    namespace: str = ""
    """As the WSDL's `targetNamespace`; "" for the plugin's own."""
    user: str
    password: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(PagedList):
    """The operation that lists: the way through it, whose parameters are its arguments, and how rows are called."""

    name: str
    namespace: str
    row: str = "row"
    within: str = "rows"
    """The element around the rows."""
    header_name: str = "AuthHeader"
    """Of the header block that holds `UserName` and `Password`."""


Config = TypeVar("Config", bound=SoapPullConfig)


class SoapPull(Paged[Config, Operation]):
    """An adapter that reads; `self.config`, `self.tools`, `self.zone` and `self.service` are the subclass's to use."""

    def __init__(self, config: Config, tools: Tools) -> None:
        super().__init__(config, tools)
        self.service: Final = SoapService(
            config.url,
            config.namespace or self.listing.namespace,
            http=tools.http,
            header_name=self.listing.header_name,
            header=self.account(),
        )

    @abstractmethod
    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """What a row says; see `hub.plugin.Adapter`."""

    def account(self) -> Mapping[str, str]:
        """The fields of the header block; override it where the service calls them otherwise."""
        return {"UserName": self.config.user, "Password": self.config.password.get_secret_value()}

    def check(self) -> None:
        """Asks for nothing, to see whether address and account are right."""
        listing = self.listing
        self.service.ask(listing.name, **listing.walk.probe(self.tools.clock.now()))

    def answered(self, question: Mapping[str, str]) -> Answered:
        """As `Paged`; raises as `SoapService.rows`."""
        listing = self.listing
        return self.service.rows(listing.name, listing.row, within=listing.within, **question)

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        self.service.close()
