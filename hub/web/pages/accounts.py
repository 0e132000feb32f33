"""账号: system administrators add, disable and reset; security administrators confirm; auditors look."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.errors import Refused
from hub.messages import text_of
from hub.model.account import ADMINS, Account, AccountChange, Role
from hub.web.moments import minute_of
from hub.web.page import Place, draw
from hub.web.pages.me import ROLES
from hub.web.visitor import House, Visitor, allowed

PLACE: Final = Place("/accounts", "账号管理", ADMINS)
CHANGES: Final = {
    AccountChange.ROLE: "新账号的角色",
    AccountChange.PASSWORD: "重置密码",
    AccountChange.SECOND: "重置第二重验证",
    AccountChange.SUBJECT: "绑定统一身份",
    AccountChange.ENABLE: "恢复使用",
}
"""AccountChange → what it is called."""
Onlooker = Annotated[Visitor, allowed(*sorted(ADMINS))]
Keeper = Annotated[Visitor, allowed(Role.SYSTEM_ADMIN)]
Confirmer = Annotated[Visitor, allowed(Role.SECURITY_ADMIN)]
router = APIRouter(include_in_schema=False)


@router.get("/accounts")
def accounts(request: Request, house: House, visitor: Onlooker) -> HTMLResponse:
    """All accounts, and what waits for a second person."""
    return _page(request, house, visitor)


def _page(
    request: Request, house: House, visitor: Visitor, refused: Refused | None = None, **told: Any
) -> HTMLResponse:
    standing = house.people.keeping.standing()
    offices = sorted(house.pack.organisations.values(), key=lambda one: one.id)
    areas = sorted(house.pack.areas.values(), key=lambda one: one.id)
    facts = {"secret": "", "half": "", "about": ""} | told
    return draw(
        request,
        visitor,
        "accounts.html",
        status=422 if refused else 200,
        accounts=standing.accounts,
        proposals=standing.proposals,
        names=house.names,
        offices=offices,
        areas=areas,
        area_names={one.id: one.name for one in areas},
        roles=ROLES,
        changes=CHANGES,
        minute_of=minute_of,
        keeps=visitor.account.role is Role.SYSTEM_ADMIN,
        confirms=visitor.account.role is Role.SECURITY_ADMIN,
        told=text_of(refused, visitor.language) if refused else None,
        **facts,
    )


@router.post("/accounts")
def add(
    request: Request,
    house: House,
    visitor: Keeper,
    name: Annotated[str, Form(max_length=64)],
    title: Annotated[str, Form(max_length=64)],
    role: Annotated[Role, Form()],
    organisation: Annotated[str, Form(max_length=64)],
    area: Annotated[str, Form(max_length=32)] = "",
    subject: Annotated[str, Form(max_length=512)] = "",
) -> Response:
    """A new account; its first password is shown this once."""
    by = visitor.account.name
    one = Account(
        name=name.strip(),
        title=title.strip(),
        role=role,
        organisation=organisation,
        area=area,
        made_by=by,
        must_change=not subject.strip(),
        subject=subject.strip(),
    )
    try:
        first = house.people.keeping.add(one, by=by)
    except Refused as refused:
        return _page(request, house, visitor, refused)
    return _page(request, house, visitor, secret=first, about=one.name)


@router.post("/accounts/{name}/disable")
def disable(request: Request, house: House, visitor: Keeper, name: str) -> Response:
    """It opens nothing any more."""
    try:
        house.people.keeping.disable(name, by=visitor.account.name)
    except Refused as refused:
        return _page(request, house, visitor, refused)
    return _back()


@router.post("/accounts/{name}/password")
def reset_password(request: Request, house: House, visitor: Keeper, name: str) -> Response:
    """Another first password, shown this once."""
    try:
        first = house.people.keeping.reset_password(name, by=visitor.account.name)
    except Refused as refused:
        return _page(request, house, visitor, refused)
    return _page(request, house, visitor, secret=first, about=name)


@router.post("/accounts/{name}/proposals")
def propose(
    request: Request,
    house: House,
    visitor: Keeper,
    name: str,
    change: Annotated[AccountChange, Form()],
    subject: Annotated[str, Form(max_length=512)] = "",
) -> Response:
    """The change waits for a second person."""
    try:
        house.people.keeping.propose(name, change, by=visitor.account.name, subject=subject.strip())
    except Refused as refused:
        return _page(request, house, visitor, refused)
    return _back()


@router.post("/accounts/{name}/confirm")
def confirm(
    request: Request, house: House, visitor: Confirmer, name: str, change: Annotated[AccountChange, Form()]
) -> Response:
    """The change holds; the second half of a first password is shown this once."""
    try:
        half = house.people.keeping.confirm(name, change, by=visitor.account.name)
    except Refused as refused:
        return _page(request, house, visitor, refused)
    return _page(request, house, visitor, half=half, about=name)


@router.post("/accounts/{name}/reject")
def reject(
    request: Request, house: House, visitor: Confirmer, name: str, change: Annotated[AccountChange, Form()]
) -> Response:
    """The change does not hold."""
    try:
        house.people.keeping.reject(name, change, by=visitor.account.name)
    except Refused as refused:
        return _page(request, house, visitor, refused)
    return _back()


def _back() -> Response:
    return RedirectResponse("/accounts", status_code=303)
