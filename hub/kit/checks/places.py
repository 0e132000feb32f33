"""Where it is: the declared coordinate system, coarse, swapped, missing and far points. Rules: domain.md N43–N45."""

from typing import Final, NoReturn

from hub.kit.bodies import replaced
from hub.kit.desk import Desk
from hub.kit.outcome import Level, NotApplicable, check
from hub.kit.story import Told
from hub.kit.subject import Subject, demand
from hub.model import Crs, Draft, Position
from hub.pipeline import Parked
from hub.place.coords import metres_between, to_cgcs2000
from hub.plugin import Body

_NEAR_M: Final = 5.0
_ELSEWHERE_M: Final = 10_000.0
_HERE: Final = ((120.8512, 32.0013), (120.8891, 31.9794), (120.8333, 32.0444))
_BEIJING: Final = (116.3912, 39.9066)
_NONE: Final = ("0", "0.0", "0.000000", "null", "")
"""How systems write that there is no point."""


@check(
    "place-true",
    Level.SILVER,
    "a point lies where it was said, within 5 m, by the declared coordinate system",
)
def place_true(subject: Subject) -> None:
    for lon, lat in _HERE:
        for position in _positions(subject, lon, lat):
            _true(position, lon, lat)


@check("two-decimals", Level.SILVER, "a point of two decimals is as coarse as it was sent")
def two_decimals(subject: Subject) -> None:
    with subject.at_desk(subject.says()) as desk:
        for one, at in _with_point(desk):
            coarse = _drafts(desk, _at(one.sent, at, f"{at.x:.2f}", f"{at.y:.2f}"))
            demand(
                all(found.position is None or found.position.decimals == 2 for found in coarse),
                "precise",
                "a point of two decimals, some 500 m wide, counts as precise",
            )


@check("no-place", Level.SILVER, "a point that is missing or zero is none")
def no_place(subject: Subject) -> None:
    story = subject.story(subject.says(lon=None, lat=None))
    demand(bool(story.told), "lost", "a report without a point is thrown away")
    demand(
        not any(draft.position for draft in story.drafts), "made-up", "a point is made up where none was said"
    )


@check("zero-place", Level.SILVER, "a point that is written as zero or as a word for nothing is none")
def zero_place(subject: Subject) -> None:
    with subject.at_desk(subject.says()) as desk:
        for one, at in _with_point(desk):
            for nothing in _NONE:
                found = [draft.position for draft in _drafts(desk, _at(one.sent, at, nothing, nothing))]
                demand(not any(found), "made-up", "a zero, or a word for nothing, becomes a point")


@check("far-place", Level.SILVER, "a point outside the district stays where it is")
def far_place(subject: Subject) -> None:
    _stays(subject, *_BEIJING)


@check(
    "swapped-place", Level.SILVER, "north and east swapped: the point stays as it was sent, or is left out"
)
def swapped_place(subject: Subject) -> None:
    lon, lat = _HERE[0]
    _positions(subject, lon, lat)
    story = subject.story(subject.says(lon=lat, lat=lon))
    demand(bool(story.told), "lost", "a report with swapped coordinates is thrown away")
    for draft in story.drafts:
        if draft.position is not None and draft.position.crs is not Crs.CGCS2000_GK:
            off = metres_between(*to_cgcs2000(draft.position), lon, lat)
            demand(
                off > _ELSEWHERE_M,
                "guessed",
                "swapped coordinates are put right unsaid: the hub does that, and says so",
            )


def _stays(subject: Subject, lon: float, lat: float) -> None:
    _positions(subject, *_HERE[0])
    story = subject.story(subject.says(lon=lon, lat=lat))
    demand(bool(story.told), "lost", "a report with a point far off is thrown away")
    for draft in story.drafts:
        made = subject.understood(draft)
        demand(
            draft.position is None or isinstance(made, Parked) or made.event.place.method != "position",
            "moved",
            "a point far off comes to lie in the district",
        )


def _positions(subject: Subject, lon: float, lat: float) -> list[Position]:
    """The points that come of one that was said; raises NotApplicable where none does."""
    drafts = subject.story(subject.says(lon=lon, lat=lat)).drafts
    found = [draft.position for draft in drafts if draft.position is not None]
    if not found:
        raise NotApplicable("its system says no points")
    return found


def _true(position: Position, lon: float, lat: float) -> None:
    east, north = to_cgcs2000(position)
    off = metres_between(east, north, lon, lat)
    demand(off <= _NEAR_M, "off", f"a point lies {off:.0f} m off: another coordinate system than is declared")


def _with_point(desk: Desk) -> list[tuple[Told, Position]]:
    """What came with a point that stands in its body as it is; raises NotApplicable where nothing did."""
    found = [
        (one, draft.position)
        for one in desk.run().told
        for draft in one.drafts
        if isinstance(draft, Draft) and draft.position is not None
    ]
    if not found:
        raise NotApplicable("its system says no points")
    return [(one, at) for one, at in found if _at(one.sent, at, "1", "1") is not None] or _not_shown()


def _not_shown() -> NoReturn:
    raise NotApplicable("its points do not stand in its bodies as the numbers that they are")


def _at(body: Body, at: Position, x: str, y: str) -> Body | None:
    """The body with other coordinates in the place of these."""
    changed = replaced(body, _shown(at.x), x)
    return changed and replaced(changed, _shown(at.y), y)


def _drafts(desk: Desk, body: Body | None) -> list[Draft]:
    return [one for one in desk.judged(body).drafts if isinstance(one, Draft)] if body else []


def _shown(value: float) -> str:
    """A coordinate as it may stand in a body, without the zeros at its end."""
    return f"{value:.10f}".rstrip("0")
