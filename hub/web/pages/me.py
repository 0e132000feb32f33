"""我的账号: as whom one is signed in, where else; the own password and what it takes to change it."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from hub.errors import Refused
from hub.messages import text_of
from hub.model import AreaId
from hub.model.account import Role
from hub.web.moments import minute_of
from hub.web.page import Place, draw
from hub.web.pages.signin import come_in
from hub.web.visitor import House, Signed, Visitor, agent_of

PLACE: Final[Place | None] = None
router = APIRouter(include_in_schema=False)
ROLES: Final = {
    Role.GRID_WORKER: "网格员",
    Role.COMMUNITY: "社区",
    Role.SUBDISTRICT: "街道",
    Role.DISTRICT: "指挥中心",
    Role.OPERATOR: "部门经办",
    Role.ENGINEER: "对接工程师",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDITOR: "审计员",
}
"""Role → its name in Chinese."""


@router.get("/me")
def me(request: Request, house: House, visitor: Signed) -> HTMLResponse:
    """The visitor's own account."""
    return _page(request, house, visitor)


def _page(request: Request, house: House, visitor: Visitor, refused: Refused | None = None) -> HTMLResponse:
    one = visitor.account
    area = house.pack.areas.get(AreaId(one.area))
    owed = Refused(visitor.owed.value, shortest=0) if visitor.owed else None
    return draw(
        request,
        visitor,
        "me.html",
        status=422 if refused else 200,
        role=ROLES[one.role],
        organisation=house.names.get(one.organisation, one.organisation),
        area=area.name if area else one.area,
        visited=minute_of(visitor.visited_at),
        sessions=house.signing.sessions_of(one),
        minute_of=minute_of,
        left=house.people.second.left(one) if one.has_second else 0,
        owed=text_of(owed, visitor.language) if owed else None,
        told=text_of(refused, visitor.language) if refused else None,
    )


@router.post("/me/password")
def password(
    request: Request,
    house: House,
    visitor: Signed,
    current: Annotated[str, Form(max_length=256)],
    new: Annotated[str, Form(max_length=256)],
    again: Annotated[str, Form(max_length=256)],
    handover: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Changes it; every other browser is signed out."""
    try:
        _check_same(new, again)
        began = house.people.own.change(
            visitor.account, current, new, handover=handover, agent=agent_of(request)
        )
    except Refused as refused:
        return _page(request, house, visitor, refused)
    return come_in(began)


def _check_same(new: str, again: str) -> None:
    if new != again:
        raise Refused("A344")
