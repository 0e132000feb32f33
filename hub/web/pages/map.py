"""一张图: all matters of the viewer's territory on one map, live; what may be shown is decided in `hub.run.map`."""

import gzip
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from hub.access.territory import territory_of
from hub.clock import day_of
from hub.errors import Refused
from hub.messages.text import Language
from hub.model.account import Role
from hub.run.map.base import Packed
from hub.run.map.cells import FINEST, Box
from hub.run.map.drawn import MOST_CORNERS, around, figures, ring_of
from hub.run.map.pictures import Viewer, past_moment
from hub.run.map.sheet import mark_told
from hub.run.map.wanted import wanted_of
from hub.web.moments import minute_of
from hub.web.page import Place, draw
from hub.web.pages.map_words import (
    COLOURS,
    HANDLINGS,
    LEVELS,
    PALETTE,
    PENDING,
    PEOPLE,
    RULES,
    SAYS,
    STAGES,
    STATES,
    STEPS,
    URGENCIES,
)
from hub.web.visitor import House, Visitor, allowed, allowed_to_watch
from hub.web.words import said

_ROLES = (Role.DISTRICT, Role.SUBDISTRICT, Role.COMMUNITY, Role.GRID_WORKER, Role.OPERATOR)
PLACE = Place("/map", "一张图", frozenset(_ROLES))
Onlooker = Annotated[Visitor, allowed(*_ROLES)]
Listener = Annotated[Visitor, allowed_to_watch(*_ROLES)]
_TILES: Final = "/map/tiles/{z}/{x}/{y}"
router = APIRouter(include_in_schema=False)

_PACKED: Final = {
    "content-encoding": "gzip",
    "content-type": "application/json",
    "cache-control": "private, no-cache",
}


class Drawn(BaseModel):
    """Corners of an area, (lon, lat) degrees."""

    model_config = ConfigDict(strict=True, extra="forbid")
    corners: list[list[float]] = Field(max_length=MOST_CORNERS)


class Asked:
    """What a request asks of the map, read from its query."""

    def __init__(self, request: Request, visitor: Visitor) -> None:
        query = request.query_params
        one = visitor.account
        self.viewer: Final = Viewer(one.name, one.organisation, territory_of(one))
        self.wanted: Final = wanted_of({name: query.getlist(name) for name in query})
        self.colour: Final = query.get("by", "stage")
        if self.colour not in COLOURS:
            raise Refused("P201", name="by")
        self.zoom: Final = _zoom(query.get("z", "11"))
        self.box: Final = _box(query["bbox"]) if query.get("bbox") else None
        self.at: Final = _moment(query["t"]) if query.get("t") else None


def _zoom(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:3]) <= FINEST):
        raise Refused("P201", name="z")
    return int(text[:3])


def _box(text: str) -> Box:
    try:
        box = Box(*map(float, text.split(",")))
    except (ValueError, TypeError):
        raise Refused("P201", name="bbox") from None
    if not (-180 <= box.west <= box.east <= 180 and -85 <= box.south <= box.north <= 85):
        raise Refused("P201", name="bbox")
    return box


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("P201", name="t") from None
    if at.tzinfo is None:
        raise Refused("P201", name="t")
    return past_moment(at)


@router.get("/map")
def page(request: Request, house: House, visitor: Onlooker) -> HTMLResponse:
    """The page; what it shows comes by itself."""
    pack, english = house.pack, visitor.language is Language.EN
    names: dict[str, Any] = {
        "stage": _in(STAGES, visitor),
        "urgency": _in(URGENCIES, visitor),
        "level": _in(LEVELS, visitor),
        "category": {id_: one.en if english else one.zh for id_, one in pack.taxonomy.categories.items()},
        "sources": {id_: one.title for id_, one in pack.sources.items()},
        "departments": {id_: one.name for id_, one in pack.organisations.items()},
        "subdistrict": {id_: one.name for id_, one in pack.areas.items()},
    }
    return draw(
        request,
        visitor,
        "map.html",
        names=orjson.dumps(names, option=orjson.OPT_NON_STR_KEYS).decode(),
        stages=_in(STAGES, visitor),
        urgencies=_in(URGENCIES, visitor),
        says=orjson.dumps(_in(SAYS, visitor)).decode(),
        palette=orjson.dumps(PALETTE).decode(),
        tiles=orjson.dumps({"url": _TILES, "credit": house.settings.map_credit}).decode()
        if house.base_tiles
        else "",
        now=house.clock.now().isoformat(),
        is_wall=request.query_params.get("wall") == "1",
    )


def _in(names: dict[Any, str], visitor: Visitor) -> dict[str, str]:
    return {str(one): said(zh, visitor.language) for one, zh in names.items()}


@router.get("/map/ground")
def ground(request: Request, house: House, _visitor: Onlooker) -> Response:
    """Areas, roads, waters, places and names; sent once, then known by its tag."""
    return _once(request, house.base_map.ground(day_of(house.clock.now())))


@router.get("/map/grids/{kind}")
def grids(request: Request, house: House, _visitor: Onlooker, kind: str) -> Response:
    """All grids of a kind."""
    return _once(request, house.base_map.grids(kind, day_of(house.clock.now())))


def _once(request: Request, packed: Packed) -> Response:
    tag = f'"{packed.digest}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"etag": tag})
    return Response(packed.content, headers={**_PACKED, "etag": tag})


@router.get("/map/tiles/{z}/{x}/{y}")
def tile(house: House, _visitor: Onlooker, z: int, x: int, y: int) -> Response:
    """A picture of the base map, where one is configured."""
    if house.base_tiles is None:
        raise Refused("P208")
    content, kind = house.base_tiles.picture(z, x, y)
    return Response(content, media_type=kind, headers={"cache-control": "private, max-age=86400"})


@router.get("/map/view")
def view(request: Request, house: House, visitor: Onlooker) -> Response:
    """Marks gathered at a zoom, the counts beside them, and the number of the last news in each."""
    asked = _looked(request, house, visitor)
    if asked.box is None:
        raise Refused("P201", name="bbox")
    return _json(
        request,
        house.pictures.cells(
            asked.viewer,
            zoom=asked.zoom,
            box=asked.box,
            wanted=asked.wanted,
            colour=asked.colour,
            at=asked.at,
        ),
    )


@router.get("/map/rows")
def rows(request: Request, house: House, visitor: Onlooker) -> Response:
    """The first of the same as a list: the most urgent, then the newest."""
    asked = _looked(request, house, visitor)
    found = house.pictures.rows(asked.viewer, box=asked.box, wanted=asked.wanted, at=asked.at)
    return _json(request, {"rows": [mark_told(one) for one in found]})


@router.post("/map/area")
def area(request: Request, house: House, visitor: Onlooker, drawn: Drawn) -> Response:
    """The figures of what somebody drew."""
    ring = ring_of(drawn.corners)
    asked = _looked(request, house, visitor)
    inside = house.pictures.inside(asked.viewer, box=around(ring), wanted=asked.wanted, at=asked.at)
    return _json(request, figures(ring, inside))


@router.get("/map/matter/{incident_id}")
def matter(request: Request, house: House, visitor: Onlooker, incident_id: str) -> HTMLResponse:
    """One matter, as this viewer may see it."""
    asked = Asked(request, visitor)
    now = house.clock.now()
    found = house.matter_page.open(asked.viewer, incident_id, ledger=house.ledgers.mine(), now=now)
    return draw(
        request,
        visitor,
        "map_matter.html",
        found=found,
        departments={id_: one.name for id_, one in house.pack.organisations.items()},
        sources={id_: one.title for id_, one in house.pack.sources.items()},
        urgencies=URGENCIES,
        handlings=HANDLINGS,
        levels=LEVELS,
        states=STATES,
        steps=STEPS,
        rules=RULES,
        people=PEOPLE,
        minute=lambda text: minute_of(datetime.fromisoformat(text)) if text else "",
        pending=PENDING,
        is_late=lambda text: datetime.fromisoformat(text) < now,
    )


@router.get("/map/stream")
async def stream(request: Request, house: House, visitor: Listener) -> StreamingResponse:
    """What changes, as it does; who comes back says the number of the last news it had."""
    asked = Asked(request, visitor)
    await run_in_threadpool(_check, house, asked)
    house.fanout.admit(asked.viewer)
    after = request.headers.get("last-event-id") or request.query_params.get("after", "")

    def is_signed_in() -> bool:
        session = house.signing.holding(visitor.token)
        return session is not None and session.account == visitor.account

    said: AsyncIterator[bytes] = house.fanout.listen(asked.viewer, after, is_signed_in)
    return StreamingResponse(said, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


def _looked(request: Request, house: House, visitor: Visitor) -> Asked:
    asked = Asked(request, visitor)
    _check(house, asked)
    return asked


def _check(house: House, asked: Asked) -> None:
    house.pictures.check(asked.viewer, asked.wanted, asked.at, house.ledgers.mine())


def _json(request: Request, told: dict[str, Any]) -> Response:
    """Gzipped where the browser takes that: pictures are large, and alike in themselves."""
    raw = orjson.dumps(told)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(raw, media_type="application/json")
    return Response(
        gzip.compress(raw, 3), headers={"content-encoding": "gzip", "content-type": "application/json"}
    )
