"""What one viewer is given of a matter on the map: rows by territory first, then fields by the plan of `Output.MAP`.

Pure. A field that no grant gives in full is not there; of a point the grant's mask decides. A grant with a limit of rows
a day gives nothing here, since a map shows all rows at once; of a secret matter only what a grant for secrets gives.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple

from hub.access.fields import split
from hub.access.masks import FULL, Mask, Scene, mask_of
from hub.access.plan import Plan
from hub.access.row import Care, RowScope, areas_of
from hub.access.territory import Territory
from hub.model import AreaId, Handling, Sensitivity, WhistleState
from hub.store.pins import Call, Pin
from hub.whistle.lifecycle import DONE, RELIEVED, UNBLOWN, UNSETTLED
from hub.whistle.sight import SIGHT, Sight

Centre = Callable[[str], tuple[float, float] | None]
"""Grid id → (lon, lat) of its middle, degrees; None for an unknown one."""

_NOT_CALLED: Final = UNBLOWN | RELIEVED
_SEES: Final = frozenset((Sight.ALL, Sight.UNTIL_DONE))
_POINT: Final = ("incident.lon", "incident.lat")
_POINT_MASKS: Final = frozenset((FULL, "geo_100m", "geo_grid"))
_IN_FULL: Final = (None, None)
AREAS: Final[Mapping[str, str]] = {
    "grid": "incident.grid_id",
    "community": "incident.community_id",
    "subdistrict": "incident.subdistrict_id",
}
"""Kind of area, finest first → the field that says in which one a matter lies."""


class Stage(StrEnum):
    """How far a matter is, as a map colours it."""

    WAITING = "waiting"
    """待派: nobody is called."""
    CALLED = "called"
    """待签收."""
    HANDLING = "handling"
    """办理中."""
    DISPUTED = "disputed"
    """退单争议."""
    DONE = "done"
    """已办结."""
    ELSEWHERE = "elsewhere"
    """另行办理: nobody is called, since a legal channel or a plan deals with it."""
    DRILL = "drill"
    """演练."""


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """What marks may have in common; what may not be shown is "" or empty. Colours and most filters go by it.

    Equal ones of one `Marker` are one object, so that a hundred thousand marks are told apart by a few thousand of them.
    """

    stage: str
    urgency: str
    level: str
    category: str
    sources: tuple[str, ...]
    departments: tuple[str, ...]


class Mark(NamedTuple):
    """A matter as one viewer sees it. `named`: whether its id may be told; degrees are None where no point may, areas ""
    where they may not."""

    id: str
    named: bool
    lon: float | None
    lat: float | None
    opened_us: int
    face: Face
    grid: str
    community: str
    subdistrict: str


FIELDS: Final[Mapping[str, str]] = {
    "stage": "whistle.state",
    "urgency": "incident.urgency",
    "level": "incident.level",
    "category": "incident.category",
    "sources": "event.source",
    "departments": "whistle.contract_id",  # a contract's name is its department's
    **AREAS,
}
"""By what marks are chosen, counted and coloured → the field that a grant must give in full."""
SHOWN: Final[Mapping[str, str]] = {"id": "incident.id", "opened_at": "incident.opened_at", **FIELDS}
"""The same with what is only shown."""


class _Given(NamedTuple):
    """What a plan gives of matters of one area and category: names of `SHOWN`, and the masks of a point's halves."""

    names: frozenset[str]
    point: tuple[Mask | None, ...] | None


class Marker:
    """Makes marks for one territory under one plan."""

    def __init__(self, territory: Territory, plan: Plan, centre: Centre) -> None:
        self._territory: Final = territory
        self._plan: Final = plan
        self._centre: Final = centre
        self._given: Final = lru_cache(maxsize=50_000)(self._select)
        self._faces: Final[dict[tuple[str | tuple[str, ...], ...], Face]] = {}

    def mark(self, pin: Pin) -> Mark | None:
        """`pin` as it is shown; None where nothing of it is."""
        if not is_within(pin, self._territory):
            return None
        given = self._given(pin.community_id or pin.subdistrict_id or "", pin.category, pin.secret)
        lon, lat = self._point(pin, given)
        names = given.names
        mark = Mark(
            pin.id,
            "id" in names,
            lon,
            lat,
            pin.opened_us if "opened_at" in names else 0,
            self._face(tuple([v if name in names else _NOTHING[name] for name, v in self._said(pin)])),
            (pin.grid_id or "") if "grid" in names else "",
            (pin.community_id or "") if "community" in names else "",
            (pin.subdistrict_id or "") if "subdistrict" in names else "",
        )
        return mark if mark.named or mark.grid or mark.community or mark.subdistrict else None

    def _face(self, said: tuple[Any, ...]) -> Face:
        face = self._faces.get(said)
        if face is None:
            face = self._faces[said] = Face(*said)
        return face

    def _said(self, pin: Pin) -> Iterable[tuple[str, str | tuple[str, ...]]]:
        mine = self._territory.department
        calls = [one for one in pin.calls if not mine or one.department == mine]
        live = [one for one in calls if one.state not in _NOT_CALLED]
        yield "stage", stage_of(pin.closed_us is not None, live, pin.handling).value
        yield "urgency", pin.urgency
        yield "level", pin.level
        yield "category", pin.category
        yield "sources", pin.sources
        yield "departments", tuple(sorted({one.department for one in live}))

    def _point(self, pin: Pin, given: _Given) -> tuple[float | None, float | None]:
        """Both halves or none: one alone is a line that the matter lies on."""
        if pin.lon is None or pin.lat is None or given.point is None:
            return None, None
        if given.point == _IN_FULL:
            return pin.lon, pin.lat
        scene = Scene(self._plan.on, self._centre(pin.grid_id) if pin.grid_id else None)
        found = [
            mask(value, scene) if mask else value
            for mask, value in zip(given.point, (pin.lon, pin.lat), strict=True)
        ]
        lon, lat = (one if isinstance(one, float) else None for one in found)
        return (None, None) if lon is None or lat is None else (lon, lat)

    def _select(self, area: str, category: str, secret: bool) -> _Given:
        """Points in any form, all other fields in full."""
        care = frozenset((Care.SECRET,)) if secret else frozenset[Care]()
        row = RowScope(areas=areas_of(AreaId(area) if area else None), category=category, care=care)
        lines = {
            line.field: line
            for line in self._plan.selection(row).lines
            if line.max_rows_day is None and (not secret or line.sensitivity is Sensitivity.RESTRICTED)
        }
        full = {field for field, line in lines.items() if line.mask == FULL}
        point = [lines[field] for field in _POINT if field in lines and lines[field].mask in _POINT_MASKS]
        masks = tuple(mask_of(line.mask, split(line.field)[1]) for line in point)
        return _Given(
            frozenset(name for name, field in SHOWN.items() if field in full),
            masks if len(masks) == len(_POINT) else None,
        )


_NOTHING: Final[Mapping[str, str | tuple[str, ...]]] = {
    one.name: () if one.name in ("sources", "departments") else "" for one in fields(Face)
}


def is_within(pin: Pin, territory: Territory) -> bool:
    """Whether an account of `territory` may see the matter at all. A department: while it is its matter, by any of its
    whistles, and never one that complains about it; of the past only what is its matter still."""
    mine = territory.department
    if mine is not None:
        called = any(one.department == mine and _is_open(one) for one in pin.calls)
        return called and mine not in pin.accused
    area = territory.area
    return area is not None and (not area or area in _areas(pin))


def _is_open(call: Call) -> bool:
    return all(SIGHT[state] in _SEES for state in (call.state, call.by_now or call.state))


def _areas(pin: Pin) -> tuple[str | None, ...]:
    finest = pin.community_id or pin.subdistrict_id
    return pin.grid_id, *areas_of(AreaId(finest) if finest else None)


_UNCALLED: Final = {Handling.ELSEWHERE: Stage.ELSEWHERE, Handling.DRILL: Stage.DRILL}


def stage_of(is_closed: bool, live: Iterable[Call], handling: Handling = Handling.CALL) -> Stage:
    """The stage of a matter by its whistles that were blown and not called off: the leads', where any leads."""
    calls = list(live)
    if handling is Handling.DRILL:
        return Stage.DRILL
    states = {one.state for one in calls if one.leads} or {one.state for one in calls}
    if is_closed or (states and states <= DONE):
        return Stage.DONE
    if states & UNSETTLED:
        return Stage.DISPUTED
    if not states:
        return _UNCALLED.get(handling, Stage.WAITING)
    return Stage.CALLED if WhistleState.BLOWN in states else Stage.HANDLING
