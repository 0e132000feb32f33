"""A source that is read over HTTP, a list page by page: everything about it but what its rows mean.

A subclass says where the list is and how one walks through it (`listed`), shows who it is (`credentials`), and
sorts a row into drafts (`normalise`). Rules: domain.md N64–N67, N71.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import httpx

from hub.model import Arrival, Draft, GridDraft
from hub.plugin.adapter import Body, Tools
from hub.plugin.transport.credentials import Credentials
from hub.plugin.transport.http import Reply, call, document, opened
from hub.plugin.transport.paged import Paged, PagedConfig, PagedList
from hub.plugin.transport.paging import Answered


class RestPullConfig(PagedConfig):
    """What an administrator sets for any source that is read over HTTP. Closed: a misspelt setting stops the start."""

    base_url: str
    """`https://host[:port]`, with the path that all its questions begin with, if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(PagedList):
    """Where the list is: its path, the way through it, where its rows lie in an answer, and what one is called."""

    path: str
    rows: tuple[str, ...] = ("data", "list")


Config = TypeVar("Config", bound=RestPullConfig)


class RestPull(Paged[Config, Listing]):
    """An adapter that reads; `self.config`, `self.tools` and `self.client` are the subclass's to use."""

    def __init__(self, config: Config, tools: Tools) -> None:
        super().__init__(config, tools)
        shown = self.credentials()
        auth = shown if isinstance(shown, httpx.Auth) else shown.auth()
        self.client: Final = tools.http(base_url=config.base_url, auth=auth)

    @abstractmethod
    def credentials(self) -> Credentials | httpx.Auth:
        """How it shows who it is. Asked once."""

    @abstractmethod
    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """What a row says; see `hub.plugin.Adapter`."""

    def check(self) -> None:
        """Asks for nothing, to see whether address and credentials are right."""
        self.ask("GET", self.listing.path, params=self.listing.walk.probe(self.tools.clock.now()))

    def ask(self, method: str, path: str, **how: Any) -> Mapping[str, object]:
        """The document that was answered; raises as `exchange`."""
        return self.exchange(method, path, **how)[1]

    def exchange(self, method: str, path: str, **how: Any) -> tuple[Reply, Mapping[str, object]]:
        """An answer, and the document in it, checked for errors inside (N67); raises as `transport.http`.

        A source whose sessions end in the middle of things overrides this, signs in and asks again.
        """
        reply = call(self.client, method, path, **how)
        return reply, opened(document(reply))

    def answered(self, question: Mapping[str, str]) -> Answered:
        """As `Paged`; raises as `exchange`."""
        reply, said = self.exchange("GET", self.listing.path, params=question)
        return Answered.of(reply.content, said, self.listing.rows)

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        self.client.close()
