"""What was anchored last of each dossier, and which lines name it, by its mark: read from the anchors' files, kept beside.

The lines are the truth; this is a way to ask them without reading all of them. Where it is missing, behind, or does not
fit the files any more, it is made anew from them, and who only reads reads them all. Nothing of it comes from the store: who may write there cannot make the
registrar forget what it signed.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

from hub.run.dossier import anchorfiles
from hub.whistle.anchors import Anchor, Head, mark_of, parse

_NAME: Final = ".last.db"
_MEMORY: Final = ":memory:"
_BEGINNING: Final = """
    BEGIN IMMEDIATE;
    DROP TABLE IF EXISTS file; -- of an index that knew no lines
    CREATE TABLE IF NOT EXISTS known (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS line (mark TEXT, file INTEGER, at INTEGER, PRIMARY KEY (mark, file, at)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS last (mark TEXT PRIMARY KEY, seq INTEGER NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID;
    INSERT INTO known (name, size) VALUES ('', 0) ON CONFLICT (name) DO UPDATE SET size = 0;
    COMMIT;
"""
"""Writes, so that a place where nothing can be written anew is noticed here."""
_NOTE: Final = """
    INSERT INTO last VALUES (?, ?, ?)
    ON CONFLICT (mark) DO UPDATE SET seq = excluded.seq, digest = excluded.digest WHERE excluded.seq > seq
"""
"""The furthest entry counts, and of two digests of one entry the first."""
_LINE: Final = "INSERT OR IGNORE INTO line VALUES (?, ?, ?)"
_KNOW: Final = """
    INSERT INTO known (name, size) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET size = excluded.size RETURNING id
"""
_NAMING: Final = """
    SELECT known.name, line.at FROM line JOIN known ON known.id = line.file WHERE line.mark = ? ORDER BY known.name, line.at
"""


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
        """Takes in what was written since; all of it where the files are others."""
        known = _known(self._conn)
        sizes = _sizes(self._place)
        if not _fits(known, sizes):
            for table in ("known", "line", "last"):
                self._conn.execute(f"DELETE FROM {table}")  # noqa: S608 one of three words
            known = {}
        for name, size in sorted(sizes.items()):
            if size > known.get(name, 0):
                self._take_in(self._place / name, known.get(name, 0))

    def _take_in(self, file: Path, read: int) -> None:
        (id_,) = self._conn.execute(_KNOW, (file.name, read)).fetchone()
        with file.open("rb") as opened:
            opened.seek(read)
            for line in opened:
                if not line.endswith(b"\n"):  # broken off; the next anchor begins a line of its own
                    break
                if (anchor := parse(line.rstrip(b"\n"))) is not None:
                    heads = [(one.mark, one.seq, one.digest) for one in anchor.heads]
                    self._conn.executemany(_NOTE, heads)
                    self._conn.executemany(_LINE, [(one.mark, id_, read) for one in anchor.heads])
                read += len(line)
        self._conn.execute(_KNOW, (file.name, read)).fetchone()


def naming(place: Path, whistle_id: str) -> list[Anchor]:
    """The anchors that name this whistle, oldest first. Beside whoever writes: what the index does not know yet is read
    from the lines, all of them where there is none that fits. Raises OSError."""
    with suppress(sqlite3.Error, _UnfitError):
        address = f"file:{quote(str((place / _NAME).absolute()))}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as conn:
            conn.execute("BEGIN")
            known = _known(conn)
            found = conn.execute(_NAMING, (mark_of(whistle_id),)).fetchall()
        return list(_read(place, whistle_id, known, found))
    return anchorfiles.naming(place, whistle_id)


class _UnfitError(Exception):
    """The index says something else than the lines."""


def _read(
    place: Path, whistle_id: str, known: Mapping[str, int], found: Iterable[tuple[str, int]]
) -> Iterator[Anchor]:
    if not _fits(known, _sizes(place)):
        raise _UnfitError
    starts: dict[str, list[int]] = {}
    for name, start in found:
        starts.setdefault(name, []).append(start)
    mark = mark_of(whistle_id)
    for file in anchorfiles.files(place):
        with file.open("rb") as opened:
            for start in starts.get(file.name, []):
                opened.seek(start)
                one = parse(opened.readline().rstrip(b"\n"))
                if one is None or all(head.mark != mark for head in one.heads):
                    raise _UnfitError
                yield one
            opened.seek(known.get(file.name, 0))
            yield from anchorfiles.naming_in(opened, whistle_id)


def _known(conn: sqlite3.Connection) -> dict[str, int]:
    """File → up to which byte it was read."""
    return dict(conn.execute("SELECT name, size FROM known").fetchall())


def _sizes(place: Path) -> dict[str, int]:
    return {file.name: file.stat().st_size for file in anchorfiles.files(place)}


def _fits(known: Mapping[str, int], sizes: Mapping[str, int]) -> bool:
    """A file that became shorter, or is gone, is not the one that was read."""
    return all(sizes.get(name, 0) >= size for name, size in known.items())


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
