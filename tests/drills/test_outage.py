"""Broker and database are killed under load and come back: the hub waits for them, and goes on by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hub.crew import WORKERS
from hub.run import servers
from tests.conftest import Servers, lacking
from tests.connected.patience import until
from tests.drills import outage
from tests.drills.rehearsal import KILLS, Where, rehearsal
from tests.drills.stack import LONGEST_S
from tests.drills.toll import Toll

pytestmark = [pytest.mark.slow, pytest.mark.connected, pytest.mark.nasty("N68")]

EACH = (KILLS + 1) // 2


@dataclass(frozen=True, slots=True)
class Own:
    """A broker and a database that nobody else uses."""

    broker: outage.Server
    database: outage.Server
    servers: Servers

    def fresh(self) -> Where:
        """An empty place on both."""
        return Where("connected", *self.servers.fresh())


@pytest.fixture(scope="module")
def own() -> Iterator[Own]:
    """Local ones: servers at an address of the environment are not ours to kill.

    Not below pytest's own directory: each run of it shuts that to the user whom PostgreSQL runs as.
    """
    if lacks := servers.missing():
        lacking("; ".join(lacks))
    with TemporaryDirectory(prefix="gridplus-drill-", ignore_cleanup_errors=True) as made:
        place = Path(made)
        place.chmod(0o755)
        with outage.broker(place / "kafka") as broker, outage.database(place / "postgresql") as database:
            yield Own(broker, database, Servers(database.address, broker.address))


def test_nothing_is_lost_or_made_twice_when_the_broker_is_killed_and_comes_back(
    tmp_path: Path, own: Own, tolls: list[Toll]
) -> None:
    with rehearsal("broker", own.fresh(), tmp_path, tolls, kills=EACH) as drill:
        drill.stack.start("hub", list(WORKERS))
        for _ in drill.load():
            own.broker.kill()
            own.broker.again()


def test_nothing_is_lost_or_made_twice_when_the_database_is_killed_and_comes_back(
    tmp_path: Path, own: Own, tolls: list[Toll]
) -> None:
    with rehearsal("database", own.fresh(), tmp_path, tolls, kills=EACH) as drill:
        stack = drill.stack
        stack.start("hub", list(WORKERS))
        for _ in drill.load():
            said = partial(stack.waits_anew, "hub", stack.waits("hub"))
            own.database.kill()
            until(said, "it says that it waits")
            own.database.again()
            until(stack.answers, "it has recovered", within_s=LONGEST_S)
