"""A source's list beside what is stored of it. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

FEW: Final = 10
"""So many may be gone at the source before its list is doubted at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Numbers of the source's, by what does not agree."""

    both: int
    """Listed, and here in the version that is listed."""
    missing_here: frozenset[str]
    other_version: frozenset[str]
    waiting_here: frozenset[str]


def compare(
    listed: Mapping[str, str], here: Mapping[str, Collection[str]], waiting: Collection[str]
) -> Compared:
    """`listed`: number → version, "" where the list tells none. `here`: number → every version that came. `waiting`:
    numbers in records that made no event."""
    absent = frozenset(listed.keys() - here.keys())
    other = frozenset(
        ref for ref, version in listed.items() if ref in here and version and version not in here[ref]
    )
    held = (absent | other) & frozenset(waiting)
    return Compared(
        both=len(listed) - len(absent) - len(other),
        missing_here=absent - held,
        other_version=other - held,
        waiting_here=held,
    )


def is_doubtful(gone: int, came: int) -> bool:
    """Whether a list that lacks `gone` of the `came` reports of its time says more about the list than about them: a
    report that vanishes is believed only where the count of the others is right (N09)."""
    return gone > FEW and 2 * gone > came
