"""How a platform over SOAP answers, and what can go wrong with an answer by name: the part that all such systems share."""

from collections import Counter
from collections.abc import Mapping
from typing import ClassVar, Final
from xml.sax.saxutils import escape

from hub.plugin.adapter import PeerReply
from hub.plugin.simulator import SimulatorSetup
from hub.plugin.simulator_http import HttpSimulator
from hub.plugin.transport.soap import CONTENT_TYPE, Call, fault_bytes, response_bytes

ANSWER_TROUBLES: Final[Mapping[str, str]] = {
    "soap_fault": "查询接口头两次返回 SOAP Fault（HTTP 500）",
    "fault_about_the_account": "查询接口头两次返回 Client.Authentication 的 Fault",
    "xxe": "查询接口头两次返回带 DTD 与外部实体的报文",
    "double_escaped": "返回串被多转义一层",
    "url_encoded": "返回串经过 URL 编码",
    "gb2312_declared": "报文声明 GB2312，实际是 UTF-8",
    "gbk_bytes": "报文声明 GBK，确实是 GBK",
}
"""Name → what it looks like."""
XML: Final = {"content-type": CONTENT_TYPE}
_TIMES: Final = 2
_PLACE: Final = "{result}"


class SoapAnswering(HttpSimulator):
    """Its answers come wrapped as the failures ask for."""

    in_cdata: ClassVar[bool] = False
    """Whether the string of an answer stands in CDATA, as some stacks write it, and not escaped."""

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._happened: Final[Counter[str]] = Counter()

    def reply(self, asked: Call, result: str) -> PeerReply:
        """The answer with `result` as its string, in the charset and escaping that the failures ask for."""
        if self.fails("double_escaped"):
            result = escape(result)
        if self.fails("url_encoded"):
            result = "".join(f"%{byte:02X}" for byte in result.encode())
        raw = response_bytes(asked, result)
        if self.in_cdata:
            raw = response_bytes(asked, _PLACE).replace(_PLACE.encode(), cdata(result).encode())
        if self.fails("gb2312_declared"):
            raw = raw.replace(b'encoding="utf-8"', b'encoding="GB2312"', 1)
        if self.fails("gbk_bytes"):
            raw = raw.decode().replace('encoding="utf-8"', 'encoding="GBK"', 1).encode("gb18030")
        return PeerReply(200, raw, XML)

    def trouble(self, asked: Call) -> PeerReply | None:
        """The next failure of an answer that is switched on and not yet over; None where there is none."""
        if self._twice("soap_fault"):
            return PeerReply(500, fault_bytes("Server", "系统异常"), XML)
        if self._twice("fault_about_the_account"):
            return PeerReply(500, fault_bytes("Client.Authentication", "口令已过期"), XML)
        if self._twice("xxe"):
            dtd = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
            return PeerReply(200, dtd + response_bytes(asked, "&x;").partition(b"?>")[2], XML)
        return None

    def _twice(self, name: str) -> bool:
        if not self.fails(name):
            return False
        with self.lock:
            self._happened[name] += 1
            return self._happened[name] <= _TIMES


def result(code: str, message: str, content: str = "") -> str:
    """The document that an answer's string holds."""
    return f"<result><code>{code}</code><message>{message}</message>{content}</result>"


def cdata(words: str) -> str:
    """Words as older platforms write them into XML."""
    return "<![CDATA[" + words.replace("]]>", "]]]]><![CDATA[>") + "]]>"
