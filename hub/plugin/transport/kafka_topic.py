"""A source that is a topic of the department's own Kafka: everything about it but what a record means.

A subclass sorts a record into drafts (`normalise`); cluster, account and topics are settings. The cursor holds the
offsets, and nothing else does: a page that was not stored is read again, and nobody of the department's sees us in a
group. Order holds within a partition alone. Rules: domain.md 7.1 (replays), N66.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, Strict

from hub.errors import HeldRecord
from hub.model import Arrival, Code, Draft, GridDraft, Stage
from hub.plugin.adapter import Body, Page, Tools
from hub.plugin.text import decode, tidy_ref
from hub.plugin.times import Zone, zone_of

if TYPE_CHECKING:
    from hub.plugin.transport.kafka_reader import Reader

KIND: Final = "record"
TOMBSTONE: Final = "tombstone"
"""The kind of a record without a value: its body is the key of what was deleted."""


class KafkaTopicConfig(BaseModel):
    """What an administrator sets for any source that is a topic. Closed: a misspelt setting stops the start."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    servers: str
    """`host:9092`, several with commas between."""
    topics: Annotated[tuple[str, ...], Strict(strict=False), Field(min_length=1)]
    begin: Literal["beginning", "end"] = "beginning"
    """Where a topic is begun that was never read."""
    generation: str = ""
    """Another word here begins all topics anew: for a topic that was made anew under its old name."""
    user: str = ""
    """"" where the cluster does not ask."""
    password: SecretStr = SecretStr("")
    mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = "SCRAM-SHA-512"
    tls: bool = False
    ca_file: str = ""
    """Certificates to trust instead of the system's."""
    zone: Zone = "+08:00"
    """Zone of times without one (N33)."""


def deleted(tombstone: Body, code_table: str) -> Draft:
    """The matter whose number is the key of a tombstone, called off: what was not said of it again stays as it was.

    Raises HeldRecord R201 where the key is empty, R104 where it is mojibake; BadRecord R101 where it is no text.
    """
    number = tidy_ref(decode(tombstone.content))
    if not number:
        raise HeldRecord("R201")
    return Draft(source_ref=number, category=Code(code_table, ""), stage=Stage.CANCELLED, is_update=True)


Config = TypeVar("Config", bound=KafkaTopicConfig)


class KafkaTopic(Generic[Config]):
    """An adapter that reads; `self.config`, `self.tools` and `self.zone` are the subclass's to use."""

    def __init__(self, config: Config, tools: Tools) -> None:
        self.config: Final = config
        self.tools: Final = tools
        self.zone: Final = zone_of(config.zone)
        self._made: Reader | None = None

    @abstractmethod
    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """What a record says; see `hub.plugin.Adapter`."""

    def body(self, record: Any) -> Body:
        """What is stored of one record: its value as sent, or the key of a tombstone. Override it where key or headers
        say something that the value does not; `record` is kafka-python's."""
        return Body(record.key or b"", TOMBSTONE) if record.value is None else Body(record.value, KIND)

    def check(self) -> None:
        """Connects where that has not been done, and sees whether the topics are there; raises as `Reader.open`."""
        self._reader().open()

    def read(self, cursor: str) -> Page:
        """The records behind the offsets of `cursor`; raises as `Reader.read`."""
        from hub.plugin.transport.kafka_reader import Place

        records, place = self._reader().read(Place.load(cursor, self.config.generation))
        return Page(tuple(self.body(one) for one in records), place.dump(), more=bool(records))

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        if self._made is not None:
            self._made.close()

    def _reader(self) -> "Reader":
        """Kafka's client is imported where a topic is read, and by nobody else."""
        from hub.plugin.transport.kafka_reader import Cluster, Reader

        config = self.config
        self._made = self._made or Reader(
            Cluster(
                servers=config.servers,
                topics=config.topics,
                begin=config.begin,
                user=config.user,
                password=config.password.get_secret_value(),
                mechanism=config.mechanism,
                tls=config.tls,
                ca_file=config.ca_file,
            )
        )
        return self._made
