"""From an address to a place: the one candidate that is sure enough, or all of them for a person.

Pure. Candidates and their scores are `gazetteer`'s.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from hub.model import Area, AreaLevel, Point, Reason
from hub.place.candidates import Match
from hub.place.coords import metres_between
from hub.place.gazetteer import Gazetteer
from hub.place.ground import SILENT, Found, Ground, Rejected

SURE: Final = 0.6
"""Score from which a candidate is taken without a person. Scores are shares of one: no other reaches 0.4."""
_KNOWN: Final = 0.9
"""Score from which an entry may speak against a coordinate."""
_AROUND_HINT: Final = 2.0
"""A coarse point keeps candidates within so many of its errors."""


def known_entry(address: str, gazetteer: Gazetteer) -> Match | None:
    """The entry of the table that the address surely names; None where it is not that plain."""
    best = next(iter(gazetteer.exact(address)), None) if address else None
    return best if best and best.at_entry and best.score >= _KNOWN else None


def by_address(
    address: str,
    ground: Ground,
    gazetteer: Gazetteer,
    *,
    area: Area | None,
    hint: Point | None,
    max_error_m: float,
) -> Found | Rejected:
    """The place of `address`. `area`: what the source says it lies in; `hint`: a point too coarse by itself."""
    if not address.strip():
        return SILENT
    matches, notes = _candidates(address, gazetteer, area)
    if hint is not None:
        matches, notes = _near(matches, hint), (*notes, Reason("narrowed_by_coarse_position"))
    if not matches:
        return Rejected("R401", (*notes, Reason("address_unknown")))
    ids = tuple(match.address.id for match in matches)
    best, reason = _choice(matches, ground)
    if best is None:
        return Rejected("R404", (*notes, reason), ids)
    if best.error_m > max_error_m:
        coarse = Reason("address_too_coarse", {"error_m": round(best.error_m)})
        return Rejected("R401", (*notes, coarse), ids)
    footing = ground.footing(best.lon, best.lat, best.error_m)
    if footing is None:
        return Rejected("R402", (*notes, Reason("address_outside_district")), ids)
    point = Point(best.lon, best.lat, best.error_m)
    found = ground.place_at(point, footing, method="address", address_id=best.address_id)
    return Found(found.place, (*notes, reason, *best.reasons, *found.reasons), ids)


def _candidates(
    address: str, gazetteer: Gazetteer, area: Area | None
) -> tuple[tuple[Match, ...], tuple[Reason, ...]]:
    """Candidates in the area that the source states; where it has none, all, and a note."""
    if area is None or area.level is AreaLevel.DISTRICT:
        return gazetteer.search(address), ()
    looked = gazetteer.look(address)
    inside = gazetteer.ranked(looked, within=area.id)
    if inside and inside[0].score >= SURE:
        return inside, (Reason("within_stated_area", {"area": area.id}),)
    anywhere = gazetteer.ranked(looked)
    return anywhere, (Reason("not_in_stated_area", {"area": area.id}),) if anywhere else ()


def _near(matches: Sequence[Match], hint: Point) -> tuple[Match, ...]:
    """The candidates around a coarse point; they share the certainty of those that fall away."""
    reach_m = hint.error_m * _AROUND_HINT
    kept = [
        match
        for match in matches
        if metres_between(match.lon, match.lat, hint.lon, hint.lat) <= reach_m + match.error_m
    ]
    share = sum(match.score for match in matches) / (sum(match.score for match in kept) or 1.0)
    return tuple(replace(match, score=match.score * share) for match in kept)


def _choice(matches: Sequence[Match], ground: Ground) -> tuple[Match | None, Reason]:
    """The candidate to take, or none where it takes a person; with the figures of the decision."""
    best, score = matches[0], matches[0].score
    next_score = matches[1].score if len(matches) > 1 else 0.0
    facts: dict[str, str | int | float | bool] = {
        "score": round(score, 3),
        "next": round(next_score, 3),
        "candidates": len(matches),
    }
    if score >= SURE:
        return best, Reason("address_found", facts)
    feet = [ground.footing(match.lon, match.lat, match.error_m) for match in matches]
    if len({foot and foot.grid_id for foot in feet}) == 1 and sum(match.score for match in matches) >= SURE:
        # Which of them it is may stay open: the grid is the same.
        return best, Reason("candidates_in_one_grid", facts)
    return None, Reason("address_ambiguous", facts)
