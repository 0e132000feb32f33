"""The index of the neighbourhood: in which blocks an incident is found, and where in them (`hub.incident.blocks`)."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import orjson
from sqlalchemy import Connection, select

from hub.incident.blocks import Box, Since
from hub.model import Incident, IncidentState
from hub.store.copying import copy
from hub.store.engine import BATCH, insert
from hub.store.lists import among, as_array
from hub.store.moments import to_us
from hub.store.tables import block

REPEATED: Final = 3
"""Matters of one block that can only be repeated and are looked at: those closed last (decision 24)."""

_At = tuple[str, str]
"""(block, incident)."""
_Stored = tuple[int, Box | None]
"""When it last had a report there, and around its reports."""
_SIDES: Final = ("west", "south", "east", "north")
_OVERLAP: Final = """
    (b.west IS NULL OR w.west IS NULL
    OR (b.west <= w.east AND b.east >= w.west AND b.south <= w.north AND b.north >= w.south))"""
_IS_OPEN: Final = f"b.block = w.block AND b.closed_us IS NULL AND b.last_us >= w.told AND {_OVERLAP}"
_IS_OVER: Final = f"b.block = w.block AND b.closed_us >= w.closed AND {_OVERLAP}"
_IS_REPEATED: Final = f"""
    b.block = w.block AND b.closed_us >= w.repeated AND b.closed_us < w.closed AND {_OVERLAP}
    ORDER BY b.closed_us DESC, b.incident_id DESC LIMIT {REPEATED}"""
_NEAR: Final = {
    "sqlite": f"""
        WITH w AS (SELECT json_extract(value, '$[0]') AS block,
        json_extract(value, '$[1]') AS west, json_extract(value, '$[2]') AS south,
        json_extract(value, '$[3]') AS east, json_extract(value, '$[4]') AS north, json_extract(value, '$[5]') AS told,
        json_extract(value, '$[6]') AS closed, json_extract(value, '$[7]') AS repeated FROM json_each(?))
        SELECT b.incident_id FROM w CROSS JOIN block AS b ON {_IS_OPEN}
        UNION ALL SELECT b.incident_id FROM w CROSS JOIN block AS b ON {_IS_OVER}
        UNION ALL SELECT o.incident_id FROM w CROSS JOIN block AS o
        ON o.rowid IN (SELECT b.rowid FROM block AS b WHERE {_IS_REPEATED})""",  # noqa: S608 ours
    "postgresql": f"""
        SELECT DISTINCT near.incident_id FROM unnest((SELECT %s::text[]), (SELECT %s::float8[]), (SELECT %s::float8[]),
        (SELECT %s::float8[]), (SELECT %s::float8[]), (SELECT %s::bigint[]), (SELECT %s::bigint[]),
        (SELECT %s::bigint[])) AS w(block, west, south, east, north, told, closed, repeated)
        CROSS JOIN LATERAL (
        (SELECT b.incident_id FROM block AS b WHERE {_IS_OPEN} OFFSET 0)
        UNION ALL (SELECT b.incident_id FROM block AS b WHERE {_IS_OVER} OFFSET 0)
        UNION ALL (SELECT b.incident_id FROM block AS b WHERE {_IS_REPEATED})) AS near""",  # noqa: S608 ours
}
"""OFFSET 0: one look into the index for each key, however few rows the planner believes there are."""


_FOLLOW: Final = {
    "sqlite": "UPDATE block SET closed_us = ? WHERE incident_id = ? AND closed_us IS NOT ?",
    "postgresql": """
        UPDATE block SET closed_us = x.closed_us FROM unnest((SELECT %s::text[]), (SELECT %s::bigint[]))
        AS x(incident_id, closed_us) WHERE block.incident_id = x.incident_id
        AND block.closed_us IS DISTINCT FROM x.closed_us""",
}


class Sought(NamedTuple):
    """Where a report looks for its matter: one of its blocks, around it, and how far back; no box: anywhere in it."""

    block: str
    box: Box | None
    since: Since


@dataclass(frozen=True, slots=True)
class Entry:
    """An incident in one block: when it last had a report there, and around its reports; None: wherever they lie."""

    last_at: datetime
    box: Box | None


def near(conn: Connection, sought: Iterable[Sought]) -> set[str]:
    """Incidents in one of these blocks whose box meets the one asked with, and that are no older than `since`.

    Of those that can only be repeated, the `REPEATED` of a block that were closed last; none that was cancelled or
    merged.
    """
    wanted = [(key, *(box or (None,) * 4), *map(to_us, since)) for key, box, since in sought]
    found: set[str] = set()
    for first in range(0, len(wanted), BATCH):
        part = wanted[first : first + BATCH]
        if conn.dialect.name == "postgresql":
            said: tuple[str, ...] = tuple(as_array(column) for column in zip(*part, strict=True))
        else:
            said = (orjson.dumps(part).decode(),)
        found |= {row[0] for row in conn.exec_driver_sql(_NEAR[conn.dialect.name], said)}
    return found


def put(
    conn: Connection, entries: Mapping[_At, Entry], opened: Container[str], incidents: Mapping[str, Incident]
) -> None:
    """(block, incident) → entry. `opened`: incidents that this transaction made, which are found nowhere yet;
    `incidents`: all of the entries, as they stand now."""
    closed = {id_: _closed_us(incidents[id_]) for id_ in {incident for _, incident in entries}}
    said = {at: (to_us(one.last_at), one.box) for at, one in entries.items()}
    copy(conn, block, [_columns(at, one, closed[at[1]]) for at, one in said.items() if at[1] in opened])
    known = {at: one for at, one in said.items() if at[1] not in opened}
    _widen(conn, known, _stored(conn, {incident for _, incident in known}), closed)


def copy_to(conn: Connection, source: str, target: Incident) -> None:
    """`target` is found wherever `source` was."""
    stored = _stored(conn, (source, target.id))
    moved: dict[_At, _Stored] = {
        (name, target.id): one for (name, incident), one in stored.items() if incident == source
    }
    _widen(conn, moved, stored, {target.id: _closed_us(target)})


def follow(conn: Connection, incidents: Sequence[Incident]) -> None:
    """Notes in their blocks which of these are over now, or open again."""
    ends = {one.id: _closed_us(one) for one in incidents}
    if not ends:
        return
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(_FOLLOW["postgresql"], (as_array(list(ends)), as_array(list(ends.values()))))
    else:
        conn.exec_driver_sql(_FOLLOW["sqlite"], [(us, id_, us) for id_, us in ends.items()])


def _closed_us(one: Incident) -> int | None:
    """When it was closed, 0 where nothing joins or repeats it any more; None while it is open."""
    if one.state is IncidentState.OPEN:
        return None
    if one.state in (IncidentState.CANCELLED, IncidentState.MERGED):
        return 0
    return to_us(one.closed_at or one.last_reported_at)


def _widen(
    conn: Connection,
    entries: Mapping[_At, _Stored],
    stored: Mapping[_At, _Stored],
    closed: Mapping[str, int | None],
) -> None:
    rows = []
    for at, (last_us, box) in entries.items():
        there = stored.get(at)
        last = max(last_us, there[0]) if there else last_us
        rows.append(_columns(at, (last, _union(there, box)), closed[at[1]]))
    insert(conn, block, rows, update=("last_us", *_SIDES, "closed_us"))


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


def _columns(at: _At, one: _Stored, closed_us: int | None) -> dict[str, object]:
    sides = dict(zip(_SIDES, one[1] or (None,) * 4, strict=True))
    return {"block": at[0], "incident_id": at[1], "last_us": one[0], **sides, "closed_us": closed_us}
