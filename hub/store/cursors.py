"""Where each source was read to; moved only in the transaction that stores the page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from hub.store.engine import insert
from hub.store.moments import to_us
from hub.store.tables import cursor


@dataclass(frozen=True, slots=True)
class Place:
    """The cursor of a source, and how many pages came before it."""

    cursor: str
    pages: int


def get(conn: Connection, source: str) -> Place:
    """The stored place; the beginning where nothing was read yet."""
    row = conn.execute(select(cursor.c.cursor, cursor.c.pages).where(cursor.c.source == source)).first()
    return Place(row.cursor, row.pages) if row else Place("", 0)


def move(conn: Connection, source: str, place: Place, at: datetime) -> None:
    """Stores the place after a page."""
    row = {"source": source, "cursor": place.cursor, "pages": place.pages, "moved_us": to_us(at)}
    insert(conn, cursor, [row], update=("cursor", "pages", "moved_us"))
