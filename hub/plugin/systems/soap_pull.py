"""A platform that is read over SOAP 1.1, to play with: the other side of `hub.plugin.transport.soap_pull`.

It serves whatever `Operation` its adapter reads; a subclass says which, and how one utterance looks as a row. What is told
to it by any other operation is kept. Failure modes: `FAILURES`.
"""

from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import escape

from hub.errors import HubError
from hub.plugin.adapter import PeerReply, PeerRequest
from hub.plugin.simulator import SimulatorSetup, Utterance
from hub.plugin.simulator_http import HttpSimulator
from hub.plugin.simulator_troubles import PAGE_TROUBLES, PageTroubles
from hub.plugin.systems.shelf import HandedOut, Shelf
from hub.plugin.transport.paging import Marked, Numbered
from hub.plugin.transport.soap import CONTENT_TYPE, Call, call_in, fault_bytes, response_bytes
from hub.plugin.transport.soap_pull import Operation

FAILURES: Final[Mapping[str, str]] = {
    **PAGE_TROUBLES,
    "soap_fault": "查询接口头两次返回 SOAP Fault（HTTP 500）",
    "fault_about_the_account": "查询接口头两次返回 Client.Authentication 的 Fault",
    "xxe": "查询接口头两次返回带 DTD 与外部实体的报文",
    "double_escaped": "返回串被多转义一层",
    "url_encoded": "返回串经过 URL 编码",
    "gb2312_declared": "报文声明 GB2312，实际是 UTF-8",
    "gbk_bytes": "报文声明 GBK，确实是 GBK",
    "refuses_replies": "回写一律答复 code 404",
}
"""Failure modes by name."""
PATH: Final = "/services/Exchange"
_XML: Final = {"content-type": CONTENT_TYPE}
_USER: Final = "grid"
_TIMES: Final = 2


class SoapPullSystem(HttpSimulator):
    """Keeps what it has to say until it is asked."""

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._password: Final = setup.secrets.get("password") or f"password-{setup.seed}"
        self._listing: Final = self.listed()
        self._shelf: Final = Shelf(self._listing.walk)
        self._nonces: Final[set[str]] = set()
        self._happened: Final[Counter[str]] = Counter()
        asked = Call(operation=self._listing.name, namespace=self._listing.namespace)
        self._troubles: Final = PageTroubles(
            setup.failures,
            self.stopping,
            error=self._reply(asked, _result("-1", "系统异常")),
            empty=self._reply(asked, self._page(HandedOut((), 1, False, 0))),
        )

    @abstractmethod
    def listed(self) -> Operation:
        """The operation that its adapter reads. Asked once."""

    @abstractmethod
    def row(self, utterance: Utterance) -> Mapping[str, str]:
        """The utterance as the platform would write it, element by element."""

    def settings(self) -> Mapping[str, object]:
        """What else the adapter is configured with."""
        return {}

    def config(self) -> Mapping[str, object]:
        """What the adapter needs to reach it, the password in plain text."""
        return {"url": self.url + PATH, "user": _USER, "password": self._password, **self.settings()}

    def speak(self, utterance: Utterance) -> None:
        """From now on the list has it, in place of what it said of the same number before."""
        row = self.row(utterance)
        inside = "".join(f"<{name}>{_cdata(value)}</{name}>" for name, value in row.items())
        with self.changed:
            self._shelf.put(utterance, row, f"<{self._listing.row}>{inside}</{self._listing.row}>".encode())
            self.changed.notify_all()

    def outstanding(self) -> int:
        """Rows that nobody has read in their present state."""
        return len(self._shelf.unread)

    def answer(self, request: PeerRequest) -> PeerReply:
        """The operations of the service."""
        if request.path != PATH:
            return PeerReply(404)
        try:
            asked = call_in(request.body)
        except HubError:
            return PeerReply(500, fault_bytes("Client", "报文无法识别"), _XML)
        if set(asked.header.values()) != {_USER, self._password}:
            return self._reply(asked, _result("401", "用户名或密码错误"))
        if asked.operation != self._listing.name:
            return self._reply(asked, self._take_reply(asked))
        trouble = self._trouble(asked)
        if trouble is not None:
            return trouble
        with self.changed:
            found = self._shelf.hand_out(asked.arguments)
            self.count(found.fresh)
        return self._reply(asked, self._page(found))

    def _page(self, found: HandedOut) -> str:
        """A page in the form that the operation's walk expects."""
        listing, said = self._listing, dict[tuple[str, ...], str]()
        if listing.total:
            said[listing.total] = str(found.total)
        if isinstance(listing.walk, Marked):
            said[listing.walk.mark] = str(found.rows[-1].serial) if found.rows else ""
            said[listing.walk.more] = str(int(found.onward))
        if isinstance(listing.walk, Numbered):
            said[listing.walk.total] = str(found.total)
        head = "".join(f"<{path[-1]}>{value}</{path[-1]}>" for path, value in said.items())
        rows = "".join(row.content.decode() for row in found.rows)
        return _result("0", "成功", f"{head}<{listing.within}>{rows}</{listing.within}>")

    def _take_reply(self, asked: Call) -> str:
        told = asked.arguments
        if self.fails("refuses_replies"):
            return _result("404", "件已归档")
        with self.lock:
            known = told.get("nonce", "") in self._nonces
            self._nonces.add(told.get("nonce", ""))
        if not known:
            self.hear(
                ref=told.get("ref", ""),
                stage=told.get("status", ""),
                nonce=told.get("nonce", ""),
                text=told.get("text", ""),
            )
        return _result("0", "成功", f"<ref>{told.get('nonce', '')[:8]}</ref>")

    def _reply(self, asked: Call, result: str) -> PeerReply:
        """The answer with `result` as its string, in the charset and escaping that the failures ask for."""
        if self.fails("double_escaped"):
            result = escape(result)
        if self.fails("url_encoded"):
            result = "".join(f"%{byte:02X}" for byte in result.encode())
        raw = response_bytes(asked, result)
        if self.fails("gb2312_declared"):
            raw = raw.replace(b'encoding="utf-8"', b'encoding="GB2312"', 1)
        if self.fails("gbk_bytes"):
            raw = raw.decode().replace('encoding="utf-8"', 'encoding="GBK"', 1).encode("gb18030")
        return PeerReply(200, raw, _XML)

    def _trouble(self, asked: Call) -> PeerReply | None:
        """The next failure of a page that is switched on and not yet over."""
        if self._twice("soap_fault"):
            return PeerReply(500, fault_bytes("Server", "系统异常"), _XML)
        if self._twice("fault_about_the_account"):
            return PeerReply(500, fault_bytes("Client.Authentication", "口令已过期"), _XML)
        if self._twice("xxe"):
            dtd = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
            return PeerReply(200, dtd + response_bytes(asked, "&x;").partition(b"?>")[2], _XML)
        return self._troubles.next()

    def _twice(self, name: str) -> bool:
        if not self.fails(name):
            return False
        with self.lock:
            self._happened[name] += 1
            return self._happened[name] <= _TIMES


def _cdata(words: str) -> str:
    """Words as older platforms write them into XML."""
    return "<![CDATA[" + words.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _result(code: str, message: str, content: str = "") -> str:
    return f"<result><code>{code}</code><message>{message}</message>{content}</result>"
