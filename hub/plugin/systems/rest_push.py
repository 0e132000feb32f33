"""A platform that sends its reports by itself, to play with: the other side of `hub.plugin.transport.rest_push`.

A subclass says by which entrance, what it shows to be let in, and how one utterance looks as a record. Failure modes:
`FAILURES`.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import orjson

from hub.plugin.adapter import PeerReply, PeerRequest
from hub.plugin.simulator import SimulatorSetup, Utterance
from hub.plugin.systems.pushing import PUSH_TROUBLES, Pushing
from hub.plugin.transport.entrances import Entrance

FAILURES: Final[Mapping[str, str]] = {
    **PUSH_TROUBLES,
    "offline": "全程离线，最后一次补传全部内容，后发生的排在前面",
}
"""Failure modes by name."""
HUB_KEY: Final = "hub_key"
"""Name of the secret that the hub gave to this source, where one was given (`KnownToTheHub`)."""


class RestPushSystem(Pushing):
    """Sends what it has to say until the hub has taken or refused it."""

    FAILURES: ClassVar[Mapping[str, str]] = FAILURES

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._entrance: Final = self.entrance()
        self._gathered: Final[list[bytes]] = []

    @abstractmethod
    def entrance(self) -> Entrance:
        """The entrance that it uses. Asked once."""

    @abstractmethod
    def shown(self, body: bytes) -> Mapping[str, str]:
        """Headers that let this body in, by `self.clock`; asked anew for each try."""

    @abstractmethod
    def settings(self) -> Mapping[str, object]:
        """The adapter's configuration, secrets in plain text."""

    @abstractmethod
    def row(self, utterance: Utterance) -> Mapping[str, object]:
        """The utterance as the platform would write it."""

    def secret(self, name: str) -> str:
        """A secret that both sides share: given in the setup, or made up."""
        return self.setup.secrets.get(name) or f"{name}-{self.setup.seed}"

    def by_the_hubs_key(self) -> Mapping[str, str]:
        """Headers for a source that the hub knows by a key of its own."""
        return {"authorization": f"Bearer {self.setup.secrets.get(HUB_KEY, '')}"}

    def config(self) -> Mapping[str, object]:
        """What the adapter needs to know of it."""
        return self.settings()

    def answer(self, request: PeerRequest) -> PeerReply:  # noqa: ARG002  nothing is asked of it
        """It has no door of its own."""
        return PeerReply(404)

    def speak(self, utterance: Utterance) -> None:
        """Sends it, alone in a request; without a network it is gathered."""
        self._gathered.append(orjson.dumps(self.row(utterance)))
        if self.fails("offline") and len(self._gathered) < len(self.setup.utterances):
            return
        rows, self._gathered[:] = list(reversed(self._gathered)), []
        self.upload(rows)

    def upload(self, rows: Sequence[bytes]) -> None:
        """Sends these records: in one request where the entrance takes several, else one after the other."""
        if self._entrance.rows is None:
            for row in rows:
                self.send_in(self._entrance, row, self.shown)
        else:
            self.send_in(self._entrance, _listed(rows, self._entrance.rows), self.shown, records=len(rows))


def _listed(rows: Sequence[bytes], path: Sequence[str]) -> bytes:
    said: Any = [orjson.Fragment(row) for row in rows]
    for name in reversed(path):
        said = {name: said}
    return orjson.dumps(said)
