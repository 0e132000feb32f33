"""Small things that all processes of a hub must know of each other, by name."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from hub.store.engine import insert
from hub.store.tables import fact


def put(conn: Connection, name: str, value: str) -> None:
    """`name` is `value` from now on."""
    insert(conn, fact, [{"name": name, "value": value}], update=("value",))


def put_new(conn: Connection, name: str, value: str) -> None:
    """`name` is `value`, unless something is said of it already."""
    insert(conn, fact, [{"name": name, "value": value}])


def drop(conn: Connection, name: str) -> None:
    """Nothing is said of `name` any more."""
    conn.execute(delete(fact).where(fact.c.name == name))


def get(conn: Connection, name: str) -> str | None:
    """What is said of `name`; None where nothing is."""
    return conn.execute(select(fact.c.value).where(fact.c.name == name)).scalar()


def under(conn: Connection, prefix: str) -> Mapping[str, str]:
    """What follows `prefix` in a name → its value."""
    rows = conn.execute(
        select(fact.c.name, fact.c.value).where(fact.c.name.startswith(prefix, autoescape=True))
    )
    return {r.name.removeprefix(prefix): r.value for r in rows}
