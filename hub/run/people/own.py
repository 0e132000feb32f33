"""What people change of their own accounts: the password."""

import hmac
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from hub.access.passwords import check_password
from hub.clock import Clock
from hub.errors import Refused
from hub.model.account import Account
from hub.run.ground.ledger import Ledger
from hub.run.people.hashing import fits, hashed
from hub.run.people.said import said
from hub.run.people.signing import SignedIn, Signing
from hub.store import accounts, recovery
from hub.store.accounts import Guarded
from hub.store.engine import Store


class OwnPassword:
    """Changes the password of who is signed in."""

    def __init__(self, *, store: Store, ledger: Callable[[], Ledger], clock: Clock, signing: Signing) -> None:
        self._store, self._ledger, self._clock, self._signing = store, ledger, clock, signing

    def change(
        self, who: Account, current: str, new: str, *, handover: str = "", agent: str = ""
    ) -> SignedIn:
        """All sessions of `who` end, and one begins. Raises Refused A325 where `current` is wrong, A326 where the first
        password has a second half and `handover` is not it, A324 for a password that is not good enough."""
        with self._store.look() as conn:
            known = accounts.guarded(conn, who.name)
        is_right = fits(known.password if known else "", current)
        check_password(new, name=who.name, current=current)
        kept = hashed(new)
        now, ledger = self._clock.now(), self._ledger()
        with self._store.write() as conn:
            found = accounts.guarded(conn, who.name, locked=True)
            refused = _refused(found, current_is_right=is_right, known=known, handover=handover, now=now)
            if found is not None and refused is not None:
                accounts.note_failure(conn, found, locked_until=self._signing.locks(found, now))
            elif found is not None:
                began = self._changed(conn, found.account, kept, now, agent)
            code = refused.code if refused else ""
            ledger.append(conn, [said(who.name, "password", now, about=who.name, refused=code)], now)
        ledger.committed()
        if refused is not None:
            raise refused
        return began

    def _changed(self, conn: Connection, one: Account, kept: str, now: datetime, agent: str) -> SignedIn:
        accounts.set_password(conn, one.name, kept, must_change=False)
        renewed = accounts.find(conn, one.name)
        assert renewed is not None  # noqa: S101 it is held
        return self._signing.begin(conn, renewed, now, onward="/me", agent=agent)


def _refused(
    found: Guarded | None, *, current_is_right: bool, known: Guarded | None, handover: str, now: datetime
) -> Refused | None:
    """Wrong ones count as at the sign-in: a session that somebody left open is no way to guess."""
    if found is None or known is None or not current_is_right or found.password != known.password:
        return Refused("A325")
    if found.locked_until > now:
        return Refused("A325")
    digest = recovery.digest_of(handover)
    if found.handover and not hmac.compare_digest(digest, found.handover):
        return Refused("A326")
    return None
