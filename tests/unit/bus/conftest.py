"""A bus of each kind: one suite holds for all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.bus import Bus
from hub.bus.embedded import EmbeddedBus
from hub.store import migrate
from hub.store.engine import Store
from tests.unit.bus.exchange import Exchange
from tests.unit.store.blank import blank


@pytest.fixture(
    params=[
        "embedded",
        pytest.param("embedded on postgresql", marks=pytest.mark.connected),
        pytest.param("kafka", marks=pytest.mark.connected),
    ]
)
def exchange(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Exchange]:
    """An empty bus with its store."""
    url, address, prefix = f"sqlite:///{tmp_path}/hub.db", "", ""
    blank(tmp_path / "hub.db")
    if request.param != "embedded":
        url, address, prefix = request.getfixturevalue("real_servers").fresh()
    store = Store(url)
    migrate.up(store)
    bus: Bus = EmbeddedBus(store)
    if request.param == "kafka":
        from hub.bus.kafka import KafkaBus, KafkaSettings

        servers = address.removeprefix("kafka://")
        bus = KafkaBus(KafkaSettings(servers, {}, session_timeout_ms=6000, heartbeat_ms=500, prefix=prefix))
    yield Exchange(store, bus)
    bus.close()
    store.close()
