"""Names and shapes of the topics. `docs/reference/asyncapi.json` describes the same, generated."""

from collections.abc import Iterable
from typing import Final
from zlib import crc32

EVENTS: Final = "grid.events"
INCIDENTS: Final = "grid.incidents"
DEADLETTERS: Final = "grid.deadletters"
REPORTS: Final = "grid.reports."
"""How the names of the topics begin that departments write their reports to."""


def whistles(department: str) -> str:
    """Where a department's whistles lie."""
    return f"grid.whistles.{department}"


def reports(department: str) -> str:
    """Where a department writes its reports (报到)."""
    return REPORTS + department


def department_of(topic: str) -> str:
    """The department a topic belongs to: on the broker, who may write there is the principal."""
    return topic.rsplit(".", 1)[1]


def all_topics(departments: Iterable[str], *, events_partitions: int) -> dict[str, int]:
    """Every topic of a pack with its number of partitions."""
    topics = {EVENTS: events_partitions, INCIDENTS: events_partitions, DEADLETTERS: 1}
    for department in departments:
        topics[whistles(department)] = 1
        topics[reports(department)] = 1
    return topics


def partition_of(key: str, partitions: int) -> int:
    """The same on every bus and in every process."""
    return crc32(key.encode()) % partitions
