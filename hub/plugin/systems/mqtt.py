"""Devices that speak through a broker, to play with: the other side of `hub.plugin.transport.mqtt`.

It brings its own broker, in which the adapter's session stands already, as if it had subscribed long ago. A subclass says
under which topic and how one utterance is published. Failure modes: `FAILURES`.
"""

from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping
from typing import ClassVar, Final

import orjson

from hub.plugin.simulator import SimulatorSetup, Utterance
from hub.plugin.simulator_talking import Talker
from hub.plugin.systems.mqtt_broker import Broker
from hub.plugin.systems.mqtt_packets import Connect, Publish

FAILURES: Final[Mapping[str, str]] = {
    "busy": "头两次连接被拒：服务不可用",
    "signed_out": "头两次连接被拒：用户名或密码错误",
    "told_twice": "每条消息发布两遍",
    "retained": "消息带保留标志，每次订阅都会再来一遍",
}
"""Failure modes by name."""
CLIENT_ID: Final = "gridplus"
_USER: Final = "grid"
_CODES: Final = {"busy": 3, "signed_out": 5}
"""MQTT 3.1.1, 3.2.2.3."""
_TIMES: Final = 2


class MqttSystem(Talker):
    """Publishes what it has to say; each message waits for the adapter until it is acknowledged."""

    FAILURES: ClassVar[Mapping[str, str]] = FAILURES

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._password: Final = setup.secrets.get("password") or f"password-{setup.seed}"
        self._refused: Final[Counter[str]] = Counter()
        self.broker: Final = Broker(
            user=_USER, password=self._password, refuse=self._code, acknowledged=self._ended
        )

    @abstractmethod
    def topics(self) -> tuple[str, ...]:
        """Filters by which everything that it says can be read."""

    @abstractmethod
    def topic(self, utterance: Utterance) -> str:
        """Where one utterance is published."""

    @abstractmethod
    def row(self, utterance: Utterance) -> Mapping[str, object]:
        """The utterance as the device would write it."""

    def settings(self) -> Mapping[str, object]:
        """What else the adapter is configured with."""
        return {}

    def start(self) -> Mapping[str, object]:
        """The broker listens, and the devices begin to talk."""
        self.broker.expect(CLIENT_ID, *self.topics())
        self.broker.start()
        return super().start()

    def config(self) -> Mapping[str, object]:
        """What the adapter needs to reach the broker, the password in plain text."""
        return {
            "url": self.broker.url,
            "topics": self.topics(),
            "client_id": CLIENT_ID,
            "user": _USER,
            "password": self._password,
            **self.settings(),
        }

    def speak(self, utterance: Utterance) -> None:
        """Publishes it."""
        times = 2 if self.fails("told_twice") else 1
        for _ in range(times):
            self.broker.publish(
                self.topic(utterance), orjson.dumps(self.row(utterance)), retain=self.fails("retained")
            )
        self.count(times)

    def outstanding(self) -> int:
        """Messages that are not acknowledged."""
        return self.broker.outstanding(CLIENT_ID)

    def stop(self) -> None:
        """The broker goes, and the devices fall silent."""
        super().stop()
        self.broker.stop()

    def _code(self, asked: Connect) -> int:  # noqa: ARG002  whoever it is
        for name, code in _CODES.items():
            if self.fails(name) and self._refused[name] < _TIMES:
                self._refused[name] += 1
                return code
        return 0

    def _ended(self, message: Publish) -> None:  # noqa: ARG002  whichever it was
        with self.changed:
            self.changed.notify_all()
