"""Sessions of accounts: what a cookie stands for. Of the cookie only the digest is kept."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, delete, func, select, update

from hub.model.account import Account
from hub.store.accounts import of_row
from hub.store.engine import insert
from hub.store.moments import from_us, to_us
from hub.store.tables import account, session

_AGENT: Final = 160
_OVER: Final = -1
"""The epoch of a session that was ended: no account has it."""
_ID: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser that is signed in."""

    account: Account
    csrf: str
    made_at: datetime
    seen_at: datetime
    visited_at: datetime | None
    """When the account was here before this session began."""
    id: str
    """The beginning of the cookie's digest, which opens nothing."""
    agent: str
    """How the browser calls itself."""


def digest_of(token: str) -> str:
    """SHA-256 of a cookie: it is 256 random bits, so a plain digest is enough."""
    return sha256(token.encode()).hexdigest()


def begin(conn: Connection, one: Account, *, token: str, csrf: str, at: datetime, agent: str = "") -> None:
    """`token` stands for `one` from now on."""
    last = conn.execute(select(func.max(session.c.seen_us)).where(session.c.account == one.name)).scalar()
    row = {
        "digest": digest_of(token),
        "account": one.name,
        "epoch": one.epoch,
        "csrf": csrf,
        "made_us": to_us(at),
        "seen_us": to_us(at),
        "visited_us": last or 0,
        "agent": agent[:_AGENT],
    }
    insert(conn, session, [row])


def find(conn: Connection, token: str) -> Session | None:
    """The session that `token` stands for, of an account that may still work; None where there is none."""
    row = conn.execute(_live().where(session.c.digest == digest_of(token))).first()
    return _session(row) if row else None


def of(conn: Connection, name: str) -> list[Session]:
    """The sessions of the account called `name`, last used first; those that are over by their age among them."""
    rows = conn.execute(_live().where(session.c.account == name).order_by(session.c.seen_us.desc()))
    return [_session(row) for row in rows]


def _live() -> Select[Any]:
    """Of accounts that may still work."""
    return (
        select(
            session.c.digest,
            session.c.csrf,
            session.c.made_us.label("begun_us"),
            session.c.seen_us,
            session.c.visited_us,
            session.c.agent,
            account,
        )
        .join(account, account.c.name == session.c.account)
        .where(account.c.epoch == session.c.epoch, account.c.disabled_us.is_(None))
    )


def _session(row: Row[Any]) -> Session:
    return Session(
        account=of_row(row),
        csrf=row.csrf,
        made_at=from_us(row.begun_us),
        seen_at=from_us(row.seen_us),
        visited_at=from_us(row.visited_us) if row.visited_us else None,
        id=row.digest[:_ID],
        agent=row.agent,
    )


def seen(conn: Connection, token: str, at: datetime) -> None:
    """Its browser was here."""
    conn.execute(update(session).where(session.c.digest == digest_of(token)).values(seen_us=to_us(at)))


def organisations(conn: Connection, *, seen_since: datetime) -> set[str]:
    """Organisations of accounts whose browser was here since then."""
    rows = conn.execute(
        select(account.c.organisation)
        .join(session, account.c.name == session.c.account)
        .where(session.c.seen_us >= to_us(seen_since), session.c.epoch == account.c.epoch)
    )
    return set(rows.scalars())


def end(conn: Connection, token: str) -> None:
    """`token` stands for nobody any more; when its browser was here is kept for the next session."""
    conn.execute(update(session).where(session.c.digest == digest_of(token)).values(epoch=_OVER))


def forget(conn: Connection, *, unseen_since: datetime) -> None:
    """Sessions that were not used since then are not kept, nor that there was a visit."""
    conn.execute(delete(session).where(session.c.seen_us < to_us(unseen_since)))
