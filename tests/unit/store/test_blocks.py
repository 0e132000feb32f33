"""Where incidents are found: in their blocks, near their reports, and no longer once no rule can mean them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from hub.incident.blocks import Box
from hub.store import blocks
from hub.store.blocks import Entry
from hub.store.engine import Store
from hub.store.moments import to_us
from tests.instruments import MORNING

HERE = Box(120.0, 32.0, 120.001, 32.001)
EAST = Box(120.003, 32.0, 120.004, 32.001)
CELL = "water|c1.1"
DAY = timedelta(days=1)


def stand(conn: Connection, id_: str, *, state: str = "open", closed: Any = None) -> None:
    """An incident, as far as the index asks."""
    conn.execute(
        text(
            "INSERT INTO incident (id, category, state, opened_us, last_us, closed_us, version, body) "
            "VALUES (:id, 'x', :state, 0, 0, :closed, 1, '{}')"
        ),
        {"id": id_, "state": state, "closed": None if closed is None else to_us(closed)},
    )


def found(conn: Connection, key: str = CELL, box: Box | None = HERE) -> set[str]:
    """As casework asks on this morning."""
    return blocks.near(conn, [(key, box)], since=MORNING - 372 * DAY, closed_since=MORNING - 90 * DAY)


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        (HERE, True),
        (EAST, False),
        (Box(120.001, 32.001, 120.002, 32.002), True),  # they touch
        (Box(120.0, 32.0011, 120.001, 32.002), False),
        (None, True),
    ],
)
def test_only_reports_whose_boxes_meet_are_found(store: Store, asked: Box | None, is_found: bool) -> None:
    with store.write() as conn:
        stand(conn, "in_1")
        blocks.put(conn, {(CELL, "in_1"): Entry(MORNING, HERE)}, {"in_1"})
        assert ({"in_1"} if is_found else set()) == found(conn, box=asked)
        assert set() == found(conn, key="water|c1.2", box=asked)


def test_an_address_or_a_door_is_found_wherever_the_points_lie(store: Store) -> None:
    with store.write() as conn:
        stand(conn, "in_1")
        blocks.put(conn, {("water|aad_1", "in_1"): Entry(MORNING, None)}, {"in_1"})
        assert {"in_1"} == found(conn, key="water|aad_1", box=None)


def test_a_further_report_is_found_beside_the_first(store: Store) -> None:
    with store.write() as conn:
        stand(conn, "in_1")
        blocks.put(conn, {(CELL, "in_1"): Entry(MORNING, HERE)}, {"in_1"})
        blocks.put(conn, {(CELL, "in_1"): Entry(MORNING, EAST)})
        assert [{"in_1"}] * 2 == [found(conn, box=HERE), found(conn, box=EAST)]


def test_what_was_stored_before_boxes_were_known_is_found_anywhere_and_stays_so(store: Store) -> None:
    with store.write() as conn:
        stand(conn, "in_1")
        blocks.put(conn, {(CELL, "in_1"): Entry(MORNING, None)}, {"in_1"})
        blocks.put(conn, {(CELL, "in_1"): Entry(MORNING, EAST)})
        assert {"in_1"} == found(conn, box=HERE)


@pytest.mark.parametrize(
    ("state", "closed", "is_found"),
    [
        ("open", None, True),
        ("closed", MORNING - 89 * DAY, True),
        ("verified", MORNING - 91 * DAY, False),
        ("cancelled", None, False),
        ("merged", None, False),
    ],
)
def test_what_no_rule_joins_or_repeats_any_more_is_left_out(
    store: Store, state: str, closed: Any, is_found: bool
) -> None:
    with store.write() as conn:
        stand(conn, "in_1", state=state, closed=closed)
        blocks.put(conn, {(CELL, "in_1"): Entry(MORNING, HERE)}, {"in_1"})
        assert ({"in_1"} if is_found else set()) == found(conn)


def test_a_matter_that_takes_over_another_is_found_where_both_were(store: Store) -> None:
    with store.write() as conn:
        stand(conn, "in_1", state="merged")
        stand(conn, "in_2")
        entries = {
            (CELL, "in_1"): Entry(MORNING, HERE),
            ("water|c1.2", "in_1"): Entry(MORNING - DAY, HERE),
            (CELL, "in_2"): Entry(MORNING, EAST),
        }
        blocks.put(conn, entries, {"in_1", "in_2"})
        blocks.copy_to(conn, "in_1", "in_2")
        assert [{"in_2"}] * 3 == [
            found(conn, box=HERE),
            found(conn, box=EAST),
            found(conn, key="water|c1.2"),
        ]
