"""Coordinate systems: against PROJ, and there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from hub.errors import FixSettings
from hub.model import Crs, Position
from hub.place import coords
from hub.place.coords import Degrees

LONS, LATS = st.floats(73.7, 135.0), st.floats(3.6, 53.5)
MILLIMETRE_DEG = 1e-8
GROUND = Geod(ellps="GRS80")


@given(LONS, LATS)
def test_gcj02_there_and_back_is_within_a_millimetre_all_over_china(lon: float, lat: float) -> None:
    back = coords.gcj02_to_wgs84(*coords.wgs84_to_gcj02(lon, lat))
    assert (lon, lat) == pytest.approx(back, abs=MILLIMETRE_DEG)


@given(LONS, LATS)
def test_bd09_there_and_back_is_within_a_millimetre_all_over_china(lon: float, lat: float) -> None:
    back = coords.bd09_to_gcj02(*coords.gcj02_to_bd09(lon, lat))
    assert (lon, lat) == pytest.approx(back, abs=MILLIMETRE_DEG)


@pytest.mark.parametrize(
    ("shifted", "least_m", "most_m"),
    [
        pytest.param(coords.wgs84_to_gcj02(120.85, 32.0), 455, 480, id="GCJ-02 at Nantong"),
        pytest.param(
            coords.wgs84_to_gcj02(*coords.wgs84_to_gcj02(120.85, 32.0)), 920, 955, id="shifted twice"
        ),
        pytest.param(coords.gcj02_to_bd09(*coords.wgs84_to_gcj02(120.85, 32.0)), 1050, 1160, id="BD-09"),
    ],
)
def test_shifts_are_as_large_as_measured(shifted: Degrees, least_m: float, most_m: float) -> None:
    assert least_m < coords.metres_between(120.85, 32.0, *shifted) < most_m


@pytest.mark.nasty("N43", "swapped axes pass the GCJ-02 formula unshifted: only checks can find them")
@pytest.mark.parametrize("point", [(32.0, 120.85), (-87.6, 41.9), (0.0, 0.0)])
def test_outside_of_china_gcj02_is_the_identity(point: Degrees) -> None:
    assert point == coords.wgs84_to_gcj02(*point)
    assert point == coords.gcj02_to_wgs84(*point)


@given(st.floats(-3.5, 3.5), LATS)
def test_gauss_kruger_agrees_with_proj_to_a_millimetre(off_deg: float, lat: float) -> None:
    x, y = coords.gauss_kruger(120.0 + off_deg, lat, 120.0)
    assert (x, y) == pytest.approx(TO_PLANE.transform(120.0 + off_deg, lat), abs=0.001)
    assert (120.0 + off_deg, lat) == pytest.approx(
        coords.gauss_kruger_inverse(x, y, 120.0), abs=MILLIMETRE_DEG
    )


TO_PLANE = Transformer.from_crs("EPSG:4490", "EPSG:4549", always_xy=True)
"""CGCS2000 degrees → 3° zone with its middle at 120° E, without prefix."""
TO_PREFIXED = Transformer.from_crs("EPSG:4490", "EPSG:4528", always_xy=True)
"""The same with prefix 40."""


@pytest.mark.parametrize(
    ("central_meridian", "transformer"),
    [
        pytest.param(120.0, TO_PLANE, id="declared meridian"),
        pytest.param(None, TO_PREFIXED, id="zone 40 in the easting"),
        pytest.param(120.0, TO_PREFIXED, id="both"),
    ],
)
def test_a_planar_position_is_read_with_its_meridian_or_its_zone(
    central_meridian: float | None, transformer: Transformer
) -> None:
    x, y = transformer.transform(120.85, 32.0)
    position = Position(x, y, Crs.CGCS2000_GK, central_meridian=central_meridian)
    assert (120.85, 32.0) == pytest.approx(coords.to_cgcs2000(position), abs=MILLIMETRE_DEG)


@pytest.mark.parametrize(
    ("zone", "meridian"), [(13, 75.0), (21, 123.0), (23, 135.0), (25, 75.0), (40, 120.0), (45, 135.0)]
)
def test_zones_have_the_meridians_of_the_national_scheme(zone: int, meridian: float) -> None:
    assert meridian == coords.meridian_of(zone)


def test_a_planar_position_without_meridian_or_zone_is_a_fault_of_the_settings() -> None:
    with pytest.raises(FixSettings) as caught:
        coords.to_cgcs2000(Position(580_000.0, 3_540_000.0, Crs.CGCS2000_GK))
    assert caught.value.code == "C131"


@pytest.mark.parametrize(
    ("crs", "point"),
    [
        (Crs.CGCS2000, (120.85, 32.0)),
        (Crs.WGS84, (120.85, 32.0)),
        (Crs.GCJ02, coords.wgs84_to_gcj02(120.85, 32.0)),
        (Crs.BD09, coords.gcj02_to_bd09(*coords.wgs84_to_gcj02(120.85, 32.0))),
    ],
)
def test_every_declared_system_comes_to_the_same_point(crs: Crs, point: Degrees) -> None:
    assert (120.85, 32.0) == pytest.approx(coords.to_cgcs2000(Position(*point, crs)), abs=MILLIMETRE_DEG)


@given(st.floats(120.5, 121.2), st.floats(31.7, 32.3), st.floats(120.5, 121.2), st.floats(31.7, 32.3))
def test_metres_agree_with_the_geodesic_over_a_district(
    lon1: float, lat1: float, lon2: float, lat2: float
) -> None:
    metres = GROUND.inv(lon1, lat1, lon2, lat2)[2]
    assert metres == pytest.approx(coords.metres_between(lon1, lat1, lon2, lat2), rel=1e-3, abs=0.001)
