"""A platform that is read over SOAP 1.1, to play with: the other side of `hub.plugin.transport.soap_pull`.

It serves whatever `Operation` its adapter reads; a subclass says which, and how one utterance looks as a row. What is told
to it by any other operation is kept. Failure modes: `FAILURES`.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Final

from hub.errors import HubError
from hub.plugin.adapter import PeerReply, PeerRequest
from hub.plugin.simulator import SimulatorSetup, Utterance
from hub.plugin.simulator_troubles import PAGE_TROUBLES, PageTroubles
from hub.plugin.systems.shelf import HandedOut, Shelf
from hub.plugin.systems.soap_answers import ANSWER_TROUBLES, XML, SoapAnswering, cdata, result
from hub.plugin.transport.paging import Marked, Numbered
from hub.plugin.transport.soap import Call, call_in, fault_bytes
from hub.plugin.transport.soap_pull import Operation

FAILURES: Final[Mapping[str, str]] = {
    **PAGE_TROUBLES,
    **ANSWER_TROUBLES,
    "refuses_replies": "回写一律答复 code 404",
}
"""Failure modes by name."""
PATH: Final = "/services/Exchange"
_USER: Final = "grid"


class SoapPullSystem(SoapAnswering):
    """Keeps what it has to say until it is asked."""

    FAILURES: ClassVar[Mapping[str, str]] = FAILURES

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._password: Final = setup.secrets.get("password") or f"password-{setup.seed}"
        self._listing: Final = self.listed()
        self._shelf: Final = Shelf(self._listing.walk)
        self._nonces: Final[set[str]] = set()
        asked = Call(operation=self._listing.name, namespace=self._listing.namespace)
        self._troubles: Final = PageTroubles(
            setup.failures,
            self.stopping,
            error=self.reply(asked, result("-1", "系统异常")),
            empty=self.reply(asked, self._page(HandedOut((), 1, False, 0))),
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
        inside = "".join(f"<{name}>{cdata(value)}</{name}>" for name, value in row.items())
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
            return PeerReply(500, fault_bytes("Client", "报文无法识别"), XML)
        if set(asked.header.values()) != {_USER, self._password}:
            return self.reply(asked, result("401", "用户名或密码错误"))
        if asked.operation != self._listing.name:
            return self.reply(asked, self._take_reply(asked))
        trouble = self.trouble(asked) or self._troubles.next()
        if trouble is not None:
            return trouble
        with self.changed:
            found = self._shelf.hand_out(asked.arguments)
            self.count(found.fresh)
        return self.reply(asked, self._page(found))

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
        return result("0", "成功", f"{head}<{listing.within}>{rows}</{listing.within}>")

    def _take_reply(self, asked: Call) -> str:
        told = asked.arguments
        if self.fails("refuses_replies"):
            return result("404", "件已归档")
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
        return result("0", "成功", f"<ref>{told.get('nonce', '')[:8]}</ref>")
