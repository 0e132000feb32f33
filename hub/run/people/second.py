"""The second factor of an account: enrolled by its person, asked for at each sign-in, and ways back where it is lost."""

import secrets
from base64 import b32encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

import pyotp
from sqlalchemy import Connection

from hub.access.otp import address_of, step_taken
from hub.access.vault import DataKey, Vault
from hub.clock import Clock
from hub.errors import Refused
from hub.model.account import Account
from hub.run.ground.ledger import Ledger
from hub.run.people.said import said
from hub.store import accounts, keys, recovery
from hub.store.accounts import Guarded
from hub.store.engine import Store

SEALED_AT: Final = "account.second"
_CODES: Final = 10
_CODE_BYTES: Final = 10


@dataclass(frozen=True, slots=True)
class Enrolling:
    """What an authenticator takes up: as a picture of `address`, or `secret` typed in."""

    secret: str
    address: str


def written_code() -> str:
    """80 random bits as people write them down: ABCD-EFGH-IJKL-MNOP."""
    plain = b32encode(secrets.token_bytes(_CODE_BYTES)).decode()
    return "-".join(plain[n : n + 4] for n in range(0, len(plain), 4))


class SecondFactor:
    """Keeps secrets sealed and recovery codes as digests."""

    def __init__(
        self, *, store: Store, vault: Callable[[], Vault], ledger: Callable[[], Ledger], clock: Clock
    ) -> None:
        self._store, self._vault, self._ledger, self._clock = store, vault, ledger, clock

    def begin(self, who: Account) -> Enrolling:
        """A new secret, which opens nothing before a code of it was typed. Raises Refused A343 where one stands: only
        administrators take that off."""
        if who.has_second:
            raise Refused("A343")
        secret = pyotp.random_base32()
        with self._store.write() as conn:
            sealed = self._vault().seal(self._key(conn, who.name), SEALED_AT, secret.encode())
            accounts.begin_second(conn, who.name, sealed)
        return Enrolling(secret, address_of(secret, who.name))

    def begun(self, who: Account) -> Enrolling | None:
        """The one whose code is still to be typed; None where there is none."""
        with self._store.read() as conn:
            found = accounts.guarded(conn, who.name)
            if found is None or not found.second or found.account.has_second:
                return None
            secret = self._secret(conn, found)
        return Enrolling(secret, address_of(secret, who.name))

    def confirm(self, who: Account, code: str) -> Sequence[str]:
        """From now on a code is asked for; returns the recovery codes, which nobody shows again. Raises Refused A322 for a
        wrong code, A343 where one stands already."""
        now, ledger = self._clock.now(), self._ledger()
        codes = [written_code() for _ in range(_CODES)]
        with self._store.write() as conn:
            found = accounts.guarded(conn, who.name, locked=True)
            if found is None or found.account.has_second:
                raise Refused("A343")
            step = step_taken(self._secret(conn, found), code, now, after=0) if found.second else None
            if step is None:
                raise Refused("A322")
            accounts.confirm_second(conn, who.name, step, now)
            recovery.renew(conn, who.name, codes)
            ledger.append(conn, [said(who.name, "second_factor_on", now, about=who.name)], now)
        ledger.committed()
        return codes

    def left(self, who: Account) -> int:
        """Recovery codes that were not used yet."""
        with self._store.read() as conn:
            return recovery.left(conn, who.name)

    def opens(self, conn: Connection, found: Guarded, code: str, now: datetime) -> bool:
        """Whether `code` lets in, by the authenticator or as a recovery code; either way it never does again."""
        step = step_taken(self._secret(conn, found), code, now, after=found.second_step)
        if step is None:
            return recovery.use(conn, found.account.name, code)
        accounts.take_step(conn, found.account.name, step)
        return True

    def _secret(self, conn: Connection, found: Guarded) -> str:
        return self._vault().open(self._key(conn, found.account.name), SEALED_AT, found.second).decode()

    def _key(self, conn: Connection, name: str) -> DataKey:
        subject = f"account_{sha256(name.encode()).hexdigest()[:32]}"
        found = keys.of(conn, [subject]).get(subject)
        if found is None:
            found = self._vault().new_key(subject)
            keys.add(conn, [found])
        return found
