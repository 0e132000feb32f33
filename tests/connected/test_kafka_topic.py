"""A department's own topic as a source, on a real Kafka: offsets are ours alone, and what went wrong with them is told."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest
from kafka import KafkaProducer
from kafka.admin import (
    KafkaAdminClient,
    NewPartitions,
    NewTopic,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from kafka.structs import TopicPartition

from hub import scaffold
from hub.clock import FixedClock
from hub.errors import HubError, SignInAgain, SourceGone, TryLater
from hub.kit import check_names, checked
from hub.model import Arrival, Draft
from hub.plugin import AdapterEntry, Body, Tools
from hub.plugin.registry import Registry
from hub.plugin.transport.kafka_topic import KafkaTopic, KafkaTopicConfig
from hub.run import servers
from tests.conftest import Servers, lacking

pytestmark = pytest.mark.connected
NUMBERS = count(1)
TOOLS = Tools(
    source="emergency",
    clock=FixedClock(datetime(2026, 3, 10, 4, 0, tzinfo=UTC)),
    http=lambda **_: None,  # type: ignore[arg-type]  # asks nobody
    nonce=lambda: "",
)


class Emergency(KafkaTopic[KafkaTopicConfig]):
    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:  # noqa: ARG002  as the interface says
        return []


@dataclass
class Topic:
    """A topic of the department's, and what its people do with it."""

    servers: str
    name: str
    closing: list[Callable[[], None]]

    def make(self, partitions: int = 1) -> None:
        admin = self._admin()
        admin.create_topics(
            [NewTopic(self.name, num_partitions=partitions, replication_factor=1)], wait_for_metadata=True
        )

    def make_anew(self) -> None:
        admin = self._admin()
        admin.delete_topics([self.name])
        while self.name in admin.list_topics():
            pass
        self.make()

    def widen(self, partitions: int) -> None:
        self._admin().create_partitions({self.name: NewPartitions(partitions)})

    def drop(self, before: int) -> None:
        """What is older than this offset is gone, as where its time is over."""
        self._admin().delete_records({TopicPartition(self.name, 0): before})

    def produce(self, *values: str | None, partition: int = 0, aborted: bool = False) -> None:
        told: dict[str, Any] = {"transactional_id": self.name} if aborted else {}
        producer = KafkaProducer(bootstrap_servers=[self.servers], **told)
        if aborted:
            producer.init_transactions()
            producer.begin_transaction()
        for value in values:
            content = None if value is None else value.encode()
            producer.send(self.name, value=content, key=b"k", partition=partition).get(10)
        if aborted:
            producer.abort_transaction()
        producer.close()

    def reader(self, **settings: object) -> Emergency:
        config = KafkaTopicConfig.model_validate(
            {"servers": self.servers, "topics": (self.name,), **settings}
        )
        made = Emergency(config, TOOLS)
        self.closing.append(made.close)
        return made

    def _admin(self) -> Any:
        admin = KafkaAdminClient(bootstrap_servers=[self.servers])
        self.closing.append(admin.close)
        return admin


@pytest.fixture
def topic(real_servers: Servers) -> Iterator[Topic]:
    closing: list[Callable[[], None]] = []
    yield Topic(real_servers.kafka, f"emergency-{os.getpid()}-{next(NUMBERS)}", closing)
    for close in reversed(closing):
        close()


def read_all(adapter: Emergency, cursor: str = "") -> tuple[list[str], str]:
    """Kind and content of everything that is there by now, and the cursor behind it."""
    found: list[str] = []
    while True:
        page = adapter.read(cursor)
        found += [body.content.decode() for body in page.bodies]
        cursor = page.cursor
        if not page.more:
            return found, cursor


def refused(adapter: Emergency, cursor: str = "") -> HubError:
    with pytest.raises(HubError) as told:
        adapter.read(cursor)
    return told.value


def test_a_page_that_was_not_stored_is_read_again_and_one_that_was_is_not(topic: Topic) -> None:
    topic.make()
    topic.produce("1", "2")
    adapter = topic.reader()
    found, cursor = read_all(adapter)
    assert ["1", "2"] == found == read_all(adapter)[0]
    topic.produce("3")
    assert ["3"] == read_all(adapter, cursor)[0] == read_all(topic.reader(), cursor)[0]


def test_nobody_of_the_departments_sees_us_in_a_group(topic: Topic) -> None:
    topic.make()
    topic.produce("1")
    read_all(topic.reader())
    admin = KafkaAdminClient(bootstrap_servers=[topic.servers])
    assert [] == [one for one in admin.list_groups() if "emergency" in one["group_id"]]
    admin.close()


def test_what_was_taken_back_is_not_read(topic: Topic) -> None:
    topic.make()
    topic.produce("taken back", aborted=True)
    topic.produce("1")
    found, cursor = read_all(topic.reader())
    assert ["1"] == found
    topic.produce("taken back, too", aborted=True)
    adapter = topic.reader()
    assert [] == read_all(adapter, cursor)[0]


def test_a_record_without_a_value_is_told_by_its_key(topic: Topic) -> None:
    topic.make()
    topic.produce("1", None)
    page = topic.reader().read("")
    assert [(b"1", "record"), (b"k", "tombstone")] == [(one.content, one.kind) for one in page.bodies]


def test_a_topic_that_was_made_anew_asks_for_a_person_who_begins_a_new_generation(topic: Topic) -> None:
    topic.make()
    topic.produce("1", "2")
    _, cursor = read_all(topic.reader())
    topic.make_anew()
    topic.produce("new", "newer", "newest")  # it reaches further than we stood in the old one
    told = refused(topic.reader(), cursor)
    assert (SourceGone, "S144", topic.name) == (type(told), told.code, told.facts["topic"])
    assert ["new", "newer", "newest"] == read_all(topic.reader(generation="2"), cursor)[0]


def test_an_offset_beyond_the_end_is_another_topics(topic: Topic) -> None:
    topic.make()
    topic.produce("1")
    _, cursor = read_all(topic.reader())
    beyond = {**orjson.loads(cursor), "at": {topic.name: {"0": 99}}, "ids": {}}  # a broker that gives no ids
    assert "S144" == refused(topic.reader(), orjson.dumps(beyond).decode()).code


def test_records_that_were_dropped_before_they_were_read_are_told_once_and_the_rest_is_read(
    topic: Topic,
) -> None:
    topic.make()
    topic.produce("1")
    _, cursor = read_all(topic.reader())
    topic.produce("2", "3", "4")
    topic.drop(before=3)
    adapter = topic.reader()  # one that has fetched nothing ahead
    told = refused(adapter, cursor)
    assert (TryLater, "S145", 2) == (type(told), told.code, told.facts["count"])
    assert ["4"] == read_all(adapter, cursor)[0]


def test_a_partition_that_is_added_is_read_from_its_beginning(topic: Topic) -> None:
    topic.make()
    topic.produce("1")
    _, cursor = read_all(topic.reader(begin="end"))
    topic.widen(2)
    topic.produce("2", partition=1)
    assert ["2"] == read_all(topic.reader(begin="end"), cursor)[0]


def test_a_topic_that_is_begun_at_its_end_brings_what_comes_from_then_on(topic: Topic) -> None:
    topic.make(partitions=2)
    topic.produce("old")
    adapter = topic.reader(begin="end")
    found, cursor = read_all(adapter)
    assert [] == found
    topic.produce("new", partition=1)
    assert ["new"] == read_all(adapter, cursor)[0] == read_all(topic.reader(begin="end"), cursor)[0]


def test_a_topic_that_is_not_there_asks_for_a_person(topic: Topic) -> None:
    told = refused(topic.reader())
    assert (SourceGone, "S143") == (type(told), told.code)


def test_a_cluster_that_does_not_answer_is_tried_later(topic: Topic) -> None:
    told = refused(topic.reader(servers=f"127.0.0.1:{servers.free_port()}"))
    assert (TryLater, "S101") == (type(told), told.code)


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """The address of a broker that asks who calls. It knows a user `grid`, who may do nothing."""
    if lacks := servers.missing_for_kafka():
        lacking("; ".join(lacks))
    with (
        tempfile.TemporaryDirectory(prefix="gridplus-test-") as place,
        servers.kafka(Path(place) / "kafka", password="hushed") as running,
    ):
        admin = KafkaAdminClient(
            bootstrap_servers=[running.address],
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="SCRAM-SHA-512",
            sasl_plain_username=servers.BROKER_ADMIN,
            sasl_plain_password="hushed",
        )
        admin.create_topics(
            [NewTopic("emergency", num_partitions=1, replication_factor=1)], wait_for_metadata=True
        )
        told = UserScramCredentialUpsertion("grid", ScramMechanism.SCRAM_SHA_512, "hushed", 4096)
        admin.alter_user_scram_credentials([told])
        while "grid" not in admin.describe_user_scram_credentials():
            pass
        admin.close()
        yield running.address


@pytest.mark.parametrize(
    ("user", "password", "kind", "code"),
    [
        (servers.BROKER_ADMIN, "hushed", None, ""),
        (servers.BROKER_ADMIN, "rotated", SignInAgain, "S106"),
        ("grid", "hushed", SourceGone, "S140"),
    ],
)
def test_a_broker_that_asks_who_calls_is_told_and_what_it_says_is_told_on(
    guarded: str, user: str, password: str, kind: type[HubError] | None, code: str
) -> None:
    adapter = Topic(guarded, "emergency", []).reader(user=user, password=password)
    if kind is None:
        adapter.check()
    else:
        with pytest.raises(kind) as told:
            adapter.check()
        assert code == told.value.code
    adapter.close()


@pytest.fixture(scope="module")
def played() -> Iterator[AdapterEntry]:
    """What `gridplus plugin new --transport kafka` writes."""
    with tempfile.TemporaryDirectory(prefix="gridplus-test-") as folder:
        made = scaffold.write("played_topic", "kafka", Path(folder), "示例")
        sys.path.insert(0, str(made))
        yield Registry.load([EntryPoint("played_topic", "gridplus_played_topic.plugin", "gridplus")]).entry(
            "played_topic"
        )
        sys.path.remove(str(made))


@pytest.mark.drill
@pytest.mark.parametrize("name", check_names())
def test_the_plugin_that_is_written_passes_the_check(
    name: str, played: AdapterEntry, real_servers: Servers, tmp_path: Path
) -> None:
    result = checked(played, name, tmp_path, bus_url=f"kafka://{real_servers.kafka}")
    assert result.passed, result.line
