"""A source whose devices speak through an MQTT broker of the department: everything about it but what a message means.

A subclass sorts a message into drafts (`normalise`); topics, account and address are settings. A message is acknowledged
only once it is stored (`handed`), so what a crash swallows comes again, and a department sees in its broker how far
we are. Two hubs must not share a client id: a broker ends the older of two connections under one name. Rules: domain.md
N74 (all come back together), N75 (a flood of one device), N76.
"""

from abc import abstractmethod
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Generic, TypeVar
from urllib.parse import urlsplit

import orjson
from pydantic import BaseModel, ConfigDict, Field, SecretStr, Strict, field_validator

from hub.errors import BadRecord
from hub.model import Arrival, Draft, GridDraft
from hub.plugin.adapter import Body, Page, Tools
from hub.plugin.json_text import read_json
from hub.plugin.times import Zone, zone_of
from hub.plugin.transport.handed import Handed
from hub.plugin.transport.mqtt_session import Broker, Message, Session

KIND: Final = "message"
_PAGE: Final = 500
"""Messages at most. How many come in fact is the broker's to say, by what it lets stand unacknowledged (Mosquitto:
`max_inflight_messages`, 20, which 2.0.11 oversteps)."""
_NEXT_S: Final = 0.05
"""How long the messages behind acknowledged ones are waited for: they come at once or not at all."""
_STORM: Final = 200
"""So many times in one read at most messages that are no records are passed over: about 4,000 of them."""


class MqttConfig(BaseModel):
    """What an administrator sets for any source behind a broker. Closed: a misspelt setting stops the start."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    url: str
    """`mqtt://host:1883`; `mqtts://host:8883` for TLS, the only way beyond one's own network."""
    topics: Annotated[tuple[str, ...], Strict(strict=False), Field(min_length=1)]
    """Filters, as the broker knows them: `wells/+/alarm`."""
    client_id: Annotated[str, Field(min_length=1, max_length=64)]
    """The broker keeps our session under it. No other client, and no other hub, may use it."""
    user: str = ""
    password: SecretStr = SecretStr("")
    ca_file: str = ""
    """Certificates to trust instead of the system's."""
    zone: Zone = "+08:00"
    """Zone of times without one (N33)."""

    @field_validator("url")
    @classmethod
    def _known_scheme(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("mqtt", "mqtts"):
            raise ValueError("url")
        return value


Config = TypeVar("Config", bound=MqttConfig)


class Mqtt(Generic[Config]):
    """An adapter that reads; `self.config`, `self.tools` and `self.zone` are the subclass's to use."""

    def __init__(self, config: Config, tools: Tools) -> None:
        self.config: Final = config
        self.tools: Final = tools
        self.zone: Final = zone_of(config.zone)
        self._handed: Final[Handed[Message]] = Handed()
        self._session: Final = Session(
            Broker(
                url=config.url,
                client_id=config.client_id,
                topics=config.topics,
                user=config.user,
                password=config.password.get_secret_value(),
                ca_file=config.ca_file,
            )
        )

    @abstractmethod
    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """What a message says; `message_in` takes topic and payload apart. See `hub.plugin.Adapter`."""

    def is_record(self, message: Message) -> bool:  # noqa: ARG002  of most devices every message is
        """Whether a message is stored. What is none, like heartbeats and telemetry, is acknowledged, and nothing is left of it
        (N74); override it where such messages come, and look at the topic: it is asked of every one of them."""
        return True

    def check(self) -> None:
        """Connects and subscribes where that has not been done; raises as `Session.open`."""
        self._session.open()

    def read(self, cursor: str) -> Page:
        """The messages that are here, behind those that were handed out and are not stored. The cursor is a mark of
        the page; whoever brings it back has stored the page, and its messages are acknowledged."""
        self._session.open()
        stored = self._handed.proved(cursor)
        self._session.acknowledge(stored)
        known = self._handed.again()
        fresh = self._records(_PAGE - len(known), wait_s=_NEXT_S if stored else 0.0)
        messages = (*known, *fresh)
        if not messages:
            return Page((), cursor)
        bodies = tuple(Body(body_of(one), KIND) for one in messages)
        mark = self._handed.hand(cursor, messages, [body.content for body in bodies])
        return Page(bodies, mark, more=True)

    def _records(self, most: int, *, wait_s: float) -> list[Message]:
        """The next messages that are records, at most so many."""
        for _ in range(_STORM):
            came = self._session.take(most, wait_s=wait_s)
            records = [one for one in came if self.is_record(one)]
            self._session.acknowledge([one for one in came if not self.is_record(one)])
            if records or not came:
                return records
            wait_s = _NEXT_S
        return []

    def close(self) -> None:
        """Leaves the broker, which keeps the session; may be called twice."""
        self._session.close()


def body_of(message: Message) -> bytes:
    """One message as it is stored: `{"topic": …, "payload": …}`, the payload byte for byte where it is JSON, and in base64
    under `payload_base64` where it is not."""
    told = {"topic": message.topic, **({"retained": True} if message.retained else {})}
    head = orjson.dumps(told)[:-1]
    try:
        orjson.loads(message.payload)
    except orjson.JSONDecodeError:
        return head + b',"payload_base64":"' + b64encode(message.payload) + b'"}'
    return head + b',"payload":' + message.payload + b"}"


def message_in(content: bytes) -> tuple[str, object]:
    """Topic and payload of a stored message: the document where the payload is JSON, in whatever charset, its bytes where
    it is not. Raises BadRecord R101 or R102 where there is no such message."""
    document = read_json(content)
    if not isinstance(document, Mapping):
        raise BadRecord("R102")
    # names that we wrote ourselves; a topic is no words, and may be in any charset
    topic, encoded = (_text(document.get(name)) for name in ("topic", "payload_base64"))
    if not encoded:
        return topic, document.get("payload")
    try:
        payload = b64decode(encoded, validate=True)
    except ValueError:
        raise BadRecord("R102", pointer="/payload_base64") from None
    try:
        return topic, read_json(payload)
    except BadRecord:
        return topic, payload


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
