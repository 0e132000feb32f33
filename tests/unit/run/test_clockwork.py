"""Deadlines that pass are noted once, by one leader."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.bus.message import Fenced
from hub.model import Move, WhistleState
from hub.store import leases, whistles
from hub.whistle.lifecycle import OVER
from hub.whistle.reached import is_done
from hub.whistle.ticking import tick
from tests.e2e.test_journey import spot
from tests.instruments import HubInHand, at, stated
from tests.unit.run.matters import report
from tests.unit.run.test_deciding import decide, whistle_of


@pytest.fixture
def called(tmp_path: Path) -> HubInHand:
    """A hub whose one matter has called its departments."""
    hub = HubInHand(tmp_path)
    hub.tell(stated("A1", position=at(*spot(hub))))
    hub.settle()
    return hub


def noted(hub: HubInHand) -> list[tuple[str, str]]:
    """(whistle, step) of what stands noted."""
    return [(r[0], r[1]) for r in hub.rows("SELECT whistle_id, step FROM overdue ORDER BY 1, 2")]


def test_nothing_is_noted_before_it_is_due(called: HubInHand) -> None:
    assert called.hub.plain_clockwork().step() == 0
    assert noted(called) == []


def test_each_passed_step_is_noted_once_however_often_it_looks(called: HubInHand) -> None:
    called.clock.pause(timedelta(days=40).total_seconds())
    clockwork = called.hub.plain_clockwork()
    while clockwork.step():
        pass
    first = noted(called)
    with called.hub.store.read() as conn:
        (ids,) = ([r[0] for r in called.rows("SELECT id FROM whistle")],)
        stored = whistles.load(conn, ids)
    assert sorted((w.id, d.step) for w in stored.values() for d in w.deadlines) == first
    clockwork.step()
    assert noted(called) == first


def test_a_step_that_was_done_in_time_is_not_noted(called: HubInHand) -> None:
    (id_,) = (r[0] for r in called.rows("SELECT id FROM whistle WHERE department = 'zilai'"))
    called.hub.reporting.take("zilai", id_, {"nonce": "1", "move": "sign"}, called.clock.now())
    called.clock.pause(timedelta(days=40).total_seconds())
    called.hub.plain_clockwork().step()
    assert (id_, "sign") not in noted(called)
    assert (id_, "finish") in noted(called)


def test_while_another_leads_nothing_is_noted_here(called: HubInHand) -> None:
    called.clock.pause(timedelta(days=40).total_seconds())
    leases.take(called.hub.store, "clockwork", "other", called.clock.now(), timedelta(seconds=15))
    assert called.hub.plain_clockwork().step() == 0
    assert noted(called) == []


@pytest.mark.nasty("N68")
def test_a_leader_that_slept_past_its_lease_notes_nothing_and_leads_no_more(called: HubInHand) -> None:
    clockwork = called.hub.plain_clockwork()
    clockwork.step()
    called.clock.pause(timedelta(days=1).total_seconds())
    length = timedelta(seconds=called.hub.settings.lease_s)
    clockwork.step()
    before = noted(called)
    assert leases.take(called.hub.store, "clockwork", "other", called.clock.now() + 2 * length, length)
    called.clock.pause(1)
    with called.hub.store.write() as conn:
        conn.exec_driver_sql("DELETE FROM overdue")
        conn.exec_driver_sql("UPDATE whistle SET due_us = 0")
    with pytest.raises(Fenced):
        clockwork.step()
    assert before
    assert noted(called) == []
    called.clock.pause(length.total_seconds())
    assert 0 == clockwork.step()
    assert noted(called) == []


@pytest.mark.parametrize("end", sorted(OVER))
def test_an_ended_whistle_has_every_step_behind_it(called: HubInHand, end: WhistleState) -> None:
    with called.hub.store.read() as conn:
        (id_,) = (r[0] for r in called.rows("SELECT id FROM whistle WHERE department = 'zilai'"))
        one = whistles.load(conn, [id_])[id_]
    over, pack = replace(one, state=end), called.hub.pack
    assert all(is_done(over, (), d.step) for d in one.deadlines)
    asked = tick(over, (), pack.rules_on, pack.calendar, one.blown_at + timedelta(days=400))
    assert ((), None, None) == (asked.late, asked.move, asked.look_at)


@pytest.mark.nasty("N41")
@pytest.mark.parametrize("decided", [None, Move.REFER, Move.DISMISS])
def test_who_signed_in_time_has_signed_whatever_became_of_the_return(
    called: HubInHand, decided: Move | None
) -> None:
    report(called, "zilai", "sign", "return")
    if decided is not None:
        decide(called, "zilai", decided)
    called.clock.pause(timedelta(days=40).total_seconds())
    called.hub.plain_clockwork().step()
    late = {step for id_, step in noted(called) if id_ == whistle_of(called, "zilai")}
    assert "sign" not in late
    assert "finish" in late


@pytest.mark.nasty("N41")
def test_what_came_due_while_a_rightful_return_waited_was_never_late(called: HubInHand) -> None:
    called.clock.pause(timedelta(hours=1, minutes=30).total_seconds())
    called.hub.plain_clockwork().step()
    before = {step for id_, step in noted(called) if id_ == whistle_of(called, "zilai")}
    assert before  # signed by nobody in time: that fact stays
    report(called, "zilai", "return")
    called.clock.pause(timedelta(days=40).total_seconds())
    called.hub.plain_clockwork().step()
    decide(called, "zilai", Move.UPHOLD)
    assert before == {step for id_, step in noted(called) if id_ == whistle_of(called, "zilai")}
