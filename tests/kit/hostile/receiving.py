"""Adapters with a door that is not quite closed, an ingress filter with a hole, and readers of XML and archives that trust them."""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Final

from hub.errors import BadRecord, PeerRefused
from hub.model import Arrival, Draft
from hub.plugin import Admitted, Body, PeerReply, PeerRequest, Received
from hub.plugin.transport.signing import WINDOW_S, Gate, request_signature
from tests.kit.hostile.plain import Row
from tests.kit.hostile.pushed import ARCHIVED, DOOR, PUSHED, Pushed, pushed

_SERIAL: Final = count(1)
_OK: Final = PeerReply()


def _taken(request: PeerRequest) -> Received:
    return Received((Body(request.body, "alarm"),), _OK)


class _AnyKey(Pushed):
    """Looks whether there is a signature, and not at it."""

    def receive(self, request: PeerRequest) -> Received:
        if not request.headers.get("x-signature"):
            raise PeerRefused("P101")
        return super().receive(request) if request.path != DOOR else _taken(request)


class _Anybody(Pushed):
    def receive(self, request: PeerRequest) -> Received:
        return _taken(request)


class _AnyBody(Pushed):
    """Believes the signature of another body."""

    def receive(self, request: PeerRequest) -> Received:
        headers, body = request.headers, request.body
        asked = replace(request, body=body.rstrip())
        if headers.get("x-signature") != request_signature(
            self.config.push_secret,
            method=asked.method,
            path=asked.path,
            query=asked.query,
            timestamp=headers.get("x-timestamp", ""),
            nonce=headers.get("x-nonce", ""),
            body=asked.body,
        ):
            raise PeerRefused("P101")
        return _taken(request)


class _Timeless(Pushed):
    def receive(self, request: PeerRequest) -> Received:
        self.gate._window_s = 1000 * WINDOW_S  # type: ignore[misc]
        return super().receive(request)


class _NewEachTime(Pushed):
    """Lets a request in again, and takes it for another report."""

    def receive(self, request: PeerRequest) -> Received:
        self.gate = Gate({"alarms": self.config.push_secret}, clock=self.gate._clock)  # type: ignore[misc]
        return super().receive(request)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        return [
            replace(one, source_ref=f"{one.source_ref}-{next(_SERIAL)}")
            for one in super().normalise(body, arrival)
        ]


class _UsedUp(Pushed):
    """Uses a nonce up before anything is stored."""

    def receive(self, request: PeerRequest) -> Received:
        received = super().receive(request)
        received.stored()
        return received


class _Thanking(Pushed):
    def receive(self, request: PeerRequest) -> Received:
        return replace(super().receive(request), failed=_OK)


class _Anywhere(Pushed):
    def receive(self, request: PeerRequest) -> Received:
        return (
            super().receive(request) if request.path == DOOR and request.method == "POST" else _taken(request)
        )


class _AnySize(Pushed):
    def receive(self, request: PeerRequest) -> Received:
        return _taken(request)


class _Clumsy(Pushed):
    def receive(self, request: PeerRequest) -> Received:
        assert request.headers["x-signature"]
        return super().receive(request)


class _Leaky(Pushed):
    """Takes out what it knows, and holds the rest."""

    def admit(self, body: Body) -> Admitted:
        return Admitted(body.content.replace(b"<face>", b""))


class _Resolving(Pushed):
    """Puts in what is declared, wherever it lies."""

    def admit(self, body: Body) -> Admitted:
        declared = re.search(rb'<!DOCTYPE.*?(?:SYSTEM "file://([^"]*)")?>]>', body.content, re.DOTALL)
        if declared is None:
            return super().admit(body)
        words = Path(declared[1].decode()).read_bytes() if declared[1] else b""
        content = body.content.replace(declared[0], b"").replace(b"&k;", words)
        return super().admit(replace(body, content=content))


class _Unpacking(Pushed):
    def opened(self, content: bytes) -> bytes:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return b"".join(archive.read(name) for name in archive.namelist())
        except zipfile.BadZipFile:
            raise BadRecord("R102") from None


ROWS: Final = (
    Row("door-stranger", pushed(_Anybody), "let-in", PUSHED),
    Row("door-forged-sender", pushed(_AnyKey), "let-in", PUSHED),
    Row("door-forged-body", pushed(_AnyBody), "let-in", PUSHED),
    Row("door-old", pushed(_Timeless), "let-in", PUSHED),
    Row("door-replayed", pushed(_NewEachTime), "another", PUSHED),
    Row("door-failed-again", pushed(_UsedUp), "used-up", PUSHED),
    Row("door-failure-said", pushed(_Thanking), "thanked", PUSHED),
    Row("door-elsewhere", pushed(_Anywhere), "let-in", PUSHED),
    Row("door-oversize", pushed(_AnySize), "let-in", PUSHED),
    Row("door-garbage", pushed(_Clumsy), "crashed", PUSHED),
    Row("ingress-is-a-list", pushed(_Leaky), "held", PUSHED),
    Row("entities", pushed(_Resolving), "read", PUSHED),
    Row("archive-bomb", replace(ARCHIVED, make=_Unpacking), "memory", ARCHIVED),
)
