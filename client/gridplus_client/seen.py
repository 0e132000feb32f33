"""Which messages were handled: how a handler runs once a message, though delivery is at least once.

What is promised, with `SqliteSeen`:

* A handler that returned has its message noted, on disk, before the hub hears of it. It is not called for that
  message again, by any process or thread that uses the same file.
* A handler that raised has noted nothing, and is called again.
* Who waits in vain for another's handler (`patience_s`) gets `sqlite3.OperationalError`, has noted nothing, and takes the
  message again.
* A process that dies between the handler's last line and the note calls the handler **once more**. What the
  handler reports to the hub is safe by its nonce. What it writes on its own side is safe where it is written
  through `SqliteSeen.connection`: note and writes are one transaction then, and both hold or neither does.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Final, Protocol

_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS gridplus_seen (id TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID"
)


class Seen(Protocol):
    """A memory of handled messages. Write your own over the database that the handler writes to."""

    def once(self, message_id: str) -> AbstractContextManager[bool]:
        """Gives True where `message_id` is new. It counts as handled once the block ends, and not where it raises."""
        ...


class SqliteSeen:
    """A file. Several processes and threads may share it; one handler runs at a time then."""

    def __init__(self, file: Path | str, *, patience_s: float = 60.0) -> None:
        """`patience_s`: how long one waits for another process or thread that handles a message."""
        self._file: Final = str(file)
        self._patience_s: Final = patience_s
        self._mine: Final = threading.local()
        with closing(self._opened()) as database:
            database.execute(_TABLE)

    def _opened(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._file, timeout=self._patience_s, isolation_level=None)
        database.execute("PRAGMA synchronous = FULL")
        return database

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection of the handler that runs in this thread. What is written through it holds exactly if the
        message is noted; it must not be committed. Raises RuntimeError where no handler runs."""
        found: sqlite3.Connection | None = getattr(self._mine, "connection", None)
        if found is None:
            raise RuntimeError("there is a connection only while a message is handled")
        return found

    @contextmanager
    def once(self, message_id: str) -> Iterator[bool]:
        """As `Seen` says. Holds the file's write lock meanwhile."""
        with closing(self._opened()) as database:  # what is not committed when it closes, is rolled back
            database.execute("BEGIN IMMEDIATE")
            known = database.execute("SELECT 1 FROM gridplus_seen WHERE id = ?", (message_id,)).fetchone()
            self._mine.connection = database
            try:
                yield known is None
            finally:
                self._mine.connection = None
            if known is None:
                database.execute("INSERT INTO gridplus_seen VALUES (?, ?)", (message_id, time.time()))
            database.execute("COMMIT")

    def forget(self, *, older_than_s: float) -> int:
        """How many notes were dropped. Keep them longer than the hub keeps messages: a month is plenty."""
        with closing(self._opened()) as database:
            before = time.time() - older_than_s
            return database.execute("DELETE FROM gridplus_seen WHERE at < ?", (before,)).rowcount
