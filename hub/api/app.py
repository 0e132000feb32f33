"""Assembles the HTTP application; every error of ours leaves through one handler."""

import re
from collections.abc import Callable, Sequence
from typing import Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.routing import Route

from hub.api import (
    account,
    cards,
    centre,
    contacts,
    departments,
    health,
    measures,
    oauth,
    performance,
    posts,
    sources,
)
from hub.api.doors import Doors
from hub.api.edges import SAFE, Edges
from hub.api.language import language_of
from hub.errors import Bug, FixSettings, HubError, PeerRefused, Refused, TryLater
from hub.messages import text_of
from hub.run.assembly import Assembly
from hub.run.ground.loop import Loop
from hub.run.keys.reach import is_loopback
from hub.settings import Settings

log = structlog.get_logger()

_STATUS: Final = {
    "W103": 404,
    "F136": 404,
    "P107": 404,
    "C106": 404,
    "A101": 403,
    "A302": 401,
    "A303": 403,
    "A304": 403,
    "A305": 403,
    "A320": 403,
    "A321": 403,
    "A335": 403,
    "A336": 403,
    "A337": 429,
    "A340": 403,
    "A341": 401,
    "A201": 409,
    "A202": 409,
    "A203": 409,
    "A210": 404,
    "A214": 404,
    "A215": 409,
    "A401": 409,
    "A402": 409,
    "A403": 429,
    "A405": 409,
    "A406": 409,
    "A420": 404,
    "A424": 409,
    "A425": 403,
    "A427": 409,
    "A501": 404,
    "A504": 409,
    "A505": 409,
    "A509": 403,
    "A511": 409,
    "P109": 401,
    "P108": 413,
    "W101": 409,
    "W108": 409,
    "W110": 409,
    "W128": 409,
    "W152": 409,
    "W157": 409,
    "W120": 503,
    "W130": 404,
    "W131": 409,
    "W132": 409,
    "W135": 404,
    "P203": 403,
    "P204": 404,
    "P205": 429,
    "P206": 404,
    "W141": 409,
    "W143": 409,
}
_OF_HTTP: Final = {400: "P110", 401: "P109", 404: "P107", 405: "P107", 413: "P108"}
"""What the framework refuses by itself → our code for it."""
_FOR_BROWSERS: Final = ("/account",)
RefusalPage = Callable[[Request, HubError, int], Response]
_NAME: Final = re.compile(r"[A-Za-z0-9_]{1,64}")
_VERSION: Final = "0.1.0"
_PROBLEMS: Final[dict[int | str, dict[str, object]]] = {
    405: {"model": departments.Problem, "description": "This door takes other methods: see `allow`."},
    413: {"model": departments.Problem, "description": "More than 256 KiB, or 8 MiB of evidence."},
}


def serve(hub: Assembly, loops: Sequence[Loop] = ()) -> FastAPI:
    """The application of one process, with its callers' keys registered. `loops`: its other workers.

    Raises FixSettings C101 where figures were to be shown without a key to other machines.
    """
    check_open(hub.settings)
    hub.register_callers()
    app = make(
        Doors(
            store=hub.store,
            agreements=hub.agreements,
            gateway=hub.gateway,
            opening=hub.opening,
            attached=hub.attached,
            appealing=hub.appealing,
            owing=hub.owing,
            carded=hub.carded,
            contacts=hub.contacts,
            evidence=hub.evidence,
            figures=hub.figures,
            reporting=hub.reporting,
            at_post=hub.at_post,
            at_centre=hub.at_centre,
            telling=hub.telling,
            ledgers=hub.ledgers,
            clock=hub.clock,
            body_limit=hub.settings.body_limit,
            account=hub.account,
            machines=hub.machines,
            limiting=hub.people.limiting,
            figures_without_key=hub.settings.figures_without_key,
        )
    )
    app.state.watch = health.watching(hub, loops)
    return app


def check_open(settings: Settings) -> None:
    """Raises FixSettings C101 where figures were to be shown without a key to other machines."""
    if settings.figures_without_key and not is_loopback(settings.host):
        raise FixSettings("C101", name="figures_without_key")


def make(doors: Doors) -> FastAPI:
    """The application. Its own pages load nothing from outside, so FastAPI's are switched off."""
    app = FastAPI(
        title="Grid+ hub",
        version=_VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        description=(
            "Departments fetch, open and answer their whistles; posts blow and mark them, the centre decides; sources "
            "push under /in/{source}/. Every refusal, "
            "also of an unknown path (404), method (405) or of a body that is no JSON (422), is a Problem in the "
            "language that Accept-Language asks for (zh, en)."
        ),
    )
    app.state.doors = doors
    app.include_router(departments.router, responses=_PROBLEMS)
    app.include_router(posts.router, responses=_PROBLEMS)
    app.include_router(centre.router, responses=_PROBLEMS)
    app.include_router(contacts.router, responses=_PROBLEMS)
    app.include_router(cards.router, responses=_PROBLEMS)
    app.include_router(measures.router, responses=_PROBLEMS)
    app.include_router(performance.router, responses=_PROBLEMS)
    app.include_router(account.router)
    app.include_router(oauth.router)
    app.include_router(health.router)
    app.router.routes.append(
        Route("/in/{source}/{path:path}", sources.take_in, methods=["GET", "POST", "PUT", "DELETE"])
    )
    return refusing(app)


def refusing(app: FastAPI) -> FastAPI:
    """`app`, with our edges, and with every error leaving in our shape."""
    app.add_middleware(Edges)
    app.add_exception_handler(HubError, _told)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(DataError, _unfit)
    app.add_exception_handler(DBAPIError, _unavailable)
    app.add_exception_handler(PoolTimeout, _unavailable)
    app.add_exception_handler(Exception, _unexpected)
    return app


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, HubError)  # noqa: S101 registered for HubError only
    return _answer(request, error, _status_of(error))


def _answer(request: Request, error: HubError, status: int, allow: str = "") -> Response:
    """The one shape of every refusal: for programs, and for people where there are pages. Its headers stand here too: an
    answer to our own mistake passes no edge."""
    page: RefusalPage | None = getattr(request.app.state, "refusal_page", None)
    if page is not None and "text/html" in request.headers.get("accept", ""):
        return page(request, error, status)
    headers = {**SAFE, **later(error)}
    if status == 401:
        browser = request.url.path in _FOR_BROWSERS
        headers["www-authenticate"] = 'Basic realm="gridplus", charset="UTF-8"' if browser else "Bearer"
    if allow:
        headers["allow"] = allow
    return JSONResponse(text_of(error, language_of(request)).as_dict(), status_code=status, headers=headers)


def later(error: HubError) -> dict[str, str]:
    """When to come again, where it says so."""
    wait_s = error.facts.get("wait_s")
    return {} if wait_s is None else {"retry-after": str(wait_s)}


async def _refused(request: Request, error: Exception) -> Response:
    """What the framework refuses, in our shape; asked which methods there are, it says so."""
    assert isinstance(error, HTTPException)  # noqa: S101 registered for this type only
    allow = _methods(error)
    if request.method == "OPTIONS" and error.status_code == 405:
        return Response(status_code=204, headers={"allow": f"{allow}, OPTIONS"})
    code = _OF_HTTP.get(error.status_code)
    if code is None:
        return await _unexpected(request, error)
    refused = Refused(code)
    return _answer(request, refused, _status_of(refused) if code == "P110" else error.status_code, allow)


def _status_of(error: HubError) -> int:
    if error.code in _STATUS:
        return _STATUS[error.code]
    if isinstance(error, Refused):
        return 422
    if isinstance(error, PeerRefused):
        return error.status
    return 503 if isinstance(error, TryLater | FixSettings) else 500


def _methods(error: HTTPException) -> str:
    """What the `allow` header of a refusal says; who takes GET takes HEAD."""
    methods = {one for one in Headers(error.headers).get("allow", "").split(", ") if one}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


async def _unfit(request: Request, error: Exception) -> Response:
    """What PostgreSQL cannot hold, such as a text with a zero byte: a fault of the request, not of the database."""
    log.warning(
        "value_unfit", error=type(error).__name__, path=getattr(request.scope.get("route"), "path", "")
    )
    return await _told(request, Refused("W102", pointer="/*"))


async def _unavailable(request: Request, error: Exception) -> Response:
    log.warning("store_failed", error=type(error).__name__)
    return await _told(request, TryLater("C104"))


async def _unexpected(request: Request, error: Exception) -> Response:
    """A code instead of a trace: what the error says may quote what was sent."""
    log.warning(
        "request_failed", error=type(error).__name__, path=getattr(request.scope.get("route"), "path", "")
    )
    return await _told(request, Bug("B103"))


async def _malformed(request: Request, error: Exception) -> Response:
    """Which field, never what stood in it."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 registered for this type only
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return await _told(request, Refused("P110"))
    pointer = "/" + "/".join(_part(str(part)) for part in first["loc"])
    return await _told(request, Refused("W102", pointer=pointer))


def _part(name: str) -> str:
    """A field's name, if it is one: of a field too many the name, too, was sent."""
    return name if _NAME.fullmatch(name) else "*"
