"""Brings a database to the newest migration, from empty or from any earlier one.

Where a database stands is asked without Alembic: every process asks it, hardly one migrates, and Alembic takes longer to
import than most commands take.
"""

from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, inspect, text

from hub.store.engine import Store

_LOCK: Final = 7_201_000
_SCRIPTS: Final = Path(__file__).with_name("migrations")


def up(store: Store, revision: str = "head") -> None:
    """Migrates in one transaction, where there is anything to do; two processes that start together wait for each other."""
    if revision == "head" and current(store) == head():
        return
    from alembic import command

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
    if not inspect(conn).has_table("alembic_version"):
        return None
    found: str | None = conn.execute(text("SELECT version_num FROM alembic_version")).scalars().one_or_none()
    return found


@cache
def head() -> str:
    """The newest migration that this version knows; files bear their numbers."""
    newest = max(one.name for one in (_SCRIPTS / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))
    return newest.partition("_")[0]


def _config(conn: Connection) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = conn
    return config
