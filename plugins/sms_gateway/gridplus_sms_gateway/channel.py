"""The SMS channel: hands one message to the gateway, and asks for its delivery report.

CMPP's words: what was submitted is accepted, not delivered; a report tells that later. No SMS is ever `taken`: that a
phone has it is no person.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from gridplus_sms_gateway.config import SmsConfig
from gridplus_sms_gateway.segments import segments_of
from hub import Refused, SignInAgain, TryLater
from hub.plugin import CallReceipt, CallState, Letter, Summons, Tools
from hub.plugin.transport.http import call, document
from hub.plugin.transport.signing import Signer

_MESSAGES: Final = "/v1/messages"
_REPORTS: Final = "/v1/reports"
_STATUS: Final = "/v1/status"
_FLOW: Final = "8"
"""CMPP_SUBMIT_RESP result 8: flow control."""
_PASSING: Final = frozenset({_FLOW, "3"})
"""Results that the same message may not meet again: flow control, a sequence number that is in use."""
_SAYS: Final[Mapping[str, CallState]] = {
    "ACCEPTD": CallState.ACCEPTED,
    "DELIVRD": CallState.DELIVERED,
    "EXPIRED": CallState.FAILED,
    "DELETED": CallState.FAILED,
    "UNDELIV": CallState.FAILED,
    "REJECTD": CallState.FAILED,
    "UNKNOWN": CallState.FAILED,
}
"""CMPP's state of a report → ours."""


class SmsGateway:
    """One account of one gateway."""

    def __init__(self, config: SmsConfig, tools: Tools) -> None:
        self._config: Final = config
        self._client: Final = tools.http(base_url=config.base_url)
        self._signer: Final = Signer(config.app_key, config.app_secret, clock=tools.clock, nonce=tools.nonce)

    def check(self) -> None:
        """Asks how the account stands."""
        self._ask("GET", _STATUS)

    def send(self, call: Summons) -> CallReceipt:
        """Submits the message. The gateway knows the same id again and sends nothing twice.

        Raises Refused S121 where it is too long, S120 where the gateway will not take it.
        """
        return self._submit(call)

    def write(self, letter: Letter) -> CallReceipt:
        """The same to a resident; whether the phone has it is asked for later."""
        return self._submit(letter)

    def _submit(self, call: Summons | Letter) -> CallReceipt:
        body = orjson.dumps(self.submission(call))
        return self._read(self._ask("POST", _MESSAGES, body=body))

    def submission(self, call: Summons | Letter) -> Mapping[str, object]:
        """What the gateway is asked: the message with the account's signature, and its segments."""
        content = f"【{self._config.signature}】{call.text}"
        segments = segments_of(content)
        if segments > self._config.most_segments:
            raise Refused("S121", segments=segments, most=self._config.most_segments)
        return {"msg_id": call.id, "to": call.number, "content": content, "segments": segments}

    def follow(self, call_id: str, ref: str) -> CallReceipt:  # noqa: ARG002 the gateway knows our id
        """The delivery report, or that there is none yet."""
        found = self._ask("GET", _REPORTS, query=f"msg_id={call_id}")
        stat = str(found.get("stat", "ACCEPTD"))
        if stat not in _SAYS:
            raise TryLater("S104")
        return CallReceipt(_SAYS[stat], str(found.get("gateway_id", "")), stat)

    def close(self) -> None:
        """Gives back the connections."""
        self._client.close()

    @staticmethod
    def _read(found: Mapping[str, object]) -> CallReceipt:
        return CallReceipt(CallState.ACCEPTED, str(found.get("gateway_id", "")))

    def _ask(self, method: str, path: str, *, query: str = "", body: bytes = b"") -> Mapping[str, object]:
        """The gateway's answer with result 0. Raises by its result: TryLater S105, SignInAgain S106, Refused S120."""
        headers = self._signer.sign(method, path, query=query, body=body)
        asked: dict[str, Any] = {"headers": headers | {"content-type": "application/json"}}
        target = f"{path}?{query}" if query else path
        found = document(call(self._client, method, target, content=body, **asked))
        result = str(found.get("result", ""))
        if result == "0":
            return found
        if result in _PASSING:
            raise TryLater("S105")
        if result == "401":
            raise SignInAgain("S106")
        if not result:
            raise TryLater("S104")
        raise Refused("S120", result=result[:8] if result.isalnum() else "-")
