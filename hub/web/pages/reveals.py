"""临时查看: an operator asks on the page of a whistle; here is what was asked for, and what others say of it."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.beyond import State, Verdict
from hub.api.plain import PlainText
from hub.errors import Refused
from hub.messages import text_of
from hub.model import DepartmentId
from hub.model.account import Role
from hub.run.whitelist.revealing import DECIDERS, Wish
from hub.web.page import Place, draw
from hub.web.pages.beyond_words import words_of
from hub.web.pages.inbox import Operator
from hub.web.pages.whistle import Typed, draw_whistle
from hub.web.visitor import House, Visitor, allowed

PLACE: Final[Place | None] = None
router = APIRouter(include_in_schema=False)
Reader = Annotated[Visitor, allowed(Role.OPERATOR, Role.AUDITOR, *DECIDERS)]
Decider = Annotated[Visitor, allowed(*DECIDERS)]
Text = Annotated[str, Form(max_length=2000)]


@router.get("/whitelist/reveals")
def reveals(request: Request, house: House, visitor: Reader) -> HTMLResponse:
    """Those that wait first; of an operator, its department's."""
    me, now = visitor.account, house.clock.now()
    own = DepartmentId(me.organisation) if me.role is Role.OPERATOR else None
    every = house.revealing.listed(department=own)
    return draw(
        request,
        visitor,
        "reveals.html",
        **words_of(house, visitor),
        waiting=[one for one in every if one.state_at(now) is State.WAITING],
        rest=[one for one in every if one.state_at(now) is not State.WAITING],
        names=house.names,
        may_decide=me.role in DECIDERS,
    )


@router.post("/whitelist/reveals/{reveal_id}/words")
def say(
    house: House, visitor: Decider, reveal_id: PlainText, verdict: Annotated[Verdict, Form()]
) -> Response:
    """Agrees, or not."""
    house.revealing.decide(reveal_id, verdict, visitor.account, house.clock.now())
    return RedirectResponse("/whitelist/reveals", status_code=303)


@router.post("/inbox/{whistle_id}/reveals")
def ask(
    request: Request,
    house: House,
    visitor: Operator,
    whistle_id: PlainText,
    event: Text = "",
    field: Text = "",
    reason: Text = "",
) -> Response:
    """Asks for one field of one report; a refusal stands beside the form."""
    wish = Wish(whistle_id=whistle_id, event_id=event, field=field, reason=reason.strip())
    try:
        house.revealing.ask(wish, visitor.account, house.clock.now())
    except Refused as refused:
        if refused.code == "W103":
            raise
        typed = Typed(
            "reveal",
            text_of(refused, visitor.language),
            {"event": [event], "field": [field], "reason": [reason]},
        )
        return draw_whistle(request, house, visitor, whistle_id, typed=typed, status=409)
    return RedirectResponse(f"/inbox/{whistle_id}?done=reveal#beyond", status_code=303)
