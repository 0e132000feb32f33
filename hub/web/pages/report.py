"""上报: a grid worker's page on a phone. It works offline: what is sent later is the same report.

The page takes nothing by itself: its script hands what was written to `/report/records`, now or when there is a
connection again. `hub.run.sources.entering` makes a record of it.
"""

from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from hub.clock import day_of
from hub.jsonform import dumps
from hub.model import Urgency
from hub.model.account import Role
from hub.run.sources.entering import REPORTS, Entry, Spot
from hub.web.assets import content_of, url_of
from hub.web.kinds import kinds_of
from hub.web.page import Place, draw
from hub.web.visitor import House, Visitor, allowed, allowed_to_watch

_ROLES: Final = (Role.GRID_WORKER, Role.COMMUNITY, Role.SUBDISTRICT)
PLACE = Place("/report", "上报", frozenset(_ROLES))
Reporter = Annotated[Visitor, allowed(*_ROLES)]
ReportersPage = Annotated[Visitor, allowed_to_watch(*_ROLES)]
Placing = Annotated[Visitor, allowed(*_ROLES, Role.DISTRICT)]
router = APIRouter(include_in_schema=False)
URGENCIES: Final = {Urgency.ROUTINE: "一般", Urgency.URGENT: "紧急", Urgency.CRITICAL: "特急"}
_SCRIPTS: Final = (
    "report.js",
    "drafts.js",
    "sending.js",
    "unsent.js",
    "photos.js",
    "pin.js",
    "places.js",
    "kinds.js",
)
_OFFLINE: Final = ("static/base.css", "static/report.css", "static/icon.svg")
_A_MONTH_S: Final = 31 * 86_400
"""What lay for longer, or on a telephone whose clock was set, is taken as that old, not refused."""


class SentSpot(BaseModel):
    """Where it is."""

    model_config = ConfigDict(extra="forbid")

    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    accuracy_m: Annotated[float, Field(ge=0, le=1e6)] | None = None


class SentReport(BaseModel):
    """One report as the page's script sends it."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]
    category: Annotated[str, Field(min_length=1, max_length=64)]
    words: Annotated[str, Field(min_length=1, max_length=2000)]
    urgency: Urgency = Urgency.ROUTINE
    spot: SentSpot | None = None
    address: Annotated[str, Field(max_length=200)] = ""
    age_s: Annotated[float, Field(ge=0)] = 0.0
    photos: Annotated[list[Base64Bytes], Field(max_length=20)] = []

    def entry(self) -> Entry:
        """What was written."""
        spot = self.spot
        return Entry(
            key=self.key,
            category=self.category,
            words=self.words,
            urgency=self.urgency,
            spot=Spot(spot.lon, spot.lat, spot.accuracy_m) if spot else None,
            address=self.address,
            age=timedelta(seconds=min(self.age_s, _A_MONTH_S)),
            photos=tuple(self.photos),
        )


@router.get("/report")
def page(request: Request, house: House, visitor: Reporter) -> HTMLResponse:
    """The form, for whoever is here."""
    return _form(request, house, visitor)


@router.get("/report/shell")
def shell(request: Request, house: House, visitor: Reporter) -> HTMLResponse:  # noqa: ARG001 who may fetch it
    """The same form for nobody in particular: what the browser keeps for when there is no connection."""
    return _form(request, house, None)


def _form(request: Request, house: House, visitor: Visitor | None) -> HTMLResponse:
    who = visitor.account if visitor else None
    return draw(
        request,
        visitor,
        "report.html",
        kinds=kinds_of(house.pack.taxonomy, house.entering.choices.get(REPORTS, {})),
        common=house.entering.common(who, REPORTS),
        urgencies=URGENCIES,
    )


@router.get("/report/worker.js")
def worker() -> Response:
    """What keeps the page for when there is no connection; its scope is this page and what lies below it, no other."""
    base = url_of("static/report.js").removesuffix("report.js")
    kept = [*(base + name for name in _SCRIPTS), *(url_of(name) for name in _OFFLINE)]
    held = b"".join(content_of(f"static/{name}") for name in _SCRIPTS)
    head = f'const KEPT = {dumps(kept)};\nconst VERSION = "{sha256(held).hexdigest()[:16]}";\n'
    return Response(
        head.encode() + content_of("static/report_worker.js"),
        media_type="text/javascript",
        headers={"service-worker-allowed": "/report", "cache-control": "no-cache"},
    )


@router.get("/report/session")
def session(visitor: ReportersPage) -> JSONResponse:
    """Whose drafts may be sent now, under a name that says nothing, and the token that a form of ours bears. The page asks by
    itself as long as something waits."""
    return JSONResponse({"csrf": visitor.csrf, "owner": visitor.drafts})


@router.get("/report/ground")
def ground(house: House, visitor: Placing) -> Response:
    """The small map of the visitor's own area."""
    found = house.surroundings.ground(visitor.account.area, day_of(house.clock.now()))
    return Response(dumps(found), media_type="application/json")


@router.get("/report/addresses")
def addresses(house: House, visitor: Placing, q: Annotated[str, Query(max_length=200)] = "") -> Response:  # noqa: ARG001
    """Places of the pack's address table that `q` may mean."""
    found = house.surroundings.places_named(q) if q.strip() else ()
    return Response(dumps(list(found)), media_type="application/json")


@router.post("/report/records")
def send(house: House, visitor: Reporter, sent: SentReport) -> JSONResponse:
    """Takes one report; its number once it is stored. The same key again is the same report."""
    return JSONResponse({"number": house.entering.enter(visitor.account, REPORTS, sent.entry())})
