"""Sessions of accounts: what a cookie stands for. Of the cookie only the digest is kept."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, delete, func, or_, select, update

from hub.model.account import Account
from hub.store.accounts import of_row
from hub.store.engine import insert
from hub.store.moments import from_us, to_us
from hub.store.tables import account, session


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser that is signed in."""

    account: Account
    csrf: str
    made_at: datetime
    seen_at: datetime
    visited_at: datetime | None
    """When the account was here before this session began."""


def digest_of(token: str) -> str:
    """SHA-256 of a cookie: it is 256 random bits, so a plain digest is enough."""
    return sha256(token.encode()).hexdigest()


def begin(conn: Connection, one: Account, *, token: str, csrf: str, at: datetime) -> None:
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
    }
    insert(conn, session, [row])


def find(conn: Connection, token: str) -> Session | None:
    """The session that `token` stands for, of an account that may still work; None where there is none."""
    row = conn.execute(
        select(
            session.c.csrf,
            session.c.made_us.label("begun_us"),
            session.c.seen_us,
            session.c.visited_us,
            account,
        )
        .join(account, account.c.name == session.c.account)
        .where(session.c.digest == digest_of(token))
        .where(account.c.epoch == session.c.epoch, account.c.disabled_us.is_(None))
    ).first()
    if row is None:
        return None
    return Session(
        account=of_row(row),
        csrf=row.csrf,
        made_at=from_us(row.begun_us),
        seen_at=from_us(row.seen_us),
        visited_at=from_us(row.visited_us) if row.visited_us else None,
    )


def seen(conn: Connection, token: str, at: datetime) -> None:
    """Its browser was here."""
    conn.execute(update(session).where(session.c.digest == digest_of(token)).values(seen_us=to_us(at)))


def organisations(conn: Connection, *, seen_since: datetime) -> set[str]:
    """Organisations of accounts whose browser was here since then."""
    rows = conn.execute(
        select(account.c.organisation)
        .join(session, account.c.name == session.c.account)
        .where(session.c.seen_us >= to_us(seen_since))
    )
    return set(rows.scalars())


def end(conn: Connection, token: str) -> None:
    """`token` stands for nobody any more."""
    conn.execute(delete(session).where(session.c.digest == digest_of(token)))


def forget(conn: Connection, *, unseen_since: datetime, made_before: datetime) -> int:
    """Sessions that are over are not kept; returns how many."""
    over = or_(session.c.seen_us < to_us(unseen_since), session.c.made_us < to_us(made_before))
    return conn.execute(delete(session).where(over)).rowcount
