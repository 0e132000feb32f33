"""收件箱: a department's whistles by what is due next; signing many at once; what presses now."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from hub.errors import Refused
from hub.messages import text_of
from hub.messages.text import Language
from hub.model import AreaId, WhistleState
from hub.model.account import Role
from hub.run.assembly import Assembly
from hub.run.inbox.listing import PORTION, Page, Reader
from hub.run.inbox.wanted import LATE, TODAY, Wanted, wanted_of
from hub.store.inbox import Order, Which
from hub.web.given import Given, given
from hub.web.moments import minute_of, minute_of_text
from hub.web.page import Place, draw
from hub.web.pages.map_words import LEVELS, STEPS
from hub.web.visitor import House, Visitor, allowed, allowed_to_watch
from hub.whistle.lifecycle import OVER

PLACE = Place("/inbox", "收件箱", frozenset({Role.OPERATOR}))
Operator = Annotated[Visitor, allowed(Role.OPERATOR)]
OperatorsPage = Annotated[Visitor, allowed_to_watch(Role.OPERATOR)]
router = APIRouter(include_in_schema=False)

STATES: Final[Mapping[str, str]] = {
    "blown": "待签收",
    "signed": "已签收",
    "contacted": "已联系",
    "reported_in": "已到场",
    "handling": "处置中",
    "reopened": "重新办理",
    "disputed": "已退单，待裁定",
    "arbitrating": "裁定中",
    "result": "已反馈结果",
    "evaluated": "已评价",
    "checked": "已核查",
    "archived": "已归档",
    "reassigned": "已改派",
    "cancelled": "已作废",
}
"""State → what an operator calls it."""
PARTS: Final = {"lead": "主办", "assist": "协办"}
ORDERS: Final = {Order.DEADLINE: "先到期的在前", Order.NEWEST: "新来的在前", Order.OLDEST: "早来的在前"}
DUES: Final = {LATE: "已超时", TODAY: "今天到期"}
WHICH: Final = {Which.OPEN: "待办", Which.OVER: "已了结", Which.ALL: "全部"}
_USUAL: Final = ("blown", "signed", "handling")
_ENDS: Final = ("result", "checked", "archived")
_TAKEN: Final = frozenset({"page", "after"})


@dataclass(frozen=True, slots=True)
class Signed:
    """What came of one that was to be signed: "" or what was wrong."""

    id: str
    cause: str = ""
    next_step: str = ""


class News(BaseModel):
    """How many open whistles there are, late ones, new ones since the last visit, and emergencies nobody has signed."""

    open: int
    late: int
    new: int
    emergencies: int


def reader_of(visitor: Visitor) -> Reader:
    """The visitor as who reads an inbox."""
    one = visitor.account
    return Reader(department=one.organisation, account=one.name, visited_at=visitor.visited_at)


@router.get("/inbox")
def inbox(request: Request, house: House, visitor: Operator) -> HTMLResponse:
    """The list, as its URL asks for it."""
    return _page(request, house, visitor, wanted_of(request.query_params))


@router.get("/inbox/news")
def news(house: House, visitor: OperatorsPage) -> News:
    """What presses; the page's script asks every ten seconds, which is no use of the session."""
    found = house.inbox.pressing(reader_of(visitor), house.clock.now())
    return News(open=found.open, late=found.late, new=found.new, emergencies=found.emergencies)


@router.post("/inbox/sign")
async def sign(request: Request, house: House, visitor: Operator) -> HTMLResponse:
    """Signs each of those that were ticked, by itself; the same form again signs none twice."""
    form = await request.form()
    return await run_in_threadpool(_sign, request, house, visitor, form)


def _sign(request: Request, house: Assembly, visitor: Visitor, form: FormData) -> HTMLResponse:
    nonce = str(form.get("nonce", ""))
    done = [_signed(house, visitor, str(said), nonce) for said in form.getlist("whistle")[:PORTION]]
    return _page(request, house, visitor, wanted_of(request.query_params), done=done)


def _signed(house: Assembly, visitor: Visitor, said: str, nonce: str) -> Signed:
    """`said`: id and version as they were drawn, `wh_….3`."""
    id_, _, version = said.partition(".")
    message: dict[str, Any] = {"nonce": nonce, "move": "sign"}
    if version.isascii() and version.isdigit():
        message["version"] = int(version[:9])
    try:
        who = visitor.account
        house.reporting.take(who.organisation, id_, message, house.clock.now(), person=who.name)
    except Refused as refused:
        told = text_of(refused, visitor.language)
        return Signed(id_[:64], told.cause, told.next_step)
    return Signed(id_)


def _page(
    request: Request, house: Assembly, visitor: Visitor, wanted: Wanted, done: Sequence[Signed] | None = None
) -> HTMLResponse:
    reader, now = reader_of(visitor), house.clock.now()
    found = house.inbox.page(reader, wanted, ledger=house.ledgers.mine(), now=now)
    link = _Links(request.query_params)
    return draw(
        request,
        visitor,
        "inbox.html",
        page=found,
        given=given,
        chosen=Given(wanted.filters),
        wanted=wanted,
        done=done,
        link=link,
        next=link(after=f"{found.behind.us}.{found.behind.id}") if found.behind else "",
        tabs=list(_tabs(found)),
        department=house.names.get(reader.department, reader.department),
        states=STATES,
        levels=LEVELS,
        parts=PARTS,
        steps=STEPS,
        orders=_orders(wanted),
        dues=DUES,
        which=WHICH,
        subdistricts=_subdistricts(house),
        categories=_categories(house, reader.department, visitor.language),
        minute=minute_of,
        told_minute=minute_of_text,
        request_after=wanted.after is not None,
        nonce=secrets.token_hex(16),
        visited=minute_of(reader.visited_at),
        is_filtered=wanted.is_chosen,
    )


class _Links:
    """URLs of the same list, changed in one thing; the page begins anew then."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self._query = {name: value for name, value in query.items() if name not in _TAKEN and value}

    def __call__(self, **changes: str) -> str:
        said = {name: value for name, value in (self._query | changes).items() if value}
        return f"/inbox?{urlencode(said)}" if said else "/inbox"


def _tabs(found: Page) -> Iterator[tuple[str, int | None]]:
    """States in the order of a life, open ones with their counts; of what is over only the usual ones, uncounted."""
    for state in STATES:
        if WhistleState(state) in OVER:
            if state in _ENDS:
                yield state, None
        elif (number := found.pressing.by_state.get(state, 0)) or state in _USUAL:
            yield state, number


def _orders(wanted: Wanted) -> dict[Order, str]:
    if wanted.which is Which.OPEN:
        return dict(ORDERS)
    return {order: words for order, words in ORDERS.items() if order is not Order.DEADLINE}


def _subdistricts(house: Assembly) -> dict[str, str]:
    areas = house.pack.areas
    return {str(id_): one.name for id_, one in areas.items() if len(AreaId(id_)) == 9}


def _categories(house: Assembly, department: str, language: Language) -> dict[str, str]:
    """Those that some clause of the department's contracts takes."""
    taken = [
        clause.categories
        for one in house.pack.contracts
        if one.department == department
        for clause in one.accepts
    ]
    patterns = {pattern for some in taken for pattern in some}
    return {
        id_: one.en if language is Language.EN else one.zh
        for id_, one in house.pack.taxonomy.categories.items()
        if patterns & {"*", id_, f"{id_.partition('.')[0]}.*"}
    }
