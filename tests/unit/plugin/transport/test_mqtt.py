"""A source behind a broker: nothing is acknowledged before it is stored. The small broker under the cases of all brokers."""

import ssl
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from hub.clock import FixedClock
from hub.errors import BadRecord, FixSettings, SourceGone, TryLater
from hub.model import Arrival, Draft
from hub.plugin import Body, Tools
from hub.plugin.systems.mqtt_broker import Broker
from hub.plugin.systems.mqtt_packets import length_in, matches
from hub.plugin.transport.handed import Handed
from hub.plugin.transport.mqtt import Mqtt, MqttConfig, body_of, message_in
from hub.plugin.transport.mqtt_session import Message
from tests.certificates import self_signed
from tests.unit.plugin.transport.mqtt_cases import ALARMS, PASSWORD, USER, Cases, Place

TOOLS = Tools(
    source="wells",
    clock=FixedClock(datetime(2026, 3, 10, 4, 0, tzinfo=UTC)),
    http=lambda **_: None,  # type: ignore[arg-type]  # asks nobody
    nonce=lambda: "",
)


class Wells(Mqtt[MqttConfig]):
    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:  # noqa: ARG002  as the interface says
        return []


def _nothing_left(broker: Broker) -> bool:
    """Whether everything is acknowledged, once the broker has heard what was sent to it."""
    ends = time.monotonic() + 5.0
    while broker.outstanding("hub") and time.monotonic() < ends:
        pass
    return broker.outstanding("hub") == 0


def _read_on(adapter: Wells, cursor: str) -> None:
    while True:
        adapter.read(cursor)


@pytest.fixture
def broker() -> Iterator[Broker]:
    made = Broker(user=USER, password=PASSWORD, forbidden=("secret/#",))
    made.expect("hub", *ALARMS)
    made.start()
    yield made
    made.stop()


def wells(url: str, **settings: object) -> Wells:
    told = {"url": url, "topics": ALARMS, "client_id": "hub", "user": USER, "password": SecretStr(PASSWORD)}
    return Wells(MqttConfig.model_validate(told | settings), TOOLS)


class TestSmallBroker(Cases):
    """The one that simulators bring along."""

    @pytest.fixture
    def place(self) -> Iterator[Place]:
        made = Broker(user=USER, password=PASSWORD)
        yield Place(made.start())
        made.stop()


@pytest.mark.nasty("N68", "a page that was not stored is handed out again, and acknowledged only then")
def test_a_page_is_acknowledged_by_the_read_that_proves_it_stored(broker: Broker) -> None:
    adapter = wells(broker.url)
    broker.publish("wells/1/alarm", b'"open"')
    first = adapter.read("")
    assert [b'{"topic":"wells/1/alarm","payload":"open"}'] == [body.content for body in first.bodies]
    assert first == adapter.read("")  # it was not stored
    assert 1 == broker.outstanding("hub")
    assert ((), first.cursor) == (adapter.read(first.cursor).bodies, first.cursor)
    adapter.close()
    assert _nothing_left(broker)


def test_what_came_meanwhile_stands_behind_what_was_not_stored(broker: Broker) -> None:
    adapter = wells(broker.url)
    broker.publish("wells/1/alarm", b'"1"')
    first = adapter.read("")
    broker.publish("wells/1/alarm", b'"2"')
    while len((second := adapter.read("")).bodies) < 2:
        pass
    assert [b'{"topic":"wells/1/alarm","payload":"1"}', b'{"topic":"wells/1/alarm","payload":"2"}'] == [
        body.content for body in second.bodies
    ]
    assert second.cursor != first.cursor
    adapter.close()


def test_a_page_that_another_process_stored_is_told_to_the_broker_by_its_coming_again(broker: Broker) -> None:
    broker.publish("wells/1/alarm", b'"open"')
    before, after = wells(broker.url), wells(broker.url)
    stored = before.read("")
    before.close()  # it ended between storing and acknowledging
    again = after.read(stored.cursor)
    assert stored.bodies == again.bodies  # a resend to the hub
    assert stored.cursor != again.cursor
    after.read(again.cursor)
    after.close()
    assert _nothing_left(broker)


def test_a_broken_connection_is_told_once_and_the_next_one_loses_nothing(broker: Broker) -> None:
    adapter = wells(broker.url)
    broker.publish("wells/1/alarm", b'"open"')
    page = adapter.read("")
    broker.hang_up()
    with pytest.raises(TryLater) as lost:
        _read_on(adapter, page.cursor)
    assert lost.value.code == "S101"
    assert () == adapter.read(page.cursor).bodies
    adapter.close()
    assert _nothing_left(broker)


def test_a_topic_that_is_refused_asks_for_a_person(broker: Broker) -> None:
    adapter = wells(broker.url, topics=("secret/#",))
    with pytest.raises(SourceGone) as refused:
        adapter.check()
    assert ("S140", "secret/#") == (refused.value.code, refused.value.facts["topic"])
    adapter.close()


@pytest.mark.parametrize(
    ("code", "told", "kind"),
    [
        (2, "S141", "SourceGone"),
        (3, "S105", "TryLater"),
        (4, "S106", "SignInAgain"),
    ],
)
def test_a_broker_says_why_it_lets_nobody_in(code: int, told: str, kind: str) -> None:
    broker = Broker(refuse=lambda _: code)
    adapter = wells(broker.start())
    with pytest.raises((SourceGone, TryLater)) as refused:
        adapter.check()
    assert (told, kind) == (refused.value.code, type(refused.value).__name__)
    adapter.close()
    broker.stop()


def test_a_broker_that_is_away_is_tried_later(broker: Broker) -> None:
    adapter = wells(broker.url)
    broker.stop()
    with pytest.raises(TryLater) as away:
        adapter.check()
    assert away.value.code == "S101"


def test_over_tls_the_broker_must_show_a_certificate_that_we_trust(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    broker = Broker(tls=tls)
    url = broker.start()
    trusting, doubting = wells(url, ca_file=str(certificate)), wells(url)
    trusting.check()
    broker.publish("wells/1/alarm", b'"open"')
    assert [b'{"topic":"wells/1/alarm","payload":"open"}'] == [
        body.content for body in trusting.read("").bodies
    ]
    with pytest.raises(TryLater) as doubted:
        doubting.check()
    assert doubted.value.code == "S101"
    trusting.close()
    broker.stop()


def test_without_its_client_the_hub_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "paho.mqtt.client", None)
    with pytest.raises(FixSettings) as lacking:
        wells("mqtt://127.0.0.1:9").check()
    assert lacking.value.code == "C108"


@pytest.mark.parametrize("url", ["http://127.0.0.1", "127.0.0.1:1883", "tcp://127.0.0.1"])
def test_an_address_of_another_kind_stops_the_start(url: str) -> None:
    with pytest.raises(ValidationError):
        wells(url)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"topic": "a", "payload_base64": "%"}'])
def test_what_is_no_stored_message_is_dead(content: bytes) -> None:
    with pytest.raises(BadRecord) as bad:
        message_in(content)
    assert bad.value.code == "R102"


@pytest.mark.nasty("N29", "a payload that is no JSON, or in another charset, is kept as it came")
@pytest.mark.parametrize(
    ("payload", "stored", "means"),
    [
        (b'{"no":  "1", "x": 120.850}', b'"payload":{"no":  "1", "x": 120.850}', {"no": "1", "x": "120.850"}),
        (b"17", b'"payload":17', 17),
        (b"", b'"payload_base64":""', None),
        (b'{"no": NaN}', b'"payload_base64":"eyJubyI6IE5hTn0="', b'{"no": NaN}'),
        (b"\x01\xff\x02", b'"payload_base64":"Af8C"', b"\x01\xff\x02"),
        ('{"no": "井盖移位报警"}'.encode("gb18030"), b'"payload_base64":"', {"no": "井盖移位报警"}),
    ],
)
def test_a_payload_is_stored_as_it_came_and_read_as_what_it_is(
    payload: bytes, stored: bytes, means: object
) -> None:
    content = body_of(Message("wells/井/alarm", payload, 7))
    assert content.startswith('{"topic":"wells/井/alarm",'.encode() + stored)
    assert ("wells/井/alarm", means) == message_in(content)


def test_a_message_that_stood_there_before_we_came_says_so() -> None:
    assert b'{"topic":"a","retained":true,"payload":1}' == body_of(Message("a", b"1", 7, retained=True))


def test_a_mark_follows_from_page_and_cursor_alone() -> None:
    one, other = Handed[str](), Handed[str]()
    assert one.hand("", ["a"], [b"a"]) == other.hand("", ["a"], [b"a"])
    marks = {
        one.hand(cursor, [], contents)
        for cursor, contents in [("", [b"a"]), ("x", [b"a"]), ("", [b"a", b""])]
    }
    assert len(marks) == 3


@pytest.mark.parametrize(
    ("pattern", "topic", "holds"),
    [
        ("a/b", "a/b", True),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("#", "a/b", True),
        ("#", "$SYS/up", False),
        ("+/up", "$SYS/up", False),
        ("a/+/c", "a/b", False),
        ("a", "a/b", False),
    ],
)
def test_filters_let_topics_through_as_the_standard_says(pattern: str, topic: str, holds: bool) -> None:
    assert holds == matches(pattern, topic)


@pytest.mark.parametrize(
    ("head", "length"), [(b"\x00", 0), (b"\x7f", 127), (b"\x80\x01", 128), (b"\xff\xff\xff\x7f", 268_435_455)]
)
def test_lengths_are_read_as_the_standard_says(head: bytes, length: int) -> None:
    assert length == length_in(head)
    assert length_in(head[:-1]) is None or head == b"\x00"


class Quiet(Wells):
    """Wells whose heartbeats nobody keeps."""

    def is_record(self, message: Message) -> bool:
        return message.payload != b"alive"


@pytest.mark.nasty("N74", "heartbeats leave no record")
def test_what_is_no_record_is_acknowledged_unstored_and_hides_no_record(broker: Broker) -> None:
    adapter = Quiet(wells(broker.url).config, TOOLS)
    for payload in (*[b"alive"] * 60, b"1", *[b"alive"] * 60, b"2", *[b"alive"] * 60):
        broker.publish("wells/1/alarm", payload)
    found: list[bytes] = []
    cursor = ""
    while len(found) < 2:
        page = adapter.read(cursor)
        found, cursor = [*found, *(body.content for body in page.bodies)], page.cursor
    assert [b'{"topic":"wells/1/alarm","payload":1}', b'{"topic":"wells/1/alarm","payload":2}'] == found
    assert () == adapter.read(cursor).bodies
    assert _nothing_left(broker)
    adapter.close()


def test_a_record_that_was_not_stored_comes_again_out_of_a_storm(broker: Broker) -> None:
    for payload in (b"alive", b"1", b"alive"):
        broker.publish("wells/1/alarm", payload)
    adapter = Quiet(wells(broker.url).config, TOOLS)
    first = _first_bodies(adapter)
    adapter.close()
    again = Quiet(wells(broker.url).config, TOOLS)
    assert first == _first_bodies(again)
    ends = time.monotonic() + 5.0
    while broker.outstanding("hub") > 1 and time.monotonic() < ends:
        again.read("")
    assert broker.outstanding("hub") == 1
    again.close()


def _first_bodies(adapter: Wells) -> tuple[Body, ...]:
    """What is read from the beginning, once all that was published has arrived."""
    ends = time.monotonic() + 5.0
    while not (page := adapter.read("")).bodies and time.monotonic() < ends:
        pass
    return page.bodies
