"""The wire between an adapter and its system, in the kit's hand: what can happen to any HTTP answer, happens here.

So no author writes these failures, and none can leave one out. It listens on 127.0.0.1, hands each request on as it
came, and answers what the system answers, until a trouble is due.
"""

import http.client
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from http.server import ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

from hub.plugin.peer_handler import PeerHandler

_HOP: Final = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive", "date", "server"})
_LOGIN_PAGE: Final = "<!DOCTYPE html><html><head><title>统一身份认证</title></head></html>".encode()
_PIECE: Final = b" " * (1 << 20)
_PIECES: Final = 512
"""Half a gigabyte is offered; who reads all of it has no limit."""
_PATIENCE_S: Final = 10.0
_REMEMBERED: Final = 200
_PIECE_BYTES: Final = 64
_BETWEEN_S: Final = 0.002


class Trouble(StrEnum):
    """What happens instead of an answer."""

    UNAUTHORIZED = "401"
    NOT_FOUND = "404"
    RATE_LIMITED = "429"
    SERVER_ERROR = "503"
    LOGIN_PAGE = "login_page"
    """HTTP 200, and inside it a page for people."""
    HALF = "half"
    """The first half of the answer, and then the end of the connection."""
    RESET = "reset"
    SILENT = "silent"
    """Nothing at all, for as long as the other side waits."""
    ENDLESS = "endless"
    """An answer that does not end for half a gigabyte."""
    REDIRECT = "redirect"
    """To somewhere else."""
    AGAIN = "again"
    """The answer to the question before of this path, once more."""
    SLOW = "slow"
    """The answer, in small pieces."""


class Wire:
    """In front of one address. `trouble` is asked for each request, by its number from 1; None hands it on."""

    def __init__(self, target: str, trouble: Callable[[int], Trouble | None]) -> None:
        self.target: Final = urlsplit(target)
        self.trouble: Final = trouble
        self.requests = 0
        self.asked: Final[list[str]] = []
        """Paths with their parameters."""
        self.answers: Final[deque[bytes]] = deque(maxlen=_REMEMBERED)
        """What the system answered, the latest ones."""
        self.before: Final[dict[str, tuple[int, dict[str, str], bytes]]] = {}
        """Path → the answer before."""
        self.sent_bytes = 0
        """Of answers made here."""
        self.stopping: Final = threading.Event()
        self._lock: Final = threading.Lock()
        self._server: Final = _Server(self)
        self._thread: Final = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url: Final = f"http://127.0.0.1:{self._server.server_port}"

    def next(self, path: str) -> Trouble | None:
        """The trouble of the next request, which asks for `path`."""
        with self._lock:
            self.requests += 1
            self.asked.append(path)
            return self.trouble(self.requests)

    def close(self) -> None:
        """Stops; what hangs is let go."""
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # who is silent on purpose is not waited for

    def __init__(self, wire: Wire) -> None:
        self.wire: Final = wire
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is what the kit is about."""


class _Handler(PeerHandler):
    server: _Server
    timeout = _PATIENCE_S

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        wire = self.server.wire
        match wire.next(self.path):
            case None | Trouble.HALF | Trouble.SLOW as trouble:
                self._hand_on(body, trouble)
            case Trouble.AGAIN if self._place in wire.before:
                self._answer(*wire.before[self._place])
            case Trouble.AGAIN:
                self._hand_on(body, None)
            case Trouble.RESET:
                self.close_connection = True
            case Trouble.SILENT:
                wire.stopping.wait(_PATIENCE_S)
                self.close_connection = True
            case Trouble.LOGIN_PAGE:
                self._answer(200, {"content-type": "text/html;charset=UTF-8"}, _LOGIN_PAGE)
            case Trouble.REDIRECT:
                self._answer(302, {"location": "http://127.0.0.1:9/login"}, b"")
            case Trouble.ENDLESS:
                self._go_on()
            case trouble:
                self._answer(int(trouble.value), {}, b"")

    @property
    def _place(self) -> str:
        return f"{self.command} {urlsplit(self.path).path}"

    def _hand_on(self, body: bytes, trouble: Trouble | None) -> None:
        target = self.server.wire.target
        link = http.client.HTTPConnection(target.hostname or "", target.port, timeout=_PATIENCE_S)
        try:
            named = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            link.request(self.command, self.path, body=body, headers=named)
            reply = link.getresponse()
            content, headers = reply.read(), dict(reply.getheaders())
        except (OSError, http.client.HTTPException):
            self.close_connection = True
            return
        finally:
            link.close()
        self.server.wire.answers.append(content)
        self.server.wire.before[self._place] = (reply.status, headers, content)
        shown = content[: len(content) // 2] if trouble is Trouble.HALF else content
        self._answer(reply.status, headers, shown, len(content), slowly=trouble is Trouble.SLOW)

    def _answer(
        self,
        status: int,
        headers: dict[str, str],
        content: bytes,
        length: int | None = None,
        *,
        slowly: bool = False,
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        self.send_header("content-length", str(len(content) if length is None else length))
        self.end_headers()
        step = max(_PIECE_BYTES, len(content) // 64) if slowly else len(content) or 1
        for begin in range(0, len(content), step):
            self.wfile.write(content[begin : begin + step])
            if slowly:
                self.server.wire.stopping.wait(_BETWEEN_S)
        self.close_connection = True

    def _go_on(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        with suppress(OSError):  # whoever reads it has had enough
            for _ in range(_PIECES):
                self.wfile.write(_PIECE)
                self.server.wire.sent_bytes += len(_PIECE)
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve  # noqa: N815  http.server's names
