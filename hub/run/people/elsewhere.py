"""Signing in at the identity provider: there and back in one browser, once, within ten minutes."""

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256

from hub.clock import Clock
from hub.errors import Refused
from hub.run.people.provider import Provider
from hub.run.people.signing import HALF, Began, Signing
from hub.store import attempts
from hub.store.attempts import Attempt
from hub.store.engine import Store


@dataclass(frozen=True, slots=True)
class Away:
    """Where the browser goes, and what it keeps in a cookie meanwhile."""

    address: str
    token: str


@dataclass(frozen=True, slots=True)
class Unbound:
    """The provider vouches for a person whom no account is bound to; `subject` is what an administrator binds."""

    subject: str


class Elsewhere:
    """Sends browsers to the provider, and takes them back."""

    def __init__(self, *, store: Store, clock: Clock, provider: Provider, signing: Signing) -> None:
        self._store, self._clock = store, clock
        self._provider, self._signing = provider, signing

    def leave(self, onward: str) -> Away:
        """The state says of the cookie no more than its digest. Raises TryLater A334."""
        token, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        address = self._provider.address(state=_state(token), nonce=nonce, verifier=verifier)
        now = self._clock.now()
        begun = Attempt(onward=onward, at=now, nonce=nonce, verifier=verifier)
        with self._store.write() as conn:
            attempts.begin(conn, token, begun, forget_before=now - HALF)
        return Away(address, token)

    def come_back(self, token: str, *, state: str, code: str, agent: str = "") -> Began | Unbound:
        """What signing in here would have begun. Raises Refused A336 where this is not the browser that left, or the
        provider's word does not hold; TryLater A334; else as `Signing.known_elsewhere`."""
        now = self._clock.now()
        if not code or not hmac.compare_digest(_state(token).encode(), state.encode()):
            raise Refused("A336")
        with self._store.write() as conn:
            left = attempts.take(conn, token)
        if left is None or left.account or now - left.at > HALF:
            raise Refused("A336")
        subject = self._provider.subject(code, nonce=left.nonce, verifier=left.verifier, now=now)
        try:
            return self._signing.known_elsewhere(subject, onward=left.onward, agent=agent)
        except Refused as refused:
            if refused.code != "A335":
                raise
            return Unbound(subject)


def _state(token: str) -> str:
    return sha256(b"state " + token.encode()).hexdigest()
