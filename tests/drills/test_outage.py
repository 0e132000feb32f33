"""Broker and database are killed under load and come back: the hub waits for them, and goes on by itself."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from hub.crew import WORKERS
from hub.run import servers
from tests.conftest import Servers, lacking
from tests.connected.patience import until
from tests.drills import outage
from tests.drills.rehearsal import KILLS, Where, rehearsal
from tests.drills.toll import Toll

pytestmark = [pytest.mark.slow, pytest.mark.connected, pytest.mark.nasty("N68")]

EACH = KILLS // 2


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[outage.Server, outage.Server]]:
    """A broker and a database that nobody else uses."""
    if lacks := servers.missing():
        lacking("; ".join(lacks))
    place = tmp_path_factory.mktemp("own")
    with outage.broker(place / "kafka") as broker, outage.database(place / "postgresql") as database:
        yield broker, database


def fresh(own: tuple[outage.Server, outage.Server]) -> Where:
    """An empty place on both."""
    broker, database = own
    return Where("connected", *Servers(database.address, broker.address).fresh())


def test_nothing_is_lost_or_made_twice_when_the_broker_is_killed_and_comes_back(
    tmp_path: Path, own: tuple[outage.Server, outage.Server], tolls: list[Toll]
) -> None:
    with rehearsal("broker", fresh(own), tmp_path, tolls, kills=EACH) as drill:
        drill.stack.start("hub", list(WORKERS))
        for _ in drill.load():
            own[0].kill()
            own[0].again()


def test_nothing_is_lost_or_made_twice_when_the_database_is_killed_and_comes_back(
    tmp_path: Path, own: tuple[outage.Server, outage.Server], tolls: list[Toll]
) -> None:
    with rehearsal("database", fresh(own), tmp_path, tolls, kills=EACH) as drill:
        stack = drill.stack
        stack.start("hub", list(WORKERS))
        for _ in drill.load():
            said = partial(stack.waits_anew, "hub", stack.waits("hub"))
            own[1].kill()
            until(said, "it says that it waits")
            own[1].again()
            stack.hub.store.close()  # its connections are gone with the server
