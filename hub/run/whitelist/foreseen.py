"""What a preview says: who would gain or lose what, on how many whistles and of how many residents; no value of any.

The types and how counts become rows. Reading is `preview`'s.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.access.cautions import Caution
from hub.model import Output

Masks = Mapping[str, str]
"""Field → its mask; a field that is not given is not there."""


@dataclass(frozen=True, slots=True)
class Key:
    """What happens to one field for one department. `before`, `after`: its mask, "" in full, None: not given."""

    department: str
    purpose: str
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Effect:
    """One row of a preview."""

    what: Key
    outputs: tuple[Output, ...]
    whistles: int
    reports: int
    residents: int


@dataclass(frozen=True, slots=True)
class Example:
    """One whistle as its department would see it, before and after: field → outline of the value."""

    whistle_id: str
    department: str
    purpose: str
    output: Output
    before: Masks
    after: Masks


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """A preview over the whistles blown from `since` to `until`; `is_cut`: over the newest of them only.

    `uncounted`: departments that are called by no whistle, so that nothing can be counted for them.
    """

    since: datetime
    until: datetime
    whistles: int
    is_cut: bool
    effects: tuple[Effect, ...]
    uncounted: tuple[str, ...]
    cautions: tuple[Caution, ...]
    examples: tuple[Example, ...]


@dataclass(slots=True)
class Tally:
    """Counts one kind of effect."""

    outputs: set[Output] = field(default_factory=set)
    whistles: set[str] = field(default_factory=set)
    reports: set[str] = field(default_factory=set)
    residents: set[str] = field(default_factory=set)


def differences(before: Masks, after: Masks) -> Iterable[tuple[str, str | None, str | None]]:
    """Fields whose mask is another afterwards, with both."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old != new:
            yield name, old, new


def effects_of(tallies: Mapping[Key, Tally]) -> tuple[Effect, ...]:
    """The rows, by department and field."""
    rows = [
        Effect(key, tuple(sorted(one.outputs)), len(one.whistles), len(one.reports), len(one.residents))
        for key, one in tallies.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.what.department, row.what.field, row.what.purpose)))
