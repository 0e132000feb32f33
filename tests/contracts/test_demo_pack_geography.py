"""The demo district is a real district's shape: exact cover, connected parts, two periods, addresses in place."""

import hashlib
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from contracts.demo.geography import streets, waters
from contracts.demo.geography.ground import lay
from contracts.demo.geography.lattice import COLUMNS, build_lattice
from contracts.demo.geography.outline import contains, doubled_area, outline
from hub.model import Grid, GridKind
from hub.pack.areas import read_areas
from hub.pack.generator import run_generator
from hub.pack.geography import Division, Geography
from hub.pack.reading import PackFiles
from hub.place.faults import faults_of
from hub.place.gridmap import GridMap, build
from hub.place.rings import distance_m

REPOSITORY = Path(__file__).parents[2]
ROOT = REPOSITORY / "contracts" / "demo"
SEED = 329901
FIRST_LAST_DAY = date(2026, 2, 28)
SECOND_FIRST_DAY = date(2026, 3, 1)

Ring = tuple[tuple[float, float], ...]


@cache
def demo() -> Geography:
    return run_generator(ROOT, "generate.py", SEED)


def division(kind: GridKind, period: int = 0) -> Division:
    return [each for each in demo().divisions if each.kind is kind][period]


@cache
def grid_map(kind: GridKind, period: int = 0) -> GridMap:
    found = division(kind, period)
    return build(found.grids, kind=kind, version=found.version)


def micro_area(rings: Iterable[Ring]) -> int:
    """Twice the area in whole square micro-degrees: exact, so that a sliver of 1 cm² would show."""
    whole = [[(round(x * 1e6), round(y * 1e6)) for x, y in ring] for ring in rings]
    return sum(x0 * y1 - x1 * y0 for ring in whole for (x0, y0), (x1, y1) in pairwise(ring))


def district_rings() -> tuple[Ring, ...]:
    return next(each.rings for each in demo().landscape.outlines if len(each.area_id) == 6)


def test_the_district_has_16_subdistricts_96_communities_and_824_grids_in_both_periods() -> None:
    assert Counter(district=1, subdistrict=16, community=96) == Counter(a.level for a in demo().areas)
    assert [len(division(GridKind.COMPREHENSIVE, period).grids) for period in (0, 1)] == [824, 824]
    assert len(division(GridKind.POLICE).grids) == 120
    assert len(division(GridKind.EXCLUSIVE).grids) == 12
    assert 800 < len(division(GridKind.UNIT).grids) < 1000


def test_the_committed_areas_are_those_that_the_generator_makes() -> None:
    files = PackFiles(ROOT)
    assert {area.id: area for area in demo().areas} == read_areas(files, "329901")
    assert files.found == ()


@pytest.mark.parametrize("period", [0, 1])
def test_the_grids_of_a_period_cover_the_district_exactly(period: int) -> None:
    grids = division(GridKind.COMPREHENSIVE, period).grids
    assert micro_area(district_rings()) == sum(micro_area(grid.rings) for grid in grids)


@pytest.mark.parametrize("period", [0, 1])
def test_a_point_of_the_district_lies_in_exactly_one_grid_or_on_a_border(period: int) -> None:
    district = build([_as_grid(district_rings())], kind=GridKind.SECTOR, version="district")
    grids = grid_map(GridKind.COMPREHENSIVE, period)
    west, south, east, north = district.bounds
    draw = random.Random(period)
    inside = 0
    for _ in range(6000):
        lon, lat = draw.uniform(west, east), draw.uniform(south, north)
        holders = grids.holding(lon, lat)
        if len(holders) != 1:
            on_border = len(holders) > 1 and all(
                distance_m(grids.grid(each).rings, lon, lat) < 0.01 for each in holders
            )
            assert on_border or not district.holding(lon, lat)
        inside += len(holders)
    assert inside > 4500


def _as_grid(rings: tuple[Ring, ...]) -> Grid:
    sample = division(GridKind.COMPREHENSIVE).grids[0]
    return Grid(sample.id, "district", GridKind.SECTOR, "", sample.parent, rings, sample.valid_from)


def test_borders_are_irregular() -> None:
    """About 50 vertices a grid: a lattice of four-cornered cells would have 5."""
    grids = division(GridKind.COMPREHENSIVE).grids
    assert min(len(grid.rings[0]) for grid in grids) >= 33


@pytest.mark.nasty("N53")
def test_no_polygon_of_the_demo_has_a_fault() -> None:
    assert [grid.id for each in demo().divisions for grid in each.grids if faults_of(grid)] == []


def test_every_grid_and_every_area_is_one_piece() -> None:
    """One ring that runs counter-clockwise, for every one of them; any other is a hole."""
    shapes: dict[str, tuple[Ring, ...]] = {
        grid.id: grid.rings for each in demo().divisions for grid in each.grids
    }
    shapes |= {each.area_id: each.rings for each in demo().landscape.outlines}
    pieces = {name: sum(micro_area([ring]) > 0 for ring in rings) for name, rings in shapes.items()}
    assert {name: count for name, count in pieces.items() if count != 1} == {}


@pytest.mark.parametrize("period", [0, 1])
def test_a_community_is_exactly_the_ground_of_its_grids(period: int) -> None:
    ground: Counter[str] = Counter()
    for grid in division(GridKind.COMPREHENSIVE, period).grids:
        for length in (6, 9, 12):
            ground[grid.parent[:length]] += micro_area(grid.rings)
    assert {each.area_id: micro_area(each.rings) for each in demo().landscape.outlines} == ground


@pytest.mark.nasty("N53", "a hole that touches its outer ring at one corner")
def test_a_region_that_touches_itself_at_a_corner_has_a_hole_and_no_ring_that_touches_itself() -> None:
    """Three by three blocks without the middle and without one corner block."""
    lattice = build_lattice(SEED)
    middle = 20 * COLUMNS + 20
    missing = {middle, middle + COLUMNS + 1}
    around = {middle + row * COLUMNS + column for row in (-1, 0, 1) for column in (-1, 0, 1)} - missing
    rings = outline(lattice, around)
    assert [doubled_area(ring) > 0 for ring in rings] == [True, False]
    assert all(len(ring) - 1 == len(set(ring)) for ring in rings)
    blocks = sum(doubled_area(lattice.ring(block)) for block in around)
    assert blocks == sum(doubled_area(ring) for ring in rings)
    assert len(set(rings[0]) & set(rings[1])) == 1


def test_thirty_grids_end_and_thirty_begin_on_the_first_of_march() -> None:
    first = {grid.id: grid for grid in division(GridKind.COMPREHENSIVE, 0).grids}
    second = {grid.id: grid for grid in division(GridKind.COMPREHENSIVE, 1).grids}
    ended = [grid for grid in first.values() if grid.id not in second]
    begun = [grid for grid in second.values() if grid.id not in first]
    assert (len(ended), len(begun)) == (30, 30)
    assert {FIRST_LAST_DAY} == {grid.valid_to for grid in ended}
    assert {SECOND_FIRST_DAY} == {grid.valid_from for grid in begun}
    assert {None} == {grid.valid_to for grid in second.values()}
    assert {grid.id for grid in ended} == {before for grid in begun for before in grid.predecessors}


def test_every_new_grid_takes_all_its_ground_from_its_predecessors() -> None:
    first, second = grid_map(GridKind.COMPREHENSIVE, 0), grid_map(GridKind.COMPREHENSIVE, 1)
    for grid in second.grids():
        if grid.valid_from != SECOND_FIRST_DAY:
            continue
        before = {each for x, y in _inner_points(grid, second) for each in first.holding(x, y)}
        assert set(grid.predecessors) == before


def _inner_points(grid: Grid, grids: GridMap) -> list[tuple[float, float]]:
    """Points well inside `grid`: 5 m from every border of this map; the other map's borders are far or the same."""
    lons, lats = zip(*grid.rings[0], strict=True)
    draw = random.Random(grid.id)
    points = [(draw.uniform(min(lons), max(lons)), draw.uniform(min(lats), max(lats))) for _ in range(400)]
    return [(x, y) for x, y in points if grids.holding(x, y) == (grid.id,) and _far_from_all_borders(x, y)]


def _far_from_all_borders(lon: float, lat: float) -> bool:
    first = grid_map(GridKind.COMPREHENSIVE, 0)
    return all(distance_m(first.grid(each).rings, lon, lat) > 5 for each in first.holding(lon, lat))


def test_a_moved_border_keeps_its_codes_and_a_split_or_merge_never_uses_a_code_again() -> None:
    first = {grid.code for grid in division(GridKind.COMPREHENSIVE, 0).grids}
    begun = [g for g in division(GridKind.COMPREHENSIVE, 1).grids if g.valid_from == SECOND_FIRST_DAY]
    kept = [grid for grid in begun if grid.code in first]
    assert (len(kept), len(begun) - len(kept)) == (12, 18)
    assert all(grid.id != grid.code and grid.code in grid.predecessors for grid in kept)


@pytest.mark.parametrize("period", [0, 1])
def test_a_police_grid_is_a_union_of_comprehensive_grids(period: int) -> None:
    beats = grid_map(GridKind.POLICE)
    ground: Counter[str] = Counter()
    for grid in division(GridKind.COMPREHENSIVE, period).grids:
        lons, lats = zip(*grid.rings[0], strict=True)
        owners: Counter[str] = Counter()
        draw = random.Random(grid.id)
        for _ in range(40):
            point = draw.uniform(min(lons), max(lons)), draw.uniform(min(lats), max(lats))
            if grid_map(GridKind.COMPREHENSIVE, period).holding(*point) == (grid.id,):
                owners.update(beats.holding(*point))
        assert len(owners) == 1, grid.id
        ground[next(iter(owners))] += micro_area(grid.rings)
    assert {beat.id: micro_area(beat.rings) for beat in beats.grids()} == ground
    assert len({beat.parent for beat in beats.grids()}) == 96


def test_a_unit_grid_measures_ten_thousand_square_metres() -> None:
    for grid in division(GridKind.UNIT).grids:
        square_metres = micro_area(grid.rings) / 2 * 0.094490 * 0.110865
        assert pytest.approx(square_metres, rel=0.005) == 10_000
    assert {"329901001"} == {grid.parent[:9] for grid in division(GridKind.UNIT).grids}


def test_exclusive_grids_are_schools_hospitals_and_markets_inside_one_community() -> None:
    grids = division(GridKind.EXCLUSIVE).grids
    kinds = Counter(
        next(p.kind for p in demo().landscape.places if grid.name.startswith(p.name)) for grid in grids
    )
    assert Counter(school=5, hospital=3, market=4) == kinds
    comprehensive = grid_map(GridKind.COMPREHENSIVE)
    for grid in grids:
        around = {
            comprehensive.grid(each).parent for x, y in grid.rings[0] for each in comprehensive.holding(x, y)
        }
        assert {grid.parent} == around


def test_every_address_lies_inside_its_community() -> None:
    assert astray(demo(), grid_map(GridKind.COMPREHENSIVE)) == []
    assert all(each.community_id.startswith(each.subdistrict_id) for each in demo().addresses)


def astray(made: Geography, comprehensive: GridMap) -> list[str]:
    """Ids of addresses whose point lies in no grid of their community."""
    parent = {grid.id: grid.parent for grid in comprehensive.grids()}
    return [
        address.id
        for address in made.addresses
        if address.community_id
        not in {parent[each] for each in comprehensive.holding(address.lon, address.lat)}
    ]


def test_every_door_stands_in_the_block_that_it_belongs_to() -> None:
    """A door near a sharp bend of its road could fall into the block across."""
    ground = lay(SEED)
    rings = {block: ground.lattice.ring(block) for block in ground.lattice.blocks}
    doors = list(streets.doors(ground, streets.streets(ground, waters.rivers(ground))))
    assert len(doors) > 50_000
    assert all(contains(rings[door.block], door.lon * 1e6, door.lat * 1e6) for door in doors)


def test_there_are_sixty_thousand_addresses_and_no_two_are_the_same() -> None:
    addresses = demo().addresses
    assert len(addresses) >= 60_000
    assert len(addresses) == len({each.id for each in addresses})
    assert len(addresses) == len(
        {(a.community_id, a.road, a.number, a.estate, a.building, a.unit) for a in addresses}
    )
    assert all(a.road or a.estate for a in addresses)


@pytest.mark.nasty("N48", "homonyms: what locate makes of them is tested there")
def test_estates_of_one_name_stand_in_different_subdistricts() -> None:
    where: dict[str, set[str]] = {}
    for address in demo().addresses:
        if address.building:
            where.setdefault(address.estate, set()).add(address.subdistrict_id)
    assert sum(len(subdistricts) > 1 for subdistricts in where.values()) >= 20


def test_numbers_on_a_road_are_odd_on_one_side_and_even_on_the_other() -> None:
    """Between neighbours of one side the numbers rise along the road."""
    road = Counter(a.road for a in demo().addresses if a.road and not a.estate).most_common(1)[0][0]
    numbers = [
        int(a.number) for a in demo().addresses if a.road == road and a.number.isdigit() and not a.estate
    ]
    assert {0, 1} == {number % 2 for number in numbers}


def test_the_map_has_named_roads_waters_and_places() -> None:
    landscape = demo().landscape
    assert len(landscape.roads) > 200
    assert {"river", "canal", "lake"} == {water.kind.value for water in landscape.waters}
    wanted = {"school", "kindergarten", "hospital", "clinic", "market", "square", "park"}
    assert wanted == {place.kind for place in landscape.places}
    assert len(landscape.roads) == len({road.name for road in landscape.roads})


def test_another_process_makes_the_same_district() -> None:
    """With another hash seed too: nothing may hang on the order of a set."""
    script = (
        "from pathlib import Path\n"
        "from hub.pack.generator import run_generator\n"
        "import hashlib, sys\n"
        f"made = run_generator(Path(sys.argv[1]), 'generate.py', {SEED})\n"
        "print(hashlib.sha256(repr(made).encode()).hexdigest())\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    other = subprocess.run(
        [sys.executable, "-c", script, str(ROOT)],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert hashlib.sha256(repr(demo()).encode()).hexdigest() == other.stdout.strip()


def test_generation_takes_less_than_eight_seconds_of_one_core() -> None:
    before = time.process_time()
    run_generator(ROOT, "generate.py", SEED + 1)
    assert time.process_time() - before < 8.0


@pytest.mark.parametrize("seed", [1, 7])
def test_any_seed_makes_a_district_of_the_same_counts(seed: int) -> None:
    made = run_generator(ROOT, "generate.py", seed)
    assert [len(each.grids) for each in made.divisions[:3]] == [824, 824, 120]
    district = next(each.rings for each in made.landscape.outlines if len(each.area_id) == 6)
    for each in made.divisions[:3]:
        assert micro_area(district) == sum(micro_area(grid.rings) for grid in each.grids)
    assert len(made.divisions[4].grids) == 12
    assert len(made.addresses) >= 60_000
