"""A list that a SOAP service hands out page by page, as one of several channels of a source (`in_turn`).

A source that has only this one is a `soap_pull`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from hub.plugin.adapter import Page, Tools
from hub.plugin.transport.paged import next_page
from hub.plugin.transport.paging import Answered
from hub.plugin.transport.soap_pull import Operation
from hub.plugin.transport.soap_service import SoapService


class SoapPagesSettings(BaseModel):
    """What an administrator sets for such a channel. Closed: a misspelt setting stops the start."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    url: str
    """Of the service itself, not of its WSDL: that one often names an address inside the department (10.x)."""
    namespace: str = ""
    """As the WSDL's `targetNamespace`; "" for the plugin's own."""
    user: str
    password: SecretStr
    page_size: Annotated[int, Field(ge=1, le=500)] = 100


class SoapPages:
    """The channel; `service` is for what else the service can be asked."""

    def __init__(self, settings: SoapPagesSettings, listing: Operation, tools: Tools) -> None:
        self._listing: Final = replace(listing, walk=listing.walk.sized(settings.page_size))
        self._clock: Final = tools.clock
        self.service: Final = SoapService(
            settings.url,
            settings.namespace or listing.namespace,
            http=tools.http,
            header_name=listing.header_name,
            header={"UserName": settings.user, "Password": settings.password.get_secret_value()},
        )

    def check(self) -> None:
        """Asks for nothing, to see whether address and account are right."""
        self.service.ask(self._listing.name, **self._listing.walk.probe(self._clock.now()))

    def read(self, cursor: str) -> Page:
        """The next page, each row as it stood in the answer; raises TryLater S110 for an empty page where rows are
        announced."""
        return next_page(self._listing, cursor, self._clock.now(), self._answered)

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        self.service.close()

    def _answered(self, question: Mapping[str, str]) -> Answered:
        return self.service.rows(
            self._listing.name, self._listing.row, within=self._listing.within, **question
        )
