"""An invented town for tests of the place room: two subdistricts of four grids each, re-divided once.

lat 32.04  ┌────┬────┬────┬────┐
           │ 12 │ 13 │ 22 │ 23 │   first digit: subdistrict 1 (west) or 2 (east)
lat 32.02  ├────┼────┼────┼────┤
           │ 10 │ 11 │ 20 │ 21 │   each 0.02° (about 1.9 km × 2.2 km)
lat 32.00  └────┴────┴────┴────┘
    lon 120.80    120.84     120.88
"""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import pairwise

from hub.model import Address, Area, AreaId, AreaLevel, Grid, GridId, GridKind
from hub.place.atlas import Atlas, DatedMap
from hub.place.gridmap import GridMap, build

WEST, SOUTH, STEP = 120.80, 32.00, 0.02
FIRST_DAY, LAST_DAY, SECOND_DAY = date(2025, 1, 1), date(2026, 2, 28), date(2026, 3, 1)
BEFORE, AFTER = datetime(2026, 2, 28, 4, tzinfo=UTC), datetime(2026, 3, 10, 4, tzinfo=UTC)
DISTRICT, WESTERN, EASTERN = AreaId("329901"), AreaId("329901001"), AreaId("329901002")
WEST_LOW, WEST_HIGH = AreaId("329901001001"), AreaId("329901001002")
EAST_LOW, EAST_HIGH = AreaId("329901002001"), AreaId("329901002002")

Ring = tuple[tuple[float, float], ...]

AREAS = (
    Area(DISTRICT, "测试区", AreaLevel.DISTRICT, None, old_ids=(AreaId("329981"),)),
    Area(WESTERN, "西门街道", AreaLevel.SUBDISTRICT, DISTRICT, old_ids=(AreaId("329981003"),)),
    Area(EASTERN, "东门街道", AreaLevel.SUBDISTRICT, DISTRICT),
    Area(WEST_LOW, "竹溪社区", AreaLevel.COMMUNITY, WESTERN),
    Area(WEST_HIGH, "梅渚社区", AreaLevel.COMMUNITY, WESTERN),
    Area(EAST_LOW, "菱湾社区", AreaLevel.COMMUNITY, EASTERN),
    Area(EAST_HIGH, "荷浦村", AreaLevel.COMMUNITY, EASTERN),
)


def box(west: float, south: float, east: float, north: float) -> Ring:
    """A closed rectangle, counter-clockwise."""
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def grid(
    grid_id: str,
    rings: Iterable[Ring],
    *,
    parent: AreaId = WEST_LOW,
    kind: GridKind = GridKind.COMPREHENSIVE,
    predecessors: Sequence[str] = (),
) -> Grid:
    """A grid whose code is `W` and its id."""
    return Grid(
        id=GridId(grid_id),
        code=f"W{grid_id}",
        kind=kind,
        name=f"网格{grid_id}",
        parent=parent,
        rings=tuple(rings),
        valid_from=FIRST_DAY,
        predecessors=tuple(GridId(one) for one in predecessors),
    )


def _square(column: int, row: int) -> Ring:
    west, south = WEST + column * STEP, SOUTH + row * STEP
    return box(round(west, 6), round(south, 6), round(west + STEP, 6), round(south + STEP, 6))


_PLACES = {
    "10": (0, 0, WEST_LOW), "11": (1, 0, WEST_LOW), "12": (0, 1, WEST_HIGH), "13": (1, 1, WEST_HIGH),
    "20": (2, 0, EAST_LOW), "21": (3, 0, EAST_LOW), "22": (2, 1, EAST_HIGH), "23": (3, 1, EAST_HIGH),
}  # fmt: skip
GRIDS = tuple(
    grid(one, [_square(column, row)], parent=parent) for one, (column, row, parent) in _PLACES.items()
)
# From March on grid 10 is two, and 20 and 21 are one.
REDIVIDED = (
    grid("10a", [box(120.80, 32.00, 120.82, 32.01)], predecessors=["10"]),
    grid("10b", [box(120.80, 32.01, 120.82, 32.02)], predecessors=["10"]),
    *(one for one in GRIDS if one.id not in ("10", "20", "21")),
    grid("24", [box(120.84, 32.00, 120.88, 32.02)], parent=EAST_LOW, predecessors=["20", "21"]),
)
BEAT = grid("beat-1", [box(120.80, 32.00, 120.83, 32.04)], parent=WESTERN, kind=GridKind.POLICE)


def grid_map(grids: Iterable[Grid] = GRIDS, version: str = "v1") -> GridMap:
    """A comprehensive map."""
    return build(grids, kind=GridKind.COMPREHENSIVE, version=version)


@cache
def atlas() -> Atlas:
    """The town with both periods, and one police beat."""
    return Atlas(
        AREAS,
        [
            DatedMap(FIRST_DAY, LAST_DAY, grid_map(GRIDS, "v1")),
            DatedMap(SECOND_DAY, None, grid_map(REDIVIDED, "v2")),
            DatedMap(FIRST_DAY, None, build([BEAT], kind=GridKind.POLICE, version="p1")),
        ],
    )


def addresses() -> list[Address]:
    """One road with doors and an estate behind door 30; an estate of the same name in both subdistricts;
    a village without roads; and two roads that cross."""
    rows: list[Address] = []

    def write(
        community: AreaId,
        lon: float,
        lat: float,
        *,
        road: str = "",
        lane: str = "",
        number: str = "",
        estate: str = "",
        building: str = "",
        unit: str = "",
    ) -> None:
        key, subdistrict = f"A{len(rows):04d}", AreaId(community[:9])
        rows.append(
            Address(key, subdistrict, community, road, lane, number, estate, building, unit, lon, lat)
        )

    for number in (2, 4, 6, 10, 20, 40):
        write(WEST_LOW, 120.802 + number * 1e-4, 32.005, road="澄影路", number=str(number))
    write(WEST_LOW, 120.805, 32.0055, road="澄影路", number="30", estate="鹿鸣花园")
    for building in range(1, 9):
        spot = (round(120.804 + building * 3e-4, 6), 32.006)
        for unit, aside in (("", 0.0), ("2", 1e-5)):
            write(
                WEST_LOW, spot[0] + aside, spot[1],
                road="澄影路", number="30", estate="鹿鸣花园", building=str(building), unit=unit,
            )  # fmt: skip
    for community, lon in ((WEST_HIGH, 120.81), (EAST_HIGH, 120.85)):
        for building in (1, 2, 85):
            write(
                community, round(lon + building * 1e-4, 6), 32.03, estate="虹影新村", building=str(building)
            )
    for number in range(1, 13):
        write(EAST_LOW, round(120.87 + number * 2e-4, 6), 32.011, estate="季家埭", number=str(number))
    for number in range(1, 30, 2):
        write(EAST_LOW, round(120.842 + number * 1e-4, 6), 32.0155, road="雁声街", number=str(number))
        write(EAST_LOW, 120.8435, round(32.014 + number * 1e-4, 6), road="舟平巷", number=str(number))
    return rows


def crooked(seed: int, columns: int = 7, rows: int = 5) -> list[Grid]:
    """A partition of the town's box with crooked shared borders: neighbours share every vertex."""
    dice = random.Random(seed)
    corners = {
        (column, row): (
            120.80 + (column + (dice.uniform(-0.3, 0.3) if 0 < column < columns else 0.0)) * 0.08 / columns,
            32.00 + (row + (dice.uniform(-0.3, 0.3) if 0 < row < rows else 0.0)) * 0.04 / rows,
        )
        for column in range(columns + 1)
        for row in range(rows + 1)
    }
    sides: dict[tuple[tuple[int, int], tuple[int, int]], list[tuple[float, float]]] = {}

    def side(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[float, float]]:
        key = (min(start, end), max(start, end))
        if key not in sides:
            (x1, y1), (x2, y2) = corners[key[0]], corners[key[1]]
            outer = (start[0] == end[0] in (0, columns)) or (start[1] == end[1] in (0, rows))
            sway = 0.0 if outer else 0.0006
            bends = [(x1 + (x2 - x1) * t / 5, y1 + (y2 - y1) * t / 5) for t in range(1, 5)]
            bent = [(x + dice.uniform(-sway, sway), y + dice.uniform(-sway, sway)) for x, y in bends]
            sides[key] = [(x1, y1), *bent, (x2, y2)]
        return sides[key] if start < end else sides[key][::-1]

    grids = []
    for column in range(columns):
        for row in range(rows):
            turns = [
                (column, row),
                (column + 1, row),
                (column + 1, row + 1),
                (column, row + 1),
                (column, row),
            ]
            ring = [point for start, end in pairwise(turns) for point in side(start, end)[:-1]]
            grids.append(grid(f"{column}{row}", [(*ring, ring[0])]))
    return grids
