"""An SMS gateway to play with, on 127.0.0.1: takes signed messages, counts segments, reports delivery later."""

from collections.abc import Mapping
from random import Random
from typing import Any, Final
from urllib.parse import parse_qs

import orjson
from pydantic import SecretStr

from gridplus_sms_gateway.segments import segments_of
from hub.plugin import PeerReply, PeerRequest, SimulatorSetup, Utterance
from hub.plugin.simulator_http import Hangup, HttpSimulator
from hub.plugin.transport.signing import Gate

FAILURES: Final[Mapping[str, str]] = {
    "rate_limited": "每收一条后，下一次提交先以 result 8（流量控制）拒绝一次",
    "undelivered": "一律回 UNDELIV：已受理，未送达",
    "no_report": "不给状态报告：只有受理",
    "answer_lost": "收下后断开连接，不答复；同一编号再来时照常答复",
    "hangs": "收下请求后不答复，直到对方超时",
    "http_503": "一律答复 503",
    "refuses_numbers": "一律以 result 13（号码不可用）拒绝",
}
"""Failure modes by name."""
DELIVERED_AFTER_S: Final = 5.0
"""Until a phone has it, on the scenario clock."""


class SmsPlatform(HttpSimulator):
    """The gateway. `heard` is each message that went out to a phone: `ref` is the number, `nonce` the message's id."""

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        dice = Random(setup.seed)  # noqa: S311  a seeded scenario, not a secret's source
        self._secrets: Final = {
            name: setup.secrets.get(name) or f"{dice.getrandbits(128):032x}"
            for name in ("app_key", "app_secret")
        }
        secret = SecretStr(self._secrets["app_secret"])
        self._gate: Final = Gate({self._secrets["app_key"]: secret}, clock=setup.clock)
        self._taken: Final[dict[str, tuple[str, float]]] = {}
        self._limited = False
        self.asked = 0
        """How many submissions came, repeats too."""

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
            return _said({"result": "401"})
        if (request.method, request.path) == ("POST", "/v1/messages"):
            return self._submit(orjson.loads(request.body))
        if request.path == "/v1/reports":
            return self._report(parse_qs(request.query).get("msg_id", [""])[0])
        return _said({"result": "0"}) if request.path == "/v1/status" else PeerReply(404)

    def _submit(self, message: Mapping[str, Any]) -> PeerReply:
        with self.lock:
            self.asked += 1
            known = self._taken.get(message["msg_id"])
            if known is not None:
                return _said({"result": "0", "gateway_id": known[0]})
            if result := self._refusal(message):
                return _said({"result": result})
            gateway_id = f"G{len(self._taken) + 1:010d}"
            self._taken[message["msg_id"]] = gateway_id, self.setup.clock.now().timestamp()
            self._limited = False
        self.count()
        self.hear(ref=message["to"], stage="sms", nonce=message["msg_id"], text=message["content"])
        if self.fails("answer_lost"):
            raise Hangup
        return _said({"result": "0", "gateway_id": gateway_id})

    def _refusal(self, message: Mapping[str, Any]) -> str:
        """CMPP's result of a message that is not taken; "" where it is."""
        if self.fails("rate_limited") and not self._limited:
            self._limited = True
            return "8"
        if self.fails("refuses_numbers"):
            return "13"
        return "" if message["segments"] == segments_of(message["content"]) else "4"

    def _report(self, msg_id: str) -> PeerReply:
        with self.lock:
            known = self._taken.get(msg_id)
        if known is None:
            return _said({"result": "0", "stat": "UNKNOWN"})
        gateway_id, since = known
        is_early = self.setup.clock.now().timestamp() - since < DELIVERED_AFTER_S
        stat = "UNDELIV" if self.fails("undelivered") else "DELIVRD"
        if is_early or self.fails("no_report"):
            stat = "ACCEPTD"
        return _said({"result": "0", "stat": stat, "gateway_id": gateway_id})


def _said(answer: Mapping[str, object]) -> PeerReply:
    return PeerReply(200, orjson.dumps(answer), {"content-type": "application/json"})
