"""Rows under a daily limit: each counted once, never more than the limit, whoever counts beside it."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from hub.store import rows_read
from hub.store.engine import Store
from hub.store.rows_read import Reading

TODAY = date(2026, 3, 10)


def over(
    store: Store, rows: Iterable[str], *, grant: str = "g", limit: int = 2, day: date = TODAY
) -> set[str]:
    """Of `rows`, those that are refused, in a transaction of their own."""
    with store.write() as conn:
        found = rows_read.count(conn, [Reading(grant, limit, row) for row in rows], day)
    assert {grant} >= {one for one, _ in found}
    return {row for _, row in found}


def test_rows_beyond_the_limit_are_refused_in_the_order_in_which_they_were_asked_for(store: Store) -> None:
    assert {"r3", "r4"} == over(store, ["r1", "r2", "r3", "r4"])


def test_a_row_that_was_read_today_is_free_and_one_that_was_refused_stays_refused(store: Store) -> None:
    over(store, ["r1", "r2", "r3"])
    assert {"r3"} == over(store, ["r1", "r3", "r2", "r1"])


def test_each_grant_and_each_day_counts_by_itself(store: Store) -> None:
    over(store, ["r1", "r2"])
    assert set() == over(store, ["r3"], grant="other")
    assert set() == over(store, ["r3"], day=TODAY + timedelta(days=1))
    assert {"r3"} == over(store, ["r3"])


def test_a_limit_of_none_a_day_gives_nothing(store: Store) -> None:
    assert {"r1"} == over(store, ["r1"], limit=0)


def test_a_reading_that_was_rolled_back_was_none(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        _rolled_back(store)
    assert set() == over(store, ["r2"], limit=1)


def _rolled_back(store: Store) -> None:
    with store.write() as conn:
        rows_read.count(conn, [Reading("g", 1, "r1")], TODAY)
        raise ZeroDivisionError


def test_workers_that_count_at_the_same_time_give_no_row_too_many(store: Store) -> None:
    with ThreadPoolExecutor(max_workers=4) as pool:
        refused = list(pool.map(lambda n: over(store, [f"r{n}"], limit=7), range(24)))
    assert 24 - 7 == sum(map(len, refused))
    with store.read() as conn:
        assert 7 == conn.exec_driver_sql("SELECT count(*) FROM row_read").scalar_one()


def test_days_that_are_over_are_forgotten(store: Store) -> None:
    over(store, ["r1"])
    over(store, ["r1"], day=TODAY + timedelta(days=1))
    with store.write() as conn:
        rows_read.forget_before(conn, TODAY + timedelta(days=1))
        assert ["2026-03-11"] == conn.exec_driver_sql("SELECT day FROM row_read").scalars().all()
