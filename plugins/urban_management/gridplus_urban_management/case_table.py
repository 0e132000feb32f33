"""The platform's own table of cases and the view it opens on it, by SQLAlchemy URL. For the simulator.

SQLite by default, PostgreSQL where a URL is given; key and codes are CHAR columns, padded as such
databases pad them, and there is no update time to be had.
"""

import sqlite3
import threading
from collections.abc import Mapping
from typing import Final

from sqlalchemy import CHAR, Column, MetaData, Table, Text, create_engine, text
from sqlalchemy.event import listen

from gridplus_urban_management.config import COLUMNS

_PADDED: Final = {"rec_id": 24, "main_type_id": 4, "sub_type_id": 4, "cell_code": 20}


class CaseTable:
    """Rows by `rec_id`; used from the simulator's threads, one at a time."""

    def __init__(self, url: str, name: str) -> None:
        self._engine: Final = create_engine(url)
        if self._engine.dialect.name == "sqlite":
            listen(self._engine, "connect", _hasty)
        self._name: Final = name
        self.view: Final = f"v_{name}"
        kinds = {one: CHAR(_PADDED[one]) if one in _PADDED else Text() for one in COLUMNS}
        columns = [Column(one, kind, primary_key=one == "rec_id") for one, kind in kinds.items()]
        self._table: Final = Table(name, MetaData(), *columns)
        self._lock: Final = threading.Lock()

    def open(self) -> None:
        """Makes table and view afresh."""
        self.drop()
        with self._engine.begin() as link:
            self._table.create(link)
        self._show(", ".join(COLUMNS))

    def put(self, case: Mapping[str, str]) -> None:
        """Writes one row over the one with its number, if there is one."""
        row = {
            name: case[name].ljust(_PADDED.get(name, 0)) for name in COLUMNS if name in case
        }  # SQLite does not pad CHAR by itself
        with self._lock, self._engine.begin() as link:
            link.execute(self._table.delete().where(self._table.c.rec_id == row["rec_id"]))
            link.execute(self._table.insert().values(row))

    def remove(self, number: str) -> None:
        """The row is gone, without a trace (N09)."""
        with self._lock, self._engine.begin() as link:
            padded = number.ljust(_PADDED["rec_id"])
            link.execute(self._table.delete().where(self._table.c.rec_id == padded))

    def add_column(self) -> None:
        """The owner adds a column to the view without a word to anyone (N85)."""
        with self._lock:
            self._show(", ".join(COLUMNS) + ", 'new' AS remark_2")

    def drop(self) -> None:
        """Takes view and table away."""
        with self._engine.begin() as link:
            link.execute(text(f"DROP VIEW IF EXISTS {self.view}"))
            self._table.drop(link, checkfirst=True)

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()

    def _show(self, columns: str) -> None:
        with self._engine.begin() as link:
            link.execute(text(f"DROP VIEW IF EXISTS {self.view}"))
            link.execute(text(f"CREATE VIEW {self.view} AS SELECT {columns} FROM {self._name}"))  # noqa: S608  names of our own


def _hasty(link: sqlite3.Connection, _: object) -> None:
    """What a simulator says need not survive a power cut."""
    link.execute("PRAGMA synchronous = OFF")
