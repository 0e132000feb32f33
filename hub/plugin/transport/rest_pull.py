"""A source that is read over HTTP, a list page by page: everything about it but what its rows mean.

A subclass says where the list is and how one walks through it (`listed`), shows who it is (`credentials`), and
sorts a row into drafts (`normalise`). Rules: domain.md N64–N67, N71.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx

from hub.errors import BadRecord, HeldRecord, TryLater
from hub.model import Arrival, Draft, GridDraft, Stage
from hub.plugin.adapter import Answer, Body, Listed, Receipt, Tools
from hub.plugin.fields import Fields
from hub.plugin.text import tidy_ref
from hub.plugin.transport.credentials import Credentials
from hub.plugin.transport.http import Reply, call, document, opened
from hub.plugin.transport.paged import Paged, PagedConfig, PagedList
from hub.plugin.transport.paging import SECONDS, Answered


class RestPullConfig(PagedConfig):
    """What an administrator sets for any source that is read over HTTP. Closed: a misspelt setting stops the start."""

    base_url: str
    """`https://host[:port]`, with the path that all its questions begin with, if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(PagedList):
    """Where the list is: its path, the way through it, where its rows lie in an answer, and what one is called."""

    path: str
    rows: tuple[str, ...] = ("data", "list")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Where a source lists what changed between two moments, by number alone or with the update time of each."""

    path: str
    rows: tuple[str, ...] = ("data", "list")
    ref: str = ""
    """Field of the number; an entry that is no object is a bare number."""
    version: str = ""
    """Field of the update time; "" where it is not listed."""
    form: str = SECONDS
    """How the two moments are written, in the source's zone."""


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

    def numbers(self, numbers: Numbers, since: datetime, until: datetime) -> Iterator[Listed]:
        """As `Lists.inventory`: what the source names there. Raises TryLater S104 where that is no list."""
        asked = {"since": self.local(since, numbers.form), "until": self.local(until, numbers.form)}
        listed = Answered((), self.ask("GET", numbers.path, params=asked)).at(numbers.rows)
        if not isinstance(listed, list):
            raise TryLater("S104")
        return (self._named(one, numbers) for one in listed)

    def told(self, answer: Answer, words: Mapping[Stage, str], *, form: str = SECONDS) -> dict[str, str]:
        """The answer as most platforms take one: `nonce`, `status`, `result`, `dept`, `time`. `words` is how it calls the
        stages that it can be told; every other stage is 办理中 to it."""
        return {
            "nonce": answer.nonce,
            "status": words.get(answer.stage, "办理中"),
            "result": answer.text,
            "dept": answer.department,
            "time": self.local(answer.at, form),
        }

    def write_back(
        self, answer: Answer, below: str, told: Mapping[str, object], *, receipt: Sequence[str] = ()
    ) -> Receipt:
        """Writes `told` to what lies `below` its report; `receipt` is where the source's own number for it is answered.
        Raises Refused S113 where the report takes no answer any more."""
        said = self.ask("POST", self.path_to(answer.source_ref, below), json=told)
        return Receipt(str(Answered((), said).at(receipt) or "") if receipt else "")

    def singly(self, refs: Sequence[str]) -> Iterator[Body]:
        """As `Fetches.fetch`, from a source that answers for one number as with a page of its list."""
        for ref in refs:
            reply, said = self.exchange("GET", self.path_to(ref))
            rows = Answered.of(reply.content, said, self.listing.rows).rows
            yield from (Body(row, self.listing.kind) for row in rows)

    def path_to(self, ref: str, below: str = "") -> str:
        """The path of one report below that of the list, and what lies below it: `/orders/HL1/replies`."""
        return f"{self.listing.path}/{quote(ref, safe='')}{below}"

    def local(self, moment: datetime, form: str = SECONDS) -> str:
        """The moment as the source writes it, in its zone."""
        return moment.astimezone(self.zone).strftime(form)

    def _named(self, one: object, numbers: Numbers) -> Listed:
        """An update time that nobody can read is none: its report is judged when it is read."""
        if not isinstance(one, Mapping):
            return Listed(tidy_ref(one))
        row = Fields(one)
        try:
            version = row.times(updated=numbers.version, zone=self.zone).version
        except (BadRecord, HeldRecord):
            version = ""
        return Listed(row.ref(numbers.ref), version)

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        self.client.close()
