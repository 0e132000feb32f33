"""Which rows of a view are news: a digest for each row seen, kept by the adapter between two sweeps.

The cursor carries only a mark, a digest over all digests handed out so far, so it stays small. The
digests of a page are kept only after the hub has come back with that page's mark, which it does once
the page is stored; and where the cursor's mark is not the one kept here (another machine, a restored
database, a lost directory) everything is forgotten and told again. So a crash at any point costs
repeats, which the hub knows as resends, and never a change. Rules: domain.md N09, N66, N85.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.ids import digest_of

_TABLES: Final = """
create table if not exists mark (mark text not null);
create table if not exists seen (
    key text primary key, digest text not null, kept text not null, sweep integer not null
) without rowid;
"""
_MOST_ABSENT: Final = 0.1
"""More of the known rows than this gone in one sweep is a fault of the view, not a deletion (N09)."""
_FEW: Final = 20
"""Among so few rows a share says nothing: up to this many known rows, half of them may go."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One row as the next sweep compares it. `kept` is what a tombstone will say of it: no personal value."""

    key: str
    digest: str
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """So many of the known rows went at once that the view must be at fault: nothing is concluded."""

    known: int
    absent: int


class SeenRows:
    """Digests by key in a small SQLite file under `place`; in memory where `place` is "".

    Used by one adapter, one call at a time. `sweep` numbers the passes over the view.
    """

    def __init__(self, place: str, name: str) -> None:
        path = str(Path(place) / f"{name}.seen.sqlite") if place else ":memory:"
        # one call at a time, but not always from the same thread
        self._file: Final = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.executescript(_TABLES)
        self._pending: tuple[str, Sequence[Seen], Sequence[str], int] | None = None

    def resume(self, mark: str) -> None:
        """The cursor says `mark`: keeps what was handed out under it, or forgets what it cannot trust."""
        pending, self._pending = self._pending, None
        if mark == self._kept_mark():
            return
        if pending is not None and pending[0] == mark:
            self._keep(*pending)
        else:
            self._file.executescript("delete from seen; delete from mark;")
            self._file.execute("insert into mark values (?)", (mark,))

    def news(self, rows: Sequence[Seen], sweep: int) -> list[Seen]:
        """Those of `rows` that are new or changed; the others are noted as present in `sweep`."""
        known = self._digests([row.key for row in rows])
        same = [(sweep, row.key) for row in rows if known.get(row.key) == row.digest]
        with self._file:
            self._file.execute("begin")
            self._file.executemany("update seen set sweep = ? where key = ?", same)
        return [row for row in rows if known.get(row.key) != row.digest]

    def vanished(self, sweep: int, *, absences: int) -> list[Seen] | Shrunk:
        """Rows that were in none of the last `absences` sweeps, `sweep` the last of them; often none."""
        (known,) = self._file.execute("select count(*) from seen").fetchone()
        (absent,) = self._file.execute("select count(*) from seen where sweep < ?", (sweep,)).fetchone()
        if absent > known * (0.5 if known <= _FEW else _MOST_ABSENT):
            return Shrunk(known, absent)
        gone = "select key, digest, kept from seen where sweep <= ? order by key"
        return [Seen(*row) for row in self._file.execute(gone, (sweep - absences,))]

    def hand_out(self, mark: str, news: Sequence[Seen], gone: Sequence[str], sweep: int) -> str:
        """The mark for the page that brings `news` and says that `gone` are no more; `mark` if it does neither.

        Nothing is kept yet: see `resume`.
        """
        if not news and not gone:
            return mark
        after = digest_of(mark, *(part for row in news for part in (row.key, row.digest)), "", *gone)
        self._pending = (after, news, gone, sweep)
        return after

    def close(self) -> None:
        """Gives the file back; may be called twice."""
        self._file.close()

    def _kept_mark(self) -> str:
        found = self._file.execute("select mark from mark").fetchone()
        return str(found[0]) if found else ""

    def _keep(self, mark: str, news: Sequence[Seen], gone: Sequence[str], sweep: int) -> None:
        with self._file:
            self._file.execute("begin")
            rows = [(row.key, row.digest, row.kept, sweep) for row in news]
            self._file.executemany("insert or replace into seen values (?, ?, ?, ?)", rows)
            self._file.executemany("delete from seen where key = ?", [(key,) for key in gone])
            self._file.execute("delete from mark")
            self._file.execute("insert into mark values (?)", (mark,))

    def _digests(self, keys: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for at in range(0, len(keys), 500):  # SQLite takes 999 parameters in old builds
            some = keys[at : at + 500]
            asked = f"select key, digest from seen where key in ({','.join('?' * len(some))})"  # noqa: S608  only question marks
            found.update(self._file.execute(asked, some).fetchall())
        return found
