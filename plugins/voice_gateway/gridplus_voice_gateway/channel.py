"""The voice channel: has a duty phone rung and the words read aloud; whoever presses 1 takes the whistle. And it connects
a department's telephone with a resident's, so that neither sees the other's number.

Dialling takes a minute, so the gateway answers at once and is asked afterwards what became of it.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from gridplus_voice_gateway.config import VoiceConfig
from hub import Refused, SignInAgain, TryLater
from hub.plugin import Bridge, CallReceipt, CallState, Summons, Tools
from hub.plugin.transport.http import call, document
from hub.plugin.transport.signing import Signer

TAKEN_BY: Final = "1"
"""The key that takes it."""
_CALLS: Final = "/v1/calls"
_BRIDGES: Final = "/v1/bridges"
_STATUS: Final = "/v1/status"
_SAYS: Final[Mapping[str, CallState]] = {
    "queued": CallState.ACCEPTED,
    "ringing": CallState.ACCEPTED,
    "answered": CallState.ACCEPTED,
    "key_press": CallState.TAKEN,
    "connected": CallState.TAKEN,
    "hung_up": CallState.FAILED,
    "busy": CallState.FAILED,
    "no_answer": CallState.FAILED,
    "unreachable": CallState.FAILED,
}
"""The gateway's word → ours. Who answered may still press the key; who hung up without a key has not taken it."""


class VoiceGateway:
    """One account of one gateway."""

    def __init__(self, config: VoiceConfig, tools: Tools) -> None:
        self._config: Final = config
        self._client: Final = tools.http(base_url=config.base_url)
        self._signer: Final = Signer(config.app_key, config.app_secret, clock=tools.clock, nonce=tools.nonce)

    def check(self) -> None:
        """Asks how the account stands."""
        self._ask("GET", _STATUS)

    def send(self, call: Summons) -> CallReceipt:
        """Has the phone rung. The gateway knows the same id again and dials nobody twice.

        Raises Refused S120 where the gateway will not dial.
        """
        return _read(self._ask("POST", _CALLS, body=orjson.dumps(self.order(call))))

    def order(self, call: Summons) -> Mapping[str, object]:
        """What the gateway is asked."""
        return {
            "call_id": call.id,
            "to": call.number,
            "say": f"{call.text}按{TAKEN_BY}签收。",
            "keys": {TAKEN_BY: "key_press"},
            "ring_s": self._config.ring_s,
            "repeats": self._config.repeats,
        }

    def connect(self, bridge: Bridge) -> CallReceipt:
        """Has the department's telephone rung, then the resident's. Idempotent and raising as `send`."""
        return _read(self._ask("POST", _BRIDGES, body=orjson.dumps(self.bridge_order(bridge))))

    def bridge_order(self, bridge: Bridge) -> Mapping[str, object]:
        """What the gateway is asked; it shows its own number on both sides."""
        return {
            "call_id": bridge.id,
            "from": bridge.extension,
            "to": bridge.number,
            "say": bridge.text,
            "ring_s": self._config.ring_s,
        }

    def follow(self, call_id: str, ref: str) -> CallReceipt:  # noqa: ARG002 the gateway knows our id
        """What became of the call by now."""
        return _read(self._ask("GET", f"{_CALLS}/{call_id}"))

    def close(self) -> None:
        """Gives back the connections."""
        self._client.close()

    def _ask(self, method: str, path: str, *, body: bytes = b"") -> Mapping[str, object]:
        """The gateway's answer with code 0. Raises by its code: TryLater S105, SignInAgain S106, Refused S120."""
        headers = self._signer.sign(method, path, body=body)
        asked: dict[str, Any] = {"headers": headers | {"content-type": "application/json"}}
        found = document(call(self._client, method, path, content=body, **asked))
        code = str(found.get("code", ""))
        if code == "0":
            return found
        if code == "429":
            raise TryLater("S105")
        if code == "401":
            raise SignInAgain("S106")
        if not code:
            raise TryLater("S104")
        raise Refused("S120", result=code[:8] if code.isalnum() else "-")


def _read(found: Mapping[str, object]) -> CallReceipt:
    said = str(found.get("state", ""))
    if said == "key_press" and str(found.get("key", "")) != TAKEN_BY:
        return CallReceipt(CallState.FAILED, str(found.get("ref", "")), "other_key")
    if said not in _SAYS:
        raise TryLater("S104")
    return CallReceipt(_SAYS[said], str(found.get("ref", "")), said)
