"""The monitoring platform, to play with: it speaks the same protocol on a port of its own."""

from collections.abc import Mapping
from datetime import timedelta, timezone
from typing import Final
from urllib.parse import parse_qsl

import orjson

from hub.plugin import PeerReply, PeerRequest, SimulatorSetup, Utterance
from hub.plugin.simulator_http import HttpSimulator
from hub.plugin.simulator_troubles import PageTroubles

_LOCAL: Final = timezone(timedelta(hours=8))
_JSON: Final = {"content-type": "application/json"}


class StreetLampPlatform(HttpSimulator):
    """Keeps what it is given to say until it is asked. Failure modes: `PAGE_TROUBLES`."""

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._key: Final = setup.secrets.get("api_key", f"key-{setup.seed}")
        self._faults: Final[list[dict[str, object]]] = []
        self._read_up_to = 0
        error, empty = _said({"code": 500, "msg": "系统异常"}), _said({"code": 0, "data": []})
        self._troubles: Final = PageTroubles(setup.failures, self.stopping, error=error, empty=empty)

    def config(self) -> Mapping[str, object]:
        """What the adapter needs to reach it."""
        return {"base_url": self.url, "api_key": self._key}

    def speak(self, utterance: Utterance) -> None:
        """A lamp failed: from now on the platform lists it."""
        with self.changed:
            self._faults.append(
                {
                    "no": utterance.ref,
                    "fault": utterance.code,
                    "lamp": utterance.device_ref,
                    "x": f"{utterance.lon:.6f}" if utterance.lon else "",
                    "y": f"{utterance.lat:.6f}" if utterance.lat else "",
                    "time": utterance.reported_at.astimezone(_LOCAL).strftime("%Y-%m-%d %H:%M:%S"),
                    "text": utterance.content,
                    "state": "待处置",
                }
            )
            self.changed.notify_all()

    def answer(self, request: PeerRequest) -> PeerReply:
        """`GET /faults?after=…&limit=…`, with the key."""
        if request.headers.get("x-api-key") != self._key:
            return PeerReply(401)
        if (request.method, request.path) != ("GET", "/faults"):
            return PeerReply(404)
        trouble = self._troubles.next()
        if trouble is not None:
            return trouble
        asked = dict(parse_qsl(request.query))
        after, limit = int(asked["after"]), int(asked["limit"])
        with self.changed:
            rows = self._faults[after : after + limit]
            last = after + len(rows)
            self.count(max(0, last - self._read_up_to))
            self._read_up_to = max(self._read_up_to, last)
        return _said({"code": 0, "data": rows, "last": last})

    def outstanding(self) -> int:
        """Faults that nobody has read yet."""
        return len(self._faults) - self._read_up_to


def _said(content: Mapping[str, object]) -> PeerReply:
    return PeerReply(200, orjson.dumps(content), _JSON)
