"""An identity provider (OpenID Connect): found by its issuer, asked with a code, believed by its signature.

What it answers is foreign: every answer is read up to a limit, and nothing of it becomes part of an error.
"""

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import httpx
import orjson
import structlog
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from hub.errors import Refused, TryLater

log = structlog.get_logger()

SKEW_S: Final = 60
"""How far the provider's clock may be off ours."""
_ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures by a key that the provider alone has."""
_KEPT_S: Final = 3600.0
_AGAIN_S: Final = 10.0
"""How soon its keys are asked for again where a signature fits none: it may have changed them."""
_MOST: Final = 256 * 1024
_SCOPE: Final = "openid"


@dataclass(frozen=True, slots=True)
class Client:
    """How this hub is known at the provider."""

    issuer: str
    id: str
    secret: Callable[[], str] = field(repr=False)
    """Asked at each use, "" for a client without one."""
    redirect: str
    """Where the provider sends browsers back to."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider says of itself."""

    authorization: str
    token: str
    jwks: str
    at: float


class Provider:
    """One issuer. Thread-safe: what is known of it is put in place whole."""

    def __init__(
        self, client: Client, http: httpx.Client, *, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._client, self._http, self._ticks = client, http, ticks
        self._lock = Lock()
        self._known: _Known | None = None
        self._keys: KeySet | None = None
        self._keys_at = -_KEPT_S

    def address(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where a browser is sent to. Raises TryLater A334 where the provider does not answer."""
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": self._client.redirect,
            "scope": _SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        there = self._discovered().authorization
        return f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}"

    def subject(self, code: str, *, nonce: str, verifier: str, now: datetime) -> str:
        """`issuer subject` of whom the provider signed in. Raises TryLater A334 where it does not answer, Refused A336
        where its answer does not hold."""
        told = self._asked("POST", self._discovered().token, self._form(code, verifier))
        token = told.get("id_token")
        if not isinstance(token, str):
            raise Refused("A336")
        try:
            claims = self._verified(token)
            self._registry(nonce, now).validate(claims)
        except (JoseError, ValueError) as error:
            log.warning("identity_not_believed", error=type(error).__name__)
            raise Refused("A336") from None
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self._client.id:
            raise Refused("A336")
        return f"{self._client.issuer} {claims['sub']}"

    def _registry(self, nonce: str, now: datetime) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=SKEW_S,
            iss={"essential": True, "value": self._client.issuer},
            aud={"essential": True, "value": self._client.id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            return jwt.decode(token, self._keys_of(_KEPT_S), algorithms=_ALGORITHMS).claims
        except (InvalidKeyIdError, BadSignatureError):  # it may have taken new keys since
            return jwt.decode(token, self._keys_of(_AGAIN_S), algorithms=_ALGORITHMS).claims

    def _keys_of(self, not_older_s: float) -> KeySet:
        with self._lock:
            keys, is_old = self._keys, self._ticks() - self._keys_at >= not_older_s
        if keys is None or is_old:
            keys = _keys_in(self._asked("GET", self._discovered().jwks))
            with self._lock:
                self._keys, self._keys_at = keys, self._ticks()
        return keys

    def _discovered(self) -> _Known:
        with self._lock:
            known = self._known
        if known is not None and self._ticks() - known.at < _KEPT_S:
            return known
        told = self._asked("GET", f"{self._client.issuer.rstrip('/')}/.well-known/openid-configuration")
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if told.get("issuer") != self._client.issuer or not all(self._is_fit(told.get(one)) for one in names):
            raise TryLater("A334")
        authorization, token, jwks = (str(told[one]) for one in names)
        known = _Known(authorization, token, jwks, at=self._ticks())
        with self._lock:
            self._known = known
        return known

    def _is_fit(self, place: object) -> bool:
        """An issuer over TLS has nothing that is not."""
        scheme = urlsplit(place).scheme if isinstance(place, str) else ""
        return scheme == "https" or scheme == urlsplit(self._client.issuer).scheme == "http"

    def _form(self, code: str, verifier: str) -> dict[str, str]:
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.redirect,
            "code_verifier": verifier,
            **({} if self._client.secret() else {"client_id": self._client.id}),
        }

    def _asked(self, method: str, url: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Its JSON. Raises TryLater A334 for no answer, Refused A336 for a refusal of what we asked with."""
        auth = None
        if form is not None and (secret := self._client.secret()):
            auth = httpx.BasicAuth(quote(self._client.id, safe=""), quote(secret, safe=""))
        try:
            with self._http.stream(method, url, data=form, auth=auth) as answer:
                body = _read(answer)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise TryLater("A334") from None
        if form is not None and 400 <= answer.status_code < 500:
            raise Refused("A336")
        try:
            told = orjson.loads(body) if answer.status_code == 200 else None
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise TryLater("A334")
        return told


def _keys_in(told: Any) -> KeySet:
    """Raises TryLater A334 where there are none."""
    try:
        keys = KeySet.import_key_set(told)
    except (JoseError, ValueError, LookupError, TypeError, AttributeError):
        raise TryLater("A334") from None
    if not keys.keys:
        raise TryLater("A334")
    return keys


def _read(answer: httpx.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in answer.iter_bytes():
        size += len(part)
        if size > _MOST:
            raise TryLater("A334")
        parts.append(part)
    return b"".join(parts)
