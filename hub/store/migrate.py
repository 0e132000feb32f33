"""Brings a database to the newest migration, from empty or from any earlier one."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from hub.store.engine import Store

_LOCK: Final = 7_201_000
_SCRIPTS: Final = Path(__file__).with_name("migrations")


def up(store: Store, revision: str = "head") -> None:
    """Migrates in one transaction, where there is anything to do; two processes that start together wait for each other."""
    if revision == "head" and current(store) == head():
        return
    with store.write() as conn:
        if store.is_postgresql:
            conn.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": _LOCK})
        command.upgrade(_config(conn), revision)


def current(store: Store) -> str | None:
    """The migration that the database stands at; None for an empty one."""
    with store.read() as conn:
        return of(conn)


def of(conn: Connection) -> str | None:
    """The same, as this connection sees it."""
    from alembic.migration import MigrationContext

    return MigrationContext.configure(conn).get_current_revision()


@cache
def head() -> str | None:
    """The newest migration that this version knows."""
    return ScriptDirectory.from_config(_located()).get_current_head()


def _config(conn: Connection) -> Any:
    config = _located()
    config.attributes["connection"] = conn
    return config


def _located() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
