"""A disk that a drill makes full and empties again: the embedded store may not grow past a number of pages."""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import event

from hub.store.engine import Store

_MOST: Final = 1_073_741_823
"""SQLite's own default."""


class Ceiling:
    """Kept in a file, so that it can be set from outside while the hub runs."""

    def __init__(self, place: Path) -> None:
        self._file = place / "ceiling"

    def put(self, store: Store) -> None:
        """From now on not one page more than there is."""
        with store.read() as conn:
            self._file.write_text(str(conn.exec_driver_sql("PRAGMA page_count").scalar_one()))

    def lift(self) -> None:
        """There is room again."""
        self._file.write_text(str(_MOST))

    def hold(self, store: Store) -> None:
        """Each use of an embedded store looks at it."""
        if not store.is_postgresql:
            event.listen(store.engine, "checkout", self._look)

    def _look(self, dbapi: Any, _record: object, _proxy: object) -> None:
        pages = self._file.read_text() if self._file.exists() else ""
        dbapi.execute(f"PRAGMA max_page_count={pages or _MOST}")
