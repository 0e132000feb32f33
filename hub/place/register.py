"""The standard address table by name: which entries a road, an estate or a village has, and under which number.

Pure. Names are compared in the one spelling of `wording`; what a whole address text means is `gazetteer`'s.
"""

from bisect import bisect
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, NamedTuple

from rapidfuzz import fuzz

from hub.model import Address, AreaId
from hub.place.coords import metres_between
from hub.place.wording import normalise


class Whole(NamedTuple):
    """All entries of one name in one place, as one: the entry in the middle, and how far the others are."""

    middle: Address
    radius_m: float


class Named:
    """All entries that bear one name, as their road, their lane or their estate; homonyms among them."""

    def __init__(self, name: str) -> None:
        self.name: Final = name
        self.on_road: Final[list[Address]] = []
        self.in_estate: Final[list[Address]] = []
        self.doors: Final[dict[str, list[Address]]] = {}
        """By house number, of a road, a lane or a village without roads: gates, shops, single houses."""
        self.yards: Final[dict[str, dict[str, list[Address]]]] = {}
        """By house number, then by 幢 number: the buildings behind a road's gate."""
        self.buildings: Final[dict[str, list[Address]]] = {}
        """By 幢 number, of an estate or a lane."""
        self.lanes: Final[dict[str, Named]] = {}
        """By 弄 number, of a road. No names by themselves: one lane is never another, nearly spelt."""
        self._behind: Final[dict[str, float]] = {}

    @cached_property
    def wholes(self) -> tuple[Whole, ...]:
        """The road as one, and the estates of that name, one a community (N48)."""
        by_community: dict[AreaId, list[Address]] = {}
        for entry in self.in_estate:
            by_community.setdefault(entry.community_id, []).append(entry)
        return tuple(_whole(entries) for entries in (self.on_road, *by_community.values()) if entries)

    @cached_property
    def _sides(self) -> tuple[list[tuple[int, Address]], list[tuple[int, Address]]]:
        """Even and odd doors in order: the two sides of a road."""
        numbered = sorted(
            (int(number), entries[0]) for number, entries in self.doors.items() if number.isdecimal()
        )
        return [door for door in numbered if door[0] % 2 == 0], [door for door in numbered if door[0] % 2]

    def neighbours(self, number: int) -> tuple[tuple[int, Address], tuple[int, Address]] | None:
        """The doors before and after a number that the table lacks, on its side of the road."""
        side = self._sides[number % 2]
        after = bisect(side, number, key=lambda door: door[0])
        return (side[after - 1], side[after]) if 0 < after < len(side) else None

    def behind_m(self, entry: Address) -> float:
        """Metres from an entry to the furthest building behind it; 0 where it is no gate."""
        metres = self._behind.get(entry.id)
        if metres is None:
            yard = {} if entry.building else self.yards.get(entry.number.upper(), {})
            # One entry a building will do: its units stand with it.
            behind = [entries[0] for entries in yard.values()]
            metres = self._behind[entry.id] = _furthest_m(entry, behind) if behind else 0.0
        return metres


def _whole(entries: list[Address]) -> Whole:
    lon = sum(entry.lon for entry in entries) / len(entries)
    lat = sum(entry.lat for entry in entries) / len(entries)
    middle = min(entries, key=lambda entry: (metres_between(lon, lat, entry.lon, entry.lat), entry.id))
    return Whole(middle, _furthest_m(middle, entries))


def _furthest_m(middle: Address, entries: Iterable[Address]) -> float:
    return max(metres_between(middle.lon, middle.lat, one.lon, one.lat) for one in entries)


class Like(NamedTuple):
    """A name that is spelt nearly as a piece of a text; `likeness` 0–1."""

    named: Named
    likeness: float


class Register:
    """The table's names."""

    def __init__(self, addresses: Iterable[Address], renamed: Mapping[str, str]) -> None:
        """`renamed`: former name → today's, as the table writes it (N48)."""
        self._names: Final[dict[str, Named]] = {}
        self._spelt: Final[dict[str, str]] = {}
        for address in addresses:
            self._enter(address)
        for former, today in renamed.items():
            named = self._names.get(self.spelling(today))
            if named is not None:
                self._names.setdefault(self.spelling(former), named)
        self._pairs: Final = _by_pair(self._names)
        self._number_of_pairs: Final = {name: len(_pairs_of(name)) for name in self._names}

    def named(self, name: str) -> Named | None:
        """The entries of exactly this name, in the one spelling."""
        return self._names.get(name)

    def contained(self, plain: str) -> tuple[Named, ...]:
        """The names that stand whole in a normalised text, longest first; none that is a part of another."""
        found: list[str] = []
        for name in sorted(self._sharing(plain, least=1.0), key=lambda name: (-len(name), name)):
            if name in plain and not any(name in longer for longer in found):
                found.append(name)
        return tuple(self._names[name] for name in found)

    def like(self, plain: str, *, least: float, limit: int) -> tuple[Like, ...]:
        """The names spelt most nearly as some piece of a normalised text, best first, from `least` on."""
        scored = ((fuzz.partial_ratio(name, plain) / 100.0, name) for name in self._sharing(plain, least=0.3))
        best = sorted((pair for pair in scored if pair[0] >= least), key=lambda pair: (-pair[0], pair[1]))
        return tuple(Like(self._names[name], likeness) for likeness, name in best[:limit])

    def _sharing(self, plain: str, *, least: float) -> list[str]:
        """Names of which at least the part `least` of their pairs of characters stands in the text."""
        counts: dict[str, int] = {}  # a Counter costs three times as much for so few
        for pair in _pairs_of(plain):
            for name in self._pairs.get(pair, ()):
                counts[name] = counts.get(name, 0) + 1
        needs = self._number_of_pairs
        return [name for name, shared in counts.items() if shared >= least * needs[name]]

    def _enter(self, address: Address) -> None:
        number, building = address.number.upper(), address.building.upper()
        if address.road:
            road = self._named(address.road)
            road.on_road.append(address)
            if address.lane:
                # The doors of a lane are none of its road's: 虹桥路12弄3号 is not 虹桥路3号.
                road = road.lanes.setdefault(address.lane, Named(f"{road.name}{address.lane}弄"))
                road.on_road.append(address)
            if number and building:
                road.yards.setdefault(number, {}).setdefault(building, []).append(address)
            elif number:
                road.doors.setdefault(number, []).append(address)
            elif building and address.lane:
                road.buildings.setdefault(building, []).append(address)
        if address.estate:
            estate = self._named(address.estate)
            estate.in_estate.append(address)
            if building:
                estate.buildings.setdefault(building, []).append(address)
            elif number and (address.lane or not address.road):
                estate.doors.setdefault(number, []).append(address)

    def _named(self, name: str) -> Named:
        spelling = self.spelling(name)
        named = self._names.get(spelling)
        if named is None:
            named = self._names[spelling] = Named(spelling)
        return named

    def spelling(self, name: str) -> str:
        """A name of the table in the one spelling; 60,000 entries share a few thousand, each is spelt once."""
        spelling = self._spelt.get(name)
        if spelling is None:
            spelling = self._spelt[name] = normalise(name)
        return spelling


def _pairs_of(name: str) -> set[str]:
    return {name[at : at + 2] for at in range(len(name) - 1)}


def _by_pair(names: Iterable[str]) -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for name in names:
        for pair in _pairs_of(name):
            index.setdefault(pair, []).append(name)
    return index
