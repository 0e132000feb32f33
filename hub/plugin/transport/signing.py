"""Signed requests: HMAC-SHA256 over what was asked, when, and a nonce; checked and made here.

A signature covers method, path, query, timestamp, nonce and the body's SHA-256, one a line. The path is
the one behind the address that was handed out, so that a gateway may stand between. Which headers carry
the parts is the protocol's (`Headers`).
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from pydantic import SecretStr

from hub.clock import Clock
from hub.errors import PeerRefused
from hub.plugin.adapter import PeerRequest
from hub.plugin.transport.seen_requests import Seen

WINDOW_S: Final = 300
"""How far the two clocks may be apart; a nonce is remembered twice as long."""


@dataclass(frozen=True, slots=True)
class Headers:
    """Names of the headers that carry the parts of a signature, lower case."""

    key_id: str = "x-app-key"
    timestamp: str = "x-timestamp"
    """Milliseconds since 1970-01-01T00:00:00Z."""
    nonce: str = "x-nonce"
    signature: str = "x-signature"


def sorted_parameters(parameters: Mapping[str, str]) -> str:
    """`a=1&b=2`, sorted by name, empty values left out (domain.md 7.1), nothing escaped."""
    return "&".join(f"{name}={value}" for name, value in sorted(parameters.items()) if value != "")


def signature_of(secret: SecretStr, *lines: str) -> str:
    """HMAC-SHA256 of the lines, joined by line feeds, as 64 lower-case hex digits."""
    key = secret.get_secret_value().encode()
    return hmac.new(key, "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def request_signature(
    secret: SecretStr, *, method: str, path: str, query: str, timestamp: str, nonce: str, body: bytes
) -> str:
    """The signature of one request. The order of the query's parameters does not matter."""
    asked = sorted_parameters(dict(parse_qsl(query, keep_blank_values=True)))
    digest = hashlib.sha256(body).hexdigest()
    return signature_of(secret, method.upper(), path, asked, timestamp, nonce, digest)


class Signer:
    """Signs the requests of one app."""

    def __init__(
        self,
        key_id: str,
        secret: SecretStr,
        *,
        clock: Clock,
        nonce: Callable[[], str],
        headers: Headers = Headers(),
    ) -> None:
        self._key_id: Final = key_id
        self._secret: Final = secret
        self._clock: Final = clock
        self._nonce: Final = nonce
        self._headers: Final = headers

    def sign(self, method: str, path: str, *, query: str = "", body: bytes = b"") -> dict[str, str]:
        """Headers that sign this request; fresh timestamp and nonce at each call."""
        timestamp = str(round(self._clock.now().timestamp() * 1000))
        nonce = self._nonce()
        signature = request_signature(
            self._secret, method=method, path=path, query=query, timestamp=timestamp, nonce=nonce, body=body
        )
        names = self._headers
        return {
            names.key_id: self._key_id,
            names.timestamp: timestamp,
            names.nonce: nonce,
            names.signature: signature,
        }


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who signed a request, and the nonce that this request is known by."""

    key_id: str
    nonce: str


class Gate:
    """Lets signed requests in, each once: from the moment on that its sender is told that it is stored.

    Nonces are remembered in this process only. A replay that reaches another worker within the window
    passes the gate and is a resend there: deterministic ids make nothing of it.
    """

    def __init__(
        self,
        secrets: Mapping[str, SecretStr],
        *,
        clock: Clock,
        window_s: int = WINDOW_S,
        headers: Headers = Headers(),
    ) -> None:
        self._secrets: Final = secrets
        self._clock: Final = clock
        self._window_s: Final = window_s
        self._headers: Final = headers
        self._seen: Final = Seen(2 * window_s)

    def admit(
        self, *, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> Admitted:
        """Who signed. Raises PeerRefused P101 (signature), P102 (timestamp) or P103 (replayed).

        Nothing is remembered yet: give what is returned to `remember` once the request is stored.
        """
        names = self._headers
        key_id, nonce = headers.get(names.key_id, ""), headers.get(names.nonce, "")
        timestamp, given = headers.get(names.timestamp, ""), headers.get(names.signature, "")
        # an unknown key costs the same time as a wrong signature
        secret = self._secrets.get(key_id, SecretStr(""))
        expected = request_signature(
            secret, method=method, path=path, query=query, timestamp=timestamp, nonce=nonce, body=body
        )
        held = hmac.compare_digest(expected.encode(), given.lower().encode())
        if not held or key_id not in self._secrets or not nonce:
            raise PeerRefused("P101")
        now = self._clock.now().timestamp()
        if not self._in_window(timestamp, now):
            raise PeerRefused("P102")
        admitted = Admitted(key_id, nonce)
        if self._seen.holds(admitted):
            raise PeerRefused("P103")
        return admitted

    def admit_request(self, request: PeerRequest) -> Admitted:
        """As `admit`, of a request as it came."""
        return self.admit(
            method=request.method,
            path=request.path,
            query=request.query,
            headers=request.headers,
            body=request.body,
        )

    def lets_in(self, request: PeerRequest) -> bool:
        """Whether the request is let in; if so, it is a replay from now on. For simulators: they store nothing."""
        try:
            self.remember(self.admit_request(request))
        except PeerRefused:
            return False
        return True

    def remember(self, admitted: Admitted) -> None:
        """From now on this request is a replay."""
        self._seen.add(admitted, self._clock.now().timestamp())

    def _in_window(self, timestamp: str, now: float) -> bool:
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 13):
            return False
        return abs(int(timestamp) / 1000 - now) <= self._window_s
