"""One run: every source and every department, each with what does not agree. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hub.jsonform import plain
from hub.reconcile.difference import Difference


@dataclass(frozen=True, slots=True)
class Window:
    """The time that is compared: `until` lies a little before `now`, where nothing is on its way any more."""

    since: datetime
    until: datetime
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSide:
    """One source and what is here of it, in one time. `listed` None: its plugin cannot list, or did not answer."""

    source: str
    listed: int | None
    both: int
    arrived: int
    unasked: str = ""
    """Why it was not asked: `cannot`, or the code of what went wrong."""
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentSide:
    """One department: whistles blown for it in that time, and of how many it is known that it has them."""

    department: str
    told: int
    known: int
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """One run."""

    at: datetime
    since: datetime
    until: datetime
    sources: tuple[SourceSide, ...]
    departments: tuple[DepartmentSide, ...]
    bus: str = ""
    """Code of what went wrong where the bus was asked what departments have read."""

    @property
    def differences(self) -> tuple[Difference, ...]:
        """All of them, sources first."""
        sides: list[SourceSide | DepartmentSide] = [*self.sources, *self.departments]
        return tuple(each for side in sides for each in side.differences)

    @property
    def left(self) -> int:
        """How many a person has still to see to, or the next run."""
        return sum(one.left for one in self.differences)

    def as_json(self) -> dict[str, Any]:
        """As a command prints it."""

        return {
            "at": self.at,
            "since": self.since,
            "until": self.until,
            "left": self.left,
            "bus": self.bus,
            "sources": [_told(one) for one in self.sources],
            "departments": [_told(one) for one in self.departments],
        }


def _told(side: SourceSide | DepartmentSide) -> dict[str, Any]:
    figures: dict[str, Any] = plain(replace(side, differences=()))
    return figures | {"differences": [one.as_json() for one in side.differences]}
