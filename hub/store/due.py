"""Whistles that time does something to, as clockwork finds them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select, text

from hub.jsonform import loads
from hub.model import Whistle
from hub.store.engine import chunks, update
from hub.store.lists import among
from hub.store.moments import to_us
from hub.store.tables import whistle

_PROVISIONAL: Final = text("whistle.provisional = 1")
"""By the very words that the index has."""


def passed(conn: Connection, now: datetime, limit: int) -> list[Whistle]:
    """Those whose moment is over, longest ago first."""
    query = select(whistle.c.body).where(whistle.c.due_us < to_us(now)).order_by(whistle.c.due_us)
    return [loads(Whistle, body) for body in conn.execute(query.limit(limit)).scalars()]


def look_again(conn: Connection, moments: Mapping[tuple[str, int], datetime | None]) -> None:
    """(id, version) → when to look at it next, None for never. One that was changed meanwhile, or is being changed now,
    is looked at when the change says; nobody waits for another."""
    for part in chunks(id_ for id_, _ in moments):
        free = select(whistle.c.id).where(among(whistle.c.id, part)).order_by(whistle.c.id)
        free_ids = set(conn.execute(free.with_for_update(skip_locked=True)).scalars())
        rows = [
            {"id": id_, "version": version, "due_us": None if at is None else to_us(at)}
            for (id_, version), at in moments.items()
            if id_ in free_ids
        ]
        update(conn, whistle, rows, key=("id", "version"))


def put_off(conn: Connection, id_: str, until: datetime) -> None:
    """Nothing more can be done with it before then."""
    update(conn, whistle, [{"id": id_, "due_us": to_us(until)}], key=("id",))


def provisional(conn: Connection, behind: str, limit: int) -> list[Whistle]:
    """Those with a deadline beyond the calendar that it was counted by, by id, `behind` that one."""
    query = select(whistle.c.body).where(_PROVISIONAL, whistle.c.id > behind).order_by(whistle.c.id)
    return [loads(Whistle, body) for body in conn.execute(query.limit(limit)).scalars()]
