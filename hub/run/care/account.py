"""The account: records by fate, events, incidents, whistles. What `demo --once` prints and the page shows."""

from typing import Any

from sqlalchemy import Connection, func, select

from hub.model import Fate
from hub.store import incidents, records, whistles
from hub.store.tables import event


def account(conn: Connection) -> dict[str, Any]:
    """One consistent look. Keys: records, fates, sources, events, incidents, whistles, departments."""
    by_source = records.account(conn)
    fates = {f.value: sum(one[f.value] for one in by_source.values()) for f in _ORDER}
    departments = dict(sorted(whistles.counts(conn).items()))
    return {
        "records": sum(one["records"] for one in by_source.values()),
        "fates": fates,
        "sources": {
            name: {
                "records": one["records"],
                "fates": {f.value: one[f.value] for f in _ORDER},
                "open": one["open"],
            }
            for name, one in sorted(by_source.items())
        },
        "events": conn.execute(select(func.count()).select_from(event)).scalar_one(),
        "incidents": sum(incidents.counts(conn).values()),
        "whistles": sum(departments.values()),
        "departments": departments,
    }


_ORDER = (Fate.PUBLISHED, Fate.LINKED, Fate.HELD, Fate.DEAD)
