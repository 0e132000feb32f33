"""A store, or a whole hub, for one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the store is slow to import: `--help` must not wait for it
    from hub.run.assembly import Assembly
    from hub.store.engine import Store


@contextmanager
def opened(url: str) -> "Iterator[Store]":
    """The store at `url`, at the newest migration, closed afterwards.

    One that a newer version wrote is refused: what this version reads there it might not understand.
    """
    from hub.store import migrate
    from hub.store.engine import Store

    store = Store(url)
    try:
        migrate.up(store)
        yield store
    finally:
        store.close()


@contextmanager
def assembled(store: str | None = None) -> "Iterator[Assembly]":
    """The hub of this machine's settings, `store` in place of theirs, closed afterwards."""
    from hub.run.assembly import Assembly
    from hub.settings import read

    hub = Assembly(read(store=store))
    try:
        yield hub
    finally:
        hub.close()
