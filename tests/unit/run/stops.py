"""A database that refuses one kind of statement, or is away: work is broken off in the middle of a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.instruments import HubInHand


@contextmanager
def stopped_at(hub: HubInHand, what: str) -> Iterator[None]:
    """Every `what` (for instance `INSERT ON source_cursor`) fails within the block."""
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql(
            f"CREATE TRIGGER stopped BEFORE {what} BEGIN SELECT RAISE(ABORT, 'stopped'); END"
        )
    try:
        yield
    finally:
        with hub.hub.store.write() as conn:
            conn.exec_driver_sql("DROP TRIGGER stopped")


@contextmanager
def moved_beneath(hub: HubInHand, what: str) -> Iterator[None]:
    """Within the block somebody else moves every whistle in the middle of a transaction that does `what`."""
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql(
            f"CREATE TRIGGER beneath AFTER {what} "  # noqa: S608 a test's own words
            "BEGIN UPDATE whistle SET version = version + 1; END"
        )
    try:
        yield
    finally:
        with hub.hub.store.write() as conn:
            conn.exec_driver_sql("DROP TRIGGER beneath")


@contextmanager
def beyond_moving(hub: HubInHand, department: str) -> Iterator[None]:
    """Within the block every move of the department's whistles collides, by whomever and however often it is tried."""
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql(
            "INSERT INTO step (whistle_id, version, move, actor, by, before, after, made_us, reason_code) "  # noqa: S608 a test's own words
            f"SELECT id, version + 1, 'sign', 'hub', 'nobody', state, state, blown_us, '' FROM whistle WHERE department = '{department}'"
        )
    try:
        yield
    finally:
        with hub.hub.store.write() as conn:
            conn.exec_driver_sql("DELETE FROM step WHERE by = 'nobody'")


@contextmanager
def gone(hub: HubInHand, table: str) -> Iterator[None]:
    """Within the block the database cannot be used for what needs `table`."""
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql(f"ALTER TABLE {table} RENAME TO gone")
    try:
        yield
    finally:
        with hub.hub.store.write() as conn:
            conn.exec_driver_sql(f"ALTER TABLE gone RENAME TO {table}")
