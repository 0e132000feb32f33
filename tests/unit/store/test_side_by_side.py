"""While an upgrade is under way, workers of the version before still write and read: each step only ever adds.

What is shown: every statement over the columns that the version before knew still holds. Steps that rebuild tables
are named here and in docs/operate.md: they are taken with all workers stopped.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.types import TypeEngine

from hub.store import migrate, months
from hub.store.engine import Store
from tests.unit.store.test_migrations import VERSIONS

REBUILT = {"0009"}
"""Versions whose step moves what stood elsewhere before; those up to 0006 came before the rule."""
STEPS = [step for step in pairwise(VERSIONS) if step[0] >= "0006" and step[1] not in REBUILT]


def value_of(kind: TypeEngine[Any], number: int) -> object:
    """Something that such a column takes."""
    if isinstance(kind, LargeBinary):
        return bytes([number])
    return (
        float(number)
        if isinstance(kind, Float)
        else number
        if isinstance(kind, Integer | BigInteger)
        else str(number)
    )


def row_of(table: Table, number: int) -> dict[str, object]:
    """A whole row, as that version would have written it."""
    return {column.name: value_of(column.type, number) for column in table.columns}


def tables_at(store: Store, version: str) -> Iterator[Table]:
    """The tables of one version, as they stand in a database at it."""
    migrate.up(store, version)
    known = MetaData()
    with store.read() as conn:
        known.reflect(conn)
    left_out = ("alembic_version", *(name for name in known.tables if name.startswith(f"{months.TABLE}_")))
    return (table for name, table in known.tables.items() if name not in left_out)  # months go by their table


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_a_worker_of_the_version_before_writes_reads_and_deletes_as_it_did(
    empty: Store, before: str, after: str
) -> None:
    known = list(tables_at(empty, before))
    assert len(known) > 20
    with empty.write() as conn:
        for table in known:
            conn.execute(insert(table).values(row_of(table, 1)))
    migrate.up(empty, after)
    for table in known:
        with empty.write() as conn:
            conn.execute(insert(table).values(row_of(table, 2)))
            mine = [column == row_of(table, 2)[column.name] for column in table.primary_key.columns]
            assert 1 == conn.execute(update(table).where(*mine).values(row_of(table, 2))).rowcount
            assert [tuple(row_of(table, n).values()) for n in (1, 2)] == [
                tuple(row)
                for row in conn.execute(select(*table.columns).order_by(*table.primary_key.columns))
            ]
            assert 1 == conn.execute(delete(table).where(*mine)).rowcount
