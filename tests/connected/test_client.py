"""The departments' client on a real Kafka that asks who comes: offsets move behind handlers, refusals are told."""

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from gridplus_client import Inbox, KeyRefused, Other, SqliteSeen, Unavailable, Whistle, moves
from gridplus_client.kafka import KafkaReports, KafkaWhistles, login
from kafka import TopicPartition

from hub.bus import Message
from hub.bus.accounts import read
from hub.bus.kafka import KafkaBus
from hub.bus.rules import RELAY, REPORTS
from hub.bus.topics import reports, whistles
from hub.crew import port_near
from hub.run import servers
from tests.conftest import lacking
from tests.connected.patience import until
from tests.connected.principals import PASSWORD, PLAIN, PREFIX, Guarded

pytestmark = pytest.mark.connected

MINE, THEIRS = "zilai", "chengguan"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """One broker for all tests here, with topics and accounts in place."""
    if lacks := servers.missing_for_kafka():
        lacking("; ".join(lacks))
    place = tmp_path_factory.mktemp("guarded")
    with servers.kafka(place / "kafka", password=PASSWORD) as running:
        made = Guarded(running.address, place / "accounts.toml")
        made.make_topics()
        made.enrol()
        yield made


def security(broker: Guarded, department: str = MINE) -> dict[str, Any]:
    """What a department gives the client; this broker speaks no TLS."""
    password = read(broker.file)[f"department.{department}"]
    return {**login(department, password, prefix=PREFIX), "security_protocol": PLAIN["security_protocol"]}


def listening(broker: Guarded, department: str = MINE) -> KafkaWhistles:
    """Under our own account, whosever topic it is."""
    return KafkaWhistles(
        department, broker.address, prefix=PREFIX, security=security(broker), patience_s=10.0
    )


def say(broker: Guarded, *values: str) -> None:
    """Messages on the department's topic, carried by the relay."""
    with closing(KafkaBus(broker.settings(RELAY))) as bus:
        bus.publish([(Message(whistles(MINE), "in_1", value), 0) for value in values])


def blown(id_: str, kind: str = "grid.whistle.v1") -> str:
    subject = id_.partition(":")[0]
    return json.dumps({"id": id_, "type": kind, "subject": subject, "data": {"later": [1]}})


def test_a_message_is_handled_once_though_handlers_fail_and_processes_end(
    broker: Guarded, tmp_path: Path
) -> None:
    did: list[str] = []
    fails = [True]

    def handle(one: Whistle) -> None:
        if one.id == "wh_2" and fails:
            fails.clear()
            raise ZeroDivisionError
        did.append(one.id)

    inbox = Inbox(SqliteSeen(tmp_path / "seen.db"), whistle=handle, called_off=print)
    say(
        broker,
        blown("wh_1"),
        "not a message",
        blown("an_1", "later"),
        blown("wh_1"),
        blown("wh_2"),
        blown("wh_3"),
    )
    with listening(broker) as channel, pytest.raises(ZeroDivisionError):
        channel.run(inbox)
    assert ["wh_1"] == did
    stop = threading.Event()
    with listening(broker) as channel:
        until(lambda: channel.step(inbox) == 0 and len(did) == 3, "what came behind the failure")
    assert ["wh_1", "wh_2", "wh_3"] == did
    fresh: list[str] = []

    def note(one: Whistle) -> None:
        fresh.append(one.id)
        stop.set()

    other = Inbox(SqliteSeen(tmp_path / "other.db"), whistle=note, called_off=print)
    say(broker, blown("wh_4"))
    with listening(broker) as channel:
        channel.run(other, stop=stop)
    assert ["wh_4"] == fresh  # the offset had moved on over all that was handled or passed by


def test_within_a_process_the_message_of_a_failed_handler_comes_next(broker: Guarded, tmp_path: Path) -> None:
    came: list[str] = []

    def handle(one: Other) -> None:
        came.append(one.id)
        if came == ["an_7"]:
            raise ZeroDivisionError

    inbox = Inbox(SqliteSeen(tmp_path / "s.db"), whistle=lambda _: None, called_off=print, other=handle)
    say(broker, blown("an_7", "announced"), blown("an_8", "announced"))
    with listening(broker) as channel:
        with pytest.raises(ZeroDivisionError):
            until(lambda: channel.step(inbox) < 0, "the failure")
        until(lambda: channel.step(inbox) == 0 and len(came) == 3, "both messages")
    assert ["an_7", "an_7", "an_8"] == came


def test_another_departments_topic_is_refused_and_not_silent(broker: Guarded) -> None:
    with pytest.raises(KeyRefused, match="broker setup"):
        listening(broker, THEIRS)


def test_a_wrong_password_and_a_broker_that_is_away_are_no_silence_either(broker: Guarded) -> None:
    wrong = {**security(broker), "sasl_plain_password": "wrong"}
    for address, secrets in ((broker.address, wrong), (f"127.0.0.1:{port_near(0)}", security(broker))):
        with pytest.raises((Unavailable, KeyRefused)):
            KafkaWhistles(MINE, address, prefix=PREFIX, security=secrets, patience_s=2.0)


def test_a_report_lies_on_the_departments_own_topic_as_the_hub_reads_it(broker: Guarded) -> None:
    with KafkaReports(MINE, broker.address, prefix=PREFIX, security=security(broker)) as channel:
        channel.report("wh_1:2", moves.RETURN, reason_code="OVERLAP", note="属他单位")
    with closing(broker.consumer(REPORTS, "reports")) as consumer:
        consumer.assign([TopicPartition(PREFIX + reports(MINE), 0)])
        consumer.seek_to_beginning()
        got: list[Any] = []

        def something() -> bool:
            got.extend(one for batch in consumer.poll(timeout_ms=500).values() for one in batch)
            return bool(got)

        until(something, "a report")
    event = json.loads(got[0].value)
    assert (b"wh_1", "wh_1", "grid.report.v1") == (got[0].key, event["subject"], event["type"])
    body = {"nonce": "wh_1:2:return", "move": "return", "reason_code": "OVERLAP", "note": "属他单位"}
    assert body == event["data"]


def test_a_report_to_another_departments_topic_is_refused(broker: Guarded) -> None:
    with (
        KafkaReports(
            THEIRS, broker.address, prefix=PREFIX, security=security(broker), patience_s=10.0
        ) as channel,
        pytest.raises((KeyRefused, Unavailable)),
    ):
        channel.report("wh_1", moves.SIGN)
