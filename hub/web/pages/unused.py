"""未使用的授权: live grants under which nothing was read or sent for a while; from here their end is proposed."""

from dataclasses import asdict, dataclass, replace
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.exits import Exit
from hub.access.proposal import Action
from hub.errors import Refused
from hub.messages import text_of
from hub.model.account import Role
from hub.run.whitelist.catalogue import titles
from hub.run.whitelist.unused import A_PAGE, DAYS
from hub.run.whitelist.wanted import Wanted, ended
from hub.web.page import Place, draw
from hub.web.pages.whitelist import NAMES, Admin, Keeper
from hub.web.visitor import House, Visitor

PLACE: Final[Place | None] = None
router = APIRouter(include_in_schema=False)
_CHOICES: Final = (30, 90, 180, 365)
_ROWS: Final = 100
"""A page."""
Days = Annotated[int, Query(ge=1, le=3660)]
Part = Annotated[int, Query(ge=1, le=10_000)]
Department = Annotated[str, Query(max_length=64)]
_Grants = Annotated[list[str], Form(max_length=500)]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which page of what."""

    days: int
    department: str
    part: int

    def url(self) -> str:
        """Its address."""
        said = {name: value for name, value in asdict(self).items() if value}
        return f"/whitelist/unused?{urlencode(said)}"


@router.get("/whitelist/unused")
def unused(
    request: Request,
    house: House,
    visitor: Keeper,
    days: Days = DAYS,
    department: Department = "",
    part: Part = 1,
) -> HTMLResponse:
    """Those of the last `days` days, a hundred a page; with `department`, its own."""
    return _page(request, house, visitor, _Asked(days, department, part))


@router.post("/whitelist/unused")
def end(
    request: Request,
    house: House,
    visitor: Admin,
    days: Days = DAYS,
    department: Department = "",
    part: Part = 1,
    grant: _Grants = [],  # noqa: B006 FastAPI makes a new one for each request
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Proposes that those that were ticked end."""
    now = house.clock.now()
    try:
        changes = tuple(map(ended, house.register.each(grant, now=now)))
        wanted = Wanted(action=Action.END, changes=changes, reason=reason)
        made = house.proposing(Exit.PAGE).propose(wanted, by=visitor.account.name, now=now)
    except Refused as refused:
        return _page(request, house, visitor, _Asked(days, department, part), refused)
    return RedirectResponse(f"/whitelist/proposals/{made.id}", status_code=303)


def _page(
    request: Request, house: House, visitor: Visitor, asked: _Asked, refused: Refused | None = None
) -> HTMLResponse:
    now = house.clock.now()
    found = house.uses.unused(days=asked.days, now=now, most=A_PAGE)
    house.uses.note(by=visitor.account.name, now=now)
    rows = [one for one in found.rows if asked.department in ("", one.stands.grant.department)]
    first = (asked.part - 1) * _ROWS
    return draw(
        request,
        visitor,
        "unused.html",
        status=422 if refused else 200,
        **NAMES,
        found=found,
        rows=rows[first : first + _ROWS],
        of=len(rows),
        asked=asked,
        here=asked.url(),
        links={one: replace(asked, days=one, part=1).url() for one in sorted({*_CHOICES, asked.days})},
        before=replace(asked, part=asked.part - 1).url() if asked.part > 1 else "",
        onward=replace(asked, part=asked.part + 1).url() if first + _ROWS < len(rows) else "",
        departments=sorted({one.stands.grant.department for one in found.rows}),
        told=text_of(refused, visitor.language) if refused else None,
        may_propose=visitor.account.role is Role.SECURITY_ADMIN,
        names=house.names,
        titles=titles(),
    )
