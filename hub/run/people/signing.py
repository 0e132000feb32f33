"""Signing in with name and password, being recognised afterwards, signing out."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.clock import Clock
from hub.errors import Refused
from hub.model.account import Account
from hub.run.ground.ledger import Ledger
from hub.store import accounts, sessions
from hub.store.accounts import Guarded
from hub.store.engine import Store
from hub.store.sessions import Session

TRIES: Final = 5
"""Wrong passwords in a row after which none is looked at for LOCKED."""
LOCKED: Final = timedelta(minutes=15)
IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
_TO_THE: Final = timedelta(minutes=1)
"""How exactly it is kept when a session was last seen."""
_HASHER: Final = (
    PasswordHasher()
)  # argon2id by RFC 9106, its second recommended set (64 MiB, 3 passes, 4 lanes)
_NOBODYS: Final = _HASHER.hash(secrets.token_hex())
"""Compared with where there is no such account, so that both take as long."""


def hashed(password: str) -> str:
    """`password` as it may be kept."""
    return _HASHER.hash(password)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has just begun; `token` is for the cookie, and nowhere else."""

    token: str
    account: Account


class Signing:
    """Who may come in."""

    def __init__(self, *, store: Store, ledger: Callable[[], Ledger], clock: Clock) -> None:
        self._store, self._ledger, self._clock = store, ledger, clock

    def sign_in(self, name: str, password: str) -> SignedIn:
        """Begins a session. Raises Refused A301 for a wrong name or password and where too many were wrong, whichever
        it was; A305 where the role was not confirmed yet."""
        with self._store.look() as conn:
            known = accounts.guarded(conn, name)
        is_right = _fits(known.password if known else "", password)  # takes its time: no lock is held
        now, ledger = self._clock.now(), self._ledger()
        with self._store.write() as conn:
            found = accounts.guarded(conn, name, locked=True)
            began = self._let_in(conn, found, is_right, now)
            if found is not None:
                ledger.append(conn, [_said(found.account, "sign_in", now, "" if began else "A301")], now)
        ledger.committed()
        if began is None:
            raise Refused("A301")
        return began

    def _let_in(
        self, conn: Connection, found: Guarded | None, is_right: bool, now: datetime
    ) -> SignedIn | None:
        """Of an account that is locked no password is right, and none counts."""
        if found is None or found.locked_until > now:
            return None
        if not is_right:
            is_last = (found.failures + 1) % TRIES == 0
            accounts.note_failure(conn, found, locked_until=now + LOCKED if is_last else None)
            return None
        if found.account.is_disabled:
            return None
        if not found.account.confirmed_by:
            raise Refused("A305")
        accounts.note_success(conn, found.account.name)
        return self._begun(conn, found.account, now)

    def _begun(self, conn: Connection, one: Account, now: datetime) -> SignedIn:
        sessions.forget(conn, unseen_since=now - LONGEST, made_before=now - LONGEST)
        began = SignedIn(secrets.token_urlsafe(32), one)
        sessions.begin(conn, one, token=began.token, csrf=secrets.token_urlsafe(32), at=now)
        return began

    def holding(self, token: str) -> Session | None:
        """Whose cookie this is, if its session still holds; asking is no use of it."""
        now = self._clock.now()
        with self._store.look() as conn:
            found = sessions.find(conn, token)
        is_over = found is None or now - found.seen_at > IDLE or now - found.made_at > LONGEST
        return None if is_over else found

    def recognised(self, token: str) -> Session | None:
        """The same, and the session is in use now."""
        now, found = self._clock.now(), self.holding(token)
        if found is None:
            return None
        if now - found.seen_at >= _TO_THE:
            with self._store.write() as conn:
                sessions.seen(conn, token, now)
        return found

    def sign_out(self, token: str, who: Account) -> None:
        """Ends the session of `token`."""
        now = self._clock.now()
        ledger = self._ledger()
        with self._store.write() as conn:
            sessions.end(conn, token)
            ledger.append(conn, [_said(who, "sign_out", now)], now)
        ledger.committed()


def _fits(kept: str, password: str) -> bool:
    """Whether `password` is the one that is `kept`; takes as long where none is."""
    try:
        _HASHER.verify(kept or _NOBODYS, password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


def _said(who: Account, what: str, at: datetime, refused: str = "") -> AuditRow:
    return AuditRow(
        at=at,
        who=who.name,
        exit=Exit.PAGE,
        result=Result.DENY if refused else Result.ALLOW,
        purpose=what,
        fields=(),
        count=0,
        reason=refused,
    )
