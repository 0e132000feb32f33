"""Browsers that are half signed in: on their way to the identity provider, or asked for a code."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from hub.store.engine import insert
from hub.store.moments import from_us, to_us
from hub.store.sessions import digest_of
from hub.store.tables import attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What a browser has done so far."""

    onward: str
    """The page that it asked for."""
    at: datetime
    account: str = ""
    """Whose password, or whose word of the provider, was right; "" while it is on its way there."""
    epoch: int = 0
    """The account's at that moment."""
    nonce: str = ""
    verifier: str = ""


def begin(conn: Connection, token: str, one: Attempt, *, forget_before: datetime) -> None:
    """`token` stands for it; those that began before are forgotten."""
    conn.execute(delete(attempt).where(attempt.c.made_us < to_us(forget_before)))
    row = {
        "digest": digest_of(token),
        "account": one.account,
        "epoch": one.epoch,
        "nonce": one.nonce,
        "verifier": one.verifier,
        "onward": one.onward,
        "made_us": to_us(one.at),
    }
    insert(conn, attempt, [row])


def find(conn: Connection, token: str) -> Attempt | None:
    """What `token` stands for."""
    row = conn.execute(select(attempt).where(attempt.c.digest == digest_of(token))).first()
    return _attempt(row) if row else None


def take(conn: Connection, token: str) -> Attempt | None:
    """The same, once."""
    found = find(conn, token)
    done = conn.execute(delete(attempt).where(attempt.c.digest == digest_of(token))).rowcount
    return found if done else None


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(
        onward=row.onward,
        at=from_us(row.made_us),
        account=row.account,
        epoch=row.epoch,
        nonce=row.nonce,
        verifier=row.verifier,
    )
