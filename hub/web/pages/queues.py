"""待办队列: what waits for people of the district, each with its owner and clock; a subdistrict sees its own area's."""

import re
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.territory import territory_of
from hub.api.plain import PlainText
from hub.errors import Refused
from hub.messages import text_of
from hub.model import DepartmentId, Move
from hub.model.account import Role
from hub.run.assembly import Assembly
from hub.run.inbox.queues import Clerk, Queue, Turn
from hub.store.queues import Place as Behind
from hub.web.given import given, given_all
from hub.web.moments import minute_of, minute_of_text
from hub.web.page import Place, draw
from hub.web.pages.map_words import LEVELS, RULES, URGENCIES
from hub.web.pages.whistle import REASONS
from hub.web.visitor import House, Visitor, allowed

_ROLES = (Role.DISTRICT, Role.SUBDISTRICT)
PLACE = Place("/queues", "待办队列", frozenset(_ROLES))
Looker = Annotated[Visitor, allowed(*_ROLES)]
Decider = Annotated[Visitor, allowed(Role.DISTRICT)]
_PLACE: Final = re.compile(r"([0-9]{1,18})\.([a-zA-Z0-9_-]{1,64})(?:\.([a-zA-Z0-9_-]{1,64}))?")
Code = Annotated[PlainText, Form(max_length=32)]
router = APIRouter(include_in_schema=False)

WHY_UNLED: Final = {
    "returned": "主办已退回",
    "ping_pong": "多次退单，已升级到区",
    "no_lead": "只有协办，没有主办",
    "no_contract": "没有合同承接",
    "unmapped": "分类未对照",
    "category_unmapped": "分类未对照",
    "lead_is_accused": "应主办单位为被诉单位",
}
COMPARED: Final = {
    "category_zh": "分类",
    "place_summary": "地点",
    "grid_code": "网格",
    "opened_at": "立案时间",
    "last_reported_at": "最近一次",
    "event_count": "来件数",
    "urgency": "紧急程度",
}
"""Leaves of two matters that are laid beside each other."""
DONE: Final = {
    "link": "已并为一件",
    "apart": "已记为两件",
    "designate": "已指派",
    "refer": "已提交会商",
    "uphold": "已准予退单",
    "dismiss": "已驳回退单",
}


def _clerk(visitor: Visitor) -> Clerk:
    territory = territory_of(visitor.account)
    if territory.area is None:
        raise Refused("A303")
    one = visitor.account
    return Clerk(account=one.name, organisation=DepartmentId(one.organisation), subdistrict=territory.area)


@router.get("/queues")
def queues(
    request: Request,
    house: House,
    visitor: Looker,
    queue: Queue | None = None,
    after: Annotated[str, Query(max_length=160)] = "",
) -> HTMLResponse:
    """All of them, the oldest first; `queue` and `after`: one of them from where its page before ended."""
    return _draw(request, house, visitor, turn=_turn(queue, after))


@router.get("/queues/links/{incident_id}/{candidate_id}")
def pair(
    request: Request, house: House, visitor: Looker, incident_id: PlainText, candidate_id: PlainText
) -> HTMLResponse:
    """Two matters side by side."""
    found = house.queues.pair(
        _clerk(visitor), incident_id, candidate_id, ledger=house.ledgers.mine(), now=house.clock.now()
    )
    ours, theirs = (given(side.matter, "incident")["incident"] for side in (found.ours, found.theirs))
    return draw(
        request,
        visitor,
        "queues_pair.html",
        pair=found,
        ours=ours,
        theirs=theirs,
        reports=[
            given_all(found.ours.reports, "event", "resident"),
            given_all(found.theirs.reports, "event", "resident"),
        ],
        compared=COMPARED,
        differs={leaf for leaf in COMPARED if _as_read(ours[leaf]) != _as_read(theirs[leaf])},
        urgencies=URGENCIES,
        rules=RULES,
        sources={id_: one.title for id_, one in house.pack.sources.items()},
        may_decide=visitor.account.role is Role.DISTRICT,
        owner=house.names.get(found.question.owner, found.question.owner),
        minute=minute_of,
        told_minute=minute_of_text,
    )


def _as_read(value: object) -> object:
    """Moments to the minute, as both columns show them."""
    return minute_of_text(value) if isinstance(value, str) else value


@router.post("/queues/links/{incident_id}/{candidate_id}")
def decide_pair(
    house: House,
    visitor: Decider,
    incident_id: PlainText,
    candidate_id: PlainText,
    decision: Annotated[Literal["link", "apart"], Form()],
) -> Response:
    """One matter, or two: kept with the question, by whom and when."""
    by = visitor.account.name
    if decision == "link":
        house.at_centre.link(incident_id, candidate_id, by=by)
    else:
        house.at_centre.keep_apart(incident_id, candidate_id, by=by)
    return RedirectResponse(f"/queues?done={decision}#links", status_code=303)


@router.post("/queues/matters/{incident_id}/designations")
def designate(
    request: Request,
    house: House,
    visitor: Decider,
    incident_id: PlainText,
    department: Annotated[PlainText, Form(max_length=64)],
    reason_code: Code = "",
) -> Response:
    """A department leads the matter from now on."""
    try:
        house.at_centre.designate(
            incident_id, department, reason_code, though_secret=False, by=visitor.account.name
        )
    except Refused as refused:
        return _draw(request, house, visitor, refused=refused, of=incident_id)
    return RedirectResponse("/queues?done=designate#unled", status_code=303)


@router.post("/queues/whistles/{whistle_id}/decisions")
def decide(
    request: Request,
    house: House,
    visitor: Decider,
    whistle_id: PlainText,
    move: Annotated[Literal["refer", "uphold", "dismiss"], Form()],
    version: Annotated[int, Form(ge=1)],
    reason_code: Code = "",
) -> Response:
    """Decides about a return."""
    try:
        house.at_centre.decide(whistle_id, Move(move), reason_code, seen=version, by=visitor.account.name)
    except Refused as refused:
        return _draw(request, house, visitor, refused=refused, of=whistle_id)
    return RedirectResponse(f"/queues?done={move}#returns", status_code=303)


def _turn(queue: Queue | None, after: str) -> Turn | None:
    """Raises Refused W210 for a place that is none."""
    if queue is None or not after:
        return None
    found = _PLACE.fullmatch(after)
    if found is None:
        raise Refused("W210", name="after")
    return Turn(queue, Behind(int(found[1]), found[2], found[3] or ""))


def _draw(
    request: Request,
    house: Assembly,
    visitor: Visitor,
    *,
    turn: Turn | None = None,
    refused: Refused | None = None,
    of: str = "",
) -> HTMLResponse:
    now = house.clock.now()
    found = house.queues.waiting(_clerk(visitor), turn, ledger=house.ledgers.mine(), now=now)
    matters = {id_: given(told, "incident")["incident"] for id_, told in found.matters.items()}
    return draw(
        request,
        visitor,
        "queues.html",
        status=409 if refused else 200,
        waiting=found,
        onward={
            queue.value: f"/queues?queue={queue}&after={_text(place)}#{queue}"
            for queue, place in found.onward.items()
        },
        turned=turn.queue.value if turn else "",
        matters=matters,
        now=now,
        told=text_of(refused, visitor.language) if refused else None,
        of=of,
        done=DONE.get(request.query_params.get("done", ""), ""),
        may_decide=visitor.account.role is Role.DISTRICT,
        emergencies_waiting=house.breaking.waiting(now),
        reveals_waiting=house.revealing.waiting(now),
        names=house.names,
        departments={one.department: house.names[one.department] for one in house.pack.contracts},
        why_unled=WHY_UNLED,
        reasons=REASONS,
        levels=LEVELS,
        minute=minute_of,
    )


def _text(place: Behind) -> str:
    return ".".join(part for part in (str(place.us), place.id, place.other) if part)
