"""Whistles that time does something to, as clockwork finds them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, select, text, update

from hub.jsonform import loads
from hub.model import Whistle
from hub.store.moments import to_us
from hub.store.tables import whistle

_PROVISIONAL: Final = text("whistle.provisional = 1")
"""By the very words that the index has."""


def passed(conn: Connection, now: datetime, limit: int) -> list[Whistle]:
    """Those whose moment is over, longest ago first."""
    query = select(whistle.c.body).where(whistle.c.due_us < to_us(now)).order_by(whistle.c.due_us)
    return [loads(Whistle, body) for body in conn.execute(query.limit(limit)).scalars()]


def look_again(conn: Connection, moments: Mapping[tuple[str, int], datetime | None]) -> None:
    """(id, version) → when to look at it next, None for never. One that was changed meanwhile is looked at when the
    change says."""
    if not moments:
        return
    statement = (
        update(whistle)
        .where(whistle.c.id == bindparam("its_id"), whistle.c.version == bindparam("its_version"))
        .values(due_us=bindparam("look_us"))
    )
    told = [
        {"its_id": id_, "its_version": version, "look_us": None if at is None else to_us(at)}
        for (id_, version), at in moments.items()
    ]
    conn.execute(statement, told)


def put_off(conn: Connection, id_: str, until: datetime) -> None:
    """Nothing more can be done with it before then."""
    conn.execute(update(whistle).where(whistle.c.id == id_).values(due_us=to_us(until)))


def provisional(conn: Connection, behind: str, limit: int) -> list[Whistle]:
    """Those with a deadline beyond the calendar that it was counted by, by id, `behind` that one."""
    query = select(whistle.c.body).where(_PROVISIONAL, whistle.c.id > behind).order_by(whistle.c.id)
    return [loads(Whistle, body) for body in conn.execute(query.limit(limit)).scalars()]
