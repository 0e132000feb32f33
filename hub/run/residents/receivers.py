"""Who holds something of these reports: the sources that sent them, and by the audit whoever was shown a personal field."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hub.access.account import Result
from hub.access.audit import AuditRow, row_of
from hub.access.fields import is_personal
from hub.store import audits, events, incidents, whistles
from hub.store.requests import Task

_MOMENT: Final = timedelta(seconds=1)
"""What was written in this very second belongs to it."""


def tasks(conn: Connection, keys: Sequence[str], departments: Collection[str], now: datetime) -> list[Task]:
    """Who is to be told of these reports; sources first."""
    told = [one.event for many in events.of_keys(conn, keys).values() for one in many]
    if not told:
        return []
    refs: dict[str, set[str]] = {}
    for one in told:
        refs.setdefault(one.source, set()).add(one.source_ref)
    sources = [
        Task(receiver=source, kind="source", refs=tuple(sorted(some)), fields=())
        for source, some in sorted(refs.items())
    ]
    since = min(one.received_at for one in told)
    return sources + _shown(conn, _whistles(conn, keys), departments, since, now + _MOMENT)


def matters(conn: Connection, keys: Iterable[str]) -> list[str]:
    """Every matter that these reports are or were linked to."""
    return sorted({one.link.incident_id for key in keys for one in incidents.history_of(conn, key)})


def _whistles(conn: Connection, keys: Iterable[str]) -> list[str]:
    called = whistles.of_incidents(conn, matters(conn, keys))
    return sorted(one.id for many in called.values() for one in many)


def _shown(
    conn: Connection, ids: Sequence[str], departments: Collection[str], since: datetime, before: datetime
) -> list[Task]:
    if not ids:
        return []
    named = re.compile("|".join(map(re.escape, ids)))
    fields: dict[str, set[str]] = {}
    because: dict[str, set[str]] = {}
    for _, lines in audits.bodies(conn, since=since, before=before):
        for line in lines.split("\n"):
            if not named.search(line):  # most lines are passed over without being read
                continue
            row = row_of(line)
            personal = {one for one in row.fields if is_personal(one)}
            if row.matter in ids and row.result is not Result.DENY and row.count and personal:
                receiver = _receiver(row, departments)
                fields.setdefault(receiver, set()).update(personal)
                because.setdefault(receiver, set()).add(row.matter)
    return [
        Task(
            receiver=one,
            kind="receiver",
            refs=tuple(sorted(because[one])),
            fields=tuple(sorted(fields[one])),
        )
        for one in sorted(fields)
    ]


def _receiver(row: AuditRow, departments: Collection[str]) -> str:
    """The department for whose sake somebody looked, else who looked."""
    return next((one for one in (row.who, row.on_behalf_of) if one in departments), row.who)
