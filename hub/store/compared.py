"""What a new report is compared with: the reports of incidents as last told, and the keys of their words, in one look.

May not hold more of a report than link rules ask for; `events` reads whole ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from hub.access.vault import DataKey
from hub.intake import revisions
from hub.intake.revisions import Revision
from hub.jsonform import loads
from hub.model import Event
from hub.store.engine import BYTES, chunks
from hub.store.lists import as_list

_COLUMNS: Final = """
    l.incident_id, l.event_key, e.id, e.received_us, e.version, e.body, e.sealed, e.record_id, k.wrapped, k.salt"""
_TOLD: Final = {
    "sqlite": f"""
        SELECT {_COLUMNS} FROM json_each(?) AS w
        CROSS JOIN link AS l ON l.incident_id = w.value AND l.undone_us IS NULL
        CROSS JOIN event AS e ON e.key = l.event_key
        LEFT JOIN data_key AS k ON k.subject = e.record_id ORDER BY l.linked_us""",  # noqa: S608 ours
    # OFFSET 0: one look into the index for each, however few rows the planner believes there are
    "postgresql": f"""
        SELECT {_COLUMNS} FROM unnest((SELECT %s::text[])) AS w(id)
        CROSS JOIN LATERAL (SELECT incident_id, event_key, linked_us FROM link
        WHERE incident_id = w.id AND undone_us IS NULL OFFSET 0) AS l
        CROSS JOIN LATERAL (SELECT id, received_us, version, body, sealed, record_id FROM event
        WHERE key = l.event_key OFFSET 0) AS e
        LEFT JOIN LATERAL (SELECT wrapped, salt FROM data_key
        WHERE subject = e.record_id OFFSET 0) AS k ON true ORDER BY l.linked_us""",  # noqa: S608 ours
}


@dataclass(frozen=True, slots=True)
class Told:
    """One report as last told, with its sealed words; `key` None: it was destroyed."""

    event: Event
    sealed: bytes
    key: DataKey | None


def told(conn: Connection, incidents: Iterable[str]) -> dict[str, list[Told]]:
    """Incident → the reports that make it up now, in the order in which they were linked."""
    rows: dict[str, dict[str, list[Row[Any]]]] = {}
    for part in chunks(incidents):
        asked = (as_list(conn.dialect, part),)
        for r in conn.exec_driver_sql(_TOLD[conn.dialect.name], asked, execution_options=BYTES):
            rows.setdefault(r.incident_id, {}).setdefault(r.event_key, []).append(r)
    return {id_: [_told(_newest(some)) for some in reports.values()] for id_, reports in rows.items()}


def _newest(rows: list[Row[Any]]) -> Row[Any]:
    if len(rows) == 1:
        return rows[0]
    by_id = {r.id: r for r in rows}
    told = (Revision(received_us=r.received_us, event_id=r.id, version=r.version) for r in rows)
    return by_id[revisions.newest(told).event_id]


def _told(r: Row[Any]) -> Told:
    key = None if r.wrapped is None else DataKey(r.record_id, r.wrapped, r.salt)
    return Told(loads(Event, r.body), r.sealed, key)
