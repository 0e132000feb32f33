"""Degrees to metres on a CGCS2000 plane, as the platform's own surveyors computed them. For the simulator.

Written from the textbook series in the longitude difference, on purpose not the hub's own formula: the
two check each other in the tests (agreement below a centimetre within 1.5° of the meridian).
"""

from math import cos, radians, sin, sqrt, tan
from typing import Final

_A_M: Final = 6378137.0
_F: Final = 1 / 298.257222101
_E2: Final = _F * (2 - _F)
_SECOND_E2: Final = _E2 / (1 - _E2)
_ZONE_M: Final = 1_000_000.0


def planar(lon: float, lat: float, central_meridian: float) -> tuple[float, float]:
    """Easting with its 500 km, without a zone, and northing; metres."""
    phi, diff = radians(lat), radians(lon - central_meridian)
    normal_m = _A_M / sqrt(1 - _E2 * sin(phi) ** 2)
    t2, eta2, m = tan(phi) ** 2, _SECOND_E2 * cos(phi) ** 2, diff * cos(phi)
    north = m**2 / 2 + (5 - t2 + 9 * eta2 + 4 * eta2**2) * m**4 / 24
    north += (61 - 58 * t2 + t2**2) * m**6 / 720
    east = m + (1 - t2 + eta2) * m**3 / 6
    east += (5 - 18 * t2 + t2**2 + 14 * eta2 - 58 * t2 * eta2) * m**5 / 120
    return 500_000.0 + normal_m * east, _meridian_m(phi) + normal_m * tan(phi) * north


def with_zone(easting_m: float, central_meridian: float) -> float:
    """The easting with the number of its 3° zone before it: 40,512,345."""
    return round(central_meridian / 3) * _ZONE_M + easting_m


def _meridian_m(phi: float) -> float:
    """Arc of the meridian from the equator."""
    e4, e6 = _E2**2, _E2**3
    return _A_M * (
        (1 - _E2 / 4 - 3 * e4 / 64 - 5 * e6 / 256) * phi
        - (3 * _E2 / 8 + 3 * e4 / 32 + 45 * e6 / 1024) * sin(2 * phi)
        + (15 * e4 / 256 + 45 * e6 / 1024) * sin(4 * phi)
        - 35 * e6 / 3072 * sin(6 * phi)
    )
