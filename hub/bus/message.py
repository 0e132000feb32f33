"""What travels on the bus, and what a bus must be able to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.errors import TryLater

Partition = tuple[str, int]
"""(topic, partition)."""


@dataclass(frozen=True, slots=True)
class Message:
    """One CloudEvent to send. `key` decides the partition: equal keys keep their order."""

    topic: str
    key: str
    value: str
    """CloudEvents 1.0 in JSON; its id is what a consumer drops repeats by."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One message as a consumer gets it. `offset` counts upwards in its partition, with gaps."""

    topic: str
    part: int
    offset: int
    key: str
    value: str


class Fenced(TryLater):
    """Another worker has this partition or lease now: what this one was doing is rolled back."""

    def __init__(self) -> None:
        super().__init__("B101")


class Consumer(Protocol):
    """One member of a group. Positions are the caller's: they are stored with the effects."""

    def poll(self, limit: int, timeout_s: float) -> Sequence[Delivered]:
        """At most `limit` messages, in order within each partition; waits up to `timeout_s` for the first.

        Raises TryLater or the store's error where bus or stored positions cannot be read; nothing is passed
        over then.
        """
        ...

    def rewind(self) -> None:
        """The next `poll` begins at the stored positions: after a roll-back, the same messages come again.

        Asks nothing of store or broker now: it is called when one of them has just failed.
        """
        ...

    def close(self) -> None:
        """Leaves the group."""
        ...


class Positions(Protocol):
    """Where the stored positions are read from: the next offset of each partition of a group."""

    def __call__(self, group: str) -> Mapping[Partition, int]: ...


class Bus(Protocol):
    """A durable, partitioned, at-least-once log."""

    outbox_is_log: bool
    """True where a message in the outbox is already on the bus (embedded)."""

    def ensure(self, topics: Mapping[str, int], *, retention_s: int) -> None:
        """Creates what is missing of `topics` (name → partitions), and waits until it can be used."""
        ...

    def publish(self, messages: Sequence[tuple[Message, int]]) -> None:
        """Returns once all (message, partition) are durable on the bus; raises TryLater if any is not."""
        ...

    def consumer(self, group: str, topics: Sequence[str], positions: Positions) -> Consumer:
        """A new member of `group`; starts where `positions` says, else at the beginning."""
        ...

    def unread(self, positions: Mapping[Partition, int]) -> Mapping[Partition, int]:
        """How many messages lie at and behind each position; below 0 where it lies beyond the end. Waits no longer
        than a few seconds; raises TryLater C105 where the bus does not answer."""
        ...

    def followers(self, prefix: str) -> Mapping[str, Mapping[Partition, int]]:
        """Every group whose name begins so, with the next offset of each partition that it has told the bus itself.
        Raises TryLater C105, C143."""
        ...

    def identity(self) -> str:
        """Which log this is: stored positions mean something on no other. Raises TryLater C105."""
        ...

    def close(self) -> None:
        """Gives back sockets; may be called twice."""
        ...
