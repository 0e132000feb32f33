"""Durable before acknowledged (invariant 2) where a source forgets what was acknowledged: a broker, and the hub's store."""

import time
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy.exc import DBAPIError

from hub.model import Arrival, Draft
from hub.plugin import Body
from hub.plugin.systems.mqtt_broker import Broker
from hub.plugin.transport.mqtt import Mqtt, MqttConfig
from tests.instruments import HubInHand
from tests.unit.run.sources import SOURCE
from tests.unit.run.stops import stopped_at
from tests.unit.run.test_source import worker_of


class Wells(Mqtt[MqttConfig]):
    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:  # noqa: ARG002  as the interface says
        return []


@pytest.fixture
def broker() -> Iterator[Broker]:
    made = Broker()
    made.expect("hub", "wells/#")
    made.start()
    yield made
    made.stop()


def wells(hub: HubInHand, broker: Broker) -> Wells:
    config = MqttConfig(url=broker.url, topics=("wells/#",), client_id="hub")
    return Wells(config, hub.hub.adapters.tools(SOURCE))


def acknowledged(broker: Broker) -> bool:
    """Whether the broker keeps nothing for us, once it has heard what was sent to it."""
    ends = time.monotonic() + 5.0
    while broker.outstanding("hub") and time.monotonic() < ends:
        pass
    return broker.outstanding("hub") == 0


def test_a_message_is_acknowledged_after_its_record_is_stored_and_never_before(
    hub: HubInHand, broker: Broker
) -> None:
    worker = worker_of(hub, wells(hub, broker))
    broker.publish("wells/1", b'{"no": "1"}')
    with stopped_at(hub, "INSERT ON record"), pytest.raises(DBAPIError):
        worker.step()
    assert (0, 1) == (hub.account()["records"], broker.outstanding("hub"))
    worker.step()
    assert 1 == hub.account()["records"]
    hub.clock.pause(60)
    worker.step()
    assert acknowledged(broker)
    assert 1 == hub.account()["records"]
    worker.close()


def test_a_process_that_ends_before_it_could_store_loses_nothing(hub: HubInHand, broker: Broker) -> None:
    adapter = wells(hub, broker)
    before = worker_of(hub, adapter)
    broker.publish("wells/1", b'{"no": "1"}')
    with stopped_at(hub, "INSERT ON record"), pytest.raises(DBAPIError):
        before.step()
    adapter.close()
    hub.clock.pause(600)
    after = worker_of(hub, wells(hub, broker))
    for _ in range(3):
        after.step()
        hub.clock.pause(60)
    assert 1 == hub.account()["records"]
    assert acknowledged(broker)
    after.close()
