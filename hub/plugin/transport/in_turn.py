"""Several channels of one platform read as one source, for adapters: each has its own place in the cursor.

A channel that fails keeps its place, and the others go on (N85). What it raised stands in `faults` and in
the log; it stops the source only where no other channel works.
"""

from collections.abc import Mapping
from typing import Final, Protocol

import orjson
import structlog

from hub.errors import HubError, SourceGone, TryLater
from hub.plugin.adapter import Body, Page

log = structlog.get_logger(__name__)


class Channel(Protocol):
    """One way to the platform."""

    def check(self) -> None:
        """As `hub.plugin.Adapter`."""
        ...

    def read(self, cursor: str) -> Page:
        """As `hub.plugin.Reads`."""
        ...

    def close(self) -> None:
        """As `hub.plugin.Adapter`."""
        ...


class InTurn:
    """Channels by name, read one after the other at each call. An adapter that has several is a subclass."""

    def __init__(self, source: str, channels: Mapping[str, Channel]) -> None:
        self._source: Final = source
        self._channels: Final = channels
        self._faults: dict[str, HubError] = {}

    @property
    def faults(self) -> tuple[HubError, ...]:
        """What keeps a channel from being read at present; empty when all is well."""
        return tuple(self._faults.values())

    def check(self) -> None:
        """Returns where at least one channel answers; raises what the last one says where none does."""
        for name, channel in self._channels.items():
            try:
                channel.check()
            except (TryLater, SourceGone) as fault:
                self._lost(name, fault)
            else:
                self._returned(name)
        if len(self._faults) == len(self._channels):
            raise self.faults[-1]

    def read(self, cursor: str) -> Page:
        """The bodies of all channels that work; raises the fault of the first where none does.

        A fault that time may mend (TryLater) is raised too once there is nothing to hand out, so that
        the source backs off and is seen to.
        """
        places: dict[str, str] = orjson.loads(cursor) if cursor else {}
        bodies: list[Body] = []
        more = False
        for name, channel in self._channels.items():
            try:
                page = channel.read(places.get(name, ""))
            except (TryLater, SourceGone) as fault:
                self._lost(name, fault)
                continue
            self._returned(name)
            bodies += page.bodies
            more = more or page.more
            places[name] = page.cursor
        if not bodies:
            self._raise_what_stops_us()
        return Page(tuple(bodies), orjson.dumps(places, option=orjson.OPT_SORT_KEYS).decode(), more)

    def close(self) -> None:
        """Closes all channels; may be called twice."""
        for channel in self._channels.values():
            channel.close()

    def _raise_what_stops_us(self) -> None:
        all_lost = len(self._faults) == len(self._channels)
        for fault in self.faults:
            if all_lost or isinstance(fault, TryLater):
                raise fault

    def _lost(self, name: str, fault: HubError) -> None:
        if name not in self._faults:
            log.warning("channel_lost", source=self._source, channel=name, code=fault.code)
        self._faults[name] = fault

    def _returned(self, name: str) -> None:
        if self._faults.pop(name, None) is not None:
            log.warning("channel_back", source=self._source, channel=name)
