"""What a viewer asks the map for: filters, all of them in the page's URL.

Pure. A field filters only where a grant gives it in full and for all records: counting what one may not see would tell
it (N60).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Final

from hub.access.plan import Plan
from hub.access.question import Denied, Question, denied
from hub.run.map.marks import AREAS, FIELDS, Face, Mark

_MOST: Final = 50
"""Values of one filter; more than a person chooses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Values by which marks are chosen: any of one kind, all kinds together; empty: no matter which."""

    stage: frozenset[str] = frozenset()
    urgency: frozenset[str] = frozenset()
    level: frozenset[str] = frozenset()
    category: frozenset[str] = frozenset()
    """`class.kind`, or `class.` for all kinds of a class."""
    sources: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    grid: frozenset[str] = frozenset()
    community: frozenset[str] = frozenset()
    subdistrict: frozenset[str] = frozenset()

    def asked(self) -> tuple[str, ...]:
        """Names of the filters that are set."""
        return tuple(one.name for one in fields(self) if getattr(self, one.name))

    def takes(self, face: Face) -> bool:
        """Whether a mark with this face may be one of them."""
        return all(
            _fits(getattr(self, name), name, getattr(face, name))
            for name in self.asked()
            if name not in AREAS
        )

    @property
    def is_of_areas(self) -> bool:
        """Whether marks are chosen by where they are, too."""
        return bool(self.grid or self.community or self.subdistrict)

    def holds(self, mark: Mark) -> bool:
        """Whether a mark lies where it is asked for."""
        return all(getattr(mark, kind) in some for kind in AREAS if (some := getattr(self, kind)))


EVERYTHING: Final = Wanted()


def _fits(wanted: frozenset[str], name: str, value: str | tuple[str, ...]) -> bool:
    if isinstance(value, tuple):
        return not wanted.isdisjoint(value)
    if name == "category":
        return value in wanted or f"{value.partition('.')[0]}." in wanted
    return value in wanted


def wanted_of(said: Mapping[str, Iterable[str]]) -> Wanted:
    """The filters of a query, name → values; what is no filter is none."""
    names = {one.name for one in fields(Wanted)}
    return Wanted(**{name: frozenset(list(some)[:_MOST]) for name, some in said.items() if name in names})


def refused(wanted: Wanted, plan: Plan) -> Denied | None:
    """The fields by which this viewer may not choose; None where all is well."""
    return denied(Question(compare=tuple(FIELDS[name] for name in wanted.asked())), plan)
