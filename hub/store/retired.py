"""What retention let go, by day and kind: its history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from hub.store.engine import insert, update
from hub.store.tables import retired


@dataclass(frozen=True, slots=True)
class LetGo:
    """How many of a kind were let go on one day in Asia/Shanghai."""

    day: str
    kind: str
    number: int


def count(conn: Connection, day: date, numbers: Mapping[str, int]) -> None:
    """Adds these; one worker at a time does it."""
    some = {kind: number for kind, number in numbers.items() if number}
    if not some:
        return
    mine = select(retired.c.kind, retired.c.number).where(retired.c.day == day.isoformat())
    known: dict[str, Any] = {r.kind: r.number for r in conn.execute(mine)}
    rows = [
        {"day": day.isoformat(), "kind": kind, "number": number + known.get(kind, 0)}
        for kind, number in some.items()
    ]
    insert(conn, retired, [row for row in rows if row["kind"] not in known])
    update(conn, retired, [row for row in rows if row["kind"] in known], key=("day", "kind"))


def history(conn: Connection, limit: int) -> list[LetGo]:
    """The newest day first."""
    query = select(retired).order_by(retired.c.day.desc(), retired.c.kind).limit(limit)
    return [LetGo(r.day, r.kind, r.number) for r in conn.execute(query)]
