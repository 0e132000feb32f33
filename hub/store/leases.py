"""Leases: who works on what. The database decides; a holder that slept past its lease commits nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from hub.bus.message import Fenced
from hub.store.engine import Store, insert
from hub.store.moments import to_us
from hub.store.tables import lease


@dataclass(frozen=True, slots=True)
class Lease:
    """A right to work on `name`, as `holder`, in this `epoch`: each new holder counts one up."""

    name: str
    holder: str
    epoch: int


def take(store: Store, name: str, holder: str, now: datetime, length: timedelta) -> Lease | None:
    """The lease, new or prolonged; None while another holds it."""
    with store.write() as conn:
        until = to_us(now + length)
        row = {"name": name, "holder": holder, "epoch": 1, "until_us": until}
        if insert(conn, lease, [row]):
            return Lease(name, holder, 1)
        mine = conn.execute(
            update(lease)
            .where(lease.c.name == name, lease.c.holder == holder)
            .values(until_us=until)
            .returning(lease.c.epoch)
        ).scalar()
        if mine is not None:
            return Lease(name, holder, mine)
        taken = conn.execute(
            update(lease)
            .where(lease.c.name == name, or_(lease.c.until_us < to_us(now), lease.c.holder == ""))
            .values(holder=holder, until_us=until, epoch=lease.c.epoch + 1)
            .returning(lease.c.epoch)
        ).scalar()
        return None if taken is None else Lease(name, holder, taken)


def hold(conn: Connection, held: Lease) -> None:
    """Proves, inside the transaction of the effects, that `held` is still the one; else raises Fenced.

    The row is locked until commit, so nobody can take it over in between.
    """
    where = (lease.c.name == held.name, lease.c.holder == held.holder, lease.c.epoch == held.epoch)
    query = select(lease.c.epoch).where(*where)
    if conn.dialect.name == "postgresql":
        query = query.with_for_update()
    if conn.execute(query).scalar() is None:
        raise Fenced


def give_back(store: Store, held: Lease) -> None:
    """Frees it at once, for a clean stop."""
    with store.write() as conn:
        conn.execute(
            update(lease).where(lease.c.name == held.name, lease.c.epoch == held.epoch).values(holder="")
        )
