"""Changes of accounts that wait for a second person. What was decided stands in the audit."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from hub.model.account import Change, Proposal
from hub.store.engine import insert
from hub.store.moments import from_us, to_us
from hub.store.tables import proposal


def add(conn: Connection, one: Proposal) -> bool:
    """Stores it; False where one of its kind waits for that account already, which stays."""
    row = {
        "account": one.account,
        "change": one.change.value,
        "made_by": one.by,
        "made_us": to_us(one.at),
        "value": one.value,
    }
    return insert(conn, proposal, [row]) == 1


def waiting(conn: Connection, account: str = "") -> Sequence[Proposal]:
    """All, or those about one account, oldest first."""
    query = select(proposal).order_by(proposal.c.made_us, proposal.c.account, proposal.c.change)
    rows = conn.execute(query.where(proposal.c.account == account) if account else query)
    return [
        Proposal(
            account=r.account,
            change=Change(r.change),
            by=r.made_by,
            at=from_us(r.made_us),
            value=r.value,
        )
        for r in rows
    ]


def take(conn: Connection, account: str, change: Change) -> Proposal | None:
    """The one that waits, which waits no more; None where somebody was faster, or none did."""
    mine = (proposal.c.account == account, proposal.c.change == change.value)
    row = conn.execute(select(proposal).where(*mine).with_for_update()).first()
    if row is None or not conn.execute(delete(proposal).where(*mine)).rowcount:
        return None
    return Proposal(
        account=row.account, change=change, by=row.made_by, at=from_us(row.made_us), value=row.value
    )
