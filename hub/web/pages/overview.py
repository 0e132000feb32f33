"""运行概况: what came in, where it ended, whom it called. Figures only, nothing personal."""

from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.model.account import Role
from hub.web.page import Place, draw
from hub.web.visitor import House, MaybeVisitor, Visitor, allowed

_ROLES = (Role.DISTRICT, Role.SECURITY_ADMIN, Role.AUDITOR)
PLACE = Place("/overview", "运行概况", frozenset(_ROLES))
_FIRST: Final = {Role.COMMUNITY: "/map", Role.SUBDISTRICT: "/map", Role.SYSTEM_ADMIN: "/accounts"}
Onlooker = Annotated[Visitor, allowed(*_ROLES)]
router = APIRouter(include_in_schema=False)


@router.get("/")
def first(request: Request, visitor: MaybeVisitor) -> Response:
    """Where this visitor's work is: the menu begins there, but for those who mostly look on, and who keeps accounts."""
    if visitor is None:
        return RedirectResponse("/signin", status_code=303)
    places: tuple[Place, ...] = request.app.state.places
    mine = (one.path for one in places if visitor.account.role in one.roles)
    return RedirectResponse(_FIRST.get(visitor.account.role) or next(mine, "/me"), status_code=303)


@router.get("/overview")
def overview(request: Request, house: House, visitor: Onlooker) -> HTMLResponse:
    """The account of records and whistles."""
    return draw(request, visitor, "overview.html", account=house.account(), names=house.names)
