"""字段申请: what departments ask of the whitelist, until when each is to be answered, and how it was."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.application import MOST_FIELDS, MOST_WORDS, OPEN, State, Step
from hub.access.exits import Exit
from hub.access.fields import split
from hub.access.terms import YEARS
from hub.clock import day_of
from hub.errors import Refused
from hub.messages import text_of
from hub.model import DepartmentId, Output, ShareType
from hub.model.account import Role
from hub.run.whitelist.appliedclocks import clock_of
from hub.run.whitelist.applying import Answer, Asked
from hub.run.whitelist.catalogue import titles
from hub.run.whitelist.fieldbook import FieldFacts
from hub.store.applications import Place as Behind
from hub.store.applications import Stored
from hub.web.moments import minute_of
from hub.web.page import Place, draw
from hub.web.pages.whitelist import NAMES, READERS, Admin, Reader, own
from hub.web.visitor import House, Visitor, allowed

PLACE: Final = Place("/access", "字段申请", frozenset(READERS))
Operator = Annotated[Visitor, allowed(Role.OPERATOR)]
Text = Annotated[str, Form(max_length=500)]
Several = Annotated[list[str], Form(max_length=100)]
Day = Annotated[date, Form(ge=date(YEARS[0], 1, 1), le=date(YEARS[1], 12, 31))]
router = APIRouter(include_in_schema=False)
_BEHIND: Final = re.compile(r"([0-9]{1,18})\.(ap_[0-9a-f]{1,40})")
_UNDECIDED: Final = "-"
"""Where an admin has chosen no mask yet."""
STATES: Final = {
    State.ASKED: "待答复",
    State.ACCEPTED: "已受理，待提供",
    State.PROVIDED: "已提供",
    State.REFUSED: "已拒绝",
    State.WITHDRAWN: "已撤回申请",
}
_STEPS: Final = {
    Step.ASK: "申请",
    Step.ACCEPT: "受理，已提出授权",
    Step.RETURN: "授权提案撤回，重新待答复",
    Step.PROVIDE: "提供",
    Step.REFUSE: "拒绝",
    Step.WITHDRAW: "撤回",
}
_CLOCKS: Final = {"answer": "答复期限", "provide": "提供期限"}


@router.get("/access")
def applications(
    request: Request, house: House, visitor: Reader, behind: Annotated[str, Query(max_length=80)] = ""
) -> HTMLResponse:
    """What waits, the most urgent first; then what is over."""
    found = house.applying(Exit.PAGE).listed(own(visitor), _place(behind))
    onward = f"{found.onward.asked_us}.{found.onward.id}" if found.onward else ""
    return draw(
        request,
        visitor,
        "access.html",
        **_names(house),
        found=found,
        is_own=bool(own(visitor)),
        clocks={one.application.id: clock_of(one, house.pack.calendar) for one in found.waiting},
        now=house.clock.now(),
        behind=behind,
        onward=onward,
    )


@router.get("/access/new")
def form(request: Request, house: House, visitor: Operator, field: str = "") -> HTMLResponse:
    """The empty form; with `field`, that one chosen."""
    return _form(request, house, visitor, {"fields": [field], "outputs": ["view", "api"]})


@router.post("/access")
def ask(
    request: Request,
    house: House,
    visitor: Operator,
    ends_on: Day,
    fields: Several = [],  # noqa: B006 FastAPI makes a new one for each request
    outputs: Annotated[list[Output], Form()] = [],  # noqa: B006
    purpose: Text = "",
    words: Text = "",
    legal_basis: Text = "",
) -> Response:
    """Stores it and leads to it; or draws the form again with what is wrong."""
    asked = Asked(
        fields=tuple(fields),
        outputs=tuple(dict.fromkeys(outputs)),
        purpose=purpose,
        words=words,
        legal_basis=legal_basis,
        ends_on=ends_on,
    )
    department = DepartmentId(visitor.account.organisation)
    try:
        made = house.applying(Exit.PAGE).ask(asked, department, by=visitor.account.name)
    except Refused as refused:
        said = {"fields": fields, "outputs": outputs, "purpose": purpose, "words": words}
        said |= {"legal_basis": legal_basis, "ends_on": ends_on}
        return _form(request, house, visitor, said, refused)
    return _to(made)


@router.get("/access/{application_id}")
def application(request: Request, house: House, visitor: Reader, application_id: str) -> HTMLResponse:
    """One of them with its steps."""
    stored = house.applying(Exit.PAGE).one(application_id, own(visitor))
    return _one(request, house, visitor, stored)


@router.post("/access/{application_id}/acceptance")
def accept(
    request: Request,
    house: House,
    visitor: Admin,
    application_id: str,
    begins: Day,
    ends: Day,
    reason: Text,
    mask: Several = [],  # noqa: B006 FastAPI makes a new one for each request
    max_rows_day: Annotated[int | None, Form(ge=0, le=10_000_000)] = None,
) -> Response:
    """Makes the proposal and leads to it; `mask`: one a field, in their order."""
    applying = house.applying(Exit.PAGE)
    stored = applying.one(application_id)
    chosen = dict(zip(stored.application.fields, [*mask, *[_UNDECIDED] * MOST_FIELDS], strict=False))
    answer = Answer(masks=chosen, begins=begins, ends=ends, max_rows_day=max_rows_day, reason=reason)
    try:
        proposal = applying.accept(application_id, answer, by=visitor.account.name)
    except Refused as refused:
        return _one(request, house, visitor, stored, refused, chosen)
    return RedirectResponse(f"/whitelist/proposals/{proposal}", status_code=303)


@router.post("/access/{application_id}/refusal")
def refuse(house: House, visitor: Admin, application_id: str, reason: Text = "") -> Response:
    """Turns it down."""
    house.applying(Exit.PAGE).refuse(application_id, reason, by=visitor.account.name)
    return _to(application_id)


@router.post("/access/{application_id}/withdrawal")
def withdraw(house: House, visitor: Operator, application_id: str) -> Response:
    """The department takes it back."""
    house.applying(Exit.PAGE).withdraw(application_id, own(visitor), by=visitor.account.name)
    return _to(application_id)


def _to(application_id: str) -> RedirectResponse:
    return RedirectResponse(f"/access/{application_id}", status_code=303)


def _place(said: str) -> Behind | None:
    """Raises Refused W102 for what is none."""
    if not said:
        return None
    found = _BEHIND.fullmatch(said)
    if found is None:
        raise Refused("W102", pointer="/behind")
    return Behind(int(found[1]), found[2])


def _form(
    request: Request, house: House, visitor: Visitor, said: dict[str, Any], refused: Refused | None = None
) -> HTMLResponse:
    now = house.clock.now()
    return draw(
        request,
        visitor,
        "access_new.html",
        status=422 if refused else 200,
        **_names(house),
        said={"purpose": "handle", "words": "", "legal_basis": "", "ends_on": ""} | said,
        told=text_of(refused, visitor.language) if refused else None,
        fields=_by_dataset(house.register.fields(now=now)),
        purposes=sorted({one.purpose for one in house.pack.grants}),
        today=day_of(now),
        most_words=MOST_WORDS,
        most_fields=MOST_FIELDS,
    )


def _by_dataset(fields: Iterable[FieldFacts]) -> dict[str, list[FieldFacts]]:
    """Those that may be asked for."""
    found: dict[str, list[FieldFacts]] = {}
    for one in fields:
        if one.share_type is not ShareType.NOT_SHARED:
            found.setdefault(split(one.field)[0], []).append(one)
    return found


def _one(
    request: Request,
    house: House,
    visitor: Visitor,
    stored: Stored,
    refused: Refused | None = None,
    chosen: dict[str, str] | None = None,
) -> HTMLResponse:
    now, one = house.clock.now(), stored.application
    may = _may(visitor, stored)
    has = [
        each.grant
        for each in house.register.grants(now=now, department=one.department)
        if each.grant.field in one.fields and each.standing == "live"
    ]
    usual = house.register.usual_masks(one.fields, now=now) if "answer" in may else {}
    return draw(
        request,
        visitor,
        "access_one.html",
        status=422 if refused else 200,
        **_names(house),
        stored=stored,
        one=one,
        has=has,
        usual=dict.fromkeys(one.fields, _UNDECIDED) | usual | (chosen or {}),
        undecided=_UNDECIDED,
        told=text_of(refused, visitor.language) if refused else None,
        clock=clock_of(stored, house.pack.calendar),
        now=now,
        today=day_of(now),
        may=may,
        sees_proposals=not own(visitor),
        sees_who=not own(visitor),
    )


def _may(visitor: Visitor, stored: Stored) -> frozenset[str]:
    """What this visitor gets a button for; what counts is `hub.run.whitelist.applying`."""
    if stored.state is not State.ASKED:
        return frozenset()
    role = visitor.account.role
    return frozenset({Role.SECURITY_ADMIN: {"answer"}, Role.OPERATOR: {"withdraw"}}.get(role, set()))


def _names(house: House) -> dict[str, Any]:
    return {
        **NAMES,
        "states": STATES,
        "steps": _STEPS,
        "clock_names": _CLOCKS,
        "open_states": OPEN,
        "names": house.names,
        "titles": titles(),
        "minute": minute_of,
    }
