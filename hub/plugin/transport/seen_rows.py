"""Which rows of a view are news: a digest for each row seen, kept by the adapter between two sweeps.

The cursor carries only a mark, a digest over all digests handed out so far, so it stays small. What a
page brings is set aside under the mark that the page's cursor carries, and becomes what is known once
the hub comes back with that mark, which it does when the page is stored. A page that was never stored is
set aside for nothing; and where the cursor's mark is neither (another machine, a restored database, a
lost directory) everything is forgotten and told again. So no crash and no move ever costs a change; the
last kind costs repeats, which the hub knows as resends. Rules: domain.md N09, N66, N85.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.ids import digest_of

_TABLES: Final = """
create table if not exists mark (of text primary key, mark text not null) without rowid;
create table if not exists seen (
    key text primary key, digest text not null, kept text not null, sweep integer not null
) without rowid;
create table if not exists aside (
    key text primary key, digest text, kept text, sweep integer not null
) without rowid;
create table if not exists sweep (number integer not null, ended integer not null);
insert or ignore into mark values ('seen', ''), ('aside', '');
insert into sweep select 1, 0 where not exists (select * from sweep);
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

    Used by one adapter, one call at a time. Passes over the view are counted here; `end_sweep` ends one.
    """

    def __init__(self, place: str, name: str) -> None:
        path = str(Path(place) / f"{name}.seen.sqlite") if place else ":memory:"
        # one call at a time, but not always from the same thread
        self._file: Final = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.executescript(_TABLES)

    def resume(self, mark: str) -> None:
        """The cursor says `mark`: makes what was set aside under it known, or forgets what it cannot trust."""
        marks = dict(self._file.execute("select of, mark from mark").fetchall())
        with self._transaction():
            if mark != marks["seen"] and mark == marks["aside"]:
                self._file.execute(
                    "delete from seen where key in (select key from aside where digest is null)"
                )
                self._file.execute("insert or replace into seen select * from aside where digest is not null")
            elif mark != marks["seen"]:
                self._file.execute("delete from seen")
            self._file.execute("delete from aside")
            self._file.execute("update mark set mark = ?", (mark,))
            self._file.execute("update sweep set number = number + ended, ended = 0")

    def proved(self, mark: str) -> list[Seen]:
        """The rows that a cursor with `mark` proves to be stored, where nobody has been told so yet; asked before
        `resume`."""
        marks = dict(self._file.execute("select of, mark from mark").fetchall())
        if mark == marks["seen"] or mark != marks["aside"]:
            return []
        asked = "select key, digest, kept from aside where digest is not null order by key"
        return [Seen(*row) for row in self._file.execute(asked)]

    def news(self, rows: Sequence[Seen]) -> list[Seen]:
        """Those of `rows` that are new or changed; the others are noted as present in this sweep."""
        known, sweep = self._digests([row.key for row in rows]), self._sweep()
        same = [(sweep, row.key) for row in rows if known.get(row.key) == row.digest]
        with self._transaction():
            self._file.executemany("update seen set sweep = ? where key = ?", same)
        return [row for row in rows if known.get(row.key) != row.digest]

    def end_sweep(self, *, absences: int, news: Sequence[Seen] = ()) -> list[Seen] | Shrunk:
        """The pass is over: rows that were in none of the last `absences` sweeps; often none.

        `news` are rows of this sweep that are not known yet: changed, and so not absent.
        """
        sweep = self._sweep()
        (known,) = self._file.execute("select count(*) from seen").fetchone()
        (absent,) = self._file.execute("select count(*) from seen where sweep < ?", (sweep,)).fetchone()
        absent -= len(self._digests([row.key for row in news]))
        if absent > known * (0.5 if known <= _FEW else _MOST_ABSENT):
            self._file.execute("update sweep set ended = 1")
            return Shrunk(known, absent)
        return self.end_queue_sweep(absences=absences, news=news)

    def end_queue_sweep(self, *, absences: int, news: Sequence[Seen] = ()) -> list[Seen]:
        """As `end_sweep`, however many they are: of a table that others clear, a missing row says nothing."""
        sweep = self._sweep()
        self._file.execute("update sweep set ended = 1")
        there = {row.key for row in news}
        gone = "select key, digest, kept from seen where sweep <= ? order by key"
        found = (Seen(*row) for row in self._file.execute(gone, (sweep - absences,)))
        return [one for one in found if one.key not in there]

    def hand_out(self, mark: str, news: Sequence[Seen], gone: Sequence[Seen] = ()) -> str:
        """The mark for the page that brings `news` and says that `gone` are no more; `mark` if it does neither.

        Both are only set aside: see `resume`.
        """
        if not news and not gone:
            return mark
        parts = (part for row in (*news, *gone) for part in (row.key, row.digest))
        after, sweep = digest_of(mark, str(len(news)), *parts), self._sweep()
        with self._transaction():
            there = ((row.key, row.digest, row.kept, sweep) for row in news)
            self._file.execute("delete from aside")
            self._file.executemany("insert into aside values (?, ?, ?, ?)", there)
            absent = ((row.key, sweep) for row in gone)
            self._file.executemany("insert into aside values (?, null, null, ?)", absent)
            self._file.execute("update mark set mark = ? where of = 'aside'", (after,))
        return after

    def close(self) -> None:
        """Gives the file back; may be called twice."""
        self._file.close()

    def _sweep(self) -> int:
        (number,) = self._file.execute("select number from sweep").fetchone()
        return int(number)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._file.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._file.execute("rollback")
            raise
        self._file.execute("commit")

    def _digests(self, keys: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for at in range(0, len(keys), 500):  # SQLite takes 999 parameters in old builds
            some = keys[at : at + 500]
            asked = f"select key, digest from seen where key in ({','.join('?' * len(some))})"  # noqa: S608  only question marks
            found.update(self._file.execute(asked, some).fetchall())
        return found
