"""One coordinate at a time: what is wrong with its figures, what else they may mean, how exact they are."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model import Crs, Position
from hub.place.checks import Suspicion, error_of, fault_of, other_readings
from hub.place.coords import gauss_kruger


def degrees(x: float, y: float) -> Position:
    return Position(x, y, Crs.WGS84, decimals=6)


def plane(x: float, y: float, meridian: float | None = 120.0) -> Position:
    return Position(x, y, Crs.CGCS2000_GK, central_meridian=meridian)


@pytest.mark.nasty("N43", "nulls, swapped axes, metres and figures out of range")
@pytest.mark.parametrize(
    ("fault", "position"),
    [
        pytest.param(None, degrees(120.85, 32.0), id="sound"),
        pytest.param(None, plane(580_297.0, 3_541_942.0), id="sound plane"),
        pytest.param(None, plane(40_580_297.0, 3_541_942.0, None), id="sound plane with a zone"),
        pytest.param(Suspicion.NOT_A_NUMBER, degrees(math.nan, 32.0), id="no number"),
        pytest.param(Suspicion.NOT_A_NUMBER, degrees(120.85, math.inf), id="infinite"),
        pytest.param(Suspicion.ZERO, degrees(0.0, 0.0), id="null island"),
        pytest.param(Suspicion.ZERO, degrees(580_297.0, 0.0), id="one figure missing"),
        pytest.param(Suspicion.OUT_OF_RANGE, degrees(32.0, 120.85), id="swapped"),
        pytest.param(Suspicion.OUT_OF_RANGE, degrees(12051.0, 3200.0), id="degrees and minutes"),
        pytest.param(Suspicion.METRES, degrees(40_580_297.0, 3_541_942.0), id="metres labelled as degrees"),
        pytest.param(Suspicion.NO_MERIDIAN, plane(580_297.0, 3_541_942.0, None), id="plane of no zone"),
        pytest.param(
            Suspicion.ZONE_DISAGREES, plane(40_580_297.0, 3_541_942.0, 117.0), id="zone against meridian"
        ),
        pytest.param(Suspicion.OUT_OF_RANGE, plane(120.85, 32.0), id="degrees labelled as metres"),
        pytest.param(Suspicion.OUT_OF_RANGE, plane(3_541_942.0, 580_297.0), id="northing first"),
    ],
)
def test_figures_that_make_no_sense_are_named(fault: Suspicion | None, position: Position) -> None:
    assert fault == fault_of(position)


@pytest.mark.nasty("N43", "swapped axes and degrees-minutes are proposals, never silent repairs")
@pytest.mark.parametrize(
    ("expected", "position"),
    [
        pytest.param([(Suspicion.SWAPPED, 120.85, 32.0)], degrees(32.0, 120.85), id="swapped"),
        pytest.param([(Suspicion.DEGREES_MINUTES, 120.85, 32.01)], degrees(12051.0, 3200.6), id="NMEA"),
        pytest.param(
            [(Suspicion.DEGREES_MINUTES, 120.85, 32.01)], degrees(3200.6, 12051.0), id="NMEA, swapped"
        ),
        pytest.param([], degrees(12075.0, 3200.6), id="75 minutes are none"),
        pytest.param([], degrees(12060.5, 3200.6), id="60 minutes are a degree"),
        pytest.param(
            [(Suspicion.DEGREES_MINUTES, 120.991667, 32.01)], degrees(12059.5, 3200.6), id="59 minutes"
        ),
        pytest.param(
            [(Suspicion.SWAPPED, 580_297.0, 3_541_942.0)], plane(3_541_942.0, 580_297.0), id="plane"
        ),
        pytest.param([], degrees(0.0, 0.0), id="zero stays zero"),
        pytest.param([], degrees(580_297.0, 3_541_942.0), id="metres stay unread"),
    ],
)
def test_figures_are_read_in_the_other_ways_that_they_are_usually_meant(
    expected: list[tuple[Suspicion, float, float]], position: Position
) -> None:
    readings = [(why, round(read.x, 6), round(read.y, 6)) for why, read in other_readings(position)]
    assert expected == readings


@pytest.mark.nasty("N44", "two decimals are about 500 m")
@pytest.mark.parametrize(
    ("least_m", "most_m", "position"),
    [
        pytest.param(450, 560, Position(120.85, 32.01, Crs.WGS84, decimals=2), id="declared two decimals"),
        pytest.param(450, 560, Position(120.85, 32.01, Crs.WGS84), id="shown two decimals"),
        pytest.param(450, 560, Position(120.85, 32.01, Crs.WGS84, decimals=6), id="padded with zeros"),
        pytest.param(40, 60, Position(120.851, 32.01, Crs.WGS84, decimals=3), id="three decimals"),
        pytest.param(
            10, 10, Position(120.851234, 32.01, Crs.WGS84, decimals=6), id="one trailing zero is chance"
        ),
        pytest.param(
            40, 60, Position(120.85, 32.01, Crs.WGS84, decimals=3), id="one zero at the end of both is chance"
        ),
        pytest.param(450, 560, Position(120.851234, 32.011234, Crs.WGS84, decimals=2), id="declared coarser"),
        pytest.param(
            300, 300, Position(120.851234, 32.011234, Crs.WGS84, error_m=300.0), id="stated by the source"
        ),
        pytest.param(10, 10, plane(580_297.0, 3_541_942.0), id="whole metres"),
    ],
)
def test_a_point_is_as_exact_as_its_last_digit(least_m: float, most_m: float, position: Position) -> None:
    assert least_m <= error_of(position) <= most_m


@given(st.floats(119.0, 121.0), st.floats(20.0, 50.0))
def test_a_plane_with_its_axes_swapped_is_always_noticed(lon: float, lat: float) -> None:
    x, y = gauss_kruger(lon, lat, 120.0)
    assert fault_of(plane(x, y)) is None
    assert [Suspicion.SWAPPED] == [why for why, _ in other_readings(plane(y, x))]


@given(st.floats(), st.floats(), st.sampled_from(Crs))
def test_no_figures_whatever_raise(x: float, y: float, crs: Crs) -> None:
    position = Position(x, y, crs)
    if fault_of(position) is None:
        assert error_of(position) > 0.0
    assert all(fault_of(read) is None for _, read in other_readings(position))
