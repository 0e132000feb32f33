"""Rows that count their versions: of two who change one, the slower writes nothing."""

from typing import Any

import pytest
from sqlalchemy import select

from hub.bus.message import Fenced
from hub.store.engine import Store, insert
from hub.store.swapping import swap
from hub.store.tables import whistle


def row(id_: str, version: int, state: str) -> dict[str, Any]:
    """A whistle's row."""
    return {
        "id": id_,
        "incident_id": "in_1",
        "department": "zilai",
        "role": "lead",
        "state": state,
        "blown_us": 0,
        "due_us": None,
        "version": version,
        "body": "{}",
    }


def states(store: Store) -> list[tuple[str, int]]:
    """(state, version), by id."""
    with store.read() as conn:
        rows = conn.execute(select(whistle.c.state, whistle.c.version).order_by(whistle.c.id))
        return [(r.state, r.version) for r in rows]


@pytest.fixture
def two(store: Store) -> Store:
    """A database with two whistles."""
    with store.write() as conn:
        insert(conn, whistle, [row("wh_1", 1, "blown"), row("wh_2", 1, "blown")])
    return store


def test_each_row_is_written_over_the_version_before_its_own(two: Store) -> None:
    with two.write() as conn:
        swap(conn, whistle, [row("wh_1", 2, "signed"), row("wh_2", 2, "signed"), row("wh_1", 3, "cancelled")])
    assert [("cancelled", 3), ("signed", 2)] == states(two)


def test_one_row_that_stands_elsewhere_stops_them_all(two: Store) -> None:
    with two.write() as conn:
        swap(conn, whistle, [row("wh_1", 2, "signed")])
    with pytest.raises(Fenced), two.write() as conn:
        swap(conn, whistle, [row("wh_2", 2, "signed"), row("wh_1", 2, "cancelled")])
    assert [("signed", 2), ("blown", 1)] == states(two)


def test_nothing_to_write_is_nothing(two: Store) -> None:
    with two.write() as conn:
        swap(conn, whistle, [])
    assert [("blown", 1), ("blown", 1)] == states(two)
