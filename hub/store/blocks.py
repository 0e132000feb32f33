"""The index of the neighbourhood: in which blocks an incident is found, and where in them (`hub.incident.blocks`)."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, select

from hub.incident.blocks import Box
from hub.model import IncidentState
from hub.store.copying import copy
from hub.store.engine import BATCH, insert
from hub.store.lists import among, as_array
from hub.store.moments import to_us
from hub.store.tables import block

_At = tuple[str, str]
"""(block, incident)."""
_Stored = tuple[int, Box | None]
"""When it last had a report there, and around its reports."""
_SIDES: Final = ("west", "south", "east", "north")
_OVERLAP: Final = """
    (b.west IS NULL OR w.west IS NULL
    OR (b.west <= w.east AND b.east >= w.west AND b.south <= w.north AND b.north >= w.south))"""
_COUNTS: Final = f"""
    (i.closed_us IS NULL OR i.closed_us >= {{closed}})
    AND i.state NOT IN ('{IncidentState.MERGED.value}', '{IncidentState.CANCELLED.value}')"""
_NEAR: Final = {
    "sqlite": f"""
        SELECT DISTINCT b.incident_id FROM (SELECT json_extract(value, '$[0]') AS block,
        json_extract(value, '$[1]') AS west, json_extract(value, '$[2]') AS south,
        json_extract(value, '$[3]') AS east, json_extract(value, '$[4]') AS north FROM json_each(?)) AS w
        CROSS JOIN block AS b ON b.block = w.block AND b.last_us >= ? AND {_OVERLAP}
        CROSS JOIN incident AS i ON i.id = b.incident_id AND {_COUNTS.format(closed="?")}""",  # noqa: S608 ours
    # OFFSET 0: one look into the index for each, however few rows the planner believes there are
    "postgresql": f"""
        SELECT DISTINCT i.id FROM unnest((SELECT %s::text[]), (SELECT %s::float8[]), (SELECT %s::float8[]),
        (SELECT %s::float8[]), (SELECT %s::float8[])) AS w(block, west, south, east, north)
        CROSS JOIN LATERAL (SELECT incident_id FROM block AS b
        WHERE b.block = w.block AND b.last_us >= %s AND {_OVERLAP} OFFSET 0) AS b
        CROSS JOIN LATERAL (SELECT id FROM incident AS i
        WHERE i.id = b.incident_id AND {_COUNTS.format(closed="%s")} OFFSET 0) AS i""",  # noqa: S608 ours
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An incident in one block: when it last had a report there, and around its reports; None: wherever they lie."""

    last_at: datetime
    box: Box | None


def near(
    conn: Connection, asked: Iterable[tuple[str, Box | None]], *, since: datetime, closed_since: datetime
) -> set[str]:
    """Incidents with a report in one of these blocks since then, whose box meets the one asked with; those that were
    closed before `closed_since`, cancelled or merged are left out: no rule joins or repeats them."""
    wanted = [(block, *(box or (None,) * 4)) for block, box in asked]
    found: set[str] = set()
    for first in range(0, len(wanted), BATCH):
        part = wanted[first : first + BATCH]
        moments = (to_us(since), to_us(closed_since))
        if conn.dialect.name == "postgresql":
            said: tuple[Any, ...] = (*(as_array(column) for column in zip(*part, strict=True)), *moments)
        else:
            said = (orjson.dumps(part).decode(), *moments)
        found |= {row[0] for row in conn.exec_driver_sql(_NEAR[conn.dialect.name], said)}
    return found


def put(conn: Connection, entries: Mapping[tuple[str, str], Entry], opened: Container[str] = ()) -> None:
    """(block, incident) → entry. `opened`: incidents that this transaction made, which are found nowhere yet."""
    said = {at: (to_us(one.last_at), one.box) for at, one in entries.items()}
    copy(conn, block, [_columns(at, one) for at, one in said.items() if at[1] in opened])
    known = {at: one for at, one in said.items() if at[1] not in opened}
    _widen(conn, known, _stored(conn, {incident for _, incident in known}))


def copy_to(conn: Connection, source: str, target: str) -> None:
    """`target` is found wherever `source` was."""
    stored = _stored(conn, (source, target))
    moved = {(name, target): one for (name, incident), one in stored.items() if incident == source}
    _widen(conn, moved, stored)


def _widen(conn: Connection, entries: Mapping[_At, _Stored], stored: Mapping[_At, _Stored]) -> None:
    rows = []
    for at, (last_us, box) in entries.items():
        there = stored.get(at)
        last = max(last_us, there[0]) if there else last_us
        rows.append(_columns(at, (last, _union(there, box))))
    insert(conn, block, rows, update=("last_us", *_SIDES))


def _union(stored: _Stored | None, box: Box | None) -> Box | None:
    """What is found anywhere stays so."""
    if stored is None or box is None:
        return box
    return stored[1].with_(box) if stored[1] else None


def _stored(conn: Connection, incidents: Iterable[str]) -> dict[_At, _Stored]:
    wanted: Sequence[str] = list(incidents)
    if not wanted:
        return {}
    rows = conn.execute(select(block).where(among(block.c.incident_id, wanted)))
    return {
        (r.block, r.incident_id): (
            r.last_us,
            None if r.west is None else Box(r.west, r.south, r.east, r.north),
        )
        for r in rows
    }


def _columns(at: _At, one: _Stored) -> dict[str, object]:
    sides = dict(zip(_SIDES, one[1] or (None,) * 4, strict=True))
    return {"block": at[0], "incident_id": at[1], "last_us": one[0], **sides}
