"""An adapter that is somewhere else: each method a call into its process."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from hashlib import blake2b
from typing import Any, Final

from hub.model import Arrival, Draft, GridDraft
from hub.plugin.adapter import Adapter, Admitted, Answer, Body, Listed, Page, PeerRequest, Receipt, Received
from hub.plugin.apart.process import Ended, Process

_MOST_FATAL: Final = 1000


class _Apart:
    """What every adapter has. The capabilities are added by `apart`, as far as this one has them."""

    def __init__(self, process: Process) -> None:
        self._process: Final = process
        self._fatal: Final[OrderedDict[bytes, None]] = OrderedDict()
        """Digests of records over which the process ended: they are not tried again in this life."""

    def check(self) -> None:
        """As the adapter's own."""
        self._process.call("check")

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """As the adapter's own. A record over which the process ends twice is at fault itself: RuntimeError."""
        if not (self._fatal and _mark(body) in self._fatal):
            with suppress(Ended):
                return self._made(body, arrival)
            with suppress(Ended):  # the first time it may have ended over something else
                return self._made(body, arrival, at_once=True)
            self._fatal[_mark(body)] = None
            if len(self._fatal) > _MOST_FATAL:
                self._fatal.popitem(last=False)
        raise RuntimeError("ended")

    def _made(self, body: Body, arrival: Arrival, *, at_once: bool = False) -> Sequence[Draft | GridDraft]:
        found = self._process.call("normalise", body, arrival, at_once=at_once)
        return [one.draft or one.grid for one in found]

    def close(self) -> None:
        """Ends the process."""
        self._process.close()


def _mark(body: Body) -> bytes:
    return blake2b(body.content, digest_size=16).digest()


def _admit(self: _Apart, body: Body) -> Admitted:
    found: Admitted = self._process.call("admit", body)
    return found


def _read(self: _Apart, cursor: str) -> Page:
    found: Page = self._process.call("read", cursor)
    return found


def _receive(self: _Apart, request: PeerRequest) -> Received:
    kept = self._process.call("receive", request)
    stored = partial(self._process.call, "stored", kept.note)
    return Received(kept.bodies, kept.reply, kept.failed, stored)


def _tend(self: _Apart) -> float:
    return float(self._process.call("tend"))


def _tell(self: _Apart, answer: Answer) -> Receipt:
    found: Receipt = self._process.call("tell", answer)
    return found


def _inventory(self: _Apart, since: datetime, until: datetime) -> Iterator[Listed]:
    return iter(self._process.call("inventory", since, until))


def _fetch(self: _Apart, refs: Sequence[str]) -> Iterator[Body]:
    return iter(self._process.call("fetch", list(refs)))


_CAPABILITIES: Final[dict[str, Callable[..., Any]]] = {
    "admit": _admit,
    "read": _read,
    "receive": _receive,
    "tend": _tend,
    "tell": _tell,
    "inventory": _inventory,
    "fetch": _fetch,
}


def apart(process: Process, make: Callable[..., Adapter]) -> Adapter:
    """The adapter that `process` holds, with the capabilities of what `make` makes.

    A class says them itself, and the process starts with the first call; anything else is asked in the process, and
    raises what making the adapter raises.
    """
    methods = dir(make) if isinstance(make, type) else process.methods()
    own = {name: method for name, method in _CAPABILITIES.items() if name in methods}
    made: Adapter = type("Apart", (_Apart,), own)(process)
    return made
