"""One file over HTTP, through the guard: what `hub.intake.links` allows, from the very address that was checked.

A name is resolved once, every address that it leads to is looked at, and the connection goes to one of those
addresses: a name that means something else a moment later gains nothing. No redirection is followed, no proxy
asked, no cookie kept. Time and size are counted here, whatever name server and server say of them.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from hub.intake.links import Following, Target, Unfit, target_of
from hub.model import AttachmentState
from hub.run.ground.resolving import Resolve, Resolving, resolve

MOST_BYTES: Final = 8 * 1024 * 1024
LONGEST_S: Final = 20.0
"""For one file, from the question for its host's addresses to its last byte; real seconds."""
_PORTION: Final = 64 * 1024
_OVER: Final = frozenset({401, 403, 404, 410})
"""A signed link that has run out is answered with any of these."""
_PASSING: Final = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Fetched:
    """All bytes of the file, as sent."""

    content: bytes


@dataclass(frozen=True, slots=True)
class NotFetched:
    """It ends without bytes: as what, and why."""

    state: AttachmentState
    code: str


@dataclass(frozen=True, slots=True)
class Later:
    """The server may answer another time."""

    code: str = "F113"


Outcome: TypeAlias = Fetched | NotFetched | Later


class Fetching:
    """Fetches files. Keeps nothing between two of them but questions for names that hang."""

    def __init__(
        self,
        *,
        most_bytes: int = MOST_BYTES,
        longest_s: float = LONGEST_S,
        resolve: Resolve = resolve,
        ticks: Callable[[], float] = time.monotonic,
        tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self._most, self._longest_s = most_bytes, longest_s
        self._resolving, self._ticks, self._tls = Resolving(resolve), ticks, tls

    def fetch(self, url: str, following: Following) -> Outcome:
        """The file at `url`, or why not; never raises for what link, network or server do."""
        target = target_of(url, following)
        if isinstance(target, Unfit):
            return _refused(target.code)
        ends = self._ticks() + self._longest_s
        try:
            addresses = self._addresses(target, ends)
        except OSError:  # time-outs are OSErrors
            return Later()
        if not all(following.may_connect(address, target.host) for address in addresses):
            return _refused("F104")
        return self._ask(target, addresses[0], ends) if addresses else Later()

    def _addresses(self, target: Target, ends: float) -> Sequence[str]:
        if target.is_address:
            return [target.host]
        return self._resolving.addresses(target.host, target.port, within_s=self._left_s(ends))

    def _left_s(self, ends: float) -> float:
        """Raises TimeoutError where nothing is left."""
        left = ends - self._ticks()
        if left <= 0:
            raise TimeoutError
        return left

    def _ask(self, target: Target, address: str, ends: float) -> Outcome:
        wire = None
        try:
            wire = self._connect(target, address, ends)
            return self._get(target, wire)
        except ssl.SSLCertVerificationError:
            return _refused("F109")
        except (OSError, http.client.HTTPException):
            return Later()
        finally:
            if wire is not None:
                wire.end()

    def _connect(self, target: Target, address: str, ends: float) -> "_Wire":
        raw = socket.create_connection((address, target.port), timeout=self._left_s(ends))
        try:
            if target.is_tls:
                raw.settimeout(self._left_s(ends))
                raw = self._tls().wrap_socket(raw, server_hostname=target.host)
        except BaseException:
            raw.close()
            raise
        return _Wire(raw, lambda: self._left_s(ends))

    def _get(self, target: Target, wire: "_Wire") -> Outcome:
        link = http.client.HTTPConnection(target.host, target.port)
        link.default_port = 443 if target.is_tls else 80  # for the Host header alone
        link.sock = wire  # all of a socket that this class uses
        headers = {"accept-encoding": "identity", "connection": "close", "user-agent": "gridplus"}
        link.request("GET", target.path, headers=headers)
        answer = link.getresponse()
        try:
            return self._read(answer) if answer.status == 200 else _unusable(answer.status)
        finally:
            answer.close()

    def _read(self, answer: http.client.HTTPResponse) -> Outcome:
        """What a server announces may end it early; only what came counts."""
        if answer.length is not None and answer.length > self._most:
            return _refused("F106")
        content = bytearray()
        while portion := answer.read(_PORTION):
            content += portion
            if len(content) > self._most:
                return _refused("F106")
        return Later() if answer.length else Fetched(bytes(content))


def _unusable(status: int) -> Outcome:
    if status in _OVER:
        return NotFetched(AttachmentState.EXPIRED, "F111")
    if status >= 500 or status in _PASSING:
        return Later()
    return _refused("F105" if 300 <= status < 400 else "F108")


def _refused(code: str) -> NotFetched:
    return NotFetched(AttachmentState.REFUSED, code)


class _Wire:
    """A socket as `http.client` uses it, on which no operation goes on after the whole time is over."""

    def __init__(self, raw: socket.socket, left_s: Callable[[], float]) -> None:
        self._raw, self._left_s = raw, left_s

    def sendall(self, data: bytes) -> None:
        """Sends all of it."""
        self._in_time().sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002 http.client reads bytes
        """What is received, buffered."""
        return io.BufferedReader(_Received(self._in_time))

    def close(self) -> None:
        """Nothing: `http.client` lets go of a socket that the answer is still read from."""

    def end(self) -> None:
        """Ends the connection."""
        self._raw.close()

    def _in_time(self) -> socket.socket:
        self._raw.settimeout(self._left_s())
        return self._raw


class _Received(io.RawIOBase):
    """Each read waits no longer than what is left."""

    def __init__(self, in_time: Callable[[], socket.socket]) -> None:
        self._in_time = in_time

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._in_time().recv_into(buffer)
