"""Whistles that time does something to, as clockwork finds them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select, text

from hub.jsonform import loads
from hub.model import Whistle
from hub.store.engine import update
from hub.store.moments import to_us, to_us_or_none
from hub.store.tables import whistle
from hub.store.whistles import unlocked

_PROVISIONAL: Final = text("whistle.provisional = 1")
"""By the very words that the index has."""


def passed(conn: Connection, now: datetime, limit: int) -> list[Whistle]:
    """Those whose moment is over, longest ago first."""
    query = select(whistle.c.body).where(whistle.c.due_us < to_us(now)).order_by(whistle.c.due_us)
    return [loads(Whistle, body) for body in conn.execute(query.limit(limit)).scalars()]


def look_again(conn: Connection, looked_at: Sequence[tuple[Whistle, datetime | None]]) -> None:
    """When to look at each next, None for never. One that was changed meanwhile, or is being changed now, is looked at
    when the change says; nobody waits for another."""
    at = {one.id: moment for one, moment in looked_at}
    rows = [
        {"id": one.id, "version": one.version, "due_us": to_us_or_none(at[one.id])}
        for one in unlocked(conn, (one for one, _ in looked_at))
    ]
    update(conn, whistle, rows, key=("id", "version"))


def put_off(conn: Connection, id_: str, version: int, until: datetime) -> None:
    """Nothing more can be done with it before then, unless somebody changes it."""
    update(conn, whistle, [{"id": id_, "version": version, "due_us": to_us(until)}], key=("id", "version"))


def provisional(conn: Connection, behind: str, limit: int) -> list[Whistle]:
    """Those with a deadline beyond the calendar that it was counted by, by id, `behind` that one."""
    query = select(whistle.c.body).where(_PROVISIONAL, whistle.c.id > behind).order_by(whistle.c.id)
    return [loads(Whistle, body) for body in conn.execute(query.limit(limit)).scalars()]
