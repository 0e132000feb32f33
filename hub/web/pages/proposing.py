"""提出授权: a form for a grant, or for a change or the end of one; by the rules of the pack's own file."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.exits import Exit
from hub.access.proposal import Action, Change
from hub.errors import Refused
from hub.messages import text_of
from hub.model import Grant
from hub.pack.grants_written import entry_of
from hub.run.whitelist.catalogue import known_fields, titles
from hub.run.whitelist.wanted import Wanted, changed, ended, from_entries
from hub.web.page import Place, draw
from hub.web.pages.whitelist import NAMES, Admin
from hub.web.visitor import House, Visitor

PLACE: Final[Place | None] = None
router = APIRouter(include_in_schema=False)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SEPARATORS: Final = re.compile(r"[\s,，、;；]+")
Words = Annotated[list[str], Form()]
Text = Annotated[str, Form(max_length=500)]


@router.get("/whitelist/new")
def form(
    request: Request, house: House, visitor: Admin, grant: str = "", department: str = "", field: str = ""
) -> HTMLResponse:
    """The empty form; with `grant`, as that one stands; with `department` and `field`, as others have it."""
    now = house.clock.now()
    before = house.register.grant(grant, now=now).grant if grant else None
    entry = entry_of(before) if before else house.register.like_others(department, field, now=now)
    return _form(request, house, visitor, before, entry)


@router.post("/whitelist/new")
def propose(
    request: Request,
    house: House,
    visitor: Admin,
    reason: Text,
    target: Text = "",
    departments: Words = [],  # noqa: B006 FastAPI makes a new one for each request
    fields: Words = [],  # noqa: B006
    outputs: Words = [],  # noqa: B006
    areas: Words = [],  # noqa: B006
    categories: Text = "",
    purpose: Text = "",
    mask: Text = "",
    max_rows_day: Text = "",
    legal_basis: Text = "",
    sensitivity: Text = "",
    share_type: Text = "",
    begins: Text = "",
    ends: Text = "",
    review_by: Text = "",
) -> Response:
    """Stores the proposal and leads to it; or draws the form again with what is wrong."""
    before = house.register.grant(target, now=house.clock.now()).grant if target else None
    entry: dict[str, Any] = {
        "departments": departments,
        "fields": fields,
        "outputs": outputs,
        "areas": areas,
        "categories": [one for one in _SEPARATORS.split(categories) if one],
        "purpose": purpose,
        "legal_basis": legal_basis,
        "sensitivity": sensitivity,
        "share_type": share_type,
        "valid": {"from": _day(begins), "to": _day(ends)},
    }
    if mask:
        entry["mask"] = mask
    if max_rows_day:
        entry["max_rows_day"] = int(max_rows_day) if max_rows_day.isdecimal() else max_rows_day
    try:
        grants = from_entries(house.pack, [entry])
        wanted = _wanted(before, grants, reason, review_by)
        made = house.proposing(Exit.PAGE).propose(wanted, by=visitor.account.name, now=house.clock.now())
    except Refused as refused:
        return _form(request, house, visitor, before, entry, reason=reason, refused=refused)
    return RedirectResponse(f"/whitelist/proposals/{made.id}", status_code=303)


@router.post("/whitelist/ends")
def end(house: House, visitor: Admin, grant: Annotated[str, Form()], reason: Text) -> Response:
    """Proposes that a grant ends."""
    now = house.clock.now()
    change = ended(house.register.grant(grant, now=now).grant)
    wanted = Wanted(action=Action.END, changes=(change,), reason=reason)
    made = house.proposing(Exit.PAGE).propose(wanted, by=visitor.account.name, now=now)
    return RedirectResponse(f"/whitelist/proposals/{made.id}", status_code=303)


def _wanted(before: Grant | None, grants: tuple[Grant, ...], reason: str, review_by: str) -> Wanted:
    day = _day(review_by)
    changes = [changed(before, one) if before else Change(grant=one) for one in grants]
    return Wanted(
        action=Action.CHANGE if before else Action.GRANT,
        changes=tuple(changes),
        reason=reason,
        review_by=day if isinstance(day, date) else None,
    )


def _day(text: str) -> date | str | None:
    """The day, or what was typed instead, for the rules to tell of; None where nothing was."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else text or None
    except ValueError:
        return text


def _form(
    request: Request,
    house: House,
    visitor: Visitor,
    before: Grant | None,
    entry: Mapping[str, Any],
    *,
    reason: str = "",
    refused: Refused | None = None,
) -> HTMLResponse:
    pack = house.pack
    return draw(
        request,
        visitor,
        "proposing.html",
        status=422 if refused else 200,
        **NAMES,
        before=before,
        entry=entry,
        reason=reason,
        told=text_of(refused, visitor.language) if refused else None,
        departments=list(pack.organisations.values()),
        fields=known_fields(pack),
        areas=list(pack.areas.values()),
        purposes=sorted({one.purpose for one in pack.grants}),
        titles=titles(),
    )
