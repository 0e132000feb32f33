"""Two persons ask for the same, or answer it, at the same moment on a real PostgreSQL: one does, the other is told so."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest

from hub.access.exits import Exit
from hub.run.whitelist.revealing import Wish
from tests.conftest import Servers
from tests.instruments import HubInHand
from tests.unit.run.test_opening import told_by
from tests.unit.run.test_revealing import DESK, PERSON, WATER, code_of, declare, first
from tests.unit.run.whitelists import asking

pytestmark = pytest.mark.connected
ROUNDS = 5
DAY_S = 25 * 3600


@pytest.fixture
def hub(real_servers: Servers, tmp_path: Path) -> Iterator[HubInHand]:
    """A hub on PostgreSQL in which the water company is called for what somebody told of."""
    made = HubInHand(tmp_path, store=real_servers.fresh()[0])
    told_by(made, PERSON)
    yield made
    made.close()


def at_once(*acts: Callable[[], object]) -> list[str]:
    """The code with which each is refused, sorted; "" for who is not."""
    all_ = Barrier(len(acts))

    def doing(act: Callable[[], object]) -> str:
        all_.wait(10)
        return code_of(act)

    with ThreadPoolExecutor() as pool:
        return sorted(pool.map(doing, acts))


def test_of_two_who_propose_an_emergency_one_does(hub: HubInHand) -> None:
    for _ in range(ROUNDS):
        both = (DESK, replace(DESK, name="desk-2"))
        assert ["", "A446"] == at_once(*(partial(declare, hub, who) for who in both))
        hub.clock.pause(DAY_S)  # it lapses


def test_of_two_clicks_one_asks_for_a_reveal(hub: HubInHand) -> None:
    wish = Wish(
        whistle_id=first(hub, "whistle"),
        event_id=first(hub, "event"),
        field="resident.phone",
        reason="门牌不清，现场找不到人",
    )
    for _ in range(ROUNDS):
        moments = (hub.clock.now(), hub.clock.now() + timedelta(milliseconds=1))
        said = at_once(*(partial(hub.hub.revealing.ask, wish, WATER, at) for at in moments))
        assert ["", "A444"] == said
        hub.clock.pause(DAY_S)


def test_of_two_who_answer_an_application_one_does(hub: HubInHand) -> None:
    for _ in range(ROUNDS):
        id_ = asking(hub)
        refuse = partial(hub.hub.applying(Exit.CLI).refuse, id_, "没有依据")
        assert ["", "A424"] == at_once(*(partial(refuse, by=by) for by in ("ann", "ben")))
        hub.clock.pause(60)
