"""What can go wrong with a page of any source read over HTTP, by name; for simulators.

Each trouble happens a fixed number of times and then is over, so that a scenario still ends.
"""

import threading
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final

from hub.plugin.adapter import PeerReply
from hub.plugin.simulator_http import Hangup

PAGE_TROUBLES: Final[Mapping[str, str]] = {
    "http_200_with_error": "列表接口头两次返回 HTTP 200，内含错误码",
    "html_login_page": "列表接口头两次返回 HTTP 200 的登录页",
    "rate_limited": "列表接口头两次返回 429",
    "server_error": "列表接口头两次返回 503",
    "connection_reset": "列表接口头两次直接断开",
    "half_an_answer": "列表接口头两次只发出一半报文",
    "silent_empty_page": "列表接口头两次返回空页，但总数不为零",
    "no_answer": "列表接口头一次收到请求后不作答",
}
"""Name → what it looks like."""

_TIMES: Final = 2
_LOGIN_PAGE: Final = "<!DOCTYPE html><html><head><title>统一身份认证</title></head></html>".encode()


class PageTroubles:
    """The troubles that are switched on for one simulator; may be asked from any thread."""

    def __init__(
        self, switched_on: Collection[str], stopping: threading.Event, *, error: PeerReply, empty: PeerReply
    ) -> None:
        """`error` and `empty` are the protocol's own way to say an error, or nothing, with HTTP 200."""
        self._on: Final = [name for name in PAGE_TROUBLES if name in switched_on]
        self._stopping: Final = stopping
        self._error: Final = error
        self._empty: Final = empty
        self._happened: Final[Counter[str]] = Counter()
        self._lock: Final = threading.Lock()

    def next(self) -> PeerReply | None:
        """What to answer instead of a page; None where all is well. May raise Hangup, or wait."""
        match self._pick():
            case "http_200_with_error":
                return self._error
            case "silent_empty_page":
                return self._empty
            case "html_login_page":
                return PeerReply(200, _LOGIN_PAGE, {"content-type": "text/html;charset=UTF-8"})
            case "rate_limited":
                return PeerReply(429)
            case "server_error":
                return PeerReply(503)
            case "half_an_answer":
                half = self._empty.body[: len(self._empty.body) // 2]
                return PeerReply(200, half, {**self._empty.headers, "content-length": "4096"})
            case "connection_reset":
                raise Hangup
            case "no_answer":
                self._stopping.wait()
                raise Hangup
        return None

    def _pick(self) -> str:
        with self._lock:
            for name in self._on:
                if self._happened[name] < (1 if name == "no_answer" else _TIMES):
                    self._happened[name] += 1
                    return name
        return ""
