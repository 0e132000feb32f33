"""What is suspicious about one coordinate (N43–N45): found before it is believed, mended only by `locate`.

Pure. Nothing here knows the district; what a whole stream of coordinates shows stands in `drift`.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Final

from hub.model import Crs, Position
from hub.place.coords import METRES_PER_DEG, meridian_of, zone_of


class Suspicion(StrEnum):
    """What can be wrong with a coordinate; the values are names of reasons."""

    NOT_A_NUMBER = "position_not_a_number"
    ZERO = "position_zero"
    OUT_OF_RANGE = "position_out_of_range"
    METRES = "position_in_metres"
    """Planar metres under a label of degrees: zone and meridian are unknown, so it stays unread."""
    NO_MERIDIAN = "position_without_meridian"
    ZONE_DISAGREES = "position_zone_disagrees"
    SWAPPED = "axes_swapped"
    DEGREES_MINUTES = "degrees_minutes"
    """`12051.00` for 120° 51.00′, as GPS modules (NMEA 0183) and some drawings write it."""


_SOURCE_ERROR_M: Final = 10.0  # accuracy class C of digital urban management (domain.md 2.2)
# A plane's axes under their surveyors' names: x may be north. Northings and eastings of China, metres.
_NORTHING_M: Final = (1_900_000.0, 6_000_000.0)
_EASTING_M: Final = (200_000.0, 800_000.0)
# So many digits fewer than declared do not happen by trailing zeros: 1 in 10⁴ or rarer.
_PADDED_DIGITS: Final = 2


def fault_of(position: Position) -> Suspicion | None:
    """Why the figures cannot be read as they are declared; None where they can be."""
    x, y = position.x, position.y
    if not (math.isfinite(x) and math.isfinite(y)):
        return Suspicion.NOT_A_NUMBER
    if x == 0.0 or y == 0.0:
        return Suspicion.ZERO
    if position.crs is Crs.CGCS2000_GK:
        return _planar_fault(position)
    if abs(x) > 20_000.0 or abs(y) > 20_000.0:
        return Suspicion.METRES
    return None if abs(x) <= 180.0 and abs(y) <= 90.0 else Suspicion.OUT_OF_RANGE


def _planar_fault(position: Position) -> Suspicion | None:
    zone, meridian = zone_of(position.x), position.central_meridian
    if not _within(position.y, _NORTHING_M) or not _within(_without_zone(position.x), _EASTING_M):
        return Suspicion.OUT_OF_RANGE
    if zone is None:
        return Suspicion.NO_MERIDIAN if meridian is None else None
    return Suspicion.ZONE_DISAGREES if meridian not in (None, meridian_of(zone)) else None


def other_readings(position: Position) -> Iterator[tuple[Suspicion, Position]]:
    """The ways in which figures that make no sense are usually meant, likeliest first.

    A reading is only a proposal: it counts where the point then lies in the district.
    """
    swapped = replace(position, x=position.y, y=position.x)
    if fault_of(swapped) is None:
        yield Suspicion.SWAPPED, swapped
    if position.crs is not Crs.CGCS2000_GK and max(position.x, position.y) > 180.0:
        for first, second in ((position.x, position.y), (position.y, position.x)):
            read = replace(position, x=_from_degrees_minutes(first), y=_from_degrees_minutes(second))
            if fault_of(read) is None:
                yield Suspicion.DEGREES_MINUTES, read


def error_of(position: Position) -> float:
    """How far off the point may be, metres: what the source states, or half of its last digit.

    Two decimals are about 560 m along the meridian, 470 m along the parallel of 32° (N44).
    """
    stated = position.error_m if position.error_m is not None else _SOURCE_ERROR_M
    if position.crs is Crs.CGCS2000_GK:
        return stated
    return max(stated, 0.5 * 10.0 ** -_digits(position) * METRES_PER_DEG)


def _digits(position: Position) -> int:
    """Digits after the point: as declared, unless both figures show that they were padded with zeros."""
    shown, declared = _shown_digits(position.x), position.decimals
    if declared is not None and declared - shown < _PADDED_DIGITS:
        return declared  # one figure is enough to show it
    shown = max(shown, _shown_digits(position.y))
    return shown if declared is None or declared - shown >= _PADDED_DIGITS else declared


def _shown_digits(degrees: float) -> int:
    text = repr(degrees)
    return len(text.partition(".")[2].rstrip("0")) if "e" not in text else 17


def _from_degrees_minutes(figure: float) -> float:
    degrees, minutes = divmod(figure, 100.0)
    return degrees + minutes / 60.0 if minutes < 60.0 else math.nan


def _without_zone(easting_m: float) -> float:
    zone = zone_of(easting_m)
    return easting_m if zone is None else easting_m - zone * 1_000_000


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]
