"""数据保存: how long each class of data is kept, what the next round lets go, and residents' requests about their own."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.exits import Exit
from hub.access.rights import BASES, Basis, Kind, Person, State
from hub.errors import Refused
from hub.messages import text_of
from hub.model.account import Role
from hub.run.care.kept import kept
from hub.run.residents.correcting import Corrected
from hub.run.residents.requests import Asked
from hub.store import retired
from hub.web.moments import minute_of
from hub.web.page import Place, draw
from hub.web.visitor import House, Visitor, allowed

PLACE: Final = Place("/retention", "数据保存", frozenset({Role.SECURITY_ADMIN, Role.AUDITOR}))
router = APIRouter(include_in_schema=False)
Admin = Annotated[Visitor, allowed(Role.SECURITY_ADMIN)]
Reader = Annotated[Visitor, allowed(Role.SECURITY_ADMIN, Role.AUDITOR)]
Said = Annotated[str, Form(max_length=200)]
_DAYS: Final = 60
"""Lines of the history."""
_CLASSES: Final = {
    "topics": "主题消息",
    "records": "来件原文与附件",
    "reports": "部门回复",
    "residents": "诉求人信息",
    "evidence": "办理佐证",
    "audit": "审计",
}
KINDS: Final = {Kind.COPY: "查阅复制", Kind.CORRECT: "更正", Kind.DELETE: "删除"}
STATES: Final = {
    State.ENTERED: "待另一人决定",
    State.AGREED: "已同意，办理中",
    State.DONE: "已办结",
    State.REFUSED: "已拒绝",
}
NAMES_OF_BASES: Final = {
    Basis.COPY: "第四十五条：查阅、复制",
    Basis.CORRECT: "第四十六条：更正、补充",
    Basis.DONE: "第四十七条（一）：目的已实现或无法实现",
    Basis.OVER: "第四十七条（二）：停止服务或期限已满",
    Basis.WITHDRAWN: "第四十七条（三）：撤回同意",
    Basis.UNLAWFUL: "第四十七条（四）：违法处理",
    Basis.OTHER: "第四十七条（五）：法律规定的其他情形",
}


@router.get("/retention")
def retention(request: Request, house: House, visitor: Reader) -> HTMLResponse:
    """Classes with what is due, the history, and requests; the form for who may enter one."""
    return _page(request, house, visitor)


@router.post("/retention/requests")
def enter(
    request: Request,
    house: House,
    visitor: Admin,
    kind: Annotated[Kind, Form()],
    basis: Annotated[Basis, Form()],
    reference: Said = "",
    name: Said = "",
    phone: Said = "",
    id_number: Said = "",
    new_name: Said = "",
    new_phone: Said = "",
    new_id_number: Said = "",
    new_address: Said = "",
) -> Response:
    """A new request; the form again where something is wrong with it, without the values of who asks."""
    fresh = Corrected(name=new_name, phone=new_phone, id_number=new_id_number, address=new_address)
    asked = Asked(
        kind=kind,
        basis=basis,
        reference=reference.strip(),
        person=Person(name=name, phone=phone, id_number=id_number),
        fresh=fresh,
    )
    try:
        id_ = house.requests(Exit.PAGE).enter(asked, by=visitor.account.name)
    except Refused as error:
        return _page(request, house, visitor, told=text_of(error, visitor.language), status=422)
    return RedirectResponse(f"/retention/requests/{id_}", status_code=303)


def _page(
    request: Request, house: House, visitor: Visitor, *, status: int = 200, told: Any = None
) -> HTMLResponse:
    now = house.clock.now()
    with house.store.read() as conn:
        classes = kept(conn, house.pack.retention, now)
        days = retired.history(conn, _DAYS)
    return draw(
        request,
        visitor,
        "retention.html",
        status=status,
        classes=classes,
        days=days,
        requests=house.requests(Exit.PAGE).every(),
        class_names=_CLASSES,
        kinds=KINDS,
        bases=BASES,
        basis_names=NAMES_OF_BASES,
        states=STATES,
        minute=minute_of,
        now=now,
        may_enter=visitor.account.role is Role.SECURITY_ADMIN,
        told=told,
    )
