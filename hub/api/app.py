"""Assembles the HTTP application; every error of ours leaves through one handler."""

from typing import Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from starlette.routing import Route

from hub.api import departments, home, sources
from hub.api.doors import Doors
from hub.errors import Bug, FixSettings, HubError, PeerRefused, Refused, TryLater
from hub.messages import text_of
from hub.messages.text import Language
from hub.run.assembly import Assembly

log = structlog.get_logger()

_STATUS: Final = {
    "W103": 404,
    "P107": 404,
    "C106": 404,
    "A101": 403,
    "P109": 401,
    "P108": 413,
    "W101": 409,
    "W120": 503,
}
_VERSION: Final = "0.1.0"


def serve(hub: Assembly) -> FastAPI:
    """The application of one process, with its callers' keys registered."""
    hub.register_callers()
    return make(
        Doors(
            store=hub.store,
            gateway=hub.gateway,
            opening=hub.opening,
            reporting=hub.reporting,
            telling=hub.telling,
            ledgers=hub.ledgers,
            clock=hub.clock,
            body_limit=hub.settings.body_limit,
            account=hub.account,
            names={
                **{o.id: o.name for o in hub.pack.organisations.values()},
                **{name: one.title for name, one in hub.pack.sources.items()},
            },
        )
    )


def make(doors: Doors) -> FastAPI:
    """The application. Its own pages load nothing from outside, so FastAPI's are switched off."""
    app = FastAPI(
        title="Grid+ hub",
        version=_VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        description="Departments fetch, open and answer their whistles; sources push under /in/{source}/.",
    )
    app.state.doors = doors
    app.include_router(departments.router)
    app.include_router(home.router)
    app.router.routes.append(
        Route("/in/{source}/{path:path}", sources.take_in, methods=["GET", "POST", "PUT", "DELETE"])
    )
    app.add_exception_handler(HubError, _told)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(DBAPIError, _unavailable)
    app.add_exception_handler(Exception, _unexpected)
    return app


async def _told(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HubError)  # noqa: S101 registered for HubError only
    language = Language.EN if "en" in request.headers.get("accept-language", "")[:2] else Language.ZH
    return JSONResponse(text_of(error, language).as_dict(), status_code=_status_of(error))


def _status_of(error: HubError) -> int:
    if error.code in _STATUS:
        return _STATUS[error.code]
    if isinstance(error, Refused):
        return 422
    if isinstance(error, PeerRefused):
        return error.status
    return 503 if isinstance(error, TryLater | FixSettings) else 500


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    log.warning("store_failed", error=type(error).__name__)
    return await _told(request, TryLater("C104"))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    """A code instead of a trace: what the error says may quote what was sent."""
    log.warning(
        "request_failed", error=type(error).__name__, path=getattr(request.scope.get("route"), "path", "")
    )
    return await _told(request, Bug("B103"))


async def _malformed(request: Request, error: Exception) -> JSONResponse:
    """Which field, never what stood in it."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 registered for this type only
    first = error.errors()[0]
    pointer = "/" + "/".join(str(part) for part in first["loc"])
    return await _told(request, Refused("W102", pointer=pointer))
