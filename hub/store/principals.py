"""Who may call over HTTP: departments and staff, each by a key of which only the digest is kept."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, select, update

from hub.store.engine import insert
from hub.store.moments import from_us, to_us
from hub.store.tables import principal

_ID_LENGTH: Final = 16


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller. `kind`: `department`, `post`, `centre` or `staff`."""

    kind: str
    name: str


def digest_of(key: str) -> str:
    """SHA-256 of a key: keys are 256 random bits, so a plain digest is enough."""
    return sha256(key.encode()).hexdigest()


def register(conn: Connection, who: Principal, key: str, at: datetime) -> None:
    """Lets `key` speak for `who`; other keys of the same caller go on, for rotation without a gap."""
    row = {"key_hash": digest_of(key), "kind": who.kind, "name": who.name, "made_us": to_us(at)}
    insert(conn, principal, [row])


def revoke(conn: Connection, key: str, at: datetime) -> None:
    """From now on `key` speaks for nobody."""
    conn.execute(update(principal).where(principal.c.key_hash == digest_of(key)).values(revoked_us=to_us(at)))


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key that was given out. `id`: the beginning of its digest, which opens nothing."""

    id: str
    who: Principal
    made_at: datetime
    revoked_at: datetime | None


def keys_of(conn: Connection, name: str = "") -> list[Key]:
    """Every key of the caller called `name`, or of all, oldest first; revoked ones too."""
    query = select(principal).order_by(principal.c.kind, principal.c.name, principal.c.made_us)
    rows = conn.execute(query.where(principal.c.name == name) if name else query)
    return [
        Key(
            r.key_hash[:_ID_LENGTH],
            Principal(r.kind, r.name),
            from_us(r.made_us),
            None if r.revoked_us is None else from_us(r.revoked_us),
        )
        for r in rows
    ]


def revoke_id(conn: Connection, key_id: str, at: datetime) -> bool:
    """From now on the key with this id speaks for nobody; False where there is none that does."""
    done = conn.execute(
        update(principal)
        .where(principal.c.key_hash.startswith(key_id, autoescape=True), principal.c.revoked_us.is_(None))
        .values(revoked_us=to_us(at))
    )
    return done.rowcount > 0


def who_has(conn: Connection, key: str) -> Principal | None:
    """The caller whose key this is; None where it is unknown or revoked."""
    row = conn.execute(
        select(principal.c.kind, principal.c.name).where(
            principal.c.key_hash == digest_of(key), principal.c.revoked_us.is_(None)
        )
    ).first()
    return Principal(row.kind, row.name) if row else None
