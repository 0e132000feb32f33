"""How each source's adapter is doing: its state, why, since when, and what a person wants of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, select, update

from hub.errors import HubError
from hub.plugin.supervisor import Health, State, Turn
from hub.store.engine import insert
from hub.store.moments import from_us, to_us
from hub.store.tables import adapter_state, record


@dataclass(frozen=True, slots=True)
class Wished:
    """What a person wants of a source; None where they want nothing."""

    turn: Turn | None = None
    test_us: int | None = None
    """When they asked whether it answers; None where that was answered."""


def note(conn: Connection, source: str, plugin: str, health: Health) -> None:
    """Writes the state that an adapter is in now. Its last trouble stays written once it has passed."""
    row = {
        "source": source,
        "plugin": plugin,
        "state": health.state.value,
        "code": health.code,
        "since_us": to_us(health.since),
        "failures": health.failures,
    }
    if health.trouble is not None:
        row["trouble"] = _trouble(health.trouble, health.since)
    insert(conn, adapter_state, [row], update=tuple(c for c in row if c != "source"))


def wish(conn: Connection, source: str, plugin: str, turn: Turn, at: datetime) -> None:
    """Writes what a person wants of a source: PAUSE stands until RESUME, and RESUME until it is `followed`."""
    insert(conn, adapter_state, [{**_unheard(source, plugin, at), "wish": turn.value}], update=("wish",))


def ask_test(conn: Connection, source: str, plugin: str, at: datetime) -> None:
    """A person wants to know whether a source answers: whoever works on it asks it at the next step."""
    row = {**_unheard(source, plugin, at), "test_asked_us": to_us(at)}
    insert(conn, adapter_state, [row], update=("test_asked_us",))


def _unheard(source: str, plugin: str, at: datetime) -> dict[str, object]:
    """The row of a source as long as no worker has said more."""
    return {
        "source": source,
        "plugin": plugin,
        "state": State.LOADED.value,
        "code": "",
        "since_us": to_us(at),
        "failures": 0,
    }


def wished(conn: Connection, source: str) -> Wished:
    """What a person wants of a source."""
    query = select(adapter_state.c.wish, adapter_state.c.test_asked_us, adapter_state.c.test_done_us)
    found = conn.execute(query.where(adapter_state.c.source == source)).first()
    if found is None:
        return Wished()
    asked_us = found.test_asked_us if found.test_asked_us > found.test_done_us else None
    return Wished(Turn(found.wish) if found.wish else None, asked_us)


def followed(conn: Connection, source: str, turn: Turn) -> None:
    """A wish was followed; a newer one stays."""
    conn.execute(
        update(adapter_state)
        .where(adapter_state.c.source == source, adapter_state.c.wish == turn.value)
        .values(wish="")
    )


def tested(conn: Connection, source: str, asked_us: int, trouble: HubError | None, at: datetime) -> None:
    """What came of the test that was asked for at `asked_us`. A clock that lies behind the asker's changes nothing."""
    done_us = max(to_us(at), asked_us)
    said = _trouble(trouble, at) if trouble else ""
    conn.execute(
        update(adapter_state)
        .where(adapter_state.c.source == source)
        .values(test_done_us=done_us, test_trouble=said)
    )


def _trouble(error: HubError, at: datetime) -> str:
    facts = {"code": error.code, "pointer": error.pointer, "facts": error.facts, "at_us": to_us(at)}
    return orjson.dumps(facts).decode()


def trouble_of(text: str) -> tuple[HubError, datetime] | None:
    """The trouble that stands written, and when it was; None for none."""
    if not text:
        return None
    said = orjson.loads(text)
    return HubError(said["code"], pointer=said["pointer"], **said["facts"]), from_us(said["at_us"])


def states(conn: Connection) -> Sequence[Row[Any]]:
    """Every adapter's state."""
    return conn.execute(select(adapter_state).order_by(adapter_state.c.source)).all()


def last_heard(conn: Connection) -> dict[str, datetime]:
    """Source → when its newest record came."""
    rows = conn.execute(
        select(record.c.source, func.max(record.c.received_us).label("us")).group_by(record.c.source)
    )
    return {r.source: from_us(r.us) for r in rows}
