"""A department's own table, with a view that it opens on it, by SQLAlchemy URL: for simulators.

SQLite by default, PostgreSQL where a URL is given. Columns are texts; those with a width are CHAR columns, padded as
such databases pad them.
"""

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import CHAR, Column, Index, MetaData, Table, Text, create_engine, text
from sqlalchemy.event import listen


class OpenTable:
    """Rows by their key; used from the simulator's threads, one at a time."""

    def __init__(
        self, url: str, name: str, *, columns: Sequence[str], key: str, widths: Mapping[str, int]
    ) -> None:
        self._engine: Final = create_engine(url)
        if self._engine.dialect.name == "sqlite":
            listen(self._engine, "connect", hasty)
        self._name: Final = name
        self._columns: Final = tuple(columns)
        self._widths: Final = widths
        self._shown: Final = {one: one for one in self._columns}
        self.view: Final = f"v_{name}"
        kinds: dict[str, CHAR | Text] = {
            one: CHAR(widths[one]) if one in widths else Text() for one in columns
        }
        self._table: Final = Table(name, MetaData(), *(Column(one, kind) for one, kind in kinds.items()))
        self._key: Final = self._table.c[key]
        Index(f"i_{name}", self._key)
        self._lock: Final = threading.Lock()

    def open(self) -> None:
        """Makes table and view afresh."""
        self.drop()
        with self._engine.begin() as link:
            self._table.create(link)
            self._show(link)

    def put(self, *rows: Mapping[str, str]) -> None:
        """Writes rows over those with their keys, if there are any; rows without a key stand side by side, and so do
        rows that share one here."""
        padded = [self._padded(row) for row in rows]
        keys = {key for row in padded if (key := row.get(self._key.name, "")).strip()}
        with self._lock, self._engine.begin() as link:
            for key in keys:
                link.execute(self._table.delete().where(self._key == key))
            for row in padded:
                link.execute(self._table.insert().values(row))

    def remove(self, key: str) -> None:
        """The row is gone, without a trace (N09)."""
        with self._lock, self._engine.begin() as link:
            padded = key.ljust(self._widths.get(self._key.name, 0))
            link.execute(self._table.delete().where(self._key == padded))

    def clear(self) -> None:
        """All rows are gone: somebody truncated it, or loads it again."""
        with self._lock, self._engine.begin() as link:
            link.execute(self._table.delete())

    def add_column(self) -> None:
        """The owner adds a column to the view without a word to anyone (N85)."""
        self._show_otherwise(remark_2="'new'")

    def rename_column(self) -> None:
        """The owner gives the last column another name (N85)."""
        last = self._columns[-1]
        self._shown.pop(last)
        self._show_otherwise(**{f"{last}_2": last})

    def retype_column(self) -> None:
        """The owner makes the last column one of whole numbers (N85)."""
        last = self._columns[-1]
        self._show_otherwise(**{last: f"CAST({last} AS INTEGER)"})

    def drop(self) -> None:
        """Takes view and table away."""
        with self._engine.begin() as link:
            link.execute(text(f"DROP VIEW IF EXISTS {self.view}"))
            self._table.drop(link, checkfirst=True)

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()

    def _padded(self, row: Mapping[str, str]) -> dict[str, str]:
        # SQLite does not pad CHAR by itself
        return {name: row[name].ljust(self._widths.get(name, 0)) for name in self._columns if name in row}

    def _show_otherwise(self, **expressions: str) -> None:
        with self._lock, self._engine.begin() as link:
            self._shown.update(expressions)
            self._show(link)

    def _show(self, link: Any) -> None:
        shown = ", ".join(f"{expression} AS {name}" for name, expression in self._shown.items())
        link.execute(text(f"DROP VIEW IF EXISTS {self.view}"))
        link.execute(text(f"CREATE VIEW {self.view} AS SELECT {shown} FROM {self._name}"))  # noqa: S608  names of our own


def hasty(link: sqlite3.Connection, _: object) -> None:
    """What a simulator says need not survive a power cut."""
    link.execute("PRAGMA synchronous = OFF")
