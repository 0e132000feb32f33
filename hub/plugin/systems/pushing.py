"""A system that pushes, to play with, and what can go wrong with a push by name: the part that all such systems share."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Final

from hub.clock import Clock
from hub.plugin.simulator import SimulatorSetup
from hub.plugin.simulator_http import HttpSimulator
from hub.plugin.transport.entrances import Entrance

PUSH_TROUBLES: Final[Mapping[str, str]] = {
    "unsigned_push": "每次推送前先推一次签名错误的报文",
    "wrong_clock": "每次推送前先推一次时间戳早一小时的报文",
    "replayed_push": "每次推送后把同一请求原样重放一次",
    "ack_lost": "推送已被接收但对方当作失败，换随机串再推一次",
}
"""Name → what it looks like."""
JSON: Final = {"content-type": "application/json;charset=UTF-8"}


class Pushing(HttpSimulator):
    """Its requests go by `self.clock`, which may be wrong on purpose."""

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self.dice: Final = Random(setup.seed)  # noqa: S311  a seeded scenario, not a secret's source
        self.clock: Clock = setup.clock
        """What time it takes it to be."""

    def nonce(self) -> str:
        """32 hex digits that were never used before."""
        with self.lock:
            return f"{self.dice.getrandbits(128):032x}"

    def send_in(
        self,
        entrance: Entrance,
        body: bytes,
        shown: Callable[[bytes], Mapping[str, str]],
        *,
        records: int = 1,
    ) -> None:
        """Sends one body until the hub has taken or refused it. `shown` gives the headers that let it in, anew for each
        try; `records` are in it."""
        method, path, last = entrance.method, entrance.path, dict[str, str]()

        def headers() -> Mapping[str, str]:
            last.update({**shown(body), **JSON})
            return dict(last)

        if self.fails("unsigned_push"):
            forged = {name: "0" * len(value) for name, value in headers().items()}
            self.send(method, path, headers={**forged, **JSON}, body=body)
        if self.fails("wrong_clock"):
            self.clock = _HourBehind(self.setup.clock)
            self.send(method, path, headers=headers(), body=body)
            self.clock = self.setup.clock
        for _ in range(2 if self.fails("ack_lost") else 1):
            reply = self.deliver(method, path, headers=headers, body=body)
            if reply is not None and reply.status < 300:
                self.count(records - 1)  # `deliver` counts a request as one
            if self.fails("replayed_push"):
                self.send(method, path, headers=last, body=body)


class _HourBehind:
    """A clock that is one hour slow."""

    def __init__(self, clock: Clock) -> None:
        self._clock: Final = clock

    def now(self) -> datetime:
        return self._clock.now() - timedelta(hours=1)

    def pause(self, seconds: float) -> None:
        self._clock.pause(seconds)
