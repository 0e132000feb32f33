"""The sensors' plugin on a real Mosquitto: a storm of heartbeats, and alarms in the middle of it."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import orjson
import pytest
from gridplus_iot_sensors.adapter import IotSensors, IotSensorsConfig

from hub.clock import FixedClock
from hub.plugin import Page, Tools
from hub.run import servers
from tests.conftest import lacking
from tests.unit.plugin.transport.mqtt_cases import PASSWORD, USER, Place

pytestmark = pytest.mark.connected
NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
QUEUED = 700
"""Fewer than Mosquitto keeps for who is away (`max_queued_messages`, 1,000): what is more is lost, alarms too."""


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


@pytest.fixture
def place(running: str) -> Place:
    made = Place(running)
    made.forget()
    return made


@pytest.fixture
def sensors(place: Place) -> Iterator[IotSensors]:
    made = adapter(place.url)
    made.check()
    yield made
    made.close()


def adapter(url: str) -> IotSensors:
    told = {"url": url, "topics": ("wl/#",), "client_id": "hub", "user": USER, "password": PASSWORD}
    tools = Tools(source="iot_sensors", clock=FixedClock(NOON), http=httpx.Client, nonce=lambda: "")
    return IotSensors(IotSensorsConfig.model_validate(told), tools)


def alarm(number: int) -> bytes:
    return orjson.dumps({"alarmNo": f"WL{number}", "alarmType": "0101", "scene": "public"})


def numbers(page: Page) -> list[str]:
    return [orjson.loads(one.content)["payload"]["alarmNo"] for one in page.bodies]


def publish(place: Place, *payloads: bytes, kind: str) -> None:
    place.publish(*payloads, topic=f"wl/329901/D-1/{kind}")


@pytest.mark.nasty("N74", "on a real Mosquitto")
def test_alarms_are_found_in_a_storm_of_heartbeats_and_the_broker_keeps_none_of_it(
    place: Place, sensors: IotSensors
) -> None:
    sensors.close()
    publish(place, *[b'{"battery": 90}'] * (QUEUED // 2), kind="heartbeat")
    publish(place, alarm(1), kind="alarm")
    publish(place, *[b'{"value": 1}'] * (QUEUED // 2), kind="telemetry")
    publish(place, alarm(1), kind="recover")
    found: list[str] = []
    cursor = ""
    for _ in range(50):
        page = sensors.read(cursor)
        found, cursor = found + numbers(page), page.cursor
        if len(found) == 2 and not page.bodies:
            break
    assert found == ["WL1", "WL1"]
    sensors.close()
    back = adapter(place.url)
    assert () == back.read("").bodies
    back.close()


def test_an_alarm_that_was_not_stored_comes_again_and_the_heartbeats_around_it_do_not(
    place: Place, sensors: IotSensors
) -> None:
    publish(place, b"{}", kind="heartbeat")
    publish(place, alarm(2), kind="alarm")
    publish(place, b"{}", kind="heartbeat")
    while not (page := sensors.read("")).bodies:
        pass
    assert numbers(page) == ["WL2"]
    sensors.close()  # it was not stored
    back = adapter(place.url)
    while not (page := back.read("")).bodies:
        pass
    assert numbers(page) == ["WL2"]
    back.read(page.cursor)
    back.close()
