"""Who may call over HTTP: departments, posts, staff and sources, each by a key of which only the digest is kept, by a
certificate, or by a token that was given for a key."""

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
    """An authenticated caller. `kind`: `department`, `post`, `centre`, `staff` or `source`."""

    kind: str
    name: str


def digest_of(key: str) -> str:
    """SHA-256 of a key: keys are 256 random bits, so a plain digest is enough."""
    return sha256(key.encode()).hexdigest()


def id_of(key: str) -> str:
    """What `keys list` calls it: it opens nothing."""
    return digest_of(key)[:_ID_LENGTH]


def register(conn: Connection, who: Principal, key: str, at: datetime) -> None:
    """Lets `key` speak for `who`; other keys of the same caller go on, for rotation without a gap."""
    _add(conn, who, digest_of(key), at, is_certificate=False)


def certify(conn: Connection, who: Principal, digest: str, at: datetime) -> bool:
    """Lets whoever proves to have the certificate with this SHA-256 speak for `who`; False where it spoke for somebody
    before: it never speaks for two."""
    return _add(conn, who, digest, at, is_certificate=True)


def _add(conn: Connection, who: Principal, digest: str, at: datetime, *, is_certificate: bool) -> bool:
    row = {"key_hash": digest, "kind": who.kind, "name": who.name, "made_us": to_us(at)}
    return insert(conn, principal, [row | {"is_certificate": int(is_certificate)}]) == 1


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
    return _speaks(conn, digest_of(key), is_certificate=False)


def whose_certificate(conn: Connection, digest: str) -> Principal | None:
    """The caller whose certificate has this SHA-256; None where it is unknown or revoked. A certificate is no secret: its
    digest opens nothing as a key."""
    return _speaks(conn, digest, is_certificate=True)


def _speaks(conn: Connection, digest: str, *, is_certificate: bool) -> Principal | None:
    row = conn.execute(
        select(principal.c.kind, principal.c.name).where(
            principal.c.key_hash == digest,
            principal.c.is_certificate == int(is_certificate),
            principal.c.revoked_us.is_(None),
        )
    ).first()
    return Principal(row.kind, row.name) if row else None
