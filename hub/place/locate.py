"""What a source says of a place → the place, or why there is none; the order of the ways, and nothing but.

Pure. Position before address before grid code before area code: what is measured before what is told.
Every way that was tried leaves its reasons, the rejected ones too.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from hub.clock import day_of
from hub.model import Area, Place, Position, Reason
from hub.place.atlas import Atlas
from hub.place.by_address import by_address, known_entry
from hub.place.by_code import by_area, by_grid_code
from hub.place.by_position import by_position
from hub.place.coords import Degrees
from hub.place.gazetteer import Gazetteer
from hub.place.ground import Found, Ground, Rejected, ground_of

MAX_ERROR_M: Final = 200.0
"""A point that may be further off than this chooses no grid (domain.md 3.5, N44)."""
_WORST_FIRST: Final = ("R404", "R403", "R402", "R401")
"""Of several ways that failed, the code whose next step helps most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """All that a source says about where; `at`: when it happened, for the maps of that day."""

    position: Position | None = None
    address: str = ""
    area_code: str = ""
    grid_code: str = ""
    at: datetime


@dataclass(frozen=True, slots=True)
class Located:
    """A place was found. `candidates`: ids of address entries that were thought of, likeliest first."""

    place: Place
    reasons: tuple[Reason, ...]
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unlocated:
    """No place was found. `place` holds what is known all the same: an area, a coarse point."""

    code: str
    """R401 nothing usable, R402 outside the district, R403 too coarse, R404 several candidates."""
    reasons: tuple[Reason, ...]
    place: Place
    candidates: tuple[str, ...] = ()


def locate(
    claim: Claim,
    atlas: Atlas,
    gazetteer: Gazetteer,
    *,
    max_error_m: float = MAX_ERROR_M,
    hot_points: Container[Degrees] = frozenset(),
) -> Located | Unlocated:
    """The place that `claim` means on the maps of its day, or why a person must look.

    `hot_points`: coordinates of this source that mean nothing (N47), to the sixth decimal.
    """
    ground = ground_of(atlas, day_of(claim.at))
    rejected: list[Rejected] = []
    for outcome in _ways(claim, ground, gazetteer, max_error_m, hot_points):
        if isinstance(outcome, Found):
            before = tuple(reason for way in rejected for reason in way.reasons)
            return Located(outcome.place, (*before, *outcome.reasons), outcome.candidates)
        rejected.append(outcome)
    return _unlocated(ground, rejected)


def _ways(
    claim: Claim,
    ground: Ground,
    gazetteer: Gazetteer,
    max_error_m: float,
    hot_points: Container[Degrees],
) -> Iterator[Found | Rejected]:
    """The outcome of each way in order; a way is only gone when those before it led nowhere."""
    area = ground.atlas.area(claim.area_code) if claim.area_code else None
    known = known_entry(claim.address, gazetteer) if claim.position else None
    if not ground.maps:
        yield Rejected("R401", (Reason("no_map_of_that_day"),))
        yield by_area(area, claim.area_code, claim.address, ground, gazetteer)
        return
    position = by_position(claim.position, ground, known, max_error_m=max_error_m, hot_points=hot_points)
    if isinstance(position, Found):
        yield _compared(position, area, ground)
        return
    yield position
    yield by_address(claim.address, ground, gazetteer, area=area, hint=position.hint, max_error_m=max_error_m)
    yield by_grid_code(claim.grid_code, ground)
    yield by_area(area, claim.area_code, claim.address, ground, gazetteer)


def _compared(found: Found, area: Area | None, ground: Ground) -> Found:
    """A place by position, with a note where the source states another area than the point's (N49)."""
    home = found.place.community_id or found.place.subdistrict_id
    if area is None or home is None or ground.atlas.within(home, area.id):
        return found
    return replace(found, reasons=(*found.reasons, Reason("stated_area_disagrees", {"area": area.id})))


def _unlocated(ground: Ground, rejected: Sequence[Rejected]) -> Unlocated:
    code = min((way.code for way in rejected if way.code), key=_WORST_FIRST.index, default="R401")
    reasons = tuple(reason for way in rejected for reason in way.reasons)
    candidates = tuple(one for way in rejected for one in way.candidates)
    hint = next((way.hint for way in rejected if way.hint), None)
    area_id = next((way.area_id for way in rejected if way.area_id), None)
    place = ground.place_in(area_id, method="none") if area_id else ground.nowhere()
    if hint is not None:
        place = replace(place, lon=hint.lon, lat=hint.lat, error_m=hint.error_m)
    return Unlocated(code, reasons or (Reason("nothing_told"),), place, candidates)
