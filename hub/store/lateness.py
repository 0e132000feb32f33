"""Steps that were not reached when they were due (`overdue`): facts, and whether they count."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from hub.store.engine import chunks, insert
from hub.store.lists import among
from hub.store.moments import from_us, to_us
from hub.store.tables import overdue

Key = tuple[str, str, int]
"""(whistle, step, round)."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One step that was late. `due_at` is what the rules said then and never changes; `excused` "" counts."""

    key: Key
    due_at: datetime
    excused: str = ""


def of_whistles(conn: Connection, ids: Iterable[str]) -> dict[Key, Fact]:
    """What stands noted of these whistles, of every round."""
    found: dict[Key, Fact] = {}
    for part in chunks(ids):
        for r in conn.execute(select(overdue).where(among(overdue.c.whistle_id, part))):
            key = (r.whistle_id, r.step, r.round)
            found[key] = Fact(key, from_us(r.due_us), r.excused)
    return found


def note(conn: Connection, new: Sequence[Fact], now: datetime) -> int:
    """Writes facts; one that stands already stays as it is. Returns how many are new."""
    rows = [
        {
            "whistle_id": one.key[0],
            "step": one.key[1],
            "round": one.key[2],
            "due_us": to_us(one.due_at),
            "noted_us": to_us(now),
            "excused": one.excused,
        }
        for one in new
    ]
    return insert(conn, overdue, rows)


def excuse(conn: Connection, key: Key, before: str, after: str) -> None:
    """The fact stays and counts no more, or again; one that somebody excused otherwise meanwhile is left alone."""
    conn.execute(update(overdue).where(_is(key), overdue.c.excused == before).values(excused=after))


def take_back(conn: Connection, key: Key) -> None:
    """A step that was reached in time, whatever was noted before word of that was stored."""
    conn.execute(delete(overdue).where(_is(key)))


def _is(key: Key) -> ColumnElement[bool]:
    return and_(overdue.c.whistle_id == key[0], overdue.c.step == key[1], overdue.c.round == key[2])
