"""On a real PostgreSQL: emergencies that nobody has taken are looked up in their index, and two who plan plan once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.bus.message import Fenced
from hub.run.ringing.summoning import Summoning
from tests.conftest import Servers
from tests.instruments import HubInHand
from tests.unit.run.duty import burst, calls, phones, state

pytestmark = pytest.mark.connected


@pytest.fixture
def hub(real_servers: Servers, tmp_path: Path) -> Iterator[HubInHand]:
    """A hub with PostgreSQL and the embedded bus."""
    made = HubInHand(tmp_path, store=real_servers.fresh()[0])
    yield made
    made.close()


@pytest.mark.nasty("N42", "N90")
def test_who_presses_the_key_signs_and_the_calls_end(hub: HubInHand, tmp_path: Path) -> None:
    with phones(hub, tmp_path) as duty:
        whistle = burst(hub)
        duty.work()
        duty.after(180)
        duty.after(30)
        assert ["delivered", "taken"] == [one[2] for one in calls(hub, whistle)]
        assert "signed" == state(hub, whistle)


def test_emergencies_that_nobody_has_taken_are_looked_up_in_their_index(hub: HubInHand) -> None:
    burst(hub)
    asked = (
        "SELECT whistle.body FROM whistle WHERE whistle.state = 'blown' AND "
        """strpos(whistle.body, '"level":"emergency"') > 0 ORDER BY whistle.blown_us DESC LIMIT 500"""
    )
    with hub.hub.store.read() as conn:
        conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
        conn.exec_driver_sql("SET LOCAL enable_sort = off")
        plan = "\n".join(conn.exec_driver_sql(f"EXPLAIN {asked}").scalars())
    assert "whistle_untaken" in plan


def test_two_who_plan_at_the_same_moment_plan_each_call_once(hub: HubInHand, tmp_path: Path) -> None:
    with phones(hub, tmp_path) as duty:
        whistle = burst(hub)
        planners = [duty.planner, *(planner(hub, name) for name in ("b", "c", "d"))]
        with ThreadPoolExecutor() as pool:
            list(pool.map(plan, planners))
        assert 1 == len(calls(hub, whistle))


def planner(hub: HubInHand, worker: str) -> Summoning:
    """Of another process."""
    here = hub.hub
    return Summoning(
        store=here.store,
        pack=here.pack,
        contracts=here.contracts,
        is_ready=lambda _: True,
        clock=hub.clock,
        worker=worker,
        lease_s=15.0,
    )


def plan(one: Summoning) -> None:
    """One step; who was a moment too late has changed nothing."""
    try:
        one.step()
    except Fenced:
        return
