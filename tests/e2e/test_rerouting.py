"""A replay over stored matters on both stacks: in portions, on one connection, however many there are."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.contract.replay import Effect
from hub.run.matters.rerouting import day_for, reroute
from hub.store import opened
from tests.instruments import HubInHand, demo_pack
from tests.unit.run.sources import pipe

pytestmark = pytest.mark.doors


def test_every_matter_is_routed_once_more_in_whatever_portions(
    hub: HubInHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.tell(*(pipe(hub, f"A{n}", n) for n in range(5)))
    hub.settle()
    rest = tuple(one for one in demo_pack().contracts if one.department != "zilai")
    since, day = hub.clock.now() - timedelta(days=1), day_for(rest, hub.clock.now())
    for size in (2, 5, 500):
        monkeypatch.setattr(opened, "BATCH", size)
        with hub.hub.store.read() as conn:
            portions = [len(one) for one in opened.opened_since(conn, since)]
        assert (5, True) == (sum(portions), max(portions) <= size)
        found = reroute(hub.hub.store, replace(demo_pack(), contracts=rest), since=since, day=day, keep=1)
        assert (5, 5, 5, 4) == (found.looked, found.moved, found.effects[Effect.LOST], found.left_out)
