"""OAuth 2.0 client credentials (RFC 6749, 4.4): a token that is fetched, kept, and renewed in time.

The token ends in the middle of a page like anywhere else (domain.md N71): the request that hit the end
is sent once more with a new token, and the page goes on.
"""

import threading
from collections.abc import Generator, Iterator, Mapping
from typing import Any, Final

import httpx
from pydantic import SecretStr

from hub.clock import Clock
from hub.errors import SignInAgain, TryLater
from hub.plugin.transport.http import Reply, document, raise_for

_EARLY_S: Final = 30.0
"""A token is renewed this long before its end, so that none ends on the wire."""
_LIMIT_BYTES: Final = 1 << 20
"""Of a token, or of a refusal."""
_SHORTEST_S: Final = 60.0
"""Lifetime taken where the source names none, or nonsense."""


class ClientCredentials(httpx.Auth):
    """Signs each request of a client with a bearer token; pass it as the client's `auth`.

    A source may allow one token an app (N71): whoever asks next makes the older one invalid. Then each
    side renews on its next 401, and no request is lost.
    """

    def __init__(
        self, token_url: str, client_id: str, client_secret: SecretStr, *, clock: Clock, scope: str = ""
    ) -> None:
        self._token_url: Final = token_url
        self._client_id: Final = client_id
        self._client_secret: Final = client_secret
        self._clock: Final = clock
        self._scope: Final = scope
        self._token: SecretStr | None = None
        self._until = 0.0
        self._lock: Final = threading.Lock()

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """httpx asks this for each request. Raises SignInAgain S106 where the source gives no token,
        TryLater where it does not answer as agreed.
        """
        token = self._live_token() or (yield from self._renew(request))
        request.headers["authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401:
            _bound(response)
            token = yield from self._renew(request)
            request.headers["authorization"] = f"Bearer {token}"
            yield request

    def forget(self) -> None:
        """Drops the token: the next request signs in."""
        with self._lock:
            self._token = None

    def _live_token(self) -> str | None:
        with self._lock:
            if self._token is None or self._clock.now().timestamp() >= self._until:
                return None
            return self._token.get_secret_value()

    def _renew(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, str]:
        """Asks for a token with the time-outs of the request that needs it."""
        response = yield self._token_request(request.extensions)
        _bound(response)
        response.read()
        if response.status_code == 400:  # RFC 6749, 5.2: invalid_client and its kind
            raise SignInAgain("S106")
        raise_for(response.status_code)
        headers = {name.lower(): value for name, value in response.headers.items()}
        given = document(Reply(response.status_code, headers, response.content))
        token = given.get("access_token")
        if not isinstance(token, str) or not token:
            raise TryLater("S104")
        lifetime_s = _seconds(given.get("expires_in"))
        with self._lock:
            self._token = SecretStr(token)
            self._until = self._clock.now().timestamp() + max(lifetime_s - _EARLY_S, lifetime_s / 2)
        return token

    def _token_request(self, extensions: Mapping[str, Any]) -> httpx.Request:
        asked = {"grant_type": "client_credentials"} | ({"scope": self._scope} if self._scope else {})
        # one that no client has built has no time-outs of its own
        request = httpx.Request("POST", self._token_url, data=asked, extensions=dict(extensions))
        basic = httpx.BasicAuth(self._client_id, self._client_secret.get_secret_value())
        return next(basic.auth_flow(request))


class _Bounded(httpx.SyncByteStream):
    """An answer's bytes up to a limit; raises TryLater S104 beyond."""

    def __init__(self, stream: httpx.SyncByteStream, limit_bytes: int) -> None:
        self._stream: Final = stream
        self._limit_bytes: Final = limit_bytes

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._stream:
            size += len(piece)
            if size > self._limit_bytes:
                raise TryLater("S104")
            yield piece

    def close(self) -> None:
        """Gives the connection back."""
        self._stream.close()


def _bound(response: httpx.Response) -> None:
    """httpx reads whole whatever comes before the answer that was asked for: not more than this of it."""
    stream = response.stream
    assert isinstance(stream, httpx.SyncByteStream)  # noqa: S101  the client is no asynchronous one
    response.stream = _Bounded(stream, _LIMIT_BYTES)


def _seconds(said: object) -> float:
    """`expires_in` as a number; sources send it as text too (N28)."""
    try:
        return max(float(str(said)), 1.0)
    except ValueError:
        return _SHORTEST_S
