"""What was sent lies by month: made ahead, never without a place, and dropped whole once nothing of it is kept."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from hub.run.care.doctor import Doctor
from hub.store import months, records
from hub.store.engine import Store
from hub.store.months import Month, month_of
from tests.conftest import Servers
from tests.connected.patience import until
from tests.instruments import HubInHand, before
from tests.unit.run.sources import SOURCE, pipe

pytestmark = pytest.mark.connected

MARCH = "body_2026_03"
"""Of the morning on which tests begin."""


@pytest.fixture
def hub(real_servers: Servers, tmp_path: Path) -> Iterator[HubInHand]:
    """A hub with PostgreSQL and the embedded bus; nobody has made a month yet."""
    made = HubInHand(tmp_path, store=real_servers.fresh()[0])
    yield made
    made.close()


def lies_in(hub: HubInHand) -> list[tuple[str, int]]:
    """Table → how many bodies lie there, empty ones left out."""
    found = hub.rows("SELECT tableoid::regclass::text, count(*) FROM body GROUP BY 1 ORDER BY 1")
    return [(name, number) for name, number in found]


def made(hub: HubInHand) -> list[str]:
    """Every month's table, and the rest."""
    return [
        name
        for (name,) in hub.rows(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'body'::regclass ORDER BY 1"
        )
    ]


def told(hub: HubInHand) -> list[object]:
    """What the doctor says of months."""
    with hub.hub.store.read() as conn:
        found = Doctor(hub.hub.pack, (), hub.clock.now()).findings(conn)
    return [one.facts["tables"] for one in found if one.code == "D148"]


def waiting(hub: HubInHand) -> int:
    """How many records wait with what was sent at hand."""
    with hub.hub.store.look() as conn:
        return sum(bool(one.sealed) for one in records.waiting(conn, SOURCE, 100))


def test_what_comes_before_its_month_is_made_lies_in_the_rest_and_moves_there(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"), pipe(hub, "A2"))
    assert [("body_rest", 2)] == lies_in(hub)
    assert ["body_2026_03, body_2026_04, body_rest"] == told(hub)
    assert 2 == waiting(hub)
    hub.hub.plain_clockwork().step()
    assert [(MARCH, 2)] == lies_in(hub)
    assert [MARCH, "body_2026_04", "body_2026_05", "body_rest"] == made(hub)
    assert (2, []) == (waiting(hub), told(hub))
    hub.tell(pipe(hub, "A3"))
    assert [(MARCH, 3)] == lies_in(hub)


def test_months_are_made_as_time_goes_by_and_a_clock_that_jumped_finds_its_rows(hub: HubInHand) -> None:
    clockwork = hub.hub.plain_clockwork()
    clockwork.step()
    hub.clock.pause(timedelta(days=200).total_seconds())
    hub.tell(pipe(hub, "A1"))
    assert [("body_rest", 1)] == lies_in(hub)
    clockwork.step()
    assert [("body_2026_09", 1)] == lies_in(hub)
    assert [] == told(hub)


def test_a_month_past_retention_is_dropped_whole_and_no_account_changes(hub: HubInHand) -> None:
    clockwork = hub.hub.plain_clockwork()
    clockwork.step()
    hub.tell(pipe(hub, "A1"), pipe(hub, "A2"))
    hub.settle()
    account = hub.account()
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE whistle SET state = 'cancelled', due_us = NULL")
        conn.exec_driver_sql("UPDATE incident SET state = 'closed'")
    hub.clock.pause(timedelta(days=366).total_seconds())
    clockwork.step()
    assert [(0,)] == hub.rows("SELECT count(*) FROM data_key")
    assert [(MARCH, 2)] == lies_in(hub)  # unreadable, and goes with its month
    hub.clock.pause(timedelta(days=31).total_seconds())
    clockwork.step()
    assert MARCH not in made(hub)
    assert ([], account) == (lies_in(hub), hub.account())


def test_a_month_of_which_an_open_whistle_needs_something_stays(hub: HubInHand) -> None:
    clockwork = hub.hub.plain_clockwork()
    clockwork.step()
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    hub.clock.pause(timedelta(days=420).total_seconds())
    clockwork.step()
    assert [(MARCH, 1)] == lies_in(hub)
    assert "body_2026_04" not in made(hub)


def test_who_comes_while_a_month_is_made_waits_and_finds_what_moved(hub: HubInHand) -> None:
    hub.tell(*(pipe(hub, f"A{n}") for n in range(3)))
    with ThreadPoolExecutor() as pool:
        with hub.hub.store.write() as conn:
            assert months.make(conn, month_of(hub.clock.now()))
            looks = [pool.submit(waiting, hub) for _ in range(4)]
            until(lambda: _locked_out(hub) == len(looks), "all of them wait")
        assert [3] * 4 == [one.result(timeout=20) for one in looks]


def _locked_out(hub: HubInHand) -> int:
    found = hub.rows(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return int(found[0][0])


def dropped(hub: HubInHand, by: datetime) -> list[str]:
    """The months over by then that could be dropped, each in a transaction of its own."""
    with hub.hub.store.read() as conn:
        over = months.over(conn, by)
    gone = []
    for one in over:
        with hub.hub.store.write() as conn:
            gone += [one.table] if months.drop(conn, one) else []
    return gone


def test_a_month_that_somebody_reads_is_dropped_later_and_nobody_waits_for_it(hub: HubInHand) -> None:
    hub.hub.plain_clockwork().step()
    later = hub.clock.now() + timedelta(days=100)
    with hub.hub.store.read() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM body").one()
        assert [] == dropped(hub, later)
    assert [MARCH, "body_2026_04", "body_2026_05"] == dropped(hub, later)


def test_while_somebody_reads_what_was_sent_no_month_is_made_and_nobody_waits_for_it(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    march = month_of(hub.clock.now())
    with hub.hub.store.read() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM body").one()
        with hub.hub.store.write() as conn:
            assert not months.make(conn, march)
    assert [("body_rest", 1)] == lies_in(hub)
    with hub.hub.store.write() as conn:
        assert months.make(conn, march)
    assert [(MARCH, 1)] == lies_in(hub)


@pytest.fixture
def beside(hub: HubInHand) -> Iterator[Store]:
    """The same database, as another process has it; it waits for no lock for long."""
    other = Store(hub.hub.store.url)
    event.listen(other.engine, "connect", lambda dbapi, _: dbapi.execute("SET lock_timeout = '2s'"))
    yield other
    other.close()


def bodies(store: Store) -> int:
    """How many another process reads; fails where it may not."""
    with store.read() as conn:
        return int(conn.exec_driver_sql("SELECT count(*) FROM body").scalar_one())


def test_while_a_month_is_made_or_dropped_the_one_before_it_holds_nobody_up(
    hub: HubInHand, beside: Store
) -> None:
    hub.tell(pipe(hub, "A1"))
    read: list[int] = []
    before(hub.hub.store, "CREATE TABLE body_2026_04", lambda: read.append(bodies(beside)))
    clockwork = hub.hub.plain_clockwork()
    clockwork.step()
    assert [1] == read
    hub.clock.pause(timedelta(days=500).total_seconds())
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("DELETE FROM data_key")
    before(hub.hub.store, "DROP TABLE body_2026_04", lambda: read.append(bodies(beside)))
    clockwork.step()
    assert [1, 0] == read
    assert {MARCH, "body_2026_04"}.isdisjoint(made(hub))


def test_a_record_that_comes_at_the_last_moment_keeps_its_month(hub: HubInHand, beside: Store) -> None:
    """Its clock is behind: it stores into a month that is to be dropped, just before somebody asks whether any key is left."""
    hub.hub.plain_clockwork().step()
    moment = month_of(hub.clock.now()).begins_us + 1

    def late() -> None:
        with beside.write() as conn:
            conn.exec_driver_sql("INSERT INTO data_key (subject, wrapped, salt) VALUES ('rc_late', '', '')")
            conn.exec_driver_sql(
                f"INSERT INTO body (received_us, record_id, sealed) VALUES ({moment}, 'rc_late', '')"  # noqa: S608 ours
            )

    before(hub.hub.store, ("LOCK TABLE body_2026_03", "DROP TABLE body_2026_03"), late)
    assert ["body_2026_04", "body_2026_05"] == dropped(hub, hub.clock.now() + timedelta(days=100))
    assert [(MARCH, 1)] == lies_in(hub)


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        pytest.param(
            datetime(2026, 12, 31, 23, 59, tzinfo=UTC), Month(2026, 12), id="the last minute of a year"
        ),
        pytest.param(datetime.fromisoformat("2027-01-01T07:59:00+08:00"), Month(2026, 12), id="by UTC"),
        pytest.param(datetime.fromisoformat("2027-01-01T08:00:00+08:00"), Month(2027, 1), id="the first"),
    ],
)
def test_a_month_ends_where_the_next_begins(moment: datetime, month: Month) -> None:
    assert month == month_of(moment)
    assert month.begins_us <= int(moment.timestamp() * 1_000_000) < month.after().begins_us
