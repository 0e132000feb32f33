"""What only a real Kafka can show: groups that share, brokers that hang, hubs that share a broker."""

import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from hub.bus import Delivered, Message
from hub.bus.kafka import KafkaBus, KafkaSettings
from hub.bus.message import Fenced
from hub.errors import TryLater
from hub.run import servers
from hub.store import migrate
from hub.store.engine import Store
from tests.conftest import Servers
from tests.connected.patience import until
from tests.unit.bus.exchange import TOPICS, Exchange, collect, numbered, values

pytestmark = pytest.mark.connected


def settings_for(address: str, prefix: str, *, patience_s: float = 60.0) -> KafkaSettings:
    """A client's settings, with short sessions."""
    return KafkaSettings(
        address.removeprefix("kafka://"),
        {},
        session_timeout_ms=6000,
        heartbeat_ms=500,
        prefix=prefix,
        patience_s=patience_s,
    )


@contextmanager
def hub_on(address: str, prefix: str, place: Path, *, patience_s: float = 60.0) -> Iterator[Exchange]:
    """A hub with a store of its own on that broker."""
    store = Store(f"sqlite:///{place}/{prefix or 'hub.'}db")
    migrate.up(store)
    bus = KafkaBus(settings_for(address, prefix, patience_s=patience_s))
    try:
        yield Exchange(store, bus)
    finally:
        bus.close()
        store.close()


@pytest.fixture
def exchange(real_servers: Servers, tmp_path: Path) -> Iterator[Exchange]:
    """One hub on the tests' broker."""
    _, address, prefix = real_servers.fresh()
    with hub_on(address, prefix, tmp_path) as made:
        yield made


def settings_of(bus: Any) -> KafkaSettings:
    """How a KafkaBus reaches its broker."""
    settings: KafkaSettings = bus._settings
    return settings


class Members:
    """Workers of one group, a thread each; `handled` has what each of them stored a position for."""

    def __init__(self, exchange: Exchange, number: int) -> None:
        self._exchange = exchange
        self.handled: list[list[Delivered]] = [[] for _ in range(number)]
        self._leave = [threading.Event() for _ in range(number)]
        self._threads = [threading.Thread(target=self._work, args=[n]) for n in range(number)]
        for thread in self._threads:
            thread.start()

    def _work(self, n: int) -> None:
        consumer = self._exchange.consumer()
        while not self._leave[n].is_set():
            batch = consumer.poll(500, 0.2)
            try:
                self._exchange.handle(batch)
            except Fenced:
                consumer.rewind()
            else:
                self.handled[n] += batch
        consumer.close()

    def leave(self, n: int) -> None:
        """Member `n` finishes its step and leaves."""
        self._leave[n].set()
        self._threads[n].join(timeout=30)

    def numbers(self) -> list[int]:
        """Every message that any of them handled."""
        return sorted(int(one.value) for mine in self.handled for one in mine)


@pytest.mark.slow
def test_members_of_a_group_share_the_work_take_over_from_each_other_and_do_nothing_twice(
    exchange: Exchange,
) -> None:
    members = Members(exchange, 2)
    said = 0

    def both_work() -> bool:
        nonlocal said
        exchange.say(*numbered(range(said, said + 16), keys=16))
        said += 16
        return all(members.handled)

    until(both_work, "both members work", within_s=60)
    members.leave(1)
    exchange.say(*numbered(range(said, said + 160), keys=16))
    until(lambda: len(members.numbers()) >= said + 160, "the other takes over", within_s=60)
    members.leave(0)
    assert list(range(said + 160)) == members.numbers()
    assert {0, 1, 2, 3} == {one.part for one in members.handled[0]}


def test_hubs_with_different_prefixes_on_one_broker_hear_nothing_of_each_other(
    real_servers: Servers, tmp_path: Path
) -> None:
    _, address, prefix = real_servers.fresh()
    with hub_on(address, f"a-{prefix}", tmp_path) as one, hub_on(address, f"b-{prefix}", tmp_path) as other:
        one.say(Message("grid.events", "k", "of one"))
        other.say(Message("grid.events", "k", "of the other"))
        for hub, said in ((one, "of one"), (other, "of the other")):
            consumer = hub.consumer()
            assert [said] == values(collect(consumer, 1))
            assert [] == list(consumer.poll(10, 0.3))
            consumer.close()


def test_two_that_make_the_topics_at_once_agree(real_servers: Servers) -> None:
    _, address, prefix = real_servers.fresh()
    buses = [KafkaBus(settings_for(address, prefix)) for _ in range(2)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda bus: bus.ensure(TOPICS, retention_s=86_400), buses))


def test_topics_forget_after_the_retention_and_matters_are_compacted(exchange: Exchange) -> None:
    settings = settings_of(exchange.bus)
    names = [settings.prefix + name for name in ("grid.events", "grid.incidents")]
    admin = KafkaAdminClient(**settings.client())
    told = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    admin.close()
    events, matters = ({key: one["value"] for key, one in told["topic"][name].items()} for name in names)
    assert {"retention.ms": "86400000"} == events
    assert {"retention.ms": "86400000", "cleanup.policy": "compact,delete"} == matters


def test_bytes_that_are_no_text_reach_the_worker_as_a_message_that_it_can_refuse(exchange: Exchange) -> None:
    settings = settings_of(exchange.bus)
    producer = KafkaProducer(**settings.client())
    producer.send(f"{settings.prefix}grid.reports.zilai", b"\xff\xfe{", key=b"\xff").get(timeout=20)
    producer.close()
    consumer = exchange.consumer("grid.reports.zilai")
    (got,) = collect(consumer, 1)
    consumer.close()
    assert ("�", "��{") == (got.key, got.value)


def test_a_broker_that_is_not_there_is_tried_later(tmp_path: Path) -> None:
    nobody = f"127.0.0.1:{servers.free_port()}"
    bus = KafkaBus(settings_for(nobody, "", patience_s=1.0))
    attempts: tuple[Callable[[], object], ...] = (
        lambda: bus.ensure(TOPICS, retention_s=1),
        lambda: bus.publish([(Message("grid.events", "k", "v"), 0)]),
        lambda: bus.consumer("g", ["grid.events"], lambda _: {}),
    )
    for attempt in attempts:
        with pytest.raises(TryLater) as away:
            attempt()
        assert "C105" == away.value.code
    bus.close()


@pytest.mark.slow
def test_a_broker_that_hangs_keeps_the_outbox_full_and_gets_everything_when_it_is_back(
    tmp_path: Path,
) -> None:
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        broker = stack.enter_context(servers.kafka(place / "kafka"))
        exchange = stack.enter_context(hub_on(broker.address, "", tmp_path, patience_s=2.0))
        exchange.say(*numbered(range(3)))
        broker.process.send_signal(signal.SIGSTOP)
        with pytest.raises(TryLater):
            exchange.say(*numbered(range(3, 6)))
        assert 3 == exchange.waiting()
        broker.process.send_signal(signal.SIGCONT)
        until(lambda: _carried(exchange), "the broker takes them")
        consumer = exchange.consumer()
        got = values(collect(consumer, 6))
        got += values(consumer.poll(100, 0.5))  # what hung may have arrived too: a repeat, never a gap
        consumer.close()
        assert [0, 1, 2, 3, 4, 5] == sorted({int(v) for v in got})


def _carried(exchange: Exchange) -> bool:
    try:
        exchange.carry()
    except TryLater:
        return False
    return exchange.waiting() == 0
