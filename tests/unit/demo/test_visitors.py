"""Whistles that wait for a visitor of the demo."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub.demo.visitors import ROOM, Visitors
from hub.model.account import Role
from hub.store import accounts, sessions
from tests.e2e.people import account_of
from tests.instruments import HubInHand
from tests.unit.run.lives import whistle_of
from tests.unit.run.matters import report
from tests.unit.run.sources import pipe

WATER = "zilai"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubInHand]:
    """One empty hub with the demo pack."""
    made = HubInHand(tmp_path)
    yield made
    made.close()


@pytest.fixture
def waiting(hub: HubInHand) -> Visitors:
    """The water company has an account, and one whistle that waits for it."""
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    found = Visitors(lambda: hub.hub, [WATER], hub.clock)
    id_ = whistle_of(hub, WATER)
    assert found.keep(WATER, id_, id_, "")
    return found


def sign_in(hub: HubInHand) -> None:
    """Somebody of the water company is here."""
    one = account_of(Role.OPERATOR, organisation=WATER)
    with hub.hub.store.write() as conn:
        accounts.add(conn, one, password="x", at=hub.clock.now())
        sessions.begin(conn, one, token="t", csrf="c", at=hub.clock.now())


def test_no_more_wait_than_there_is_room_for_and_of_no_other_department(
    hub: HubInHand, waiting: Visitors
) -> None:
    id_ = whistle_of(hub, WATER)
    kept = [waiting.keep(WATER, id_, f"{id_}:{n}", "") for n in range(ROOM)]
    assert ROOM - 1 == sum(kept)
    assert not waiting.keep("shizheng", whistle_of(hub, "shizheng"), "x", "")


def test_what_waited_for_long_is_done_by_somebody_else(hub: HubInHand, waiting: Visitors) -> None:
    assert [] == waiting.let_go()
    hub.clock.pause(100)
    (one,) = waiting.let_go()
    assert (WATER, whistle_of(hub, WATER)) == (one.department, one.whistle)
    assert [] == waiting.let_go()


def test_while_somebody_is_here_nobody_else_touches_it(hub: HubInHand, waiting: Visitors) -> None:
    hub.clock.pause(100)
    sign_in(hub)
    assert [] == waiting.let_go()
    hub.clock.pause(timedelta(minutes=3).total_seconds())
    assert 1 == len(waiting.let_go())


def test_what_the_visitor_signed_stays_the_visitors(hub: HubInHand, waiting: Visitors) -> None:
    report(hub, WATER, "sign")
    hub.clock.pause(100)
    assert [] == waiting.let_go()
