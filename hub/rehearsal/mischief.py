"""Goes between a consumer and the hub, writes down what passes, and does to it what an act has ordered."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, TypeAlias

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.errors import Refused, TryLater
from hub.messages import text_of
from hub.messages.text import Language
from hub.rehearsal.journal import Asked, Journal, Kind

Json: TypeAlias = dict[str, Any]
Headers: TypeAlias = list[tuple[bytes, bytes]]
_UNDER: Final = "/departments/me"
_JSON: Final[Headers] = [(b"content-type", b"application/json")]


@dataclass(slots=True)
class Fault:
    """What happens to a request that it fits: `status` in place of an answer, a line that breaks (`cut`), or, with
    neither, an answer that takes its time."""

    fits: Callable[[Asked], bool]
    status: int = 503
    code: str = "C104"
    after: bool = False
    """The hub does its work first."""
    cut: bool = False
    hang_s: float = 0.0
    times: int = 1
    """How often; each use takes one."""


def later(kind: Kind, **more: Any) -> Fault:
    """The next request of that kind is told "later"."""
    return Fault(lambda asked: asked.kind is kind, **more)


@dataclass(slots=True)
class Orders:
    """What the line is to do. Acts write here while requests come in."""

    lock: Lock = field(default_factory=Lock)
    faults: list[Fault] = field(default_factory=list)
    shape: Callable[[list[Json]], list[Json]] = list
    """What is made of the messages of a fetch."""
    more: dict[str, Json] = field(default_factory=dict)
    """Messages that are handed out beside the hub's own until they are acknowledged."""

    def fault_for(self, asked: Asked) -> Fault | None:
        """The first that fits; it is used up by that."""
        with self.lock:
            for one in self.faults:
                if one.times > 0 and one.fits(asked):
                    one.times -= 1
                    return one
        return None

    def handed_out(self, messages: list[Json]) -> list[Json]:
        """What a fetch brings in place of `messages`."""
        with self.lock:
            return self.shape([*messages, *self.more.values()])

    def acknowledged(self, ids: tuple[str, ...]) -> None:
        """These were taken."""
        with self.lock:
            for id_ in ids:
                self.more.pop(id_, None)


class Mischief:
    """Around the application."""

    def __init__(self, app: ASGIApp, journal: Journal, orders: Orders) -> None:
        self._app, self._journal, self._orders = app, journal, orders

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection; what is not the departments' passes."""
        if scope["type"] != "http" or not scope["path"].startswith(_UNDER):
            await self._app(scope, receive, send)
            return
        body = await _body(receive)
        asked = self._journal.begin(scope["method"], scope["path"], body)
        fault = self._orders.fault_for(asked)
        if fault is not None and fault.hang_s:
            await asyncio.sleep(fault.hang_s)
        is_replaced = fault is not None and bool(fault.status or fault.cut)
        status, headers, content = 0, _JSON, b""
        if fault is None or fault.after or not is_replaced:
            status, headers, content = await self._answer(scope, body)
            status, content = self._told(asked, status, content)
        if fault is not None and is_replaced:
            asked.is_lost, asked.is_ours = 200 <= status < 300, True
            asked.status, asked.given = 0 if fault.cut else fault.status, ()
            self._journal.end(asked)
            await (_break(send) if fault.cut else _say(send, fault.status, _JSON, _problem(fault)))
            return
        asked.status = status
        self._journal.end(asked)
        await _say(send, status, headers, content)

    async def _answer(self, scope: Scope, body: bytes) -> tuple[int, Headers, bytes]:
        """What the hub answers."""
        said: list[Message] = []
        once = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return once.pop() if once else {"type": "http.disconnect"}

        async def keep(message: Message) -> None:
            said.append(message)

        await self._app(scope, again, keep)
        content = b"".join(one.get("body", b"") for one in said[1:])
        kept = [(name, value) for name, value in said[0]["headers"] if name != b"content-length"]
        return int(said[0]["status"]), kept, content

    def _told(self, asked: Asked, status: int, content: bytes) -> tuple[int, bytes]:
        """The answer as the act wants it, noted in `asked`."""
        if status >= 400:
            asked.code = str(orjson.loads(content).get("code", ""))
        if asked.kind is Kind.ACKNOWLEDGE and status == 200:
            self._orders.acknowledged(asked.ids)
        if asked.kind is Kind.FETCH and status == 200:
            answer = orjson.loads(content)
            answer["whistles"] = self._orders.handed_out(answer["whistles"])
            asked.given = tuple(str(one["id"]) for one in answer["whistles"])
            content = orjson.dumps(answer)
        return status, content


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _say(send: Send, status: int, headers: Headers, content: bytes) -> None:
    length = (b"content-length", str(len(content)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": content})


async def _break(send: Send) -> None:
    """Promises more than it sends: the server breaks the connection off."""
    headers = [*_JSON, (b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{", "more_body": False})


def _problem(fault: Fault) -> bytes:
    error = TryLater(fault.code) if fault.status >= 500 else Refused(fault.code, pointer="/form")
    return orjson.dumps(text_of(error, Language.ZH).as_dict())
