"""Tokens of machines: each stands for a key for a few minutes, and for no longer than that key."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from hub.store.engine import insert
from hub.store.moments import to_us
from hub.store.principals import Principal, digest_of
from hub.store.tables import access_token, principal


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who has a token, and what for."""

    who: Principal
    scopes: frozenset[str]


def give(
    conn: Connection, token: str, *, key: str, scopes: frozenset[str], until: datetime, now: datetime
) -> None:
    """`token` stands for `key` until then; what is over is forgotten."""
    conn.execute(delete(access_token).where(access_token.c.until_us < to_us(now)))
    row = {
        "digest": digest_of(token),
        "key_hash": digest_of(key),
        "scopes": " ".join(sorted(scopes)),
        "until_us": to_us(until),
    }
    insert(conn, access_token, [row])


def find(conn: Connection, token: str, now: datetime) -> Bearer | None:
    """Who has it; None where it is over, or its key was revoked."""
    row = conn.execute(
        select(principal.c.kind, principal.c.name, access_token.c.scopes)
        .join(principal, principal.c.key_hash == access_token.c.key_hash)
        .where(access_token.c.digest == digest_of(token), access_token.c.until_us > to_us(now))
        .where(principal.c.revoked_us.is_(None))
    ).first()
    return Bearer(Principal(row.kind, row.name), frozenset(row.scopes.split())) if row else None
