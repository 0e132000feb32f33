"""Where a source's own requests come in: which paths there are, who may come, how much of it, and what is answered.

Nothing here stores: what was let in is handed on, and whatever a lock wants noted is noted once it is stored. Rules:
domain.md N29 (large bodies), N68 (an answer that was lost: the same request comes again).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import orjson

from hub.errors import PeerRefused
from hub.plugin.adapter import Body, PeerReply, PeerRequest, Received
from hub.plugin.json_text import cut_rows
from hub.plugin.transport.signing import Gate

LIMIT_BYTES: Final = 20 * 1024 * 1024
"""One report with base64 photos has reached this (N29)."""
_WORDS: Final[Mapping[str, str]] = {
    "P101": "签名错误",
    "P102": "时间戳超出允许范围",
    "P103": "重复请求",
    "P107": "接口不存在",
    "P108": "报文过大",
    "P109": "密钥无效",
}
_STATUS: Final[Mapping[str, int]] = {"P107": 404, "P108": 413}
"""All other refusals are about who it is: 401."""

Say = Callable[[int, int, str], PeerReply]
"""(HTTP status, code, words) → an answer in the source's own form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """One path by which records come. `kind` is the adapter's own word for what comes here."""

    path: str
    kind: str = "row"
    rows: tuple[str, ...] | None = None
    """Where the list of records lies in a body, () for a body that is the list; None: a body is one record."""
    method: str = "POST"
    limit_bytes: int = LIMIT_BYTES

    def bodies(self, content: bytes) -> tuple[Body, ...]:
        """The records of one request, byte for byte. What holds no such list is one record as it is: it was sent,
        and `normalise` says what is wrong with it."""
        if self.rows is None:
            return (Body(content, self.kind),)
        try:
            rows = cut_rows(content, *self.rows)
        except ValueError:
            rows = ()
        return tuple(Body(row, self.kind) for row in rows or (content,))


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredOnly(Entrance):
    """A path whose requests are let in and answered like others, and of which nothing is kept: heartbeats, tracks."""

    def bodies(self, content: bytes) -> tuple[Body, ...]:  # noqa: ARG002  whatever it holds
        """None."""
        return ()


class Lock(Protocol):
    """Who may come in."""

    def admit(self, request: PeerRequest) -> Callable[[], None]:
        """What is to be done once the request is stored; raises PeerRefused for whoever may not come in."""
        ...


class Signed:
    """Whoever signs with one of these secrets, each request once; see `hub.plugin.transport.signing`."""

    def __init__(self, gate: Gate) -> None:
        self._gate: Final = gate

    def admit(self, request: PeerRequest) -> Callable[[], None]:
        """Raises PeerRefused P101 (signature), P102 (time), P103 (replayed); a nonce is used up by storing alone."""
        return partial(self._gate.remember, self._gate.admit_request(request))


class KnownToTheHub:
    """Whoever shows a key, token or certificate that the hub itself gave to this source (`gridplus keys issue`)."""

    def admit(self, request: PeerRequest) -> Callable[[], None]:
        """Raises PeerRefused P109 for everybody else."""
        if not request.known:
            raise PeerRefused("P109")
        return _nothing


def said_in_json(status: int, code: int, words: str) -> PeerReply:
    """`{"code": …, "msg": …}`, as most platforms answer."""
    return PeerReply(status, orjson.dumps({"code": code, "msg": words}), {"content-type": "application/json"})


class Entrances:
    """All entrances of one source behind one lock."""

    def __init__(self, table: Sequence[Entrance], lock: Lock, *, say: Say = said_in_json) -> None:
        self._table: Final = {(one.method, one.path): one for one in table}
        self._lock: Final = lock
        self._say: Final = say

    def receive(self, request: PeerRequest) -> Received:
        """As `hub.plugin.Receives`; raises PeerRefused P107 (no such path), P108 (too large) or what the lock raises,
        each in the source's own form."""
        try:
            entrance = self._entrance(request)
            noted = self._lock.admit(request)
        except PeerRefused as error:
            status = _STATUS.get(error.code, 401)
            reply = self._say(status, status, _WORDS[error.code])
            raise PeerRefused(error.code, status=status, body=reply.body, headers=reply.headers) from None
        return Received(
            bodies=entrance.bodies(request.body),
            reply=self._say(200, 0, "success"),
            failed=self._say(503, 503, "系统繁忙，请稍后重试"),
            stored=noted,
        )

    def _entrance(self, request: PeerRequest) -> Entrance:
        entrance = self._table.get((request.method, request.path))
        if entrance is None:
            raise PeerRefused("P107")
        if len(request.body) > entrance.limit_bytes:
            raise PeerRefused("P108")
        return entrance


def _nothing() -> None:
    """A key holds as often as it is shown."""
