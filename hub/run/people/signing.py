"""Signing in: by name and password or by the identity provider's word, then by a code; being recognised; signing out."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from sqlalchemy import Connection

from hub.access.audit import AuditRow
from hub.clock import Clock
from hub.errors import HubError, Refused
from hub.model.account import ADMINS, Account
from hub.run.ground.ledger import Ledger
from hub.run.people.hashing import fits
from hub.run.people.said import said
from hub.run.people.second import SecondFactor
from hub.store import accounts, attempts, sessions
from hub.store.accounts import Guarded
from hub.store.attempts import Attempt
from hub.store.engine import Store
from hub.store.sessions import Session

TRIES: Final = 5
"""Wrong passwords or codes in a row after which none is looked at for LOCKED."""
LOCKED: Final = timedelta(minutes=15)
IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
_REMEMBERED: Final = timedelta(days=31)
"""How long it is known when somebody was here last: over a weekend, a holiday and a leave."""
HALF: Final = timedelta(minutes=10)
"""How long a browser may take between password and code, or at the identity provider."""
_TO_THE: Final = timedelta(minutes=1)
"""How exactly it is kept when a session was last seen."""
_NOBODY: Final = "?"
"""In the audit, of a name that nobody has: what was typed may be anything, a password too."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has just begun; `token` is for the cookie, and nowhere else."""

    token: str
    account: Account
    onward: str


@dataclass(frozen=True, slots=True)
class HalfIn:
    """The first factor was right, and a code is asked for; `token` is for the cookie of that question."""

    token: str


Began: TypeAlias = SignedIn | HalfIn


class Owed(StrEnum):
    """What an account has to do before any page opens."""

    PASSWORD = "A320"  # noqa: S105 a code
    SECOND = "A321"


class Signing:
    """Who may come in."""

    def __init__(
        self,
        *,
        store: Store,
        ledger: Callable[[], Ledger],
        clock: Clock,
        second: SecondFactor,
        asks_second: bool,
    ) -> None:
        """`asks_second`: administrators come no further without a second factor; in a demo they do."""
        self._store, self._ledger, self._clock = store, ledger, clock
        self._second, self._asks_second = second, asks_second

    def sign_in(self, name: str, password: str, *, onward: str = "/", agent: str = "") -> Began:
        """Begins a session, or asks for a code. Raises Refused A301 for a wrong name or password and where too many were
        wrong, whichever it was; A305 where the role was not confirmed yet."""
        with self._store.look() as conn:
            known = accounts.guarded(conn, name)
        is_right = fits(known.password if known else "", password)  # takes its time: no lock is held

        def let_in(conn: Connection, now: datetime) -> tuple[Began | Refused, AuditRow]:
            found = accounts.guarded(conn, name, locked=True)
            if found is None or known is None or found.locked_until > now:
                end: Began | Refused = Refused("A301")
            elif not is_right or found.password != known.password:
                end = self._missed(conn, found, now, "A301")
            else:
                end = self._let_in(conn, found.account, now, onward, agent)
            return end, _line(found.account.name if found else _NOBODY, "sign_in", now, end)

        return self._done(let_in)

    def known_elsewhere(self, subject: str, *, onward: str, agent: str) -> Began:
        """The same for whom the identity provider vouches as `subject`. Raises Refused A335 where nobody bound an account
        to it, A301 where that one may not work, A305."""

        def let_in(conn: Connection, now: datetime) -> tuple[Began | Refused, AuditRow]:
            found = accounts.of_subject(conn, subject)
            end = self._let_in(conn, found, now, onward, agent) if found else Refused("A335")
            return end, _line(found.name if found else _NOBODY, "sign_in_elsewhere", now, end)

        return self._done(let_in)

    def second(self, token: str, code: str, *, agent: str = "") -> SignedIn:
        """Begins the session of a browser that is half in. Raises Refused A323 where it took too long, A322 for a wrong or
        used code and where too many were wrong."""

        def let_in(conn: Connection, now: datetime) -> tuple[Began | Refused, AuditRow]:
            attempt = attempts.find(conn, token)
            found = accounts.guarded(conn, attempt.account, locked=True) if attempt else None
            if attempt is None or found is None or now - attempt.at > HALF or found.account.is_disabled:
                end: Began | Refused = Refused("A323")
            elif found.account.epoch != attempt.epoch:
                end = Refused("A323")
            elif found.locked_until > now:
                end = Refused("A322")
            elif not self._second.opens(conn, found, code, now):
                end = self._missed(conn, found, now, "A322")
            else:
                attempts.take(conn, token)
                end = self._begun(conn, found.account, now, attempt.onward, agent)
            return end, _line(found.account.name if found else _NOBODY, "second_factor", now, end)

        began = self._done(let_in)
        assert isinstance(began, SignedIn)  # noqa: S101 there is no third factor
        return began

    def _done(self, let_in: Callable[[Connection, datetime], tuple[Began | Refused, AuditRow]]) -> Began:
        """What was refused is written down like what was let."""
        now, ledger = self._clock.now(), self._ledger()
        with self._store.write() as conn:
            end, line = let_in(conn, now)
            ledger.append(conn, [line], now)
        ledger.committed()
        if isinstance(end, Refused):
            raise end
        return end

    def _missed(self, conn: Connection, found: Guarded, now: datetime, code: str) -> Refused:
        accounts.note_failure(conn, found, locked_until=self.locks(found, now))
        return Refused(code)

    def locks(self, found: Guarded, now: datetime) -> datetime | None:
        """Until when nothing is looked at after one more miss; None where that was not the last of a row."""
        return now + LOCKED if (found.failures + 1) % TRIES == 0 else None

    def _let_in(
        self, conn: Connection, one: Account, now: datetime, onward: str, agent: str
    ) -> Began | Refused:
        if one.is_disabled:
            return Refused("A301")
        if not one.confirmed_by:
            return Refused("A305")
        if not one.has_second:
            return self._begun(conn, one, now, onward, agent)
        half = HalfIn(secrets.token_urlsafe(32))
        begun = Attempt(account=one.name, epoch=one.epoch, onward=onward, at=now)
        attempts.begin(conn, half.token, begun, forget_before=now - HALF)
        return half

    def _begun(self, conn: Connection, one: Account, now: datetime, onward: str, agent: str) -> SignedIn:
        accounts.note_success(conn, one.name)
        sessions.forget(conn, unseen_since=now - _REMEMBERED)
        return self.begin(conn, one, now, onward=onward, agent=agent)

    def begin(
        self, conn: Connection, one: Account, now: datetime, *, onward: str, agent: str = ""
    ) -> SignedIn:
        """A session of `one` from now on."""
        began = SignedIn(secrets.token_urlsafe(32), one, onward)
        csrf = secrets.token_urlsafe(32)
        sessions.begin(conn, one, token=began.token, csrf=csrf, at=now, agent=agent)
        return began

    def holding(self, token: str) -> Session | None:
        """Whose cookie this is, if its session still holds; asking is no use of it."""
        now = self._clock.now()
        with self._store.look() as conn:
            found = sessions.find(conn, token)
        return found if found is not None and _holds(found, now) else None

    def recognised(self, token: str) -> Session | None:
        """The same, and the session is in use now."""
        now, found = self._clock.now(), self.holding(token)
        if found is None:
            return None
        if now - found.seen_at >= _TO_THE:
            with self._store.write() as conn:
                sessions.seen(conn, token, now)
        return found

    def owed(self, one: Account) -> Owed | None:
        """What `one` has to do before any page opens."""
        if one.must_change:
            return Owed.PASSWORD
        if self._asks_second and one.role in ADMINS and not one.has_second:
            return Owed.SECOND
        return None

    def sessions_of(self, one: Account) -> Sequence[Session]:
        """Where it is signed in now, last used first."""
        now = self._clock.now()
        with self._store.read() as conn:
            return [session for session in sessions.of(conn, one.name) if _holds(session, now)]

    def sign_out(self, token: str, who: Account) -> None:
        """Ends the session of `token`."""
        self._end(who, "sign_out", lambda conn: sessions.end(conn, token))

    def sign_out_everywhere(self, who: Account) -> None:
        """Ends every session of `who`, this one too."""
        self._end(who, "sign_out_everywhere", lambda conn: accounts.end_sessions(conn, who.name))

    def _end(self, who: Account, what: str, end: Callable[[Connection], None]) -> None:
        now, ledger = self._clock.now(), self._ledger()
        with self._store.write() as conn:
            end(conn)
            ledger.append(conn, [said(who.name, what, now)], now)
        ledger.committed()


def _holds(session: Session, now: datetime) -> bool:
    return now - session.seen_at <= IDLE and now - session.made_at <= LONGEST


def _line(who: str, what: str, now: datetime, end: object) -> AuditRow:
    refused = end.code if isinstance(end, HubError) else ""
    return said(who, what, now, refused=refused, reason="half" if isinstance(end, HalfIn) else "")
