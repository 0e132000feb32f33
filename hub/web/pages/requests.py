"""个人信息申请: one request with its steps, what is left to be done, and who is to be told. Ids and counts, no contents."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.exits import Exit
from hub.access.rights import LEAST_PASSPHRASE, Kind, Refusal, State
from hub.model.account import Role
from hub.run.residents.requests import Case
from hub.store.requests import DONE, KEPT
from hub.web.moments import minute_of
from hub.web.page import Place, draw
from hub.web.pages.retention import KINDS, NAMES_OF_BASES, STATES, Admin, Reader, Said
from hub.web.visitor import House, Visitor

PLACE: Final[Place | None] = None
router = APIRouter(include_in_schema=False)
_REFUSALS: Final = {
    Refusal.NOT_PROVEN: "未核验身份",
    Refusal.LAW_KEEPS: "法律规定应当保存",
    Refusal.NO_BASIS: "不符合法定情形",
    Refusal.REPEATED: "重复申请",
}
_STEPS: Final = {
    "enter": "登记",
    "agree": "同意",
    "refuse": "拒绝",
    "carry": "继续办理",
    "copy": "制作副本",
    "confirm": "确认告知",
}
_ROWS: Final = {"found": "待办", "kept": "事项未结，暂留", "done": "已办"}


@router.get("/retention/requests/{request_id}")
def one(request: Request, house: House, visitor: Reader, request_id: str) -> HTMLResponse:
    """The request as it stands."""
    case = house.requests(Exit.PAGE).case(request_id)
    return draw(
        request,
        visitor,
        "requests.html",
        case=case,
        one=case.request,
        done=sum(row.state == DONE for row in case.rows),
        kept=sum(row.state == KEPT for row in case.rows),
        may=_may(visitor, case),
        kinds=KINDS,
        basis_names=NAMES_OF_BASES,
        states=STATES,
        refusals=_REFUSALS,
        reasons={**NAMES_OF_BASES, **_REFUSALS},
        steps=_STEPS,
        rows=_ROWS,
        names=house.names,
        minute=minute_of,
        least=LEAST_PASSPHRASE,
    )


@router.post("/retention/requests/{request_id}/agreement")
def agree(house: House, visitor: Admin, request_id: str) -> Response:
    """Agrees and carries it through."""
    house.requests(Exit.PAGE).agree(request_id, by=visitor.account.name)
    return _back(request_id)


@router.post("/retention/requests/{request_id}/refusal")
def refuse(house: House, visitor: Admin, request_id: str, reason: Annotated[Refusal, Form()]) -> Response:
    """Turns it down."""
    house.requests(Exit.PAGE).refuse(request_id, reason, by=visitor.account.name)
    return _back(request_id)


@router.post("/retention/requests/{request_id}/rest")
def carry(house: House, visitor: Admin, request_id: str) -> Response:
    """Deletes what open matters needed before."""
    house.requests(Exit.PAGE).carry(request_id, by=visitor.account.name)
    return _back(request_id)


@router.post("/retention/requests/{request_id}/copy")
def copy(house: House, visitor: Admin, request_id: str, passphrase: Said = "") -> Response:
    """The sealed file, once."""
    file = house.requests(Exit.PAGE).copy(request_id, passphrase, by=visitor.account.name)
    headers = {
        "content-disposition": f'attachment; filename="{request_id}.html"',
        "cache-control": "no-store",
    }
    return Response(file, media_type="application/octet-stream", headers=headers)


@router.post("/retention/requests/{request_id}/tasks/{number}")
def confirm(house: House, visitor: Admin, request_id: str, number: int, reference: Said = "") -> Response:
    """Notes an answer."""
    house.requests(Exit.PAGE).confirm(request_id, number, reference.strip(), by=visitor.account.name)
    return _back(request_id)


def _back(request_id: str) -> RedirectResponse:
    return RedirectResponse(f"/retention/requests/{request_id}", status_code=303)


def _may(visitor: Visitor, case: Case) -> frozenset[str]:
    """What this visitor gets a button for; what counts is `hub.run.residents.requests`."""
    me, state, kind = visitor.account, case.request.state, case.request.kind
    if me.role is not Role.SECURITY_ADMIN:
        return frozenset()
    if state is State.ENTERED:
        return frozenset() if case.steps[0].by == me.name else frozenset({"decide"})
    if state is not State.AGREED:
        return frozenset()
    if kind is Kind.COPY:
        return frozenset({"copy"})
    is_left = kind is Kind.DELETE and any(row.state != DONE for row in case.rows)
    return frozenset({"confirm", "carry"} if is_left else {"confirm"})
