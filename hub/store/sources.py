"""How each source's adapter is doing: its state, why, since when, and what a person wants of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from hub.plugin.supervisor import Health, State, Turn
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


def wish(conn: Connection, source: str, plugin: str, turn: Turn, at: datetime) -> None:
    """Writes what a person wants of a source: PAUSE stands until RESUME, and RESUME until it is `followed`."""
    row = {
        "source": source,
        "plugin": plugin,
        "state": State.LOADED.value,  # as long as no worker has said more
        "code": "",
        "since_us": to_us(at),
        "failures": 0,
        "wish": turn.value,
    }
    insert(conn, adapter_state, [row], update=("wish",))


def wished(conn: Connection, source: str) -> Turn | None:
    """What a person wants of a source; None where they want nothing."""
    query = select(adapter_state.c.wish).where(adapter_state.c.source == source)
    found = conn.execute(query).scalar()
    return Turn(found) if found else None


def followed(conn: Connection, source: str, turn: Turn) -> None:
    """A wish was followed; a newer one stays."""
    conn.execute(
        update(adapter_state)
        .where(adapter_state.c.source == source, adapter_state.c.wish == turn.value)
        .values(wish="")
    )


def states(conn: Connection) -> Sequence[Row[Any]]:
    """Every adapter's state."""
    return conn.execute(select(adapter_state).order_by(adapter_state.c.source)).all()


def last_heard(conn: Connection) -> dict[str, datetime]:
    """Source → when its newest record came."""
    rows = conn.execute(
        select(record.c.source, func.max(record.c.received_us).label("us")).group_by(record.c.source)
    )
    return {r.source: from_us(r.us) for r in rows}
