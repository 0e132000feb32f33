"""Codes of sources that no table knows: what they said, how often, and since when. A code, never a word of a report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Connection, select

from hub.access.textscan import mask_text
from hub.model import UNMAPPED
from hub.store.moments import from_us
from hub.store.tables import event, incident, link

_MOST: Final = 5_000
"""The newest matters without a category: what an engineer maps next is among them."""
_LONGEST: Final = 64
"""A code that is longer is none: whatever a source put there is not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmappedCode:
    """One code of one source."""

    source: str
    table: str
    code: str
    """"" where it is too long to be one, or has a number of somebody's in it."""
    matters: int
    last_at: datetime


def codes(conn: Connection, source: str) -> Sequence[UnmappedCode]:
    """Those of `source`, the most frequent first."""
    newest = (
        select(incident.c.id, incident.c.opened_us)
        .where(incident.c.category == UNMAPPED)
        .order_by(incident.c.opened_us.desc())
        .limit(_MOST)
        .subquery()
    )
    query = (
        select(event.c.body, newest.c.opened_us)
        .join(link, link.c.incident_id == newest.c.id)
        .join(event, event.c.id == link.c.event_id)
        .where(link.c.undone_us.is_(None), event.c.source == source)
    )
    found: dict[tuple[str, str], list[int]] = {}
    for r in conn.execute(query):
        body = orjson.loads(r.body)
        if body["category"] == UNMAPPED:
            key = (body["code_table"] or "", _code(body["code_raw"] or ""))
            found.setdefault(key, []).append(r.opened_us)
    told = [
        UnmappedCode(source=source, table=table, code=code, matters=len(some), last_at=from_us(max(some)))
        for (table, code), some in found.items()
    ]
    return sorted(told, key=lambda one: (-one.matters, one.table, one.code))


def _code(raw: str) -> str:
    is_one = len(raw) <= _LONGEST and raw.isprintable() and mask_text(raw) == raw
    return raw if is_one else ""
