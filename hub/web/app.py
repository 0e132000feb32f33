"""The whole web worker: the doors of `hub.api`, and the pages beside them."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from hub.api import app as doors
from hub.api.edges import SAFE
from hub.errors import HubError
from hub.messages import text_of
from hub.run.assembly import Assembly
from hub.run.ground.loop import Loop
from hub.run.people.hashing import nobodys
from hub.run.people.signing import Owed
from hub.web import assets
from hub.web.page import Place, draw
from hub.web.pages import (
    access,
    accounts,
    audit,
    contact,
    contracts,
    deliveries,
    elsewhere,
    emergencies,
    entry,
    fields,
    figures,
    inbox,
    me,
    overview,
    plugins,
    proposals,
    proposing,
    queues,
    report,
    reports,
    requests,
    retention,
    reveals,
    second,
    signin,
    source,
    unused,
    whistle,
    whitelist,
)
from hub.web.pages import map as shared_map
from hub.web.visitor import Visitor, language_of

PAGES: Final = (
    report,
    reports,
    inbox,
    shared_map,
    queues,
    entry,
    plugins,
    deliveries,
    contracts,
    audit,
    whitelist,
    emergencies,
    access,
    retention,
    figures,
    overview,
    proposals,
    proposing,
    reveals,
    fields,
    unused,
    requests,
    accounts,
    me,
    second,
    signin,
    elsewhere,
    source,
    whistle,
    contact,
)
"""In the order of the menu."""


def serve(hub: Assembly, loops: Sequence[Loop] = ()) -> FastAPI:
    """The application of one process, with its callers' keys registered. `loops`: its other workers.

    Raises FixSettings where the settings would show more than they may (C101, C110, C180), or name an identity provider that cannot be one.
    """
    hub.check_demo()
    app = doors.serve(hub, loops)
    hub.demo_accounts  # noqa: B018 made before anybody asks
    nobodys()
    hub.people.elsewhere  # noqa: B018 settings that are wrong end the start, not the first request
    app.state.hub = hub
    app.state.places = tuple(one.PLACE for one in PAGES if isinstance(one.PLACE, Place))
    app.state.refusal_page = refusal_page
    app.include_router(assets.router)
    for one in PAGES:
        app.include_router(one.router)
    return app


def refusal_page(request: Request, error: HubError, status: int) -> Response:
    """A refusal as people see it: the sign-in page where nobody is signed in, else the code with its next step."""
    if status == 401 and request.method == "GET" and "hx-request" not in request.headers:
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/signin?next={quote(here)}", status_code=303)
    if error.code in set(Owed) and request.method == "GET":
        return RedirectResponse("/me", status_code=303)
    headers = {"hx-redirect": "/signin"} if status == 401 else {}
    headers |= doors.later(error)
    template = "refusal_part.html" if "hx-request" in request.headers else "refusal.html"
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    told = text_of(error, visitor.language if visitor else language_of(request))
    return draw(request, visitor, template, status=status, headers={**SAFE, **headers}, told=told)
