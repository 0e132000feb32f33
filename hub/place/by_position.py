"""From a coordinate to a place: read as declared, mended only where nothing else makes sense, else rejected.

Pure. What can be wrong with one coordinate stands in `checks`, with many in `drift`.
"""

from collections.abc import Container
from typing import Final, NamedTuple

from hub.model import Point, Position, Reason
from hub.place.candidates import Match
from hub.place.checks import error_of, fault_of, other_readings
from hub.place.coords import Degrees, metres_between, to_cgcs2000
from hub.place.drift import LEAST_DRIFT_M, Drift, Sample, drift_of, mended, pixel_of
from hub.place.ground import SILENT, Footing, Found, Ground, Rejected

_ONE_PLACE_M: Final = 150.0
"""A report's point and its address name one matter when they are no further apart."""


def by_position(
    position: Position | None,
    ground: Ground,
    known: Match | None,
    *,
    max_error_m: float,
    hot_points: Container[Degrees],
) -> Found | Rejected:
    """The place of `position`. `known`: the entry that the report's own address surely names, if there is one.

    `hot_points`: coordinates that a source gives for everything (`drift.hot_points`), to the sixth decimal.
    """
    if position is None:
        return SILENT
    if pixel_of(position.x, position.y) in hot_points:
        return Rejected("R401", (Reason("position_hot_pixel"),))
    read = _read(position, ground)
    if isinstance(read, Rejected):
        return read
    point, footing, notes = read
    if point.error_m > max_error_m:
        coarse = Reason("position_too_coarse", {"error_m": round(point.error_m)})
        area_id = ground.subdistrict_around(point)
        return Rejected("R403", (*notes, coarse), hint=point, area_id=area_id)
    beside = _beside(point, known)
    if isinstance(beside, Reason):
        return Rejected("R401", (*notes, beside))
    address_id, told = beside
    found = ground.place_at(point, footing, method="position", crs=position.crs.value, address_id=address_id)
    return Found(found.place, (*notes, *found.reasons, *told))


class _Read(NamedTuple):
    """A point in the district, what stands under it, and what was noticed."""

    point: Point
    footing: Footing
    notes: tuple[Reason, ...]


def _read(position: Position, ground: Ground) -> _Read | Rejected:
    """The point that the figures mean: as declared, else in another reading that lies in the district."""
    fault = fault_of(position)
    if fault is None:
        point = _point(position)
        footing = ground.footing(point.lon, point.lat, point.error_m)
        if footing:
            return _Read(point, footing, ())
    for suspicion, reading in other_readings(position):
        point = _point(reading)
        footing = ground.footing(point.lon, point.lat, point.error_m)
        if footing:
            return _Read(point, footing, (Reason(suspicion.value, {"mended": True}),))
    if fault is not None:
        return Rejected("R401", (Reason(fault.value),))
    outside = Reason("position_outside_district")
    return Rejected("R402", (outside, *_drifts_into(_point(position), ground)))


def _point(position: Position) -> Point:
    return Point(*to_cgcs2000(position), error_of(position))


def _drifts_into(point: Point, ground: Ground) -> tuple[Reason, ...]:
    """Wrong labels under which a point outside would lie inside: told, not believed."""
    return tuple(
        Reason("drift_suspected", {"drift": drift.value})
        for drift in (Drift.GCJ02_AS_WGS84, Drift.BD09_AS_WGS84, Drift.DOUBLE_SHIFT)
        if ground.footing(*mended(drift, point.lon, point.lat), point.error_m)
    )


def _drift_against(point: Point, known: Match) -> Reason | None:
    """The wrong label that alone explains how far the point is from the entry its own address names (N45)."""
    found = drift_of([Sample(point.lon, point.lat, known.lon, known.lat)], least=1)
    if found is None or found.drift is Drift.CONSTANT:
        return None
    return Reason(
        "position_drifts_from_address",
        {"drift": found.drift.value, "before_m": round(found.before_m), "after_m": round(found.after_m)},
    )


def _beside(point: Point, known: Match | None) -> tuple[str, tuple[Reason, ...]] | Reason:
    """The id of the address entry that the point confirms and what was noticed; or why the point is not believed."""
    if known is None:
        return "", ()
    apart_m = metres_between(point.lon, point.lat, known.lon, known.lat)
    drift = _drift_against(point, known) if apart_m >= LEAST_DRIFT_M else None
    if drift is not None:
        return drift
    facts: dict[str, str | int | float | bool] = {"metres": round(apart_m)}
    if apart_m <= _ONE_PLACE_M + point.error_m:
        return known.address_id, (Reason("address_agrees", facts),)
    return "", (Reason("address_disagrees", facts),)
