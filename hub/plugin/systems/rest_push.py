"""A platform that sends its reports by itself, to play with: the other side of `hub.plugin.transport.rest_push`.

A subclass says by which entrance, what it shows to be let in, and how one utterance looks as a record. Failure modes:
`FAILURES`.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import orjson

from hub.clock import Clock
from hub.plugin.adapter import PeerReply, PeerRequest
from hub.plugin.simulator import SimulatorSetup, Utterance
from hub.plugin.simulator_http import HttpSimulator
from hub.plugin.transport.entrances import Entrance

FAILURES: Final[Mapping[str, str]] = {
    "unsigned_push": "每次推送前先推一次签名错误的报文",
    "wrong_clock": "每次推送前先推一次时间戳早一小时的报文",
    "replayed_push": "每次推送后把同一请求原样重放一次",
    "ack_lost": "推送已被接收但对方当作失败，再推一次",
    "offline": "全程离线，最后一次补传全部内容，后发生的排在前面",
}
"""Failure modes by name."""
HUB_KEY: Final = "hub_key"
"""Name of the secret that the hub gave to this source, where one was given (`KnownToTheHub`)."""
_JSON: Final = {"content-type": "application/json;charset=UTF-8"}


class RestPushSystem(HttpSimulator):
    """Sends what it has to say until the hub has taken or refused it."""

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self.dice: Final = Random(setup.seed)  # noqa: S311  a seeded scenario, not a secret's source
        self.clock: Clock = setup.clock
        """What time it takes it to be."""
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

    def nonce(self) -> str:
        """32 hex digits that were never used before."""
        with self.lock:
            return f"{self.dice.getrandbits(128):032x}"

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
        if self._entrance.rows is None:
            for row in rows:
                self._push(row, records=1)
        else:
            self._push(_listed(rows, self._entrance.rows), records=len(rows))

    def _push(self, body: bytes, *, records: int) -> None:
        method, path, last = self._entrance.method, self._entrance.path, dict[str, str]()

        def shown() -> Mapping[str, str]:
            last.update({**self.shown(body), **_JSON})
            return dict(last)

        if self.fails("unsigned_push"):
            forged = {name: "0" * len(value) for name, value in shown().items()}
            self.send(method, path, headers={**forged, **_JSON}, body=body)
        if self.fails("wrong_clock"):
            self.clock = _HourBehind(self.setup.clock)
            self.send(method, path, headers=shown(), body=body)
            self.clock = self.setup.clock
        self._deliver(shown, body, records)
        if self.fails("replayed_push"):
            self.send(method, path, headers=last, body=body)
        if self.fails("ack_lost"):
            self._deliver(shown, body, records)

    def _deliver(self, shown: Any, body: bytes, records: int) -> None:
        reply = self.deliver(self._entrance.method, self._entrance.path, headers=shown, body=body)
        if reply is not None and reply.status < 300:
            self.count(records - 1)  # `deliver` counts a request as one


class _HourBehind:
    """A clock that is one hour slow."""

    def __init__(self, clock: Clock) -> None:
        self._clock: Final = clock

    def now(self) -> datetime:
        return self._clock.now() - timedelta(hours=1)

    def pause(self, seconds: float) -> None:
        self._clock.pause(seconds)


def _listed(rows: Sequence[bytes], path: Sequence[str]) -> bytes:
    said: Any = [orjson.Fragment(row) for row in rows]
    for name in reversed(path):
        said = {name: said}
    return orjson.dumps(said)
