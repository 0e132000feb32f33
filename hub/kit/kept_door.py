"""The door of a desk: what comes is kept as it came, so that it can come again, changed or not."""

import threading
from collections.abc import Callable
from typing import Final

from hub.errors import HubError, PeerRefused
from hub.kit.outcome import Failed
from hub.plugin import Body, PeerReply, PeerRequest
from hub.plugin.adapter import Receives
from hub.plugin.door import Door

KEY: Final = "kit-key"
"""What the hub would have given to a source that has no secret of its own."""


class KeptDoor(Door):
    """A door that remembers every request as it came. Where it keeps nothing, storing has failed: what would have been
    let in is among `turned_away`, and its sender told so."""

    def __init__(self, adapter: Receives, took: Callable[[Body], None], *, keeps: bool) -> None:
        self.turned_away: Final[list[PeerRequest]] = []
        self.asked: Final[list[PeerRequest]] = []
        self.crashes: Final[list[Exception]] = []
        self._took: Final = took
        self._keeps: Final = keeps
        self._given = 0
        self._kit_adapter: Final = adapter
        self._one: Final = threading.Lock()
        super().__init__(adapter, key=KEY)

    def take(self, request: PeerRequest) -> PeerReply:
        """As `Door`; what is no refusal of the protocol is a crash, and answered as the hub would."""
        with self._one:
            self.asked.append(request)
            try:
                return self._kept(request) if self._keeps else self._not_kept(request)
            except HubError:
                return PeerReply(503)
            except (Exception, SystemExit) as error:  # foreign code: what it raises is a finding
                self.crashes.append(
                    error
                    if isinstance(error, Exception)
                    else Failed("crashed", "it raised SystemExit at a request")
                )
                return PeerReply(500)

    def _kept(self, request: PeerRequest) -> PeerReply:
        reply = super().take(request)
        fresh, self._given = self.bodies[self._given :], len(self.bodies)
        for body in fresh:
            self._took(body)
        return reply

    def _not_kept(self, request: PeerRequest) -> PeerReply:
        try:
            received = self._kit_adapter.receive(request)
        except PeerRefused as error:
            return PeerReply(error.status, error.body, error.headers)
        if not received.bodies:
            return received.reply
        self.turned_away.append(request)
        return received.failed
