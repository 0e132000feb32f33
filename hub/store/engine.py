"""The database: SQLite (WAL) or PostgreSQL behind one small object.

May hold: how to begin, and move many rows in one statement. May not hold: a table or a rule.
Hot writes go past the expression compiler (libraries.md § 2): `insert` builds one fixed statement a
table and shape, an array a column on PostgreSQL and `executemany` on SQLite.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, String, Table
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from hub.store.connections import engine_of
from hub.store.lists import as_array

Row = Mapping[str, Any]
T = TypeVar("T")
BATCH: Final = 500
"""Rows a statement; larger batches cost more a row (libraries.md, law of the house)."""
_DEADLOCK: Final = frozenset({"40P01", "40001"})
BYTES: Final = {"gridplus_bytes": True}
"""Execution options of a SELECT of sealed bytes: they come as they are, not as text of twice their length. Only for
columns of our own tables; the database's own have kinds that the driver has no such form for."""


class Store:
    """One database. `read()` and `write()` give a connection inside one transaction, `look()` one without."""

    def __init__(self, url: str) -> None:
        self.url: Final = url
        self.engine: Final = engine_of(url)
        self.is_postgresql: Final = self.engine.dialect.name == "postgresql"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for looking; it never waits for a writer."""
        with self.engine.connect() as conn, conn.begin():
            yield conn

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """A connection for a single statement that reads: on PostgreSQL one round trip instead of three."""
        if not self.is_postgresql:
            with self.read() as conn:
                yield conn
            return
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in one transaction: all of it holds, or nothing. On SQLite one writer at a time."""
        with self.engine.connect().execution_options(gridplus_write=True) as conn, conn.begin():
            yield conn

    def close(self) -> None:
        """Gives every connection back."""
        self.engine.dispose()


def insert(conn: Connection, table: Table, rows: Sequence[Row], *, update: tuple[str, ...] = ()) -> int:
    """Writes `rows`; a row whose primary key stands already is skipped, or has `update` columns set anew.

    Every row names the same columns. Returns how many rows were written. A batch may not hold one
    primary key twice when `update` is given (PostgreSQL refuses that).
    """
    if not rows:
        return 0
    columns = tuple(rows[0])
    written = 0
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        if conn.dialect.name == "postgresql":
            written += conn.exec_driver_sql(
                _pg_insert(table, columns, update), _arrays(columns, part)
            ).rowcount
        else:
            before = _changes(conn)
            conn.exec_driver_sql(
                _sqlite_insert(table, columns, update), [tuple(row[c] for c in columns) for row in part]
            )
            written += _changes(conn) - before
    return written


def _changes(conn: Connection) -> int:
    return int(conn.exec_driver_sql("SELECT total_changes()").scalar_one())


def _arrays(columns: tuple[str, ...], rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(as_array([row[c] for row in rows]) for c in columns)


@lru_cache(maxsize=256)
def _sqlite_insert(table: Table, columns: tuple[str, ...], update: tuple[str, ...]) -> str:
    names = ", ".join(columns)
    marks = ", ".join("?" * len(columns))
    return f"INSERT INTO {table.name} ({names}) VALUES ({marks}) {_conflict(table, update)}"  # noqa: S608 names are ours


@lru_cache(maxsize=256)
def _pg_insert(table: Table, columns: tuple[str, ...], update: tuple[str, ...]) -> str:
    names = ", ".join(columns)
    return (
        f"INSERT INTO {table.name} ({names}) SELECT * FROM {_pg_rows(table, columns)} "  # noqa: S608 names are ours
        f"{_conflict(table, update)}"
    )


def _pg_rows(table: Table, columns: tuple[str, ...]) -> str:
    """Rows from an array a column."""
    return _unnest([_pg_type(table, c) for c in columns])


def _unnest(kinds: Sequence[str]) -> str:
    """How many there are stays hidden from the planner, so that it looks each up in the index."""
    return f"unnest({', '.join(f'(SELECT %s::{kind}[])' for kind in kinds)})"


def _pg_type(table: Table, column: str) -> str:
    kind = table.c[column].type
    if isinstance(kind, String):
        return "text"  # with its length the database would look at each value twice
    return kind.compile(dialect=_pg_dialect())


@lru_cache(maxsize=1)
def _pg_dialect() -> Any:
    from sqlalchemy.dialects import postgresql

    return postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves this constructor untyped


def _conflict(table: Table, update: tuple[str, ...]) -> str:
    if not update:
        return "ON CONFLICT DO NOTHING"
    key = ", ".join(c.name for c in table.primary_key.columns)
    sets = ", ".join(f"{c} = excluded.{c}" for c in update)
    return f"ON CONFLICT ({key}) DO UPDATE SET {sets}"


def update(conn: Connection, table: Table, rows: Sequence[Row], *, key: tuple[str, ...]) -> int:
    """Sets the other columns of `rows` where `key` matches; one statement a batch. Returns rows changed."""
    if not rows:
        return 0
    columns = tuple(rows[0])
    changed = 0
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        if conn.dialect.name == "postgresql":
            changed += conn.exec_driver_sql(_pg_update(table, columns, key), _arrays(columns, part)).rowcount
        else:
            values = [tuple(row[c] for c in (*(c for c in columns if c not in key), *key)) for row in part]
            before = _changes(conn)
            conn.exec_driver_sql(_sqlite_update(table, columns, key), values)
            changed += _changes(conn) - before
    return changed


def swap_rows(conn: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Sets the other columns of `rows` where `id` and the `version` before match; `rows` name that one `before`.
    PostgreSQL only; one statement, in the order of `rows`. Returns rows changed."""
    columns = tuple(rows[0])
    return conn.exec_driver_sql(_pg_swap(table, columns), _arrays(columns, rows)).rowcount


@lru_cache(maxsize=256)
def _sqlite_update(table: Table, columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    sets = ", ".join(f"{c} = ?" for c in columns if c not in key)
    where = " AND ".join(f"{c} = ?" for c in key)
    return f"UPDATE {table.name} SET {sets} WHERE {where}"  # noqa: S608 names are ours


@lru_cache(maxsize=256)
def _pg_update(table: Table, columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    sets = ", ".join(f"{c} = x.{c}" for c in columns if c not in key)
    where = " AND ".join(f"{table.name}.{c} = x.{c}" for c in key)
    return (
        f"UPDATE {table.name} SET {sets} "  # noqa: S608 names are ours
        f"FROM {_pg_rows(table, columns)} AS x({', '.join(columns)}) WHERE {where}"
    )


@lru_cache(maxsize=64)
def _pg_swap(table: Table, columns: tuple[str, ...]) -> str:
    sets = ", ".join(f"{c} = x.{c}" for c in columns if c not in ("id", "before"))
    kinds = [_pg_type(table, "version" if c == "before" else c) for c in columns]
    return (
        f"UPDATE {table.name} SET {sets} "  # noqa: S608 names are ours
        f"FROM {_unnest(kinds)} AS x({', '.join(columns)}) "
        f"WHERE {table.name}.id = x.id AND {table.name}.version = x.before"
    )


def chunks(values: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """`values` in lists of at most `size`, for statements with IN."""
    part: list[T] = []
    for value in values:
        part.append(value)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def is_deadlock(error: DBAPIError) -> bool:
    """True where each of two waited for the other, and this one had to give in (PostgreSQL)."""
    return getattr(error.orig, "sqlstate", None) in _DEADLOCK


def is_unavailable(error: DBAPIError) -> bool:
    """True where the database is gone, full or busy, so that the same work may succeed later.

    False where it refuses the values it was given: the same work will be refused again.
    """
    return error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError))
