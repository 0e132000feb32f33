"""Where incidents are found: in their blocks, near their reports, and no longer once no rule can mean them."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from hub.incident.blocks import Box, Since
from hub.model import Incident, IncidentId, IncidentState, Level, Place, Urgency
from hub.store import blocks
from hub.store.blocks import Entry, Sought
from hub.store.engine import Store
from tests.instruments import MORNING

HERE = Box(120.0, 32.0, 120.001, 32.001)
EAST = Box(120.003, 32.0, 120.004, 32.001)
CELL = "water|c1.1"
DAY = timedelta(days=1)


SINCE = Since(told=MORNING - 21 * DAY, closed=MORNING - DAY, repeated=MORNING - 90 * DAY)


def a_matter(
    id_: str = "in_1", state: IncidentState = IncidentState.OPEN, closed: datetime | None = None
) -> Incident:
    return Incident(
        id=IncidentId(id_),
        category="sudden_incident.waterlogging",
        urgency=Urgency.ROUTINE,
        level=Level.ROUTINE,
        state=state,
        secret=False,
        place=Place(method="none", map_version=""),
        opened_at=MORNING,
        last_reported_at=MORNING,
        closed_at=closed,
        event_count=1,
        sources=(),
        recurrence_of=None,
        merged_into=None,
        version=1,
    )


def stand(
    conn: Connection,
    *which: Incident,
    box: Box | None = HERE,
    key: str = CELL,
    told: datetime = MORNING,
) -> None:
    """These lie in a block, last told of then."""
    new: dict[str, Incident] = {one.id: one for one in which}
    blocks.put(conn, {(key, id_): Entry(told, box) for id_ in new}, new, new)


def told_again(conn: Connection, one: Incident, box: Box | None) -> None:
    blocks.put(conn, {(CELL, one.id): Entry(MORNING, box)}, (), {one.id: one})


def found(conn: Connection, key: str = CELL, box: Box | None = HERE) -> set[str]:
    """As casework asks on this morning."""
    return blocks.near(conn, [Sought(key, box, SINCE)])


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
        stand(conn, a_matter())
        assert ({"in_1"} if is_found else set()) == found(conn, box=asked)
        assert set() == found(conn, key="water|c1.2", box=asked)


def test_an_address_or_a_door_is_found_wherever_the_points_lie(store: Store) -> None:
    with store.write() as conn:
        stand(conn, a_matter(), key="water|aad_1", box=None)
        assert {"in_1"} == found(conn, key="water|aad_1", box=None)


def test_a_further_report_is_found_beside_the_first(store: Store) -> None:
    with store.write() as conn:
        stand(conn, a_matter())
        told_again(conn, a_matter(), EAST)
        assert [{"in_1"}] * 2 == [found(conn, box=HERE), found(conn, box=EAST)]


def test_what_was_stored_before_boxes_were_known_is_found_anywhere_and_stays_so(store: Store) -> None:
    with store.write() as conn:
        stand(conn, a_matter(), box=None)
        told_again(conn, a_matter(), EAST)
        assert {"in_1"} == found(conn, box=HERE)


@pytest.mark.parametrize(
    ("state", "days", "is_found"),
    [
        (IncidentState.OPEN, 21, True),
        (IncidentState.OPEN, 22, False),
        (IncidentState.CLOSED, 90, True),
        (IncidentState.VERIFIED, 91, False),
        (IncidentState.CANCELLED, 0, False),
        (IncidentState.MERGED, 0, False),
    ],
)
def test_what_no_rule_joins_or_repeats_any_more_is_left_out(
    store: Store, state: IncidentState, days: int, is_found: bool
) -> None:
    at = MORNING - days * DAY
    with store.write() as conn:
        stand(conn, a_matter(state=state, closed=None if state is IncidentState.OPEN else at), told=at)
        assert ({"in_1"} if is_found else set()) == found(conn)


def test_of_what_can_only_be_repeated_the_few_that_were_closed_last_are_found(store: Store) -> None:
    over = [a_matter(f"in_{n}", IncidentState.CLOSED, MORNING - n * DAY) for n in range(2, 9)]
    with store.write() as conn:
        stand(conn, *over)
        stand(conn, a_matter("in_9", IncidentState.CLOSED, MORNING - 2 * DAY), box=EAST)
        assert {"in_2", "in_3", "in_4"} == found(conn)


def test_all_that_may_still_take_reports_is_found_beside_them(store: Store) -> None:
    taking = [a_matter(f"in_o{n}") for n in range(5)]
    taking += [a_matter(f"in_g{n}", IncidentState.CLOSED, MORNING - DAY) for n in range(5)]
    over = [a_matter(f"in_{n}", IncidentState.CLOSED, MORNING - 2 * DAY) for n in range(3)]
    with store.write() as conn:
        stand(conn, *taking, *over)
        assert {one.id for one in (*taking, *over)} == found(conn)


def test_a_matter_is_over_in_its_blocks_once_it_is_and_open_again_once_it_is(store: Store) -> None:
    long_ago = MORNING - 30 * DAY
    with store.write() as conn:
        stand(conn, a_matter(), a_matter("in_2"), told=long_ago)
        assert set() == found(conn)
        blocks.follow(conn, [a_matter(state=IncidentState.CLOSED, closed=long_ago)])
        assert {"in_1"} == found(conn)
        blocks.follow(conn, [a_matter()])
        assert set() == found(conn)


def test_a_matter_that_takes_over_another_is_found_where_both_were(store: Store) -> None:
    gone, kept = a_matter(state=IncidentState.MERGED), a_matter("in_2")
    with store.write() as conn:
        stand(conn, gone)
        stand(conn, gone, key="water|c1.2", told=MORNING - DAY)
        stand(conn, kept, box=EAST)
        blocks.copy_to(conn, "in_1", kept)
        assert [{"in_2"}] * 3 == [
            found(conn, box=HERE),
            found(conn, box=EAST),
            found(conn, key="water|c1.2"),
        ]
