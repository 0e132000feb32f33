"""What many coordinates of one source show together: a wrong label, a second shift, one hot pixel (N45, N47).

Pure statistics over samples; a single coordinate is looked at in `checks`. `doctor` and the test of a
source with known points (domain.md 6.1) ask here.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Final

from hub.place.coords import (
    Degrees,
    bd09_to_gcj02,
    gcj02_to_wgs84,
    metres_between,
    wgs84_to_gcj02,
)


class Drift(StrEnum):
    """How a source's declared coordinate system is wrong; the values are names of reasons."""

    GCJ02_AS_WGS84 = "gcj02_labelled_wgs84"
    """≈ 469 m at Nantong. GCJ-02 shifted a second time and labelled GCJ-02 looks the same: it is unshifted once."""
    BD09_AS_WGS84 = "bd09_labelled_wgs84"
    BD09_AS_GCJ02 = "bd09_labelled_gcj02"
    WGS84_AS_GCJ02 = "wgs84_labelled_gcj02"
    DOUBLE_SHIFT = "shifted_twice"
    """GCJ-02 of GCJ-02, ≈ 938 m at Nantong, labelled WGS-84."""
    CONSTANT = "constant_offset"
    """No known formula, but the same vector everywhere: a local system, or a wrong datum."""


_MENDS: Final[dict[Drift, Callable[[float, float], Degrees]]] = {
    Drift.GCJ02_AS_WGS84: gcj02_to_wgs84,
    Drift.BD09_AS_WGS84: lambda lon, lat: gcj02_to_wgs84(*bd09_to_gcj02(lon, lat)),
    Drift.BD09_AS_GCJ02: lambda lon, lat: gcj02_to_wgs84(*bd09_to_gcj02(*wgs84_to_gcj02(lon, lat))),
    Drift.WGS84_AS_GCJ02: wgs84_to_gcj02,
    Drift.DOUBLE_SHIFT: lambda lon, lat: gcj02_to_wgs84(*gcj02_to_wgs84(lon, lat)),
}
LEAST_DRIFT_M: Final = 200.0
"""Shifts are 470 m and more; half of the smallest is more than any honest source is off."""
# A mend explains the drift where it removes nine tenths of it.
_EXPLAINED: Final = 0.1
LEAST_SAMPLES: Final = 20
"""Known points to test before a source goes live (domain.md 6.1)."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Where a source puts a thing (read as its declared system) and where that thing is known to be; degrees."""

    lon: float
    lat: float
    known_lon: float
    known_lat: float


@dataclass(frozen=True, slots=True)
class Drifting:
    """What explains the samples best; medians in metres before and after the mend."""

    drift: Drift
    before_m: float
    after_m: float
    samples: int


def mended(drift: Drift, lon: float, lat: float) -> Degrees:
    """The point as it was meant; unchanged for a constant offset, whose vector no formula gives."""
    mend = _MENDS.get(drift)
    return mend(lon, lat) if mend else (lon, lat)


def drift_of(samples: Sequence[Sample], *, least: int = LEAST_SAMPLES) -> Drifting | None:
    """The wrong label that explains `samples`; None where they are few, fit as declared, or fit nothing.

    Medians, because known points are wrong too: up to half of them may be.
    """
    if len(samples) < least:
        return None
    before_m = median(metres_between(s.lon, s.lat, s.known_lon, s.known_lat) for s in samples)
    if before_m < LEAST_DRIFT_M:
        return None
    residuals = {drift: _residual_m(samples, mend) for drift, mend in _MENDS.items()}
    residuals[Drift.CONSTANT] = _residual_m(samples, _by_median_vector(samples))
    # A formula that explains as much as the bare vector is the better explanation: ties go in order.
    best = min(residuals, key=lambda drift: residuals[drift] + (20.0 if drift is Drift.CONSTANT else 0.0))
    if residuals[best] > before_m * _EXPLAINED:
        return None
    return Drifting(best, before_m, residuals[best], len(samples))


def _residual_m(samples: Sequence[Sample], mend: Callable[[float, float], Degrees]) -> float:
    return median(metres_between(*mend(s.lon, s.lat), s.known_lon, s.known_lat) for s in samples)


def _by_median_vector(samples: Sequence[Sample]) -> Callable[[float, float], Degrees]:
    east = median(s.known_lon - s.lon for s in samples)
    north = median(s.known_lat - s.lat for s in samples)
    return lambda lon, lat: (lon + east, lat + north)


@dataclass(frozen=True, slots=True)
class HotPoint:
    """One coordinate that a source gives again and again: a dispatch centre's own, a default (N47)."""

    lon: float
    lat: float
    count: int
    share: float
    """Of all coordinates looked at, 0–1."""


def hot_points(
    points: Iterable[Degrees], *, least: int = LEAST_SAMPLES, share: float = 0.05
) -> tuple[HotPoint, ...]:
    """Coordinates (to the sixth decimal, 0.1 m) that repeat at least `least` times and make up `share`.

    `points` are one a matter, not one a report: neighbours who call about one burst pipe are no hot pixel.
    """
    counts = Counter(pixel_of(lon, lat) for lon, lat in points)
    total = counts.total()
    return tuple(
        HotPoint(*pixel, count, count / total)
        for pixel, count in counts.most_common()
        if count >= least and count >= share * total
    )


def pixel_of(lon: float, lat: float) -> Degrees:
    """The point to the sixth decimal: what counts as the same coordinate."""
    return round(lon, 6), round(lat, 6)
