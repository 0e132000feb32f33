"""One coordinate system out of five: everything inside the hub is degrees of CGCS2000.

Pure arithmetic. Source of the figures: domain.md 6. WGS-84 counts as CGCS2000 (they differ by
centimetres to decimetres, less than any source knows). GCJ-02 and BD-09 are the published formulas;
vendors' real data may be off by 1–2 m. Parameters of local city systems are classified and have no place here.
"""

import math
from typing import Final

from hub.errors import FixSettings
from hub.model import Crs, Position

Degrees = tuple[float, float]
"""Longitude, latitude."""
METRES_PER_DEG: Final = 111_200.0
"""Of latitude, within 0.5 % anywhere: for reaches and boxes, not for distances."""

# The box outside of which GCJ-02 is the identity: swapped axes pass through it unshifted (domain.md 6.2).
_CHINA_LON: Final = (72.004, 137.8347)
_CHINA_LAT: Final = (0.8293, 55.8271)


def in_china_box(lon: float, lat: float) -> bool:
    """Whether GCJ-02 shifts this point at all."""
    return _CHINA_LON[0] <= lon <= _CHINA_LON[1] and _CHINA_LAT[0] <= lat <= _CHINA_LAT[1]


# --- GCJ-02: computed on the Krasovsky ellipsoid, whatever the input's own is ---
_KRASOVSKY_A_M: Final = 6378245.0
_KRASOVSKY_E2: Final = 0.00669342162296594323


def _gcj_shift(lon: float, lat: float) -> Degrees:
    """How far GCJ-02 moves the WGS-84 point, in degrees."""
    sin = math.sin  # eleven of them, for each point three times
    x, y = lon - 105.0, lat - 35.0
    root = math.sqrt(abs(x))
    pi_x, pi_y = x * math.pi, y * math.pi
    wave = (20.0 * sin(6.0 * pi_x) + 20.0 * sin(2.0 * pi_x)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20.0 * sin(pi_x) + 40.0 * sin(pi_x / 3.0)) * 2.0 / 3.0
    east += (150.0 * sin(pi_x / 12.0) + 300.0 * sin(pi_x / 30.0)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20.0 * sin(pi_y) + 40.0 * sin(pi_y / 3.0)) * 2.0 / 3.0
    north += (160.0 * sin(pi_y / 12.0) + 320.0 * sin(pi_y / 30.0)) * 2.0 / 3.0
    phi = math.radians(lat)
    sine = sin(phi)
    magic = 1.0 - _KRASOVSKY_E2 * sine * sine
    meridian_m = _KRASOVSKY_A_M * (1.0 - _KRASOVSKY_E2) / (magic * math.sqrt(magic))
    parallel_m = _KRASOVSKY_A_M / math.sqrt(magic) * math.cos(phi)
    return math.degrees(east / parallel_m), math.degrees(north / meridian_m)


def wgs84_to_gcj02(lon: float, lat: float) -> Degrees:
    """The point as Chinese map vendors draw it; unchanged outside China."""
    if not in_china_box(lon, lat):
        return lon, lat
    east, north = _gcj_shift(lon, lat)
    return lon + east, lat + north


def gcj02_to_wgs84(lon: float, lat: float) -> Degrees:
    """The inverse, by three fixed-point steps: 0.04 mm off the published formula (two: 23 mm)."""
    if not in_china_box(lon, lat):
        return lon, lat
    true_lon, true_lat = lon, lat
    for _ in range(3):
        east, north = _gcj_shift(true_lon, true_lat)
        true_lon, true_lat = lon - east, lat - north
    return true_lon, true_lat


# --- BD-09: GCJ-02 in polar form, turned and stretched, and moved ---
_BD_PI: Final = math.pi * 3000.0 / 180.0


def gcj02_to_bd09(lon: float, lat: float) -> Degrees:
    """The point as Baidu draws it."""
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BD_PI)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BD_PI)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def bd09_to_gcj02(lon: float, lat: float) -> Degrees:
    """The inverse with two steps of refinement; the usual single step is 0.13 m off."""
    x, y = lon - 0.0065, lat - 0.006
    radius = math.hypot(x, y) - 0.00002 * math.sin(y * _BD_PI)
    angle = math.atan2(y, x) - 0.000003 * math.cos(x * _BD_PI)
    gcj_lon, gcj_lat = radius * math.cos(angle), radius * math.sin(angle)
    for _ in range(2):
        again_lon, again_lat = gcj02_to_bd09(gcj_lon, gcj_lat)
        gcj_lon, gcj_lat = gcj_lon + lon - again_lon, gcj_lat + lat - again_lat
    return gcj_lon, gcj_lat


# --- Gauss-Krüger on the CGCS2000 ellipsoid: Krüger's series to n⁴, below a millimetre in any zone ---
_A_M: Final = 6378137.0
_F: Final = 1.0 / 298.257222101
_N: Final = _F / (2.0 - _F)
_E: Final = math.sqrt(_F * (2.0 - _F))
_RECTIFYING_M: Final = _A_M / (1.0 + _N) * (1.0 + _N**2 / 4.0 + _N**4 / 64.0)
_FALSE_EASTING_M: Final = 500_000.0
_ALPHA: Final = (
    _N / 2 - 2 * _N**2 / 3 + 5 * _N**3 / 16 + 41 * _N**4 / 180,
    13 * _N**2 / 48 - 3 * _N**3 / 5 + 557 * _N**4 / 1440,
    61 * _N**3 / 240 - 103 * _N**4 / 140,
    49561 * _N**4 / 161280,
)
_BETA: Final = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96 - _N**4 / 360,
    _N**2 / 48 + _N**3 / 15 - 437 * _N**4 / 1440,
    17 * _N**3 / 480 - 37 * _N**4 / 840,
    4397 * _N**4 / 161280,
)


def gauss_kruger(lon: float, lat: float, central_meridian: float) -> tuple[float, float]:
    """Easting (with its 500 km, without a zone prefix) and northing, metres."""
    lam, sine = math.radians(lon - central_meridian), math.sin(math.radians(lat))
    conformal = math.sinh(math.atanh(sine) - _E * math.atanh(_E * sine))
    xi = math.atan2(conformal, math.cos(lam))
    eta = math.asinh(math.sin(lam) / math.hypot(conformal, math.cos(lam)))
    east, north = eta, xi
    for j, alpha in enumerate(_ALPHA, start=1):
        east += alpha * math.cos(2 * j * xi) * math.sinh(2 * j * eta)
        north += alpha * math.sin(2 * j * xi) * math.cosh(2 * j * eta)
    return _FALSE_EASTING_M + _RECTIFYING_M * east, _RECTIFYING_M * north


def gauss_kruger_inverse(x: float, y: float, central_meridian: float) -> Degrees:
    """Degrees of easting `x` (with its 500 km, without a zone prefix) and northing `y`, metres."""
    xi, eta = y / _RECTIFYING_M, (x - _FALSE_EASTING_M) / _RECTIFYING_M
    north, east = xi, eta
    for j, beta in enumerate(_BETA, start=1):
        north -= beta * math.sin(2 * j * xi) * math.cosh(2 * j * eta)
        east -= beta * math.cos(2 * j * xi) * math.sinh(2 * j * eta)
    conformal = math.sin(north) / math.hypot(math.sinh(east), math.cos(north))
    lon = central_meridian + math.degrees(math.atan2(math.sinh(east), math.cos(north)))
    return lon, math.degrees(math.atan(_geographic_tangent(conformal)))


def _geographic_tangent(conformal: float) -> float:
    """The latitude's tangent of the conformal latitude's, by Newton's method (Karney 2011, eq. 19–21)."""
    e2 = _E * _E
    tangent = conformal / (1.0 - e2)
    for _ in range(3):
        secant = math.hypot(1.0, tangent)
        sigma = math.sinh(_E * math.atanh(_E * tangent / secant))
        reached = tangent * math.hypot(1.0, sigma) - sigma * secant
        slope = (1.0 + (1.0 - e2) * tangent * tangent) / ((1.0 - e2) * math.hypot(1.0, reached) * secant)
        tangent += (conformal - reached) * slope
    return tangent


def zone_of(easting_m: float) -> int | None:
    """The zone that prefixes an easting (40 in 40,512,345), None where there is no prefix."""
    zone = int(easting_m // 1_000_000)
    return zone if 13 <= zone <= 45 else None


def meridian_of(zone: int) -> float:
    """The central meridian of a zone, degrees: 13–23 are 6° wide, 25–45 are 3° wide in China."""
    return 6.0 * zone - 3.0 if zone <= 23 else 3.0 * zone


def to_cgcs2000(position: Position) -> Degrees:
    """Longitude and latitude of `position`, CGCS2000 degrees, taken as its source declares it.

    Nothing is checked or mended here: see `checks`. A planar easting may carry its zone.
    Raises FixSettings C131 where a planar position has neither central meridian nor zone.
    """
    x, y = position.x, position.y
    match position.crs:
        case Crs.CGCS2000 | Crs.WGS84:
            return x, y
        case Crs.GCJ02:
            return gcj02_to_wgs84(x, y)
        case Crs.BD09:
            return gcj02_to_wgs84(*bd09_to_gcj02(x, y))
        case Crs.CGCS2000_GK:
            return _from_plane(x, y, position.central_meridian)


def _from_plane(x: float, y: float, central_meridian: float | None) -> Degrees:
    zone = zone_of(x)
    if zone is not None:
        return gauss_kruger_inverse(x - zone * 1_000_000, y, meridian_of(zone))
    if central_meridian is None:
        raise FixSettings("C131")
    return gauss_kruger_inverse(x, y, central_meridian)


def metres_between(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Metres on the ground between two points in degrees; 0.1 % up to 100 km, less true beyond.

    By the ellipsoid's two radii at the middle latitude: no series, no antimeridian.
    """
    phi = math.radians((lat1 + lat2) / 2.0)
    magic = 1.0 - _E * _E * math.sin(phi) ** 2
    prime_m = _A_M / math.sqrt(magic)
    meridian_m = prime_m * (1.0 - _E * _E) / magic
    east_m = math.radians(lon2 - lon1) * prime_m * math.cos(phi)
    return math.hypot(east_m, math.radians(lat2 - lat1) * meridian_m)
