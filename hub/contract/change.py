"""One difference between two versions of a contract, and which way it goes. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Which way a change goes, seen from the department; worst first."""

    BREAKS = "breaks"
    NEW = "new"
    CHANGED = "changed"
    HARMLESS = "harmless"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `part` is the contract's own key; `name` what in it; `before`, `after` as written."""

    direction: Direction
    part: str
    name: str
    before: str = ""
    after: str = ""
