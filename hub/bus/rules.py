"""Who may do what on the broker: one table from the departments of a pack. Pure; `broker` carries it there.

What does not stand here is refused. Intake, webhooks, clockwork and web have no account: the outbox is in the
database, and they never speak to the broker.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hub.bus.accounts import of_department, of_worker
from hub.bus.topics import DEADLETTERS, EVENTS, INCIDENTS, reports, whistles


class Act(StrEnum):
    """What a rule allows; each includes to see that the topic or group is there."""

    READ = "READ"
    WRITE = "WRITE"


class Kind(StrEnum):
    """What a rule is about. `GROUPS` is every consumer group whose name begins so."""

    TOPIC = "TOPIC"
    GROUP = "GROUP"
    GROUPS = "GROUPS"


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """One line of an access list; names without `kafka_prefix`."""

    account: str
    act: Act
    kind: Kind
    name: str


CASEWORK: Final = of_worker("casework")
RELAY: Final = of_worker("relay")
REPORTS: Final = of_worker("reports")


def groups(department: str) -> str:
    """How the consumer groups of a department begin."""
    return f"grid.{department}."


def rules_for(departments: Iterable[str]) -> frozenset[Rule]:
    """Every rule of a pack with these departments."""
    rules = {
        Rule(CASEWORK, Act.READ, Kind.TOPIC, EVENTS),
        Rule(CASEWORK, Act.READ, Kind.GROUP, "casework"),
        Rule(REPORTS, Act.READ, Kind.GROUP, "reports"),
        *(Rule(RELAY, Act.WRITE, Kind.TOPIC, topic) for topic in (EVENTS, INCIDENTS, DEADLETTERS)),
    }
    for department in departments:
        account = of_department(department)
        rules |= {
            Rule(account, Act.READ, Kind.TOPIC, whistles(department)),
            Rule(account, Act.READ, Kind.GROUPS, groups(department)),
            Rule(account, Act.WRITE, Kind.TOPIC, reports(department)),
            Rule(RELAY, Act.WRITE, Kind.TOPIC, whistles(department)),
            Rule(REPORTS, Act.READ, Kind.TOPIC, reports(department)),
        }
    return frozenset(rules)


def by_worker(departments: Iterable[str]) -> dict[str, frozenset[Rule]]:
    """Account of a worker → what it may do, and must be able to."""
    rules = rules_for(departments)
    return {one: frozenset(r for r in rules if r.account == one) for one in (CASEWORK, RELAY, REPORTS)}
