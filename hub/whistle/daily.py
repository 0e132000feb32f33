"""Figures of one day, split by source, category, subdistrict and department, for whoever may see which part. Pure.

A day's matters are those that were opened on it, whenever what is counted of them happened. A matter counts once for
each department that it called, and once in all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from hub.whistle.lives import Life


class Measure(StrEnum):
    """What is counted."""

    REPORTS = "reports"
    """Reports; of these, those that joined a matter that was known already."""
    MATTERS = "matters"
    """Matters; of these, those that called a department."""
    SIGN = "sign"
    """Whistles whose signing was due; of these, those signed in time."""
    REPORT_IN = "report_in"
    FINISH = "finish"


STEPS: Final = (Measure.SIGN, Measure.REPORT_IN, Measure.FINISH)
"""On-time shares."""


class Split(StrEnum):
    """By what figures are told apart."""

    ALL = ""
    SOURCE = "source"
    CATEGORY = "category"
    SUBDISTRICT = "subdistrict"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyMatter:
    """What is counted of one matter. `sources`: of its reports, the one that opened it first."""

    category: str
    subdistrict: str
    sources: Sequence[str]
    lives: Sequence[Life]


Key = tuple[str, Split, str, Measure]
"""(scope, split, name, measure)."""


def area(subdistrict: str) -> str:
    """The scope of a subdistrict."""
    return f"area:{subdistrict}"


def department(name: str) -> str:
    """The scope of a department."""
    return f"department:{name}"


class Daily:
    """Counts matters one after the other; order changes nothing."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.matters = 0
        self._counts: dict[Key, list[int]] = {}

    def take(self, matter: DailyMatter) -> None:
        """Counts one matter."""
        self.matters += 1
        called = [life for life in matter.lives if not life.is_called_off]
        names = tuple(dict.fromkeys(life.department for life in called))
        opened_by = matter.sources[0] if matter.sources else ""
        for number, source in enumerate(matter.sources):
            self._add(Measure.REPORTS, number > 0, matter, source, names)
        self._add(Measure.MATTERS, bool(called), matter, opened_by, names)
        for life in called:
            for step in STEPS:
                in_time = life.was_on_time(step, self._now)
                if in_time is not None:
                    self._add(step, in_time, matter, opened_by, (life.department,))

    def counts(self) -> Mapping[Key, tuple[int, int]]:
        """Key → (n, hits)."""
        return {key: (n, hits) for key, (n, hits) in self._counts.items()}

    def _add(
        self, measure: Measure, hit: bool, matter: DailyMatter, source: str, departments: Sequence[str]
    ) -> None:
        for scope, split, name in _places(matter, source, departments):
            found = self._counts.setdefault((scope, split, name, measure), [0, 0])
            found[0] += 1
            found[1] += hit


def _places(matter: DailyMatter, source: str, departments: Sequence[str]) -> Iterator[tuple[str, Split, str]]:
    both = ((Split.ALL, ""), (Split.SOURCE, source), (Split.CATEGORY, matter.category))
    by_area = (Split.SUBDISTRICT, matter.subdistrict)
    for scope in ("", area(matter.subdistrict)):
        yield from ((scope, *one) for one in both)
        yield from ((scope, Split.DEPARTMENT, one) for one in departments)
    yield ("", *by_area)
    for one in departments:
        yield from ((department(one), *each) for each in (*both, by_area))
