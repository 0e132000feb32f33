"""Recovery codes: each opens once where the second factor is lost. Only digests are kept."""

from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import Connection, delete, func, select

from hub.store.engine import insert
from hub.store.tables import recovery


def digest_of(code: str) -> str:
    """SHA-256 of a code as it was written down: 80 random bits, blanks, dashes and case do not count."""
    plain = code.upper().replace("-", "").replace(" ", "")
    return sha256(plain.encode()).hexdigest()


def renew(conn: Connection, account: str, codes: Iterable[str]) -> None:
    """These open for `account` from now on, and none of before."""
    conn.execute(delete(recovery).where(recovery.c.account == account))
    insert(conn, recovery, [{"account": account, "digest": digest_of(code)} for code in codes])


def use(conn: Connection, account: str, code: str) -> bool:
    """Whether `code` opens; it does so once."""
    mine = (recovery.c.account == account, recovery.c.digest == digest_of(code))
    return conn.execute(delete(recovery).where(*mine)).rowcount > 0


def left(conn: Connection, account: str) -> int:
    """How many are left."""
    query = select(func.count()).select_from(recovery).where(recovery.c.account == account)
    return int(conn.execute(query).scalar_one())
