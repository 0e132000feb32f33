"""CGCS2000 degrees → GCJ-02 degrees, as map pickers and the maps of telephones shift them.

For simulators alone, written apart from the hub's own conversion so that neither hides a mistake of
the other. The published formula; good to a few decimetres inside a district.
"""

from math import cos, pi, sin, sqrt
from typing import Final

_SEMI_MAJOR_M: Final = 6_378_245.0
_ECCENTRICITY_SQUARED: Final = 0.006_693_421_622_965_943


def shifted(lon: float, lat: float) -> tuple[float, float]:
    """GCJ-02 longitude and latitude of a point in mainland China."""
    x, y = lon - 105.0, lat - 35.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += _waves(x, 6.0, 2.0) + _swing(y, (20.0, 1.0), (40.0, 3.0), (160.0, 12.0), (320.0, 30.0))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += _waves(x, 6.0, 2.0) + _swing(x, (20.0, 1.0), (40.0, 3.0), (150.0, 12.0), (300.0, 30.0))
    curvature = 1 - _ECCENTRICITY_SQUARED * sin(lat / 180.0 * pi) ** 2
    metres_a_degree_north = (
        _SEMI_MAJOR_M * (1 - _ECCENTRICITY_SQUARED) / (curvature * sqrt(curvature)) * pi / 180.0
    )
    metres_a_degree_east = _SEMI_MAJOR_M / sqrt(curvature) * cos(lat / 180.0 * pi) * pi / 180.0
    return lon + east / metres_a_degree_east, lat + north / metres_a_degree_north


def _waves(x: float, *cycles: float) -> float:
    return sum(20.0 * sin(cycle * x * pi) for cycle in cycles) * 2.0 / 3.0


def _swing(value: float, *terms: tuple[float, float]) -> float:
    return sum(size * sin(value / period * pi) for size, period in terms) * 2.0 / 3.0
