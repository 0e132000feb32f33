"""Rows that count their versions: compared and swapped, so that of two who change one the slower knows it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, update

from hub.bus.message import Fenced
from hub.store.engine import swap_rows


def swap(
    conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, before: Sequence[int] | None = None
) -> None:
    """Writes `rows` (by `id`), each over the version that `before` says, else over the one before its own; in their
    order and one round trip.

    Raises Fenced where one stands at another version.
    """
    if not rows:
        return
    over = [row["version"] - 1 for row in rows] if before is None else before
    if conn.dialect.name == "postgresql" and len({row["id"] for row in rows}) == len(rows):
        new = [{**row, "before": version} for row, version in zip(rows, over, strict=True)]
        if swap_rows(conn, table, new) != len(rows):
            raise Fenced
        return
    columns: dict[str, Any] = {name: bindparam(f"new_{name}") for name in rows[0] if name != "id"}
    statement = (
        update(table)
        .where(table.c.id == bindparam("its_id"), table.c.version == bindparam("its_version"))
        .values(columns)
    )
    told = [
        {f"new_{name}": value for name, value in row.items() if name != "id"}
        | {"its_id": row["id"], "its_version": version}
        for row, version in zip(rows, over, strict=True)
    ]
    if conn.execute(statement, told).rowcount != len(rows):
        raise Fenced
