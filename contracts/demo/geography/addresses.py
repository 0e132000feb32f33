"""The standard address table: doors on roads, estates with their buildings and units, hamlets, landmarks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from hub.model import Address, AreaId

from .dice import Dice
from .ground import Ground
from .lattice import off_centre
from .parcels import Site
from .streets import Door

_BUILDING_M: Final = (47.0, 36.0)
"""Room for one building, west to east and south to north."""
_SHOPS: Final = 0.26
"""Part of the doors that has a number in town; in the country a tenth of it."""
_RURAL: Final = 0.85


@dataclass(slots=True)
class _Book:
    """The table while it is written; ids are running numbers."""

    rows: list[Address] = field(default_factory=list)

    def write(
        self,
        community: AreaId,
        spot: tuple[float, float],
        *,
        road: str = "",
        number: str = "",
        estate: str = "",
        building: str = "",
        unit: str = "",
    ) -> None:
        self.rows.append(
            Address(
                f"DZ{len(self.rows) + 1:06d}",
                AreaId(community[:9]),
                community,
                road,
                "",  # no lanes: the demo's city counts doors along its roads
                number,
                estate,
                building,
                unit,
                *spot,
            )
        )


def addresses(ground: Ground, sites: Sequence[Site], doors: Iterator[Door]) -> tuple[Address, ...]:
    """All addresses. No two of one community are the same in all their parts."""
    book = _Book()
    free: dict[int, list[Door]] = {}
    for door in doors:
        free.setdefault(door.block, []).append(door)
    dice = Dice(ground.seed, "addresses")
    for site in sites:
        community = ground.community_of(site.parcel.block)
        if site.kind == "hamlet":
            _hamlet(book, dice, community, site)
            continue
        gate = _gate(dice, free.get(site.parcel.block, []))
        if site.kind == "estate":
            _estate(book, dice, community, site, gate)
        else:
            book.write(community, site.parcel.spot(0.5, 0.5), road=gate[0], number=gate[1], estate=site.name)
    for block, left in free.items():
        _shops(book, dice, ground.community_of(block), block, left)
    return tuple(book.rows)


def _gate(dice: Dice, free: list[Door]) -> tuple[str, str]:
    """Road and number of a site's gate; both empty where no road leads to it."""
    if not free:
        return "", ""
    door = free.pop(dice.whole(0, len(free) - 1))
    return door.road, str(door.number)


def _estate(book: _Book, dice: Dice, community: AreaId, site: Site, gate: tuple[str, str]) -> None:
    road, number = gate
    spot = site.parcel.spot
    book.write(community, spot(0.5, 0.5), road=road, number=number, estate=site.name)
    columns, rows = (
        max(1, round(side / room)) for side, room in zip(site.parcel.size_m, _BUILDING_M, strict=True)
    )
    units = dice.whole(1, 3)
    building = 0
    for row in reversed(range(rows)):
        for column in range(columns):
            if dice.falls(0.12):
                continue  # a green, a car park
            building += 1
            u = (column + dice.between(0.4, 0.6)) / columns
            v = (row + dice.between(0.4, 0.6)) / rows
            where = {"road": road, "number": number, "estate": site.name, "building": str(building)}
            book.write(community, spot(u, v), **where)
            for unit in range(1, units + 1):
                shift = (unit - (units + 1) / 2) * 0.2 / columns
                book.write(community, spot(u + shift, v), unit=str(unit), **where)


def _hamlet(book: _Book, dice: Dice, community: AreaId, site: Site) -> None:
    for number in range(1, dice.whole(18, 46)):
        spot = site.parcel.spot(dice.between(0.02, 0.98), dice.between(0.02, 0.98))
        book.write(community, spot, estate=site.name, number=str(number))


def _shops(book: _Book, dice: Dice, community: AreaId, block: int, doors: Sequence[Door]) -> None:
    chance = _SHOPS * (0.1 if off_centre(block) > _RURAL else 1.0)
    for door in doors:
        if not dice.falls(chance):
            continue
        number = str(door.number)
        book.write(community, (door.lon, door.lat), road=door.road, number=number)
        if dice.falls(0.06):
            book.write(community, (door.lon, door.lat), road=door.road, number=f"{number}-1")
