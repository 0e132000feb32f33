"""How a client shows who it is, on every request: a key, an HMAC, an MD5 over sorted parameters. Both sides of each.

Every kind is an `httpx.Auth`, so that an adapter gives it to its client and thinks of it no more; `admits` is
the other side, for simulators. OAuth 2.0 is in `oauth2`, HTTP Digest in `httpx.DigestAuth` and `digest_auth`.
Rules: domain.md 7.1 (signatures of open platforms), N71.
"""

import hashlib
import hmac
from collections.abc import Callable, Generator, Mapping
from typing import Final, Protocol
from urllib.parse import parse_qsl

import httpx
from pydantic import SecretStr

from hub.clock import Clock
from hub.plugin.adapter import PeerRequest
from hub.plugin.transport.signing import WINDOW_S, Gate, Headers, Signer, sorted_parameters

_USUAL: Final = Headers()


class Credentials(Protocol):
    """Both sides of one way to show who one is."""

    def auth(self) -> httpx.Auth:
        """What a client signs its requests with."""
        ...

    def admits(self, request: PeerRequest) -> bool:
        """Whether the request was signed with it. For simulators."""
        ...


class Unsigned:
    """Requests show nothing: the network lets nobody else in, or each is given what it needs where it is made."""

    def auth(self) -> httpx.Auth:
        """Adds nothing."""
        return httpx.Auth()

    def admits(self, request: PeerRequest) -> bool:  # noqa: ARG002  whoever it is
        """Everybody."""
        return True


class ApiKey:
    """The key itself, in a header. Worth no more than the connection is private."""

    def __init__(self, key: SecretStr, *, header: str = "x-api-key") -> None:
        self._key: Final = key
        self._header: Final = header

    def auth(self) -> httpx.Auth:
        """Adds the header."""
        return _Signed(lambda _: {self._header: self._key.get_secret_value()})

    def admits(self, request: PeerRequest) -> bool:
        """Whether the header holds the key."""
        shown = request.headers.get(self._header, "")
        return hmac.compare_digest(shown.encode(), self._key.get_secret_value().encode())


class Hmac:
    """HMAC-SHA256 over method, path, query, time, nonce and body; see `hub.plugin.transport.signing`."""

    def __init__(
        self,
        key_id: str,
        secret: SecretStr,
        *,
        clock: Clock,
        nonce: Callable[[], str],
        headers: Headers = _USUAL,
    ) -> None:
        self._signer: Final = Signer(key_id, secret, clock=clock, nonce=nonce, headers=headers)
        self._gate: Final = Gate({key_id: secret}, clock=clock, headers=headers)

    def auth(self) -> httpx.Auth:
        """Signs each request anew, so that a repeat has a nonce of its own."""
        return _Signed(
            lambda request: self._signer.sign(
                request.method, request.url.path, query=request.url.query.decode(), body=request.content
            )
        )

    def admits(self, request: PeerRequest) -> bool:
        """Whether signature, time and nonce hold; each request once."""
        return self._gate.lets_in(request)


class Md5Sorted:
    """MD5 over the sorted parameters with the secret at both ends, upper case: what older platforms ask for.

    It proves little, MD5 being what it is: only for sources that offer nothing better, over TLS. Parameters are
    those of the query; a body is not covered.
    """

    def __init__(self, app_key: str, secret: SecretStr, *, clock: Clock) -> None:
        self._app_key, self._secret, self._clock = app_key, secret, clock

    def auth(self) -> httpx.Auth:
        """Adds `appKey`, `timestamp` (milliseconds) and `sign` to the query."""
        return _Asked(self._signed)

    def admits(self, request: PeerRequest) -> bool:
        """Whether the signature holds and is not older than the window."""
        asked = dict(parse_qsl(request.query, keep_blank_values=True))
        given, timestamp = asked.pop("sign", ""), asked.get("timestamp", "")
        now = self._clock.now().timestamp()
        fresh = timestamp.isdigit() and abs(int(timestamp) / 1000 - now) <= WINDOW_S
        return fresh and hmac.compare_digest(given.encode(), self._sign(asked).encode())

    def _signed(self, asked: Mapping[str, str]) -> Mapping[str, str]:
        timestamp = str(round(self._clock.now().timestamp() * 1000))
        whole = {**asked, "appKey": self._app_key, "timestamp": timestamp}
        return {**whole, "sign": self._sign(whole)}

    def _sign(self, asked: Mapping[str, str]) -> str:
        secret = self._secret.get_secret_value()
        joined = f"{secret}{sorted_parameters(asked)}{secret}"
        return hashlib.md5(joined.encode(), usedforsecurity=False).hexdigest().upper()


class _Signed(httpx.Auth):
    """Adds headers made for the request."""

    requires_request_body = True

    def __init__(self, headers: Callable[[httpx.Request], Mapping[str, str]]) -> None:
        self._headers: Final = headers

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers.update(self._headers(request))
        yield request


class _Asked(httpx.Auth):
    """Adds parameters to the query."""

    def __init__(self, signed: Callable[[Mapping[str, str]], Mapping[str, str]]) -> None:
        self._sign: Final = signed

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.url = request.url.copy_with(params=dict(self._sign(dict(request.url.params))))
        yield request
