"""How machines are known: by a key, by a token that was given for one, by a certificate."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from hub.clock import Clock
from hub.errors import Refused
from hub.store import principals, tokens
from hub.store.engine import Store
from hub.store.principals import Principal

LIFETIME: Final = timedelta(minutes=10)
_PREFIX: Final = "gpt_"
"""Of every token: a key is 64 hexadecimal digits and never begins so."""


class Scope(StrEnum):
    """What a token is for; a key is for all of it."""

    READ = "read"
    """Lists, whistles, files, contracts, figures."""
    WRITE = "write"
    """Acknowledging, reporting in, evidence, decisions, marks; what a source pushes."""


@dataclass(frozen=True, slots=True)
class Token:
    """One that was just given."""

    token: str
    scopes: frozenset[Scope]


class Machines:
    """Knows callers, and gives tokens."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def give(self, name: str, key: str, asked: str) -> Token:
        """A token for the caller called `name` (or for the key with that id) with this key; `asked`: scopes, blanks between
        them, "" for all. Raises Refused A341 where that is no key of theirs, or a scope is none."""
        wanted = frozenset(asked.split()) or frozenset(Scope)
        now, made = self._clock.now(), _PREFIX + secrets.token_urlsafe(32)
        if not wanted <= frozenset(Scope):
            raise Refused("A341")
        with self._store.write() as conn:
            who = principals.who_has(conn, key) if key else None
            if who is None or name not in (who.name, principals.id_of(key)):
                raise Refused("A341")
            scopes = frozenset(map(Scope, wanted))
            tokens.give(conn, made, key=key, scopes=frozenset(scopes), until=now + LIFETIME, now=now)
        return Token(made, scopes)

    def known_by(self, bearer: str, certificate: str, *, scope: Scope) -> Principal | None:
        """Whose key or token this is, or else the certificate with this SHA-256; None where it is nobody's. Raises Refused
        A340 for a token of another scope."""
        if not bearer:
            return self._certified(certificate) if certificate else None
        with self._store.look() as conn:
            if not bearer.startswith(_PREFIX):
                return principals.who_has(conn, bearer)
            found = tokens.find(conn, bearer, self._clock.now())
        if found is not None and scope not in found.scopes:
            raise Refused("A340", scope=scope.value)
        return found.who if found else None

    def _certified(self, digest: str) -> Principal | None:
        with self._store.look() as conn:
            return principals.whose_certificate(conn, digest)
