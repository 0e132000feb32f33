"""A source that sends its reports over HTTP by itself: everything about it but what its records mean.

A subclass says by which paths they come (`entrances`), who may send them (`lock`), and sorts a record into drafts
(`normalise`). A telephone that was without a network sends what it has gathered in one request, hours late and in any
order: each record is judged alone. Rules: domain.md N29, N68.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from hub.model import Arrival, Draft, GridDraft
from hub.plugin.adapter import Body, PeerReply, PeerRequest, Received, Tools
from hub.plugin.times import Zone, zone_of
from hub.plugin.transport.entrances import Entrance, Entrances, Lock, said_in_json


class RestPushConfig(BaseModel):
    """What an administrator sets for any source that pushes. Closed: a misspelt setting stops the start."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    zone: Zone = "+08:00"
    """Zone of times without one (N33)."""


Config = TypeVar("Config", bound=RestPushConfig)


class RestPush(Generic[Config]):
    """An adapter that receives; `self.config`, `self.tools` and `self.zone` are the subclass's to use."""

    def __init__(self, config: Config, tools: Tools) -> None:
        self.config: Final = config
        self.tools: Final = tools
        self.zone: Final = zone_of(config.zone)
        self._entrances: Final = Entrances(self.entrances(), self.lock(), say=self.said)

    @abstractmethod
    def entrances(self) -> Sequence[Entrance]:
        """By which paths records come. Asked once."""

    @abstractmethod
    def lock(self) -> Lock:
        """Who may send them. Asked once."""

    @abstractmethod
    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """What a record says; see `hub.plugin.Adapter`."""

    def said(self, status: int, code: int, words: str) -> PeerReply:
        """An answer in the source's own form; override it where that is another one."""
        return said_in_json(status, code, words)

    def check(self) -> None:
        """Returns: it is the source that calls, and nobody is asked."""

    def receive(self, request: PeerRequest) -> Received:
        """The records of one request; raises PeerRefused for whoever may not come in."""
        return self._entrances.receive(request)

    def close(self) -> None:
        """Nothing is held open."""
