"""An empty hub's SQLite file at the newest migration: migrating takes longer than most tests."""

import tempfile
from functools import cache
from pathlib import Path

from hub.store import migrate
from hub.store.engine import Store


def blank(file: Path) -> None:
    """Writes it to `file`."""
    file.write_bytes(_migrated())


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as place:
        store = Store(f"sqlite:///{place}/hub.db")
        migrate.up(store)
        store.close()  # the last one out folds the write-ahead log into the file
        return (Path(place) / "hub.db").read_bytes()
