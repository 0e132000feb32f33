"""How each source's adapter is doing: its state, why, and since when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from hub.plugin.supervisor import Health
from hub.store.engine import insert
from hub.store.moments import from_us, to_us
from hub.store.tables import adapter_state, record


def note(conn: Connection, source: str, plugin: str, health: Health) -> None:
    """Writes the state that an adapter is in now."""
    row = {
        "source": source,
        "plugin": plugin,
        "state": health.state.value,
        "code": health.code,
        "since_us": to_us(health.since),
        "failures": health.failures,
    }
    insert(conn, adapter_state, [row], update=tuple(c for c in row if c != "source"))


def states(conn: Connection) -> Sequence[Row[Any]]:
    """Every adapter's state."""
    return conn.execute(select(adapter_state).order_by(adapter_state.c.source)).all()


def last_heard(conn: Connection) -> dict[str, datetime]:
    """Source → when its newest record came."""
    rows = conn.execute(
        select(record.c.source, func.max(record.c.received_us).label("us")).group_by(record.c.source)
    )
    return {r.source: from_us(r.us) for r in rows}
