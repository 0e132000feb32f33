"""The little that is written into a department's middle table: rows marked as taken, and answers.

Never a row deleted, never a column touched but the one that the contract gives us. Every method raises TryLater S101
where the database does not answer, and SourceGone S127 where the account may not do it or the table is another.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    TableClause,
    column,
    create_engine,
    event,
    insert,
    select,
    table,
    update,
)
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from hub.errors import Refused, SourceGone, TryLater
from hub.plugin.transport.sql_view import parsed, row_of

_AT_ONCE: Final = 200
"""Rows marked by one statement: some databases take no more parameters than a thousand."""
_POSTGRES: Final = {"connect_timeout": 10, "options": "-c statement_timeout=30000 -c lock_timeout=10000"}


class SqlWrites:
    """One database, by SQLAlchemy URL. Opens nothing before first use; `close` gives all back."""

    def __init__(self, url: str) -> None:
        self._url: Final = parsed(url)
        self._engine: Engine | None = None

    def mark(
        self,
        name: str,
        *,
        key: str,
        columns: Sequence[str],
        digests: Mapping[str | int, str],
        status: tuple[str, str],
    ) -> int:
        """Sets column `status[0]` to `status[1]` in the rows of `digests` (key → digest), and returns in how many.

        A row that has changed since it was read is left alone: what it says now is not stored yet.
        """
        where, keys = _table(name), list(digests)
        known = {str(one): digest for one, digest in digests.items()}
        marked = 0
        with self._transaction() as link:
            for at in range(0, len(keys), _AT_ONCE):
                some = keys[at : at + _AT_ONCE]
                asked: Select[*tuple[Any, ...]] = (
                    select(*(column(one) for one in dict.fromkeys((key, *columns))))
                    .select_from(where)
                    .where(column(key).in_(some))
                    .with_for_update()
                )
                rows = [{n.lower(): v for n, v in row.items()} for row in link.execute(asked).mappings()]
                same = [row[key.lower()] for row in rows if _is_same(row, key.lower(), known)]
                if same:
                    marking = update(_table(name, status[0])).where(column(key).in_(same))
                    link.execute(marking.values({status[0]: status[1]}))
                marked += len(same)
        return marked

    def insert_once(self, name: str, values: Mapping[str, object], *, key: str) -> None:
        """Puts a row into table `name` where none has its `key`. Raises Refused S113 where the table will not have it."""
        where = _table(name)
        try:
            with self._transaction() as link:
                if not _has(link, where, key, values[key]):
                    link.execute(insert(_table(name, *values)).values(dict(values)))
        except (IntegrityError, DataError):
            with self._transaction() as link:
                if not _has(link, where, key, values[key]):  # another worker was quicker
                    raise Refused("S113") from None

    def close(self) -> None:
        """Gives the connection back; may be called twice."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        self._engine = self._engine or _engine(self._url)
        try:
            with self._engine.begin() as link:
                yield link
        except (IntegrityError, DataError):
            raise
        except ProgrammingError:
            raise SourceGone("S127") from None
        except SQLAlchemyError:
            raise TryLater("S101") from None  # the cause would quote statement and parameters


def _engine(url: Any) -> Engine:
    postgres = url.get_backend_name() == "postgresql"
    made = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args=_POSTGRES if postgres else {},
    )
    if url.get_backend_name() == "sqlite":
        # SQLite has no row locks: whoever means to write says so before reading
        event.listen(made, "connect", _by_hand)
        event.listen(made, "begin", lambda link: link.exec_driver_sql("begin immediate"))
    return made


def _by_hand(link: Any, _: object) -> None:
    link.isolation_level = None


def _table(name: str, *columns: str) -> TableClause:
    schema, _, own = name.rpartition(".")
    return table(own, *(column(one) for one in columns), schema=schema or None)


def _has(link: Connection, where: TableClause, key: str, value: object) -> bool:
    asked: Select[Any] = select(column(key)).select_from(where).where(column(key) == value)
    return link.execute(asked).first() is not None


def _is_same(row: Mapping[str, object], key: str, digests: Mapping[str, str]) -> bool:
    return digests.get(str(row[key])) == row_of(row, key).digest
