"""Sources in a test's hand: one that keeps its pages, one whose bodies mean what the test says."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from hub.jsonform import dumps
from hub.model import Arrival, Draft
from hub.plugin import Answer, Body, Page, Receipt
from hub.run.sources.intake import LEASES
from hub.store import leases
from tests.instruments import HubInHand, Stated, at, stated

SOURCE = "hotline_12345"


def pipe(hub: HubInHand, ref: str, n: int = 0) -> Draft:
    """A burst pipe at a standard address; another `n` is another matter far away."""
    address = hub.hub.pack.geography.addresses[1000 + 997 * n]
    return stated(ref, position=at(address.lon, address.lat))


def in_json(*drafts: Draft) -> list[bytes]:
    """Bodies as `Stated` reads them."""
    return [dumps(one).encode() for one in drafts]


def follow(hub: HubInHand) -> leases.Lease:
    """Another worker, whose clock is a little ahead, has the source from now on; who had it does not know yet."""
    length = timedelta(seconds=hub.hub.settings.lease_s)
    held = leases.take(hub.hub.store, f"{LEASES}{SOURCE}", "another", hub.clock.now() + length * 1.1, length)
    assert held is not None
    return held


class Feed(Stated):
    """A source with pages that stay what they are, however often they are read; the cursor is a page number."""

    def __init__(self, *pages: Sequence[bytes]) -> None:
        self.pages = pages
        self.read_trouble: list[Exception] = []
        """What `read` raises, in order, before it works again."""

    def read(self, cursor: str) -> Page:
        """The page behind the cursor."""
        if self.read_trouble:
            raise self.read_trouble.pop(0)
        number = int(cursor or 0)
        if number >= len(self.pages):
            return Page((), cursor)
        bodies = tuple(Body(content) for content in self.pages[number])
        return Page(bodies, str(number + 1), more=number + 1 < len(self.pages))


class Meaning(Stated):
    """A source whose bodies mean what a test says they mean, be it nothing that a plugin may return."""

    def __init__(self, means: Mapping[bytes, Sequence[Any]]) -> None:
        self._means = means

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Any]:  # noqa: ARG002 the interface's
        """What was said."""
        return self._means[body.content]


class Told(Stated):
    """A source that can be told things: `heard` is what it took."""

    def __init__(self) -> None:
        self.heard: list[Answer] = []
        self.tell_trouble: list[Exception | None] = []
        """What `tell` raises instead of taking it, in order."""
        self.receipt = "r{number}"

    def tell(self, answer: Answer) -> Receipt:
        """Takes the answer, or raises what the test wants."""
        trouble = self.tell_trouble.pop(0) if self.tell_trouble else None
        if trouble is not None:
            raise trouble
        self.heard.append(answer)
        return Receipt(self.receipt.format(number=len(self.heard)))


class ReadAndTold(Feed, Told):
    """A source that is read and told."""

    def __init__(self, *pages: Sequence[bytes]) -> None:
        Feed.__init__(self, *pages)
        Told.__init__(self)
