"""One sort of difference between us and the other side of a border: how many, which, whose, and whether it is safe to
repair without a person. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

NAMED: Final = 20
"""So many ids of a difference are told; all are counted."""


class Kind(StrEnum):
    """What does not agree. The order is that of the report."""

    MISSING_HERE = "missing_here"
    """The source lists it, and it never came."""
    OTHER_VERSION = "other_version"
    """It lists a version of it that never came."""
    WAITING_HERE = "waiting_here"
    """It came, and waits here for a person, or ended unread."""
    MISSING_THERE = "missing_there"
    """It came, and the source does not list it any more (N09)."""
    LIST_DOUBTFUL = "list_doubtful"
    """So much is not listed that the list itself is not to be trusted."""
    LIST_FAILED = "list_failed"
    """The source can be asked, and did not answer."""
    ANSWER_FAILED = "answer_failed"
    """It could not be told, and would be told the same again."""
    ANSWER_REFUSED = "answer_refused"
    """It refused to be told, and would again."""
    ANSWER_PASSED = "answer_passed"
    """It could not be told, and was told something later of the same report since."""
    ANSWER_WITHOUT_RECEIPT = "answer_without_receipt"
    """It said yes without a number of its own, which it gives for others."""
    ANSWER_WAITING = "answer_waiting"
    """Tried, and not yet told (N69)."""
    ANSWER_CANNOT = "answer_cannot"
    """The source of these reports cannot be told anything: over the police ferry nothing goes back."""
    DELIVERY_MISSING = "delivery_missing"
    """A whistle was blown, and no delivery of it was queued."""
    WEBHOOK_REFUSED = "webhook_refused"
    """The webhook refused it for good."""
    NOT_TAKEN = "not_taken"
    """It waits to be fetched, or to be taken by the webhook, for hours."""
    UNREAD = "unread"
    """Messages on the topic that no group of the department has read."""
    REPORTS_REFUSED = "reports_refused"
    """Reports on its topic that could not be taken."""


CODES: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.MISSING_HERE: "E101",
        Kind.OTHER_VERSION: "E102",
        Kind.WAITING_HERE: "E103",
        Kind.MISSING_THERE: "E104",
        Kind.LIST_DOUBTFUL: "E105",
        Kind.LIST_FAILED: "E106",
        Kind.ANSWER_FAILED: "E111",
        Kind.ANSWER_REFUSED: "E112",
        Kind.ANSWER_PASSED: "E113",
        Kind.ANSWER_WITHOUT_RECEIPT: "E114",
        Kind.ANSWER_WAITING: "E115",
        Kind.ANSWER_CANNOT: "E116",
        Kind.DELIVERY_MISSING: "E121",
        Kind.WEBHOOK_REFUSED: "E122",
        Kind.NOT_TAKEN: "E123",
        Kind.UNREAD: "E124",
        Kind.REPORTS_REFUSED: "E125",
    }
)
"""Each sort's cause and next step in the catalogue."""

SAFE: Final = frozenset(
    {
        Kind.MISSING_HERE,
        Kind.OTHER_VERSION,
        Kind.ANSWER_FAILED,
        Kind.ANSWER_WITHOUT_RECEIPT,
        Kind.DELIVERY_MISSING,
        Kind.WEBHOOK_REFUSED,
    }
)
"""What may be repaired without a person: each goes through the door that it always comes by, and nothing happens twice
where it had arrived after all."""


NOTES: Final = frozenset({Kind.ANSWER_PASSED, Kind.ANSWER_CANNOT})
"""What is told and is nobody's to mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`name`: the source or department. `owner`: who has to look. `ids`: of ours, or the source's own numbers."""

    kind: Kind
    name: str
    owner: str
    count: int
    ids: tuple[str, ...]
    repaired: int = 0
    """How many were put back on their way."""

    @property
    def left(self) -> int:
        """How many a person, or the next run, has still to see to."""
        return 0 if self.kind in NOTES else max(self.count - self.repaired, 0)

    def as_json(self) -> dict[str, Any]:
        """As a command prints it: the first ids, and the count of all."""
        return {
            "kind": self.kind.value,
            "code": CODES[self.kind],
            "name": self.name,
            "owner": self.owner,
            "count": self.count,
            "repaired": self.repaired,
            "safe": self.kind in SAFE,
            "ids": self.ids[:NAMED],
        }


def difference(kind: Kind, name: str, owner: str, ids: Iterable[str]) -> list[Difference]:
    """The difference that these come to; none where there are none."""
    found = tuple(sorted(ids))
    return [Difference(kind=kind, name=name, owner=owner, count=len(found), ids=found)] if found else []
