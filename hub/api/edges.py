"""What holds for every answer, whatever route gives it: safe headers, HEAD, and how much may be sent.

Sources' own doors under `/in/` keep their methods and their own limit (`sources.take_in`).
"""

import re
from collections.abc import Mapping
from typing import Final

from fastapi import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.run.matters.evidence import MOST_BYTES

BODY_LIMIT: Final = 256 * 1024
"""Bytes of what a department sends; its longest note and form fit in many times over."""
EVIDENCE_LIMIT: Final = MOST_BYTES
"""Bytes of one file that a department hands in as evidence: a telephone's photo, or a scanned page."""
PHOTOS_LIMIT: Final = 16 * 1024 * 1024
"""Bytes of one report with its photos, each of which a browser has made smaller and written in base64."""
FORM_LIMIT: Final = 4 * EVIDENCE_LIMIT + BODY_LIMIT
"""Bytes of a form with files of evidence."""
_LIMITS: Final = (
    (re.compile(r"/departments/me/whistles/[^/]+/evidence"), EVIDENCE_LIMIT),
    (re.compile(r"/inbox/[^/]+/evidence"), FORM_LIMIT),
    (re.compile(r"/report/records"), PHOTOS_LIMIT),
)
SAFE: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
"""On every answer: what is shown under the grants of this moment must not be kept."""
_SAFE_OVER_TLS: Final = {**SAFE, "strict-transport-security": "max-age=31536000"}
"""Over TLS: a browser that came so never comes without again, for a year."""
IS_HEAD: Final = "gridplus.head"
"""In the scope of a GET that was a HEAD: what GET would hand over, it does not."""
_SOURCES: Final = "/in/"


class Edges:
    """Around the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection of any kind; only HTTP has edges."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _with_safe_headers(send, _SAFE_OVER_TLS if scope["scheme"] == "https" else SAFE)
        if not scope["path"].startswith(_SOURCES):
            limits = (limit for path, limit in _LIMITS if path.fullmatch(scope["path"]))
            receive = _limited(receive, next(limits, BODY_LIMIT))
            if scope["method"] == "HEAD":
                scope, answer = {**scope, "method": "GET", IS_HEAD: True}, _without_body(answer)
        await self._app(scope, receive, answer)


def _limited(receive: Receive, limit: int) -> Receive:
    """Raises 413 as soon as too much has come; nothing of it is kept."""
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise HTTPException(413)
        return message

    return limited


def _with_safe_headers(send: Send, safe_ones: Mapping[str, str]) -> Send:
    async def safe(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in safe_ones.items():
                headers.setdefault(name, value)
        await send(message)

    return safe


def _without_body(send: Send) -> Send:
    async def bare(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return bare
