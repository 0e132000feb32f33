"""A platform that is read over HTTP, to play with: the other side of `hub.plugin.transport.rest_pull`.

It serves whatever `Listing` its adapter reads, so that the two cannot drift apart: a subclass says the listing, the
credentials, and how one utterance looks as a row. Failure modes: `FAILURES`.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl, unquote

import orjson

from hub.plugin.adapter import PeerReply, PeerRequest
from hub.plugin.simulator import SimulatorSetup, Utterance
from hub.plugin.simulator_http import HttpSimulator
from hub.plugin.simulator_troubles import PAGE_TROUBLES, PageTroubles
from hub.plugin.transport.credentials import Credentials
from hub.plugin.transport.paging import Keyset, Marked, Numbered
from hub.plugin.transport.rest_pull import Listing

FAILURES: Final[Mapping[str, str]] = {
    **PAGE_TROUBLES,
    "credentials_end_mid_page": "列表接口每答三次就拒绝一次，返回 401",
    "refuses_replies": "回写一律以 code 422 拒收",
}
"""Failure modes by name."""
_JSON: Final = {"content-type": "application/json;charset=UTF-8"}
_EVERY: Final = 4


@dataclass(frozen=True, slots=True)
class _Shown:
    """One row as the list holds it: sorted by what the listing sorts by."""

    at: str
    key: str
    serial: int
    content: bytes


class RestPullSystem(HttpSimulator):
    """Keeps what it has to say until it is asked. Told something at `<path>/<ref>/replies`, it keeps that too."""

    FAILURES: ClassVar[Mapping[str, str]] = FAILURES

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._rows: Final[dict[str, _Shown]] = {}
        self._unread: Final[set[bytes]] = set()
        self._nonces: Final[set[str]] = set()
        self._asked = 0
        self._serial = 0
        self._credentials: Final = self.credentials()
        self._listing: Final = self.listed()
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
        at, key = self._place_of(row, utterance)
        content = orjson.dumps(row)
        with self.changed:
            old = self._rows.pop(utterance.ref, None)
            if old is not None:
                self._unread.discard(old.content)
            self._serial += 1
            self._rows[utterance.ref] = _Shown(at, key, self._serial, content)
            self._unread.add(content)
            self.changed.notify_all()

    def _place_of(self, row: Mapping[str, object], utterance: Utterance) -> tuple[str, str]:
        """What the list sorts it by."""
        match self._listing.walk:
            case Keyset() as walk:
                return str(row.get(walk.at, "")), str(row.get(walk.key, ""))
            case Numbered() as walk:
                return utterance.at.astimezone(walk.zone).strftime(walk.form), utterance.ref
        return "", utterance.ref

    def outstanding(self) -> int:
        """Rows that nobody has read in their present state."""
        return len(self._unread)

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
            found, page, onward = self._found(asked)
            fresh = {row.content for row in page} & self._unread
            self._unread.difference_update(fresh)
            self.count(len(fresh))
            return self._page(page, announced=found, onward=onward)

    def _found(self, asked: Mapping[str, str]) -> tuple[int, Sequence[_Shown], bool]:
        """How many there are behind what was asked, which of them are on this page, and whether more follow."""
        match self._listing.walk:
            case Keyset() as walk:
                behind = (asked.get(walk.since, ""), asked.get(walk.after, ""))
                rows = sorted(
                    (row for row in self._rows.values() if (row.at, row.key) > behind),
                    key=lambda row: (row.at, row.key),
                )
                size = int(asked.get(walk.size, "100"))
                return len(rows), rows[:size], len(rows) > size
            case Marked() as walk:
                after = int(asked.get(walk.cursor) or 0)
                rows = [row for row in self._in_order() if row.serial > after]
                size = int(asked.get(walk.size, "100"))
                return len(rows), rows[:size], len(rows) > size
            case Numbered() as walk:
                return self._numbered(walk, asked)
        raise TypeError("this walk is not served")

    def _numbered(self, walk: Numbered, asked: Mapping[str, str]) -> tuple[int, Sequence[_Shown], bool]:
        since, until = asked.get(walk.since, ""), asked.get(walk.until, "")
        rows = [row for row in self._in_order() if since <= row.at <= until]
        size = int(asked.get(walk.size, "100"))
        number = int(asked.get(walk.number, "0"))
        begin = number if walk.by == "offset" else (number - walk.first) * size
        return len(rows), rows[begin : begin + size], len(rows) > begin + size

    def _in_order(self) -> list[_Shown]:
        return sorted(self._rows.values(), key=lambda row: row.serial)

    def _page(self, rows: Sequence[_Shown], *, announced: int, onward: bool) -> PeerReply:
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
