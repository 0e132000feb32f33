"""Months of what is written once and goes by age (PostgreSQL): made ahead, and dropped whole.

Months are those of UTC. What falls in none of them lies in the rest, where nothing is lost, until its month is made.
SQLite has no months: there rows go one by one (`hub.run.care.retiring`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from hub.store.moments import to_us

TABLE: Final = "body"
REST: Final = f"{TABLE}_rest"
AHEAD: Final = 2
"""Months that stand ready behind the present one."""
_PATIENCE: Final = "200ms"
"""For one lock: as long as we wait for it, whoever comes after us waits too. Shorter than `deadlock_timeout`, so that
of two who wait for each other we are the one that gives up."""
_LOCKED: Final = "55P03"
"""SQLSTATE of a lock that could not be had in time."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of UTC."""

    year: int
    number: int

    @property
    def table(self) -> str:
        """The table of it."""
        return f"{TABLE}_{self.year:04d}_{self.number:02d}"

    @property
    def begins_us(self) -> int:
        """Its first moment."""
        return to_us(datetime(self.year, self.number, 1, tzinfo=UTC))

    def after(self, months: int = 1) -> "Month":
        """So many months later."""
        years, number = divmod(self.number - 1 + months, 12)
        return Month(self.year + years, number + 1)


def month_of(moment: datetime) -> Month:
    """The month in which it lies."""
    there = moment.astimezone(UTC)
    return Month(there.year, there.month)


def missing(conn: Connection, now: datetime) -> list[str]:
    """Tables of this month and the next that were not made, and the rest where something lies in it: what is stored
    is safe there, and is not let go."""
    if conn.dialect.name != "postgresql":
        return []
    there = set(_made(conn))
    found = [one.table for one in (month_of(now), month_of(now).after()) if one not in there]
    in_rest = conn.exec_driver_sql(f"SELECT 1 FROM {REST} LIMIT 1").first()  # noqa: S608 names are ours
    return found + ([REST] if in_rest else [])


def unmade(conn: Connection, now: datetime) -> list[Month]:
    """What is to be made: the present month and those behind it, and what the rest holds rows of; oldest first."""
    if conn.dialect.name != "postgresql":
        return []
    wanted = {month_of(now).after(n) for n in range(AHEAD + 1)} | set(_in_rest(conn))
    return sorted(wanted - set(_made(conn)))


def over(conn: Connection, before: datetime) -> list[Month]:
    """The months that stand and were over by then, oldest first."""
    if conn.dialect.name != "postgresql":
        return []
    return sorted(one for one in _made(conn) if one.after().begins_us <= to_us(before))


def make(conn: Connection, one: Month) -> bool:
    """Makes a month and moves there what the rest holds of it; whether it did. Nobody reads or writes what was sent
    from here to the end of the transaction: let it end at once.

    While somebody reads what was sent, a copy being taken for instance, nothing is made: it is asked for again.
    """
    return _in_time(conn, lambda: _make(conn, one))


def drop(conn: Connection, one: Month) -> bool:
    """Drops a month of which no record has a key any more; whether it did. Nobody reads or writes what was sent from
    the drop to the end of the transaction: let it end at once.

    It is asked behind a lock that lets readers by and holds writers off, so that no record comes in between. One that
    somebody uses at this moment stays until it is asked for again.
    """
    return _in_time(conn, lambda: _drop(conn, one))


def _made(conn: Connection) -> Iterable[Month]:
    rows = conn.exec_driver_sql(
        f"SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "  # noqa: S608 names are ours
        f"WHERE i.inhparent = '{TABLE}'::regclass AND c.relname <> '{REST}'"
    )
    for (name,) in rows:
        year, number = name.removeprefix(f"{TABLE}_").split("_")
        yield Month(int(year), int(number))


def _in_rest(conn: Connection) -> Iterable[Month]:
    rows = conn.exec_driver_sql(
        "SELECT DISTINCT date_part('year', m)::int, date_part('month', m)::int FROM "  # noqa: S608 names are ours
        f"(SELECT to_timestamp(received_us / 1000000) AT TIME ZONE 'UTC' AS m FROM {REST}) AS moments"
    )
    return [Month(year, number) for year, number in rows]


def _make(conn: Connection, one: Month) -> bool:
    first, end = one.begins_us, one.after().begins_us
    for statement in (
        f"CREATE TABLE {one.table} (LIKE {TABLE} INCLUDING ALL)",
        # Not the rest alone: who has looked up the months already would look for rows where they no longer are. All
        # come by this table, so its parts need no lock: one of them may be in the hands of autovacuum for long.
        f"LOCK TABLE ONLY {TABLE} IN ACCESS EXCLUSIVE MODE",
        f"WITH moved AS (DELETE FROM {REST} WHERE received_us >= {first} AND received_us < {end} RETURNING *) "  # noqa: S608 names are ours
        f"INSERT INTO {one.table} SELECT * FROM moved",
        f"ALTER TABLE {TABLE} ATTACH PARTITION {one.table} FOR VALUES FROM ({first}) TO ({end})",
    ):
        conn.exec_driver_sql(statement)
    return True


def _drop(conn: Connection, one: Month) -> bool:
    conn.exec_driver_sql(f"LOCK TABLE {one.table} IN SHARE MODE")
    if _is_needed(conn, one):
        return False
    conn.exec_driver_sql(f"DROP TABLE {one.table}")
    return True


def _is_needed(conn: Connection, one: Month) -> bool:
    keyed = f"SELECT 1 FROM {one.table} JOIN data_key ON subject = record_id LIMIT 1"  # noqa: S608 names are ours
    return conn.exec_driver_sql(keyed).first() is not None


def _in_time(conn: Connection, work: Callable[[], bool]) -> bool:
    """What `work` says; nothing of it is done where it says no, or where a lock could not be had in time."""
    try:
        with conn.begin_nested():
            conn.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
            return work()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCKED:
            raise
        return False
