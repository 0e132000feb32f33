"""Leases: who works on what. The database decides; a holder that slept past its lease commits nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from hub.bus.message import Fenced
from hub.clock import is_due
from hub.store.engine import Store, insert
from hub.store.moments import to_us
from hub.store.tables import lease

_SKEW: Final = timedelta(minutes=10)
"""How far the clocks of two machines may lie apart before one of them counts as wrong."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A right to work on `name`, as `holder`, in this `epoch`: each new holder counts one up."""

    name: str
    holder: str
    epoch: int


_LOOKS: Final = 10
"""How often in a lease's life somebody who waits for it looks whether it is free."""


class Holding:
    """One worker's hold on one name, kept in memory: the database is written to twice a lease's life, not at
    every step, and looked at ten times where another holds it. Every transaction still proves it (`hold`), so
    a belief that is out of date commits nothing."""

    def __init__(self, store: Store, name: str, holder: str, length: timedelta) -> None:
        self._store, self._name, self._holder, self._length = store, name, holder, length
        self._held: Lease | None = None
        self._look_at: datetime | None = None

    def at(self, now: datetime) -> Lease | None:
        """The lease, taken or, when half its life is over, prolonged; None while another holds it."""
        if self._look_at is None or is_due(self._look_at, now, within=self._length / 2):
            self._held = take(self._store, self._name, self._holder, now, self._length)
            self._look_at = now + self._length / (2 if self._held else _LOOKS)
        return self._held

    def lost(self) -> None:
        """A transaction could not prove it: nothing more is begun on the strength of it."""
        self._held = self._look_at = None

    def give_back(self) -> None:
        """Frees it at once, where it is held; for a clean stop."""
        held = self._held
        self.lost()
        if held is not None:
            give_back(self._store, held)


def take(store: Store, name: str, holder: str, now: datetime, length: timedelta) -> Lease | None:
    """The lease, new or prolonged; None while another holds it, which costs no write."""
    if _is_anothers(store, name, holder, now, length):
        return None
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
            .where(lease.c.name == name, or_(~_is_live(now, length), lease.c.holder == ""))
            .values(holder=holder, until_us=until, epoch=lease.c.epoch + 1)
            .returning(lease.c.epoch)
        ).scalar()
        return None if taken is None else Lease(name, holder, taken)


def _is_live(now: datetime, length: timedelta) -> ColumnElement[bool]:
    """Not over yet, and not farther off than any clock that goes right would have put its end."""
    return lease.c.until_us.between(to_us(now), to_us(now + length + _SKEW))


def _is_anothers(store: Store, name: str, holder: str, now: datetime, length: timedelta) -> bool:
    live = and_(lease.c.holder.not_in([holder, ""]), _is_live(now, length))
    with store.look() as conn:
        return conn.execute(select(lease.c.name).where(lease.c.name == name, live)).first() is not None


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


def count_up(conn: Connection, begins: str) -> int:
    """Fences whoever holds a lease whose name begins so, however long it was asleep: what it did under it is
    committed by now or never is, and it takes the lease anew. Returns how many leases those are."""
    names = lease.c.name.startswith(begins, autoescape=True)
    return conn.execute(update(lease).where(names).values(epoch=lease.c.epoch + 1)).rowcount
