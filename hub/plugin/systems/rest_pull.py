"""A platform that is read over HTTP, to play with: the other side of `hub.plugin.transport.rest_pull`.

It serves whatever `Listing` its adapter reads, so that the two cannot drift apart: a subclass says the listing, the
credentials, and how one utterance looks as a row. Failure modes: `FAILURES`.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl, unquote

import orjson

from hub.plugin.adapter import PeerReply, PeerRequest
from hub.plugin.simulator import SimulatorSetup, Utterance
from hub.plugin.simulator_http import HttpSimulator
from hub.plugin.simulator_troubles import PAGE_TROUBLES, PageTroubles
from hub.plugin.systems.shelf import Shelf, Shown
from hub.plugin.transport.credentials import Credentials
from hub.plugin.transport.paging import Marked, Numbered
from hub.plugin.transport.rest_pull import Listing

FAILURES: Final[Mapping[str, str]] = {
    **PAGE_TROUBLES,
    "credentials_end_mid_page": "列表接口每答三次就拒绝一次，返回 401",
    "refuses_replies": "回写一律以 code 422 拒收",
}
"""Failure modes by name."""
_JSON: Final = {"content-type": "application/json;charset=UTF-8"}
_EVERY: Final = 4


class RestPullSystem(HttpSimulator):
    """Keeps what it has to say until it is asked. Told something at `<path>/<ref>/replies`, it keeps that too."""

    FAILURES: ClassVar[Mapping[str, str]] = FAILURES

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._nonces: Final[set[str]] = set()
        self._asked = 0
        self._credentials: Final = self.credentials()
        self._listing: Final = self.listed()
        self._shelf: Final = Shelf(self._listing.walk)
        self._troubles: Final = PageTroubles(
            setup.failures,
            self.stopping,
            error=_said({"code": 500, "msg": "系统异常"}),
            empty=self._page((), announced=1, onward=False),
        )

    @abstractmethod
    def credentials(self) -> Credentials:
        """How its callers show who they are. Asked once."""

    @abstractmethod
    def listed(self) -> Listing:
        """The listing that its adapter reads. Asked once."""

    @abstractmethod
    def settings(self) -> Mapping[str, object]:
        """The adapter's configuration but for `base_url`, secrets in plain text."""

    @abstractmethod
    def row(self, utterance: Utterance) -> Mapping[str, object]:
        """The utterance as the platform would write it."""

    def config(self) -> Mapping[str, object]:
        """What the adapter needs to reach it."""
        return {"base_url": self.url, **self.settings()}

    def speak(self, utterance: Utterance) -> None:
        """From now on the list has it, in place of what it said of the same number before."""
        row = self.row(utterance)
        with self.changed:
            self._shelf.put(utterance, row, orjson.dumps(row))
            self.changed.notify_all()

    def outstanding(self) -> int:
        """Rows that nobody has read in their present state."""
        return len(self._shelf.unread)

    def answer(self, request: PeerRequest) -> PeerReply:
        """The list, and the door for answers; everything else is not there."""
        if not self._credentials.admits(request):
            return PeerReply(401)
        if (request.method, request.path) == ("GET", self._listing.path):
            return self._troubles.next() or self._list(dict(parse_qsl(request.query)))
        if request.method == "POST" and request.path.endswith("/replies"):
            return self._take_reply(request)
        return PeerReply(404)

    def _list(self, asked: Mapping[str, str]) -> PeerReply:
        with self.changed:
            self._asked += 1
            if self.fails("credentials_end_mid_page") and self._asked % _EVERY == 0:
                return PeerReply(401)
            found = self._shelf.hand_out(asked)
            self.count(found.fresh)
            return self._page(found.rows, announced=found.total, onward=found.onward)

    def _page(self, rows: Sequence[Shown], *, announced: int, onward: bool) -> PeerReply:
        """An answer in the form that the listing expects."""
        listing, told = self._listing, {"code": 0, "msg": "ok"}
        said: dict[str, Any] = dict(told)
        _put(said, listing.rows, [orjson.Fragment(row.content) for row in rows])
        if listing.total:
            _put(said, listing.total, announced)
        if isinstance(listing.walk, Marked):
            _put(said, listing.walk.mark, str(rows[-1].serial) if rows else "")
            _put(said, listing.walk.more, onward)
        if isinstance(listing.walk, Numbered):
            _put(said, listing.walk.total, announced)
        return _said(said)

    def _take_reply(self, request: PeerRequest) -> PeerReply:
        if self.fails("refuses_replies"):
            return _said({"code": 422, "msg": "已归档，不接受回写"})
        told = {name: str(value) for name, value in orjson.loads(request.body).items()}
        ref = unquote(request.path.removeprefix(self._listing.path).split("/")[-2])
        with self.lock:
            known = told["nonce"] in self._nonces
            self._nonces.add(told["nonce"])
        if not known:
            self.hear(ref=ref, stage=told["status"], nonce=told["nonce"], text=told.get("text", ""))
        return _said({"code": 0, "msg": "ok", "data": {"replyNo": told["nonce"][:8]}})


def _put(said: dict[str, Any], path: Sequence[str], value: object) -> None:
    for name in path[:-1]:
        said = said.setdefault(name, {})
    said[path[-1]] = value


def _said(content: Mapping[str, object]) -> PeerReply:
    return PeerReply(200, orjson.dumps(content), _JSON)
