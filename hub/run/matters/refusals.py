"""Reports from the bus that could not be taken, by day, department and code: nobody answers on a topic, so they are
counted until somebody reads of them."""

from datetime import date, datetime, timedelta
from typing import Final

import orjson
from sqlalchemy import Connection

from hub.clock import day_of
from hub.store import facts

REFUSED: Final = "refused:"
"""Before a department's name: the name of the fact."""
_KEPT: Final = timedelta(days=14)


def note(conn: Connection, department: str, code: str, now: datetime) -> None:
    """One more of them."""
    today = day_of(now)
    counts = _read(conn, department)
    day = counts.setdefault(today.isoformat(), {})
    day[code] = day.get(code, 0) + 1
    kept = {on: codes for on, codes in counts.items() if date.fromisoformat(on) > today - _KEPT}
    facts.put(conn, REFUSED + department, orjson.dumps(kept).decode())


def since(conn: Connection, department: str, moment: datetime) -> dict[str, int]:
    """Code → how many, of the days from that of `moment` on."""
    found: dict[str, int] = {}
    for on, codes in _read(conn, department).items():
        if date.fromisoformat(on) >= day_of(moment):
            for code, number in codes.items():
                found[code] = found.get(code, 0) + number
    return found


def _read(conn: Connection, department: str) -> dict[str, dict[str, int]]:
    fact = facts.get(conn, REFUSED + department)
    counts: dict[str, dict[str, int]] = orjson.loads(fact) if fact else {}
    return counts
