"""Numbers that count up within an owner in the order of commits, whoever writes: what came first is told first."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Column, Connection, Table, func, select

from hub.store import marks


def following(conn: Connection, table: Table, owner: str, owners: Sequence[str]) -> Iterator[int]:
    """For each of `owners`, in this order, its next `seq` in `table`, whose column `owner` names owners.

    Nobody else numbers for them until this transaction has committed.
    """
    names = sorted(set(owners))
    marks.lock(conn, (f"{table.name}.{owner}\x00{name}" for name in names))
    return _counted(_last(conn, table, table.c[owner], names), owners)


def _last(conn: Connection, table: Table, owner: Column[str], names: Sequence[str]) -> Mapping[str, int]:
    """Owner → its highest number so far: one look into the index for each, in one statement."""
    highest = (
        select(func.coalesce(func.max(table.c.seq), 0)).where(owner == name).scalar_subquery()
        for name in names
    )
    return dict(zip(names, conn.execute(select(*highest)).one(), strict=True))


def _counted(last: Mapping[str, int], owners: Sequence[str]) -> Iterator[int]:
    numbers = dict(last)
    for owner in owners:
        numbers[owner] += 1
        yield numbers[owner]
