"""Which counts are not told, since a few cases could be somebody's; and with them those that would betray them.

Pure. Everyone has a fixed partner, the next one by name, and both are told or none: the sum of all, less what is
told, gives the two together. Who hides for whom must not depend on sizes: a rule that looked at them would tell
them. Where even all that is hidden comes to few, or could be shared out in one way only, the sum of all is not told
either. And what a few residents all said, each of them said: that is hidden like few cases, and so is what all of
those said who are hidden together, however many: a few of them are among these.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from hub.whistle.shares import Share

_UNBOUNDED: Final[Mapping[str, int]] = {}


@dataclass(frozen=True, slots=True)
class Telling:
    """Whose counts are hidden, and whether the sum of all is told."""

    hidden: frozenset[str]
    is_sum_told: bool


def telling(
    counts: Mapping[str, int],
    least: int,
    hidden: Collection[str] = (),
    within: Mapping[str, int] = _UNBOUNDED,
) -> Telling:
    """What of `counts` (name → cases, zero included) is told where fewer than `least` cases are not.

    `hidden`: names that are not told for another reason, such as that another count of theirs is small. `within`:
    name → a number that is told of it, and that its count cannot exceed.
    """
    groups = [
        group
        for group in _partners(sorted(counts))
        if any(0 < counts[one] < least or one in hidden for one in group)
    ]
    gone = frozenset(name for group in groups for name in group)
    together = sum(counts[name] for name in gone)
    most = {name: min(within.get(name, together), together) for name in gone}
    return Telling(gone, together >= least and _is_open(groups, together, most, least) if gone else True)


def telling_words(
    words: Mapping[str, Share],
    least: int,
    hidden: Collection[str] = (),
    within: Mapping[str, int] = _UNBOUNDED,
) -> Telling:
    """As `telling`, of residents (name → how many said something, and how many of them were content): not told is also
    what all of them said, where they are no more than two small cells together."""
    same = {name for name, one in words.items() if _is_telltale(one, least)}
    said = telling({name: one.n for name, one in words.items()}, least, {*hidden, *same}, within)
    gone = [words[name] for name in said.hidden]
    together = Share(sum(one.n for one in gone), sum(one.hits for one in gone))
    return replace(said, is_sum_told=said.is_sum_told and not _said_all_the_same(together))


def _is_telltale(one: Share, least: int) -> bool:
    return one.n <= 2 * (least - 1) and _said_all_the_same(one)


def _said_all_the_same(one: Share) -> bool:
    return one.n > 0 and one.hits in (0, one.n)


def _is_open(groups: Sequence[Sequence[str]], together: int, most: Mapping[str, int], least: int) -> bool:
    """Whether of each hidden group there is more than one way in which somebody has few cases, where all that is hidden
    comes to `together` and nobody has more than `most`."""
    few = {name: min(least - 1, n) for name, n in most.items()}
    beside = {name: sum(most[one] for one in group) - most[name] for group in groups for name in group}
    largest = [max((few[one] + beside[one] for one in group if few[one]), default=0) for group in groups]
    highest = together - len(groups) + 1

    def ways(group: Sequence[str], lowest: int) -> int:
        spans = (range(max(1, lowest - beside[one]), min(few[one], highest) + 1) for one in group)
        return sum(map(len, spans))

    return all(
        ways(group, together - sum(largest) + own) > 1 for group, own in zip(groups, largest, strict=True)
    )


def _partners(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Names two by two; three at the end where their number is odd."""
    last = max(len(names) - len(names) % 2 - 2, 0)
    for at in range(0, last, 2):
        yield names[at : at + 2]
    if names:
        yield names[last:]
