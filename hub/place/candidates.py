"""What a text may mean under one name of the address table: a door, a building, a spot between doors, the whole.

Pure. One name at a time; which names a text asks for, and how its candidates compare, is `gazetteer`'s.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hub.model import Address, Reason
from hub.place.address import AddressParts
from hub.place.coords import METRES_PER_DEG, metres_between
from hub.place.register import Named


@dataclass(frozen=True, slots=True)
class Match:
    """One place that a text may mean."""

    address: Address
    """The entry of the table, or the one nearest to the point."""
    score: float
    """How likely this is the place, 0–1; the candidates of one text share what is certain."""
    lon: float
    lat: float
    """The entry's point, moved where the text says how far beside it (西侧50米)."""
    error_m: float
    at_entry: bool
    """False where the point only lies near the entry: between two doors, somewhere along a road."""
    reasons: tuple[Reason, ...]

    @property
    def address_id(self) -> str:
        """The entry that is meant and no other; "" beside an entry, and at a gate, which may mean any building."""
        return self.address.id if self.at_entry and self.error_m <= DOOR_ERROR_M else ""


DOOR_ERROR_M: Final = 20.0
"""A door or a building is a thing of some size."""
WIDEST_YARD_M: Final = 200.0
"""Error of a gate at most: however wide the yard behind it, the gate itself still chooses the grid."""
SAME_SPOT_M: Final = 80.0
"""Entries this near to each other are one place: the units of a building, a gate and its shops."""

# How certain a candidate is by how it was found, before candidates share what is certain. Measured on dirty
# spellings of a table's own entries; tests/unit/place/test_gazetteer.py shows that they hold.
_NUMBER_KNOWN: Final = 0.97
_NAME_KNOWN: Final = 0.9
_CROSSING: Final = 0.9
_BETWEEN_DOORS: Final = 0.8
_NUMBER_UNKNOWN: Final = 0.75
# A person's "50 米" is a guess: a third of it may be wrong.
_OFFSET_ERROR: Final = 0.3
_COMPASS: Final = {"东": (1.0, 0.0), "南": (0.0, -1.0), "西": (-1.0, 0.0), "北": (0.0, 1.0)}
_CELL_DEG: Final = 0.002
_LONGEST_NUMBER: Final = 5


def under(named: Named, parts: AddressParts) -> Iterator[Match]:
    """The candidates under one name: at the number asked for, between two doors, or the name as a whole."""
    number, building = parts.number, parts.building.partition("-")[0]
    if parts.lane and named.on_road:
        if parts.lane not in named.lanes:
            # What stands in a lane is no door of its road.
            yield from _whole(named, _NUMBER_UNKNOWN, "number_unknown", parts)
            return
        named = named.lanes[parts.lane]
    at_number = _at_number(named, number, building)
    if at_number:
        for entry in _spots(at_number, parts.unit):
            # 墨舒路40号 is the gate, and what people say of every building behind it.
            error_m = min(named.behind_m(entry) + DOOR_ERROR_M, WIDEST_YARD_M)
            yield _placed(entry, _NUMBER_KNOWN, error_m, "number_known", parts)
        return
    if number.isdecimal() and len(number) <= _LONGEST_NUMBER:
        between = named.neighbours(int(number))
        if between:
            yield _between(int(number), between, parts)
            return
    score, rule = (_NUMBER_UNKNOWN, "number_unknown") if number or building else (_NAME_KNOWN, "name_known")
    yield from _whole(named, score, rule, parts)


def _whole(named: Named, score: float, rule: str, parts: AddressParts) -> Iterator[Match]:
    for middle, radius_m in named.wholes:
        yield _placed(middle, score, radius_m + DOOR_ERROR_M, rule, parts)


def _at_number(named: Named, number: str, building: str) -> Sequence[Address]:
    """The entries at the door or building asked for; of all readings of the numbers the closest that has any."""
    return (
        named.yards.get(number, {}).get(building)
        or named.buildings.get(building)
        or named.doors.get(number)
        # 水秀苑85号 is a building, 季家埭12幢 a door: people mix the words (domain.md 4.3).
        or named.buildings.get(number)
        or named.doors.get(building)
        or ()
    )


def crossing(one: Named, other: Named, parts: AddressParts) -> Match | None:
    """Where two roads come nearest to each other; None where they never do within some 300 m."""
    cells: dict[tuple[int, int], list[Address]] = {}
    for entry in _gates(other.on_road):
        cells.setdefault((int(entry.lon / _CELL_DEG), int(entry.lat / _CELL_DEG)), []).append(entry)
    pairs = (
        (metres_between(mine.lon, mine.lat, theirs.lon, theirs.lat), mine.id, theirs.id, mine)
        for mine in _gates(one.on_road)
        for theirs in _around(cells, mine)
    )
    nearest = min(pairs, default=None)
    if nearest is None:
        return None
    return _placed(nearest[3], _CROSSING, nearest[0] + DOOR_ERROR_M, "crossing_known", parts)


def _gates(entries: Iterable[Address]) -> Iterator[Address]:
    """Entries on the road itself, not the lanes and buildings behind them."""
    return (entry for entry in entries if not (entry.lane or entry.building))


def _around(cells: dict[tuple[int, int], list[Address]], entry: Address) -> Iterator[Address]:
    column, row = int(entry.lon / _CELL_DEG), int(entry.lat / _CELL_DEG)
    for near_column in (column - 1, column, column + 1):
        for near_row in (row - 1, row, row + 1):
            yield from cells.get((near_column, near_row), ())


def _spots(entries: Sequence[Address], unit: str) -> Iterator[Address]:
    """One entry for each spot: of the unit asked for, else of none, else the first."""
    if len(entries) == 1:
        yield entries[0]
        return
    taken: list[Address] = []
    for entry in sorted(entries, key=lambda entry: (entry.unit != unit, entry.unit != "", entry.id)):
        if all(metres_between(entry.lon, entry.lat, one.lon, one.lat) > SAME_SPOT_M for one in taken):
            taken.append(entry)
            yield entry


def _between(
    number: int, doors: tuple[tuple[int, Address], tuple[int, Address]], parts: AddressParts
) -> Match:
    """Between two doors of one side, in the proportion of their numbers."""
    (low, before), (high, after) = doors
    along = (number - low) / (high - low)
    nearer = before if along < 0.5 else after
    lon = before.lon + (after.lon - before.lon) * along
    lat = before.lat + (after.lat - before.lat) * along
    apart_m = metres_between(before.lon, before.lat, after.lon, after.lat)
    east, north = _offset_deg(parts, lat)
    reason = Reason("between_doors", {"apart_m": round(apart_m)})
    error_m = DOOR_ERROR_M + apart_m / 2.0 + _offset_error_m(parts)
    return Match(nearer, _BETWEEN_DOORS, lon + east, lat + north, error_m, False, (reason,))


def _placed(entry: Address, score: float, error_m: float, rule: str, parts: AddressParts) -> Match:
    """A candidate at an entry, or as far beside it as the text says."""
    lon, lat, at_entry = entry.lon, entry.lat, rule == "number_known"
    if parts.offset_m is not None:
        east, north = _offset_deg(parts, lat)
        lon, lat, at_entry = lon + east, lat + north, False
        error_m += _offset_error_m(parts)
    return Match(entry, score, lon, lat, error_m, at_entry, (Reason(rule, {"error_m": round(error_m)}),))


def _offset_error_m(parts: AddressParts) -> float:
    return _OFFSET_ERROR * (parts.offset_m or 0.0)


def _offset_deg(parts: AddressParts, lat: float) -> tuple[float, float]:
    """How far east and north the text moves the point, degrees."""
    if parts.offset_m is None:
        return 0.0, 0.0
    east = sum(_COMPASS[character][0] for character in parts.direction)
    north = sum(_COMPASS[character][1] for character in parts.direction)
    length = math.hypot(east, north) or 1.0
    step = parts.offset_m / length / METRES_PER_DEG
    return east * step / math.cos(math.radians(lat)), north * step
