"""Connections to SQLite and PostgreSQL: how each is made, set and asked whether it still stands. No statement of ours."""

import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError

from hub.errors import FixSettings
from hub.store.password import secret_in, split_password_file

RESTED_S: Final = 5.0
"""A connection that lay idle for longer is asked whether it still stands before it is used."""


def engine_of(url: str) -> Engine:
    """The pool of connections to `url`. Raises FixSettings C101 where it is none, or of another kind of database."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # no URL, or a port that is no number
        raise FixSettings("C101", name="store") from None
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            url, connect_args={"timeout": 60, "check_same_thread": False}, pool_size=64, hide_parameters=True
        )
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    if parsed.get_backend_name() != "postgresql":
        raise FixSettings("C101", name="store")
    parsed, password_file = split_password_file(parsed)
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_size=8,
        max_overflow=48,
        pool_use_lifo=True,  # few connections, each with its plans and caches warm
        hide_parameters=True,  # an error of the store would quote what was to be stored
    )
    event.listen(engine, "connect", _postgresql_connect)
    event.listen(engine, "before_cursor_execute", _bytes_as_bytes)
    if password_file is not None:
        event.listen(engine, "do_connect", _signing_in(password_file))
    _ask_after_rest(engine)
    return engine


def _signing_in(file: Path) -> Callable[..., None]:
    """Lets each new connection sign in with the password that stands in `file` then; those that stand go on."""

    def sign_in(_dialect: object, _record: object, _args: object, arguments: dict[str, Any]) -> None:
        arguments["password"] = secret_in(file)

    return sign_in


def _postgresql_connect(dbapi: Any, _record: object) -> None:
    """Plans are made for the values and the tables as they are, with indexes where they lie on no turning disk: one
    kept from when a table was small would scan it for ever. A plan takes some 0.1 ms, and a statement takes hundreds
    of rows; to compile one would take longer."""
    dbapi.autocommit = True
    dbapi.execute("SET plan_cache_mode = force_custom_plan; SET random_page_cost = 1.1; SET jit = off")
    dbapi.autocommit = False


def _bytes_as_bytes(
    _conn: object, cursor: Any, _sql: str, _values: object, context: Any, _many: bool
) -> None:
    if context is not None and context.execution_options.get("gridplus_bytes"):
        cursor.format = _binary()


@lru_cache(maxsize=1)
def _binary() -> Any:
    from psycopg.pq import Format

    return Format.BINARY


def _ask_after_rest(engine: Engine) -> None:
    """A connection that has just been in use is not asked whether it still stands: that would be a round trip for
    each use, a twentieth of a worker's time. Where the database went away in between, what the caller was doing
    fails as unavailable and comes again."""

    def rests(_dbapi: object, record: Any) -> None:
        record.info["rests_since_s"] = time.monotonic()

    def is_used(dbapi: Any, record: Any, _proxy: object) -> None:
        since_s = record.info.get("rests_since_s")
        if since_s is None or time.monotonic() - since_s < RESTED_S:
            return
        try:
            engine.dialect.do_ping(dbapi)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # the pool drops it and takes another

    event.listen(engine, "checkin", rests)
    event.listen(engine, "checkout", is_used)


def _sqlite_connect(dbapi: Any, _record: object) -> None:
    dbapi.isolation_level = None  # transactions are begun by `_sqlite_begin`, not by the driver
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # durable before acknowledged: also when the power fails
        "busy_timeout=60000",
        "foreign_keys=ON",
        "cache_size=-65536",
        "temp_store=MEMORY",
        "wal_autocheckpoint=16000",  # pages: at 1,000 every batch writes the same index pages into the file again
    ):
        dbapi.execute(f"PRAGMA {pragma}")


def _sqlite_begin(conn: Connection) -> None:
    writing = conn.get_execution_options().get("gridplus_write")
    conn.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
