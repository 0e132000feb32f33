"""What an adapter relies on in a broker, as cases that run on the small one and on a real Mosquitto alike."""

from dataclasses import dataclass
from typing import Final

import pytest
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from hub.errors import SignInAgain, TryLater
from hub.plugin.transport.mqtt_session import Broker, Message, Session

USER, PASSWORD = "grid", "hushed"
ALARMS: Final = ("wells/+/alarm",)
_PATIENCE_S: Final = 5.0


@dataclass
class Place:
    """A broker of either kind, and its other clients."""

    url: str

    def session(self, *, password: str = PASSWORD, client_id: str = "hub") -> Session:
        """Our session; nothing is opened yet."""
        return Session(Broker(url=self.url, client_id=client_id, topics=ALARMS, user=USER, password=password))

    def publish(
        self, *payloads: bytes, topic: str = "wells/1/alarm", qos: int = 1, retain: bool = False
    ) -> None:
        """Another client publishes, and hears from the broker that it has them."""
        with self._client("device") as client:
            for payload in payloads:
                client.publish(topic, payload, qos=qos, retain=retain).wait_for_publish(_PATIENCE_S)

    def forget(self, client_id: str = "hub") -> None:
        """The session is ended by whoever runs the broker."""
        with self._client(client_id):
            pass

    def _client(self, client_id: str) -> "Joined":
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=True, protocol=MQTTv311
        )
        client.username_pw_set(USER, PASSWORD)
        host, _, port = self.url.removeprefix("mqtt://").partition(":")
        client.connect(host, int(port))
        return Joined(client)


class Joined:
    """A client with its own thread, for as long as a block."""

    def __init__(self, client: Client) -> None:
        self._client: Final = client

    def __enter__(self) -> Client:
        self._client.loop_start()
        while not self._client.is_connected():
            pass
        return self._client

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def taken(session: Session, count: int) -> list[Message]:
    """The next `count` messages; fewer where no more come."""
    found: list[Message] = []
    while len(found) < count:
        came = session.take(count - len(found), wait_s=1.0)
        if not came:
            return found
        found += came
    return found


def payloads(messages: list[Message]) -> list[bytes]:
    return [one.payload for one in messages]


class Cases:
    """To be inherited with a fixture `place`; every test has a broker without a session."""

    def begun(self, place: Place) -> Session:
        """A session that stands, its connection open."""
        session = place.session()
        session.open()
        return session

    def test_what_is_published_while_we_are_away_is_there_when_we_come_back(self, place: Place) -> None:
        self.begun(place).close()
        place.publish(b"1", b"2", b"3")
        back = self.begun(place)
        assert [b"1", b"2", b"3"] == payloads(taken(back, 3))
        back.close()

    def test_what_was_not_acknowledged_comes_again_in_order_and_the_rest_does_not(self, place: Place) -> None:
        session = self.begun(place)
        place.publish(b"1", b"2", b"3", b"4")
        found = taken(session, 4)
        session.acknowledge([found[0], found[2]])
        session.close()
        back = self.begun(place)
        assert [b"2", b"4"] == payloads(taken(back, 3))
        back.close()

    def test_more_than_the_broker_sends_at_once_arrives_as_it_is_acknowledged(self, place: Place) -> None:
        session = self.begun(place)
        place.publish(*(b"%d" % number for number in range(70)))
        found: list[bytes] = []
        while page := session.take(100, wait_s=0.5):
            found += payloads(page)
            session.acknowledge(page)
        assert [b"%d" % number for number in range(70)] == found
        session.close()

    def test_the_older_of_two_connections_ends_and_loses_nothing(self, place: Place) -> None:
        older = self.begun(place)
        place.publish(b"1")
        assert [b"1"] == payloads(taken(older, 1))
        newer = self.begun(place)
        with pytest.raises(TryLater) as lost:
            older.take(1, wait_s=2.0)
        assert [b"1"] == payloads(taken(newer, 1))
        assert lost.value.code == "S101"
        older.close()
        newer.close()

    def test_what_we_hold_is_not_taken_twice_when_it_comes_again(self, place: Place) -> None:
        session = self.begun(place)
        place.publish(b"1", b"2")
        found = taken(session, 2)
        self._thrown_out(place, session)
        session.open()
        assert [] == session.take(5, wait_s=0.3)
        session.acknowledge(found)
        session.close()
        back = self.begun(place)
        assert [] == back.take(5, wait_s=0.3)
        back.close()

    def test_what_we_hold_of_a_session_that_is_gone_is_ours_alone(self, place: Place) -> None:
        session = self.begun(place)
        place.publish(b"1")
        found = taken(session, 1)
        place.forget()
        with pytest.raises(TryLater):
            session.take(1, wait_s=2.0)
        session.open()
        place.publish(b"another")
        session.acknowledge(found)  # its number is another one's by now
        assert [b"another"] == payloads(taken(session, 1))
        session.close()
        back = self.begun(place)
        assert [b"another"] == payloads(taken(back, 1))
        back.close()

    def test_a_retained_message_comes_with_the_subscription_and_others_with_their_topic(
        self, place: Place
    ) -> None:
        place.publish("常开".encode(), topic="wells/井-1/alarm", retain=True)
        place.publish(b"no", topic="wells/1/battery")
        session = self.begun(place)
        (found,) = taken(session, 1)
        assert ("wells/井-1/alarm", "常开") == (found.topic, found.payload.decode())
        assert [] == session.take(1, wait_s=0.2)
        session.close()
        place.publish(b"", topic="wells/井-1/alarm", retain=True)

    def test_qos_0_is_for_who_is_there(self, place: Place) -> None:
        session = self.begun(place)
        place.publish(b"here", qos=0)
        assert [b"here"] == payloads(taken(session, 1))
        session.close()
        place.publish(b"away", qos=0)
        place.publish(b"kept")
        back = self.begun(place)
        assert [b"kept"] == payloads(back.take(5, wait_s=1.0))
        back.close()

    def test_a_large_message_and_an_empty_one_arrive_whole(self, place: Place) -> None:
        session = self.begun(place)
        place.publish(b"x" * 300_000, b"")
        assert [300_000, 0] == [len(one.payload) for one in taken(session, 2)]
        session.close()

    def test_a_wrong_password_is_told_as_that(self, place: Place) -> None:
        with pytest.raises(SignInAgain) as refused:
            place.session(password="another").open()
        assert refused.value.code == "S106"

    def _thrown_out(self, place: Place, session: Session) -> None:
        """Somebody else comes under our name and leaves, the session kept."""
        other = self.begun(place)
        other.close()
        with pytest.raises(TryLater):
            session.take(1, wait_s=2.0)
