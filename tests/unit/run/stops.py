"""A database that refuses one kind of statement, or is away: work is broken off in the middle of a transaction."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from tests.instruments import HubInHand


def stopped_at(hub: HubInHand, what: str) -> AbstractContextManager[None]:
    """Every `what` (for instance `INSERT ON source_cursor`) fails within the block."""
    return _within(
        hub,
        f"CREATE TRIGGER stopped BEFORE {what} BEGIN SELECT RAISE(ABORT, 'stopped'); END",
        "DROP TRIGGER stopped",
    )


def moved_beneath(hub: HubInHand, what: str) -> AbstractContextManager[None]:
    """Within the block somebody else moves every whistle in the middle of a transaction that does `what`."""
    return _within(
        hub,
        f"CREATE TRIGGER beneath AFTER {what} "  # noqa: S608 a test's own words
        "BEGIN UPDATE whistle SET version = version + 1; END",
        "DROP TRIGGER beneath",
    )


def beyond_moving(hub: HubInHand, department: str) -> AbstractContextManager[None]:
    """Within the block every move of the department's whistles collides, by whomever and however often it is tried."""
    return _within(
        hub,
        "INSERT INTO step (whistle_id, version, move, actor, by, before, after, made_us, reason_code) "  # noqa: S608 a test's own words
        "SELECT id, version + 1, 'sign', 'hub', 'nobody', state, state, blown_us, '' FROM whistle "
        f"WHERE department = '{department}'",
        "DELETE FROM step WHERE by = 'nobody'",
    )


def gone(hub: HubInHand, table: str) -> AbstractContextManager[None]:
    """Within the block the database cannot be used for what needs `table`."""
    return _within(hub, f"ALTER TABLE {table} RENAME TO gone", f"ALTER TABLE gone RENAME TO {table}")


@contextmanager
def _within(hub: HubInHand, begin: str, end: str) -> Iterator[None]:
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql(begin)
    try:
        yield
    finally:
        with hub.hub.store.write() as conn:
            conn.exec_driver_sql(end)
