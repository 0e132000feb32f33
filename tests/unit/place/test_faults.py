"""What is wrong with a polygon, told to the one who drew it."""

import math
import random
from itertools import pairwise

import pytest

from hub.place.faults import Fault, RingFault, faults_of
from tests.unit.place.town import GRIDS, Ring, box, crooked, grid

SOUND = box(120.80, 32.00, 120.84, 32.04)
HOLE = box(120.81, 32.01, 120.83, 32.03)
BOW: Ring = ((120.80, 32.00), (120.84, 32.04), (120.84, 32.01), (120.80, 32.04), (120.80, 32.00))
SPIKE: Ring = (*SOUND[:2], (120.90, 32.00), *SOUND[1:])


@pytest.mark.nasty("N53", "faults are named; holes, parts and directions are none")
@pytest.mark.parametrize(
    ("expected", "rings"),
    [
        pytest.param([], [SOUND], id="sound"),
        pytest.param([], [SOUND[::-1]], id="clockwise"),
        pytest.param([], [SOUND, HOLE], id="a hole"),
        pytest.param([], [SOUND, HOLE, box(120.815, 32.015, 120.825, 32.025)], id="an island in the hole"),
        pytest.param([], [SOUND, box(120.86, 32.0, 120.88, 32.02)], id="two parts"),
        pytest.param([], [SOUND, box(120.84, 32.04, 120.88, 32.06)], id="two parts that touch in a corner"),
        pytest.param([RingFault(Fault.NO_RING, 0)], [], id="nothing"),
        pytest.param([RingFault(Fault.HOLE_FIRST, 0)], [HOLE, SOUND], id="the hole first"),
        pytest.param([RingFault(Fault.NOT_CLOSED, 0, 3)], [SOUND[:-1]], id="not closed"),
        pytest.param([RingFault(Fault.TOO_FEW_POINTS, 1)], [SOUND, SOUND[:2]], id="two points"),
        pytest.param(
            [RingFault(Fault.NOT_A_NUMBER, 0, 1)], [(SOUND[0], (math.nan, 32.0), *SOUND[2:])], id="no number"
        ),
        pytest.param([RingFault(Fault.SELF_CROSSING, 0, 2)], [BOW], id="a bow tie"),
        pytest.param([RingFault(Fault.SELF_CROSSING, 0, 1)], [SPIKE], id="a spike"),
        pytest.param(
            [RingFault(Fault.PLANAR, 0)], [box(580_000.0, 3_541_000.0, 581_000.0, 3_542_000.0)], id="metres"
        ),
        pytest.param(
            [RingFault(Fault.SWAPPED_AXES, 0)], [box(32.00, 120.80, 32.04, 120.84)], id="swapped axes"
        ),
    ],
)
def test_faults_of_a_polygon_are_named(expected: list[RingFault], rings: list[Ring]) -> None:
    found = faults_of(grid("p", rings))
    assert {(fault.fault, fault.ring) for fault in expected} == {(fault.fault, fault.ring) for fault in found}


def test_a_ring_without_area_is_a_fault() -> None:
    line: Ring = ((120.80, 32.00), (120.82, 32.01), (120.84, 32.02), (120.80, 32.00))
    assert Fault.NO_AREA in {fault.fault for fault in faults_of(grid("p", [line]))}


def test_two_rings_that_cross_each_other_are_a_fault() -> None:
    crossing = box(120.82, 32.02, 120.90, 32.08)
    assert [Fault.SELF_CROSSING] * 2 == [fault.fault for fault in faults_of(grid("p", [SOUND, crossing]))]


def test_the_grids_of_a_sound_map_have_no_fault() -> None:
    assert [] == [fault for one in (*GRIDS, *crooked(1)) for fault in faults_of(one)]


def test_every_crossing_is_found_that_comparing_all_pairs_of_edges_finds() -> None:
    dice = random.Random(53)
    for _ in range(60):
        corners = [(dice.uniform(120.80, 120.88), dice.uniform(32.00, 32.04)) for _ in range(8)]
        ring: Ring = (*corners, corners[0])
        crossings = sum(fault.fault is Fault.SELF_CROSSING for fault in faults_of(grid("p", [ring])))
        assert _crossings_by_all_pairs(ring) == crossings


def _crossings_by_all_pairs(ring: Ring) -> int:
    edges = list(pairwise(ring))

    def left(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
        return (b[0] - a[0]) * (c[1] - a[1]) > (b[1] - a[1]) * (c[0] - a[0])

    return sum(
        left(a, b, c) != left(a, b, d) and left(c, d, a) != left(c, d, b)
        for i, (a, b) in enumerate(edges)
        for j, (c, d) in enumerate(edges)
        if j > i + 1 and not (i == 0 and j == len(edges) - 1)
    )
