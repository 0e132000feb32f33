"""A voice gateway and the people at its phones, to play with, on 127.0.0.1: dials, reads aloud, hears keys."""

from collections.abc import Mapping
from random import Random
from typing import Any, Final

import orjson
from pydantic import SecretStr

from hub.plugin import PeerReply, PeerRequest, SimulatorSetup, Utterance
from hub.plugin.simulator_http import Hangup, HttpSimulator
from hub.plugin.transport.signing import Gate

FAILURES: Final[Mapping[str, str]] = {
    "busy": "一律占线",
    "no_answer": "响铃到时无人接听",
    "hung_up": "接听后不按键挂断",
    "other_key": "接听后按了别的键",
    "answer_lost": "已拨号但断开连接，不答复；同一编号再来时照常答复",
    "hangs": "收下请求后不答复，直到对方超时",
    "http_503": "一律答复 503",
    "line_limit": "每次拨号先以 code 429 拒绝一次",
}
"""Failure modes by name."""
ANSWERED_AFTER_S: Final = 8.0
PRESSED_AFTER_S: Final = 20.0
"""Since the dial, on the scenario clock."""
CONNECTED_AFTER_S: Final = 15.0
"""Of a bridge, since the dial: the department has picked up, and so has the resident."""
_ENDS: Final = {"busy": "busy", "no_answer": "no_answer", "hung_up": "hung_up", "other_key": "key_press"}
_SILENT: Final = frozenset({"busy", "no_answer", "hung_up"})
"""Ends of a bridge on which nobody talked."""


class VoicePlatform(HttpSimulator):
    """The gateway. `heard` is each phone that rang: `ref` is the number, `nonce` the call's id."""

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        dice = Random(setup.seed)  # noqa: S311  a seeded scenario, not a secret's source
        self._secrets: Final = {
            name: setup.secrets.get(name) or f"{dice.getrandbits(128):032x}"
            for name in ("app_key", "app_secret")
        }
        secret = SecretStr(self._secrets["app_secret"])
        self._gate: Final = Gate({self._secrets["app_key"]: secret}, clock=setup.clock)
        self._dialled: Final[dict[str, tuple[str, float]]] = {}
        self._bridges: Final[set[str]] = set()
        self._limited = False
        self.asked = 0
        """How many dials were asked for, repeats too."""

    def config(self) -> Mapping[str, object]:
        """Configuration for the channel, secrets in plain text."""
        return {"base_url": self.url, **self._secrets}

    def speak(self, utterance: Utterance) -> None:
        """A gateway says nothing of itself."""

    def answer(self, request: PeerRequest) -> PeerReply:
        """One request of the hub."""
        if self.fails("hangs"):
            self.stopping.wait()
            raise Hangup
        if self.fails("http_503"):
            return PeerReply(503)
        if not self._gate.lets_in(request):
            return _said({"code": "401"})
        if (request.method, request.path) == ("POST", "/v1/calls"):
            return self._dial(orjson.loads(request.body))
        if (request.method, request.path) == ("POST", "/v1/bridges"):
            return self._bridge(orjson.loads(request.body))
        if request.path.startswith("/v1/calls/"):
            return self._state(request.path.rpartition("/")[2])
        return _said({"code": "0"}) if request.path == "/v1/status" else PeerReply(404)

    def _bridge(self, order: Mapping[str, Any]) -> PeerReply:
        """Rings the department's telephone (`heard` has it as `text`), then the resident's."""
        with self.lock:
            self._bridges.add(order["call_id"])
        return self._dial({**order, "say": order["from"]})

    def _dial(self, order: Mapping[str, Any]) -> PeerReply:
        with self.lock:
            self.asked += 1
            is_known = order["call_id"] in self._dialled
            if not is_known and self.fails("line_limit") and not self._limited:
                self._limited = True
                return _said({"code": "429"})
            if not is_known:
                ref = f"V{len(self._dialled) + 1:08d}"
                self._dialled[order["call_id"]] = ref, self.setup.clock.now().timestamp()
                self._limited = False
        if not is_known:
            self.count()
            self.hear(ref=order["to"], stage="voice", nonce=order["call_id"], text=order["say"])
            if self.fails("answer_lost"):
                raise Hangup
        return self._state(order["call_id"])

    def _state(self, call_id: str) -> PeerReply:
        """What became of it: it rings, is answered, and ends with a key, or as the failure mode says."""
        with self.lock:
            known = self._dialled.get(call_id)
        if known is None:
            return _said({"code": "404"})
        ref, since = known
        age_s = self.setup.clock.now().timestamp() - since
        end = next((end for mode, end in _ENDS.items() if self.fails(mode)), "key_press")
        if age_s < ANSWERED_AFTER_S:
            return _said({"code": "0", "ref": ref, "state": "ringing"})
        if call_id in self._bridges:
            talks = "answered" if age_s < CONNECTED_AFTER_S else "connected"
            return _said({"code": "0", "ref": ref, "state": end if end in _SILENT else talks})
        if age_s < PRESSED_AFTER_S and end not in ("busy", "no_answer"):
            return _said({"code": "0", "ref": ref, "state": "answered"})
        key = {"key": "9" if self.fails("other_key") else "1"} if end == "key_press" else {}
        return _said({"code": "0", "ref": ref, "state": end, **key})


def _said(answer: Mapping[str, object]) -> PeerReply:
    return PeerReply(200, orjson.dumps(answer), {"content-type": "application/json"})
