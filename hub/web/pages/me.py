"""Whoever is signed in: as whom, for which organisation and area."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from hub.model import AreaId
from hub.model.account import Role
from hub.web.moments import minute_of
from hub.web.page import Place, draw
from hub.web.visitor import House, Signed

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
    one = visitor.account
    area = house.pack.areas.get(AreaId(one.area))
    return draw(
        request,
        visitor,
        "me.html",
        role=ROLES[one.role],
        organisation=house.names.get(one.organisation, one.organisation),
        area=area.name if area else one.area,
        visited=minute_of(visitor.visited_at),
    )
