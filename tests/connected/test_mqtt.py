"""A real Mosquitto under the cases of all brokers: what simulators rely on is what it does."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.run import servers
from tests.conftest import lacking
from tests.unit.plugin.transport.mqtt_cases import PASSWORD, USER, Cases, Place

pytestmark = pytest.mark.connected


@pytest.fixture(scope="module")
def running() -> Iterator[str]:
    """The address of one Mosquitto for the whole module."""
    if lacks := servers.missing_for_mqtt():
        lacking("; ".join(lacks))
    with (
        tempfile.TemporaryDirectory(prefix="gridplus-test-") as place,
        servers.mosquitto(Path(place), user=USER, password=PASSWORD) as broker,
    ):
        yield broker.address


class TestMosquitto(Cases):
    """The broker of most departments."""

    @pytest.fixture
    def place(self, running: str) -> Place:
        made = Place(running)
        made.forget()
        return made
