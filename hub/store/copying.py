"""New rows by binary COPY on PostgreSQL: half of what INSERT costs there, and less here (docs/measured.md)."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Float, Integer, LargeBinary, SmallInteger, Table
from sqlalchemy.exc import DBAPIError

from hub.bus.message import Fenced
from hub.store.engine import Row, insert

_UNIQUE: str = "23505"
"""SQLSTATE of a row whose key stands already."""


def insert_new(conn: Connection, table: Table, rows: Sequence[Row]) -> int:
    """As `insert`: writes `rows`, skips those that stand already, returns how many were written.

    For rows of which hardly ever one stands: COPY takes all or none of them, and where it refuses, `insert`
    does the work once more.
    """
    if not rows or conn.dialect.name != "postgresql":
        return insert(conn, table, rows)
    try:
        with conn.begin_nested():
            _copy(conn, table, rows)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _UNIQUE:
            raise
        return insert(conn, table, rows)
    return len(rows)


def insert_or_fence(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Writes `rows`; raises Fenced where one stands already, since another worker was faster. The transaction is
    spent then: nothing but its roll-back follows."""
    try:
        written = copy(conn, table, rows)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _UNIQUE:
            raise
        raise Fenced from error
    if written != len(rows):
        raise Fenced


def copy(conn: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Writes `rows`, of which none stands yet; returns how many were written, which SQLite alone may make fewer.

    On PostgreSQL one that stands is an error of the database.
    """
    if not rows or conn.dialect.name != "postgresql":
        return insert(conn, table, rows)
    _copy(conn, table, rows)
    return len(rows)


def _copy(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    columns = tuple(rows[0])
    statement, kinds = _copying(table, columns)
    link: Any = conn.connection.driver_connection
    raised = conn.dialect.loaded_dbapi.Error
    try:
        with link.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(kinds)
            for row in rows:
                copy.write_row([row[c] for c in columns])
    except raised as error:  # as SQLAlchemy would tell it, so that all callers know it
        gone = conn.dialect.is_disconnect(error, link, None)
        raise DBAPIError.instance(
            statement, None, error, raised, connection_invalidated=gone, dialect=conn.dialect
        ) from error


@lru_cache(maxsize=64)
def _copying(table: Table, columns: tuple[str, ...]) -> tuple[str, list[str]]:
    """The statement, and the type of each column as the driver calls it."""
    statement = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    return statement, [_kind(table.c[c].type) for c in columns]


def _kind(type_: object) -> str:
    kinds = {SmallInteger: "int2", BigInteger: "int8", Integer: "int4", Float: "float8", LargeBinary: "bytea"}
    return next((name for kind, name in kinds.items() if isinstance(type_, kind)), "text")
