"""The standard address table by name: which entries a road, an estate or a village has, and under which number.

Pure. Names are compared in the one spelling of `wording`; what a whole address text means is `gazetteer`'s.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, NamedTuple

from rapidfuzz import fuzz

from hub.model import Address
from hub.place.wording import normalise


class Named:
    """All entries that bear one name as their road or their estate; homonyms among them."""

    def __init__(self, name: str) -> None:
        self.name: Final = name
        self.entries: Final[list[Address]] = []
        self.doors: Final[dict[str, list[Address]]] = {}
        """By house number, of a road or of a village without roads."""
        self.buildings: Final[dict[str, list[Address]]] = {}
        """By 幢 number, of an estate."""

    @cached_property
    def _numbered(self) -> tuple[list[tuple[int, Address]], list[tuple[int, Address]]]:
        """Even and odd doors in order: the two sides of a road."""
        sides: tuple[list[tuple[int, Address]], list[tuple[int, Address]]] = ([], [])
        for number, entries in self.doors.items():
            if number.isdecimal():
                sides[int(number) % 2].append((int(number), entries[0]))
        for side in sides:
            side.sort(key=lambda numbered: numbered[0])
        return sides

    def neighbours(self, number: int) -> tuple[tuple[int, Address], tuple[int, Address]] | None:
        """The doors before and after a number that the table lacks, on its side of the road."""
        side = self._numbered[number % 2]
        after = bisect(side, number, key=lambda numbered: numbered[0])
        return (side[after - 1], side[after]) if 0 < after < len(side) else None


class Like(NamedTuple):
    """A name that is spelt nearly as asked; `score` 0–1, 1 for the very name."""

    named: Named
    score: float


class Register:
    """The table's names."""

    def __init__(self, addresses: Iterable[Address], renamed: Mapping[str, str]) -> None:
        """`renamed`: former name → today's, as the table writes it (N48)."""
        self._names: Final[dict[str, Named]] = {}
        self._spelt: Final[dict[str, str]] = {}
        for address in addresses:
            self._enter(address)
        for old, new in renamed.items():
            named = self._names.get(self._spelling(new))
            if named is not None:
                self._names.setdefault(self._spelling(old), named)
        self._pairs: Final = _by_pair(self._names)

    def _enter(self, address: Address) -> None:
        number, building = address.number.upper(), address.building.upper()
        if address.road:
            road = self._named(address.road)
            road.entries.append(address)
            if number:
                road.doors.setdefault(number, []).append(address)
        if address.estate:
            estate = self._named(address.estate)
            estate.entries.append(address)
            if building:
                estate.buildings.setdefault(building, []).append(address)
            elif number and not address.road:
                estate.doors.setdefault(number, []).append(address)

    def _named(self, name: str) -> Named:
        spelling = self._spelling(name)
        named = self._names.get(spelling)
        if named is None:
            named = self._names[spelling] = Named(spelling)
        return named

    def _spelling(self, name: str) -> str:
        """60,000 entries share a few thousand names: each is spelt once."""
        spelling = self._spelt.get(name)
        if spelling is None:
            spelling = self._spelt[name] = normalise(name)
        return spelling

    def named(self, name: str) -> Named | None:
        """The entries of exactly this name, in the one spelling."""
        return self._names.get(name)

    def contained(self, text: str) -> tuple[Named, ...]:
        """The names that stand whole in a normalised text, longest first; none inside another."""
        found: list[str] = []
        for name in sorted(self._sharing(text, whole=1.0), key=len, reverse=True):
            if name in text and not any(name in longer for longer in found):
                found.append(name)
        return tuple(self._names[name] for name in found)

    def like(self, text: str, *, least: float, limit: int) -> tuple[Like, ...]:
        """The names nearest in spelling to one in a normalised text, best first, from a score of `least`."""
        scored = (
            (fuzz.partial_ratio(name, text) / 100.0, name)
            for name in self._sharing(text, whole=0.3)
        )
        best = sorted((pair for pair in scored if pair[0] >= least), reverse=True)[:limit]
        return tuple(Like(self._names[name], score) for score, name in best)

    def _sharing(self, text: str, *, whole: float) -> list[str]:
        """Names of which at least the part `whole` of their pairs of characters stands in the text."""
        counts: Counter[str] = Counter()
        for pair in _pairs_of(text):
            counts.update(self._pairs.get(pair, ()))
        return [name for name, shared in counts.items() if shared >= whole * len(_pairs_of(name))]


def _pairs_of(name: str) -> set[str]:
    return {name[at : at + 2] for at in range(len(name) - 1)}


def _by_pair(names: Iterable[str]) -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for name in names:
        for pair in _pairs_of(name):
            index.setdefault(pair, []).append(name)
    return index
