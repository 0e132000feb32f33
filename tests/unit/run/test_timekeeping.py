"""A clock that jumps is seen, and neither stops nor doubles what was put off by it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from hub.clock import FixedClock, is_due
from hub.run.care.doctor import Doctor
from hub.run.clockwork import Clockwork
from hub.run.ground.timekeeping import Watch
from hub.run.matters import ticks as ticking
from hub.run.matters.hubmoves import HubMoves
from hub.store import deliveries
from tests.instruments import MORNING, HubInHand
from tests.unit.run.sources import pipe
from tests.unit.run.test_pressure import Ticks

TEN = timedelta(minutes=10)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ticks() -> Ticks:
    """A stopwatch that stands."""
    return Ticks()


@pytest.mark.parametrize(
    ("off", "due"),
    [(-DAY, True), (timedelta(0), True), (timedelta(seconds=1), False), (TEN, False), (HOUR, True)],
    ids=["past", "now", "soon", "as late as can be", "later than anything is put off for"],
)
def test_what_is_farther_off_than_anything_is_put_off_for_is_due(off: timedelta, due: bool) -> None:
    assert due == is_due(MORNING + off, MORNING, within=TEN)


@pytest.mark.parametrize("by", [DAY, -HOUR])
def test_a_jump_is_told_once_and_an_hour_that_really_passed_is_none(ticks: Ticks, by: timedelta) -> None:
    clock = FixedClock(MORNING)
    watch = Watch(clock, ticks)
    clock.pause(3600)
    ticks.now_s += 3590
    assert timedelta(0) == watch.look()
    clock.pause(by.total_seconds())
    assert by == watch.look()
    assert timedelta(0) == watch.look()


def watched(hub: HubInHand, ticks: Ticks) -> Clockwork:
    """A clockwork on a clock that can jump."""
    it = hub.hub
    ours = ticking.Ticks(calendar=it.pack.calendar, rules_on=it.pack.rules_on, contracts=it.contracts)
    return Clockwork(
        ticks=ours,
        moves=HubMoves(lambda: it.dispatch("clockwork"), it.pack),
        store=it.store,
        clock=hub.clock,
        worker="w",
        lease_s=15.0,
        retention=it.pack.retention,
        keeps_log=True,
        forget=lambda _: None,
        watch=Watch(hub.clock, ticks),
    )


def findings(hub: HubInHand) -> Iterator[tuple[str, object]]:
    """What the doctor says of the clock."""
    with hub.hub.store.read() as conn:
        found = Doctor(hub.hub.pack, (), hub.clock.now()).findings(conn)
    return (
        (one.code, one.facts.get("by_s", one.facts.get("ahead_s")))
        for one in found
        if one.code in ("D146", "D147")
    )


def test_the_doctor_tells_of_a_jump_for_a_day_and_of_records_that_are_ahead(
    hub: HubInHand, ticks: Ticks
) -> None:
    clockwork = watched(hub, ticks)
    hub.tell(pipe(hub, "A1"))
    clockwork.step()
    assert [] == list(findings(hub))
    hub.clock.pause(-3600)
    clockwork.step()
    assert [("D146", -3600), ("D147", 3599)] == list(findings(hub))
    hub.clock.pause(3600)
    clockwork.step()
    assert [("D146", 3600)] == list(findings(hub))
    hub.clock.pause(DAY.total_seconds())
    assert [] == list(findings(hub))


def test_limits_of_a_day_do_not_begin_anew_after_a_clock_that_was_a_day_ahead(hub: HubInHand) -> None:
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("INSERT INTO row_read VALUES ('g', '2026-03-10', 'r', 1)")
    hub.clock.pause(DAY.total_seconds())
    hub.hub.plain_clockwork().step()
    assert [(1,)] == hub.rows("SELECT count(*) FROM row_read")
    hub.clock.pause(8 * DAY.total_seconds())
    hub.hub.plain_clockwork().step()
    assert [(0,)] == hub.rows("SELECT count(*) FROM row_read")


def test_a_webhook_put_off_before_the_clock_went_back_is_not_put_off_any_longer(hub: HubInHand) -> None:
    one = deliveries.NewDelivery(message_id="m", whistle_id="w", department="gongdian", channel="webhook")
    with hub.hub.store.write() as conn:
        deliveries.queue(conn, [one], hub.clock.now())
        deliveries.try_again(conn, "m", "S118", hub.clock.now() + TEN)
        at: datetime = hub.clock.now()
        assert None is deliveries.next_webhook(conn, "gongdian", at)
        assert None is not deliveries.next_webhook(conn, "gongdian", at - HOUR)
