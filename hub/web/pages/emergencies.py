"""紧急授权: opened for one matter by one person, agreed to by another, ended by itself, reviewed afterwards."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.beyond import Emergency, State, Verdict
from hub.api.plain import PlainText
from hub.errors import Refused
from hub.messages import text_of
from hub.model import DepartmentId
from hub.model.account import Role
from hub.run.assembly import Assembly
from hub.run.whitelist.breaking import Alarm
from hub.run.whitelist.revealing import DECIDERS
from hub.web.page import Place, draw
from hub.web.pages.beyond_words import words_of
from hub.web.pages.inbox import Operator
from hub.web.pages.reveals import Decider, Reader, Text
from hub.web.pages.whistle import Typed, draw_whistle
from hub.web.visitor import House, Visitor, allowed

PLACE: Final = Place(
    "/whitelist/emergencies",
    "例外授权",
    frozenset({Role.DISTRICT, Role.SECURITY_ADMIN, Role.AUDITOR}),
)
router = APIRouter(include_in_schema=False)
District = Annotated[Visitor, allowed(Role.DISTRICT)]
Ender = Annotated[Visitor, allowed(Role.DISTRICT, Role.SECURITY_ADMIN, Role.OPERATOR)]
Admin = Annotated[Visitor, allowed(Role.SECURITY_ADMIN)]


@router.get("/whitelist/emergencies")
def emergencies(
    request: Request,
    house: House,
    visitor: Reader,
    matter: Annotated[str, Query(max_length=64)] = "",
) -> HTMLResponse:
    """Those that wait and those not reviewed first; of an operator, of matters for which its department is called. With
    `matter`, the district's form for that one."""
    return _page(request, house, visitor, Typed("", None, {"matter": [matter]}))


def _page(
    request: Request, house: Assembly, visitor: Visitor, typed: Typed, status: int = 200
) -> HTMLResponse:
    me, now = visitor.account, house.clock.now()
    own = DepartmentId(me.organisation) if me.role is Role.OPERATOR else None
    every = house.breaking.listed(department=own)
    waiting = [one for one in every if one.state_at(now) is State.WAITING]
    unreviewed = [one for one in every if one.needs_review]
    return draw(
        request,
        visitor,
        "emergencies.html",
        status=status,
        **words_of(house, visitor),
        waiting=waiting,
        unreviewed=sorted(unreviewed, key=lambda one: one.until),
        rest=[one for one in every if one not in waiting and not one.needs_review],
        typed=typed,
        reveals_waiting=house.revealing.waiting(now) if me.role in DECIDERS else 0,
        may_decide=me.role in DECIDERS,
        may_end=lambda one: one.state_at(now) is State.LIVE and (me.role in DECIDERS or me.name == one.by),
        may_review=lambda one: _may_review(visitor, one),
        is_overdue=lambda one: one.due_at is not None and one.due_at < now,
    )


@router.post("/whitelist/emergencies")
def propose(
    request: Request, house: House, visitor: District, matter: Text = "", kind: Text = "", reason: Text = ""
) -> Response:
    """Proposes one for a matter; a refusal stands beside the form."""
    alarm = Alarm(of=matter.strip(), kind=kind, reason=reason.strip())
    try:
        house.breaking.propose(alarm, visitor.account, house.clock.now())
    except Refused as refused:
        said = {"matter": [matter], "kind": [kind], "reason": [reason]}
        return _page(request, house, visitor, Typed("", text_of(refused, visitor.language), said), 409)
    return _back()


@router.post("/inbox/{whistle_id}/emergencies")
def propose_for(
    request: Request,
    house: House,
    visitor: Operator,
    whistle_id: PlainText,
    kind: Text = "",
    reason: Text = "",
) -> Response:
    """The same by an operator, for the matter of a whistle; a refusal stands beside the form."""
    alarm = Alarm(of=whistle_id, kind=kind, reason=reason.strip())
    try:
        house.breaking.propose(alarm, visitor.account, house.clock.now())
    except Refused as refused:
        if refused.code == "A445":
            raise
        typed = Typed("emergency", text_of(refused, visitor.language), {"kind": [kind], "reason": [reason]})
        return draw_whistle(request, house, visitor, whistle_id, typed=typed, status=409)
    return RedirectResponse(f"/inbox/{whistle_id}?done=emergency#beyond", status_code=303)


@router.post("/whitelist/emergencies/{emergency_id}/words")
def say(
    house: House, visitor: Decider, emergency_id: PlainText, verdict: Annotated[Verdict, Form()]
) -> Response:
    """Agrees, or not."""
    house.breaking.decide(emergency_id, verdict, visitor.account, house.clock.now())
    return _back()


@router.post("/whitelist/emergencies/{emergency_id}/end")
def end(house: House, visitor: Ender, emergency_id: PlainText) -> Response:
    """From now on it gives nothing."""
    house.breaking.end(emergency_id, visitor.account, house.clock.now())
    return _back()


@router.post("/whitelist/emergencies/{emergency_id}/review")
def review(house: House, visitor: Admin, emergency_id: PlainText, note: Text = "") -> Response:
    """Writes down what the review found."""
    house.breaking.review(emergency_id, note.strip(), visitor.account, house.clock.now())
    return _back()


def _back() -> RedirectResponse:
    return RedirectResponse("/whitelist/emergencies", status_code=303)


def _may_review(visitor: Visitor, one: Emergency) -> bool:
    """Who gets the form; what counts is `hub.access.beyond.check_review`."""
    me = visitor.account
    is_other = one.decided is not None and me.name not in (one.by, one.decided.by)
    return me.role is Role.SECURITY_ADMIN and one.needs_review and is_other
