"""Changes of accounts that wait for a second person. What was decided stands in the audit."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from hub.model.account import AccountChange, ProposedChange
from hub.store.engine import insert
from hub.store.moments import from_us, to_us
from hub.store.tables import account_change


def add(conn: Connection, one: ProposedChange) -> bool:
    """Stores it; False where one of its kind waits for that account already, which stays."""
    row = {
        "account": one.account,
        "change": one.change.value,
        "made_by": one.by,
        "made_us": to_us(one.at),
        "value": one.value,
    }
    return insert(conn, account_change, [row]) == 1


def waiting(conn: Connection, account: str = "") -> Sequence[ProposedChange]:
    """All, or those about one account, oldest first."""
    query = select(account_change).order_by(
        account_change.c.made_us, account_change.c.account, account_change.c.change
    )
    rows = conn.execute(query.where(account_change.c.account == account) if account else query)
    return [
        ProposedChange(
            account=r.account,
            change=AccountChange(r.change),
            by=r.made_by,
            at=from_us(r.made_us),
            value=r.value,
        )
        for r in rows
    ]


def take(conn: Connection, account: str, change: AccountChange) -> ProposedChange | None:
    """The one that waits, which waits no more; None where somebody was faster, or none did."""
    mine = (account_change.c.account == account, account_change.c.change == change.value)
    row = conn.execute(select(account_change).where(*mine).with_for_update()).first()
    if row is None or not conn.execute(delete(account_change).where(*mine)).rowcount:
        return None
    return ProposedChange(
        account=row.account, change=change, by=row.made_by, at=from_us(row.made_us), value=row.value
    )
