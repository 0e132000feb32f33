"""一个来源: its parked records without their content, what was put back, codes without a category, its plugin's catalogue."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.messages.text import Language
from hub.model.account import Role
from hub.store.moments import from_us
from hub.store.parked import Chosen
from hub.web.moments import minute_of
from hub.web.page import Place, draw
from hub.web.pages.plugins import STATES, Engineer, Reader
from hub.web.told import told_of
from hub.web.visitor import House
from hub.web.waits import ago_of, span_of

PLACE: Final[Place | None] = None
router = APIRouter(include_in_schema=False)
_SHOWN: Final = 50
FATES: Final = {
    None: "处理中",
    "published": "立项",
    "linked": "关联",
    "held": "搁置",
    "dead": "作废",
}
"""Fate of a record → its name in Chinese."""
CAPABILITIES: Final = {
    "reads": "主动读取",
    "receives": "接收推送",
    "tells": "回写答复",
    "tends": "保持会话",
    "filters": "入口过滤",
    "lists": "可列清单（对账）",
    "fetches": "可按编号补取",
}
"""What an adapter can do → its name in Chinese."""


@router.get("/plugins/{source}")
def source(
    request: Request,
    house: House,
    visitor: Reader,
    source: str,
    code: Annotated[str, Query(max_length=24)] = "",
    fate: Annotated[str, Query(max_length=10)] = "",
) -> HTMLResponse:
    """One source; `code` and `fate` narrow the parked records."""
    standing = house.upkeep.one(source)
    chosen = Chosen(source=source, code=code, fate=fate)
    now, language = house.clock.now(), visitor.language
    return draw(
        request,
        visitor,
        "source.html",
        one=standing,
        card=house.card_of(source),
        chosen=chosen,
        found=house.upkeep.details(chosen, _SHOWN),
        shown=_SHOWN,
        category=lambda id_: _category(house, id_, language),
        names=house.names,
        states=STATES,
        fates=FATES,
        capabilities=CAPABILITIES,
        told=lambda error: told_of(error, language),
        ago=lambda at: ago_of(at, now, language),
        span=lambda seconds: span_of(seconds, language),
        minute=minute_of,
        from_us=from_us,
        may_act=visitor.account.role is Role.ENGINEER,
        put_back=request.query_params.get("put_back", ""),
    )


@router.post("/plugins/{source}/replay")
def replay(
    house: House,
    visitor: Engineer,
    source: str,
    record: Annotated[list[str], Form()] = [],  # noqa: B006 a form without a box ticked
    code: Annotated[str, Form(max_length=24)] = "",
    fate: Annotated[str, Form(max_length=10)] = "",
    every: Annotated[bool, Form()] = False,
) -> Response:
    """Puts the ticked records back, or `every` one that the page's choice names."""
    chosen = Chosen(source=source, code=code, fate=fate)
    number = house.upkeep.put_back(chosen, record, visitor.account.name) if record or every else 0
    return RedirectResponse(f"/plugins/{source}?put_back={number}#put-back", status_code=303)


def _category(house: House, id_: str, language: Language) -> str:
    one = house.pack.taxonomy.categories.get(id_)
    if one is None:
        return id_
    return one.en if language is Language.EN else one.zh
