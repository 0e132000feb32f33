"""What was anchored last of each dossier, by its mark: read from the anchors' files, and kept beside them.

The lines are the truth; this is a way to ask them without reading all of them. Where it is missing, behind, or does not
fit the files any more, it is made anew from them. Nothing of it comes from the store: who may write there cannot make the
registrar forget what it signed.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from hub.run import anchorfiles
from hub.whistle.anchors import Head, parse

_NAME: Final = ".last.db"
_MEMORY: Final = ":memory:"
_BEGINNING: Final = """
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS file (name TEXT PRIMARY KEY, size INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS last (mark TEXT PRIMARY KEY, seq INTEGER NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID;
    INSERT OR REPLACE INTO file VALUES ('', 0);
    COMMIT;
"""
"""Writes, so that a place where nothing can be written anew is noticed here."""
_NOTE: Final = """
    INSERT INTO last VALUES (?, ?, ?)
    ON CONFLICT (mark) DO UPDATE SET seq = excluded.seq, digest = excluded.digest WHERE excluded.seq > seq
"""
"""The furthest entry counts, and of two digests of one entry the first."""


class AnchorIndex:
    """Up to which entry, with which digest, each mark was anchored. Raises sqlite3.Error and OSError."""

    def __init__(self, conn: sqlite3.Connection, place: Path) -> None:
        self._conn, self._place = conn, place

    def last(self, marks: Iterable[str]) -> Mapping[str, Head]:
        """Of these marks those that were ever anchored, each with its furthest entry."""
        self._catch_up()
        ask = "SELECT mark, seq, digest FROM last WHERE mark = ?"
        found = (self._conn.execute(ask, (mark,)).fetchone() for mark in marks)
        return {row[0]: Head(*row) for row in found if row is not None}

    def _catch_up(self) -> None:
        """Takes in what was written since. A file that became shorter, or is gone, is not the one that was read."""
        known = dict(self._conn.execute("SELECT name, size FROM file").fetchall())
        sizes = {file.name: file.stat().st_size for file in anchorfiles.files(self._place)}
        if any(sizes.get(name, 0) < size for name, size in known.items()):
            self._conn.execute("DELETE FROM file")
            self._conn.execute("DELETE FROM last")
            known = {}
        for name, size in sorted(sizes.items()):
            if size > known.get(name, 0):
                self._take_in(self._place / name, known.get(name, 0))

    def _take_in(self, file: Path, read: int) -> None:
        with file.open("rb") as opened:
            opened.seek(read)
            for line in opened:
                if not line.endswith(b"\n"):  # broken off; the next anchor begins a line of its own
                    break
                read += len(line)
                if (anchor := parse(line.rstrip(b"\n"))) is not None:
                    heads = [(one.mark, one.seq, one.digest) for one in anchor.heads]
                    self._conn.executemany(_NOTE, heads)
        self._conn.execute("INSERT OR REPLACE INTO file VALUES (?, ?)", (file.name, read))


@contextmanager
def opened(place: Path) -> Iterator[AnchorIndex]:
    """The index of a directory of anchors; what it learned stays, where the directory takes more than new lines. For one
    at a time. Raises OSError."""
    place.mkdir(mode=0o750, parents=True, exist_ok=True)
    conn = _connected(place / _NAME)
    try:
        yield AnchorIndex(conn, place)
        conn.commit()
    except sqlite3.Error as error:  # the disk is full, or the file is damaged: the next one begins it anew
        with suppress(OSError):
            (place / _NAME).unlink(missing_ok=True)
        raise OSError(str(error)) from error
    finally:
        conn.close()


def _connected(file: Path) -> sqlite3.Connection:
    """On disk; once more without what is damaged; and else in memory."""
    for name in (str(file), str(file), _MEMORY):
        with suppress(sqlite3.Error):
            conn = sqlite3.connect(name)
            try:
                conn.executescript(_BEGINNING)
            except sqlite3.Error:
                conn.close()
                raise
            return conn
        with suppress(OSError):
            file.unlink(missing_ok=True)
    raise OSError(str(file))
