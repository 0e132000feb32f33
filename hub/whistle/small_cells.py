"""Which counts are not told, since a few cases could be somebody's; and with them those that would betray them.

Pure. Everyone has a fixed partner, the next one by name, and both are told or none: the sum of all, less what is
told, gives the two together. Who hides for whom must not depend on sizes: a rule that looked at them would tell
them. Where even all that is hidden comes to few, the sum of all is not told either.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Telling:
    """Whose counts are hidden, and whether the sum of all is told."""

    hidden: frozenset[str]
    is_sum_told: bool


def telling(counts: Mapping[str, int], least: int, hidden: Collection[str] = ()) -> Telling:
    """What of `counts` (name → cases, zero included) is told where fewer than `least` cases are not.

    `hidden`: names that are not told for another reason, such as that another count of theirs is small.
    """
    gone = {
        name
        for group in _partners(sorted(counts))
        if any(0 < counts[one] < least or one in hidden for one in group)
        for name in group
    }
    together = sum(counts[name] for name in gone)
    return Telling(frozenset(gone), not gone or together >= least)


def _partners(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Names two by two; three at the end where their number is odd."""
    last = max(len(names) - len(names) % 2 - 2, 0)
    for at in range(0, last, 2):
        yield names[at : at + 2]
    if names:
        yield names[last:]
