"""A department's read-only SQL view: its columns, and its rows in the order of their key, in batches.

Reads and nothing else: no statement here writes, and the connection is opened so that none could.
Which rows are news is told by `seen_rows`, since views seldom have an update time (domain.md 7.1).
What a column means is the plugin's.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, cast

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    ScalarSelect,
    Select,
    String,
    TableClause,
    column,
    create_engine,
    func,
    inspect,
    select,
    table,
)
from sqlalchemy import cast as cast_sql
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchTableError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from hub.errors import FixSettings, SourceGone, TryLater
from hub.ids import digest_of

Key = str | int | None
"""A row's key as the database gives it, padding included; None before the first row."""

_Asked = Select[tuple[Any, ...]]
_CONNECT_S: Final = 10
_STATEMENT_MS: Final = 30_000
_POSTGRES: Final = {"connect_timeout": _CONNECT_S, "options": f"-c statement_timeout={_STATEMENT_MS}"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `content` is a JSON object, column name in lower case → value as read, CHAR padding kept."""

    key: str
    """Trimmed. Rows that share a key, or have none, are told apart by `#` and a number."""
    content: bytes
    digest: str
    """32 hex digits over the trimmed values: padding alone makes no news."""
    values: Mapping[str, object]
    """Trimmed, by column name in lower case."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows in the order of their key. `after` is where the next batch goes on; None: this was the last."""

    rows: tuple[Row, ...]
    after: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Rows come in batches, and a table of headers says of how many rows each: `number` and `count` are its columns,
    `column` is where a row says which batch it belongs to."""

    column: str
    number: str
    count: str
    headers: str = ""
    """The table; "" where it is named by the settings."""


@dataclass(frozen=True, slots=True)
class HalfBatch:
    """A batch with fewer rows than its header says; `expected` is None where there is no header."""

    number: str
    expected: int | None
    found: int


@dataclass(frozen=True, slots=True)
class Repeated:
    """A view that joins a report to several of something, and so repeats its row once for each: a shop's licences.

    Rows of one key are then one row, in which `column` holds all its values, each once, in order, `、` between them.
    Where they differ in something else too, because they are being written just now, the row that is last by `latest`
    counts.
    """

    column: str
    latest: str
    """A column with the time of the last change, in a form that sorts."""


@dataclass(frozen=True, slots=True)
class Columns:
    """All columns that the view has now, as `name type`, sorted; not only those that are read."""

    described: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """16 hex digits; the same on every run while nobody touches the view (N85)."""
        return digest_of(*self.described)[:16]

    def differences(self, expected: Sequence[str]) -> tuple[str, ...]:
        """`+name` and `-name` of what came and went since `expected` was described; a new type is both."""
        now, then = set(self.described), set(expected)
        return tuple(
            sorted([f"+{_name(one)}" for one in now - then] + [f"-{_name(one)}" for one in then - now])
        )


class SqlView:
    """One view, reached by a SQLAlchemy URL. Opens nothing before first use; `close` gives all back.

    `columns` are the ones that are read: what nobody asked for never enters the hub. Names are matched
    without regard to case. Where `ready` names a column and a value, rows with another one are not there; where they are
    `counted`, rows of a batch that is not whole are not there. Every method raises TryLater S101 where the database does
    not answer, and SourceGone S107 where view or columns are not there.
    """

    def __init__(
        self,
        url: str,
        view: str,
        *,
        key: str,
        columns: Sequence[str],
        batch: int = 500,
        ready: tuple[str, str] | None = None,
        counted: Counted | None = None,
        repeated: Repeated | None = None,
    ) -> None:
        self._url: Final = parsed(url)
        schema, _, name = view.rpartition(".")
        self._view: Final[TableClause] = table(name, schema=schema or None)
        self._key: Final = key.lower()
        self._columns: Final = tuple(dict.fromkeys([self._key, *(one.lower() for one in columns)]))
        self._batch: Final = batch
        self._ready: Final = ready
        self._counted: Final = counted
        self._repeated: Final = repeated
        self._engine: Engine | None = None

    def columns(self) -> Columns:
        """What the view looks like now."""
        with self._connected() as link:
            return Columns(tuple(sorted(f"{name} {kind}" for name, (_, kind) in self._found(link).items())))

    def batch(self, after: Key) -> Batch:
        """The next rows by key. Rows of one key always come together, however the view was joined.

        The first batch also brings rows without a key, at most one batch of them.
        """
        with self._connected() as link:
            chosen = self._chosen(link)
            key = chosen[self._key]
            further = self._asked(chosen, key > after if after is not None else key.is_not(None))
            # one more than a batch: whether the last key's rows are all there is only known by the next
            rows = _rows(link, further.limit(self._batch + 1))
            last = rows[-1][self._key] if len(rows) > self._batch else None
            if last is not None:
                whole = [row for row in rows if row[self._key] != last]
                rows = whole or _rows(link, self._asked(chosen, key == last))
                last = rows[-1][self._key]
            if after is None:
                rows = [*_rows(link, self._asked(chosen, key.is_(None)).limit(self._batch)), *rows]
        if self._repeated is not None:
            rows = _folded(rows, self._key, self._repeated)
        return Batch(_told_apart(rows, self._key), cast("Key", last))

    def half_batches(self) -> tuple[HalfBatch, ...]:
        """The batches that are not whole now, by number; none where rows are not counted."""
        if self._counted is None:
            return ()
        by, headers = self._counted, _headers(self._counted)
        of_rows: ColumnElement[Any] = column(by.column)
        said, there = headers.c[by.count], self._there(by, headers)
        short = select(headers.c[by.number], said, there).where(said.is_(None) | (said > there))
        known = select(headers.c[by.number]).where(headers.c[by.number].is_not(None))
        stray = select(of_rows, func.count()).select_from(self._view).group_by(of_rows)
        with self._connected() as link:
            halves = [
                HalfBatch(_shown(one), None if count is None else int(count), int(found))
                for one, count, found in link.execute(short)
            ]
            # the database compares, as it does when rows are read: a number that it holds for another is another
            strays = link.execute(stray.where(of_rows.is_(None) | of_rows.not_in(known)))
            halves += [HalfBatch(_shown(one), None, int(found)) for one, found in strays]
        by_number = {
            one.number: one for one in reversed(halves)
        }  # of two written alike, the one with a header
        return tuple(by_number[number] for number in sorted(by_number))

    def keys(self) -> Iterator[str]:
        """The keys of all rows, trimmed, each once, in order."""
        after: Key = None
        while True:
            batch = self.batch(after)
            yield from dict.fromkeys(row.key.partition("#")[0] for row in batch.rows)
            after = batch.after
            if after is None:
                return

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A connection for one short transaction: a view must not hold its owner's locks."""
        self._engine = self._engine or _engine(self._url)
        try:
            with self._engine.connect() as link:
                if link.dialect.name == "postgresql":
                    link = link.execution_options(postgresql_readonly=True)
                yield link
        except NoSuchTableError:
            raise SourceGone("S107", columns="-*", fingerprint="") from None
        except SQLAlchemyError:
            raise TryLater("S101") from None  # the cause would quote statement and parameters

    def _found(self, link: Connection) -> dict[str, tuple[str, str]]:
        """Lower-case name → (name as the database has it, type)."""
        described = inspect(link).get_columns(self._view.name, schema=self._view.schema)
        return {one["name"].lower(): (one["name"], str(one["type"])) for one in described}

    def _chosen(self, link: Connection) -> dict[str, ColumnElement[Any]]:
        found = self._found(link)
        needed = self._columns if self._ready is None else (*self._columns, self._ready[0].lower())
        missing = [name for name in needed if name not in found]
        if missing:
            raise SourceGone("S107", columns=" ".join(f"-{name}" for name in missing), fingerprint="")
        return {name: column(found[name][0]) for name in needed}

    def _asked(self, chosen: Mapping[str, ColumnElement[Any]], where: ColumnElement[bool]) -> _Asked:
        named = [chosen[name].label(name) for name in self._columns]
        asked = select(*named).select_from(self._view).where(where).order_by(chosen[self._key])
        if self._counted is not None:
            asked = asked.where(column(self._counted.column).in_(self._whole(self._counted)))
        if self._ready is None:
            return asked
        name, value = self._ready
        return asked.where(func.trim(cast_sql(chosen[name.lower()], String)) == value)

    def _whole(self, by: Counted) -> Select[tuple[Any]]:
        """Numbers of batches that have as many rows as their headers say, or more."""
        headers = _headers(by)
        return select(headers.c[by.number]).where(headers.c[by.count] <= self._there(by, headers))

    def _there(self, by: Counted, headers: TableClause) -> ScalarSelect[int]:
        """How many rows there are of a header's batch."""
        rows = self._view.alias("rows_of_batch")
        are_of_it = column(by.column, _selectable=rows) == headers.c[by.number]
        return select(func.count()).select_from(rows).where(are_of_it).correlate(headers).scalar_subquery()


def _rows(link: Connection, asked: _Asked) -> list[dict[str, object]]:
    return [dict(row) for row in link.execute(asked).mappings()]


def _headers(by: Counted) -> TableClause:
    schema, _, name = by.headers.rpartition(".")
    return table(name, column(by.number), column(by.count), schema=schema or None)


def _shown(number: object) -> str:
    """A batch's number without padding; "" for none."""
    return "" if number is None else str(number).strip()


def parsed(url: str) -> URL:
    """Raises FixSettings C101 for what is no URL of a database whose driver is installed."""
    try:
        made = make_url(url)
        made.get_dialect().import_dbapi()
    except (ArgumentError, ImportError):
        raise FixSettings("C101", name="url") from None  # the cause may quote the password
    return made


def _engine(url: URL) -> Engine:
    """One connection, kept while it answers. SQLite is opened read-only by the file's own mode."""
    pool: dict[str, Any] = {
        "poolclass": QueuePool,
        "pool_size": 1,
        "max_overflow": 0,
        "pool_pre_ping": True,
    }
    if url.get_backend_name() == "sqlite":
        return create_engine("sqlite://", creator=lambda: _sqlite(url.database or ""), **pool)
    return create_engine(
        url, connect_args=_POSTGRES if url.get_backend_name() == "postgresql" else {}, **pool
    )


def _sqlite(path: str) -> sqlite3.Connection:
    link = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
    # a broken text must hold its own row (N18), not fail the whole batch
    link.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return link


def _folded(rows: Sequence[Mapping[str, object]], key: str, repeated: Repeated) -> list[dict[str, object]]:
    """`rows` with one for each key, in their order; those without a key stay as they are."""
    by_key: dict[str, list[Mapping[str, object]]] = {}
    for at, row in enumerate(rows):
        by_key.setdefault(str(_trimmed(row[key]) or f"#{at}"), []).append(row)
    return [_one_of(same, repeated) for same in by_key.values()]


def _one_of(rows: Sequence[Mapping[str, object]], repeated: Repeated) -> dict[str, object]:
    column, latest = repeated.column.lower(), repeated.latest.lower()
    each = {str(_trimmed(row[column])) for row in rows if row[column] is not None}
    newest = max(rows, key=lambda row: (str(row[latest] or ""), row_of(row, column).digest))
    return {**newest, column: "、".join(sorted(each - {""}))}


def _told_apart(rows: Sequence[Mapping[str, object]], key: str) -> tuple[Row, ...]:
    """`rows` in their order, each with a key of its own.

    Twins are numbered in the order of their digests, since the database promises none among them.
    """
    made = [row_of(values, key) for values in rows]
    number: dict[str, int] = {}
    named: dict[int, Row] = {}
    for at in sorted(range(len(made)), key=lambda one: made[one].digest):
        row = made[at]
        number[row.key] = nth = number.get(row.key, 0) + 1
        named[at] = row if row.key and nth == 1 else replace(row, key=f"{row.key}#{nth}")
    return tuple(named[at] for at in range(len(made)))


def row_of(values: Mapping[str, object], key: str) -> Row:
    """One row as read, by column name in lower case."""
    trimmed = {name: _trimmed(value) for name, value in values.items()}
    return Row(
        key="" if values[key] is None else str(trimmed[key]),
        content=orjson.dumps(values, default=_as_text),
        digest=digest_of(orjson.dumps(trimmed, default=_as_text)),
        values=trimmed,
    )


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _as_text(value: object) -> str:
    """What JSON has no word for: Decimal keeps its digits, bytes become hex."""
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)


def _name(described: str) -> str:
    return described.partition(" ")[0]
