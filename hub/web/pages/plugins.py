"""来源与插件: how each source does, and what a person wants of it."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.errors import Refused
from hub.model.account import Role
from hub.plugin.supervisor import State, Turn
from hub.run.care.plugincatalogue import Line, Noted
from hub.run.care.upkeep import SPANS
from hub.web.moments import minute_of
from hub.web.page import Place, draw
from hub.web.told import told_of
from hub.web.visitor import House, Visitor, allowed
from hub.web.waits import ago_of

_READERS: Final = (Role.ENGINEER, Role.SYSTEM_ADMIN)
PLACE = Place("/plugins", "来源与插件", frozenset(_READERS))
Reader = Annotated[Visitor, allowed(*_READERS)]
Engineer = Annotated[Visitor, allowed(Role.ENGINEER)]
router = APIRouter(include_in_schema=False)

STATES: Final = {
    None: ("从未运行", "warn"),
    State.LOADED: ("已加载", "warn"),
    State.CHECKING: ("检查中", "warn"),
    State.RUNNING: ("运行中", "good"),
    State.BACKING_OFF: ("退避重试", "bad"),
    State.PAUSED: ("已暂停", "warn"),
    State.STOPPED: ("已停止", "warn"),
    State.FAILED: ("已停用，等人处理", "bad"),
}
"""State of an adapter → its name in Chinese, and the badge that it has."""


@router.get("/plugins")
def plugins(request: Request, house: House, visitor: Reader) -> HTMLResponse:
    """Every source of the pack."""
    return draw(
        request,
        visitor,
        "plugins.html",
        account=house.account(),
        standings=house.upkeep.all(),
        states=STATES,
        told=lambda error: told_of(error, visitor.language),
        ago=lambda at: ago_of(at, house.clock.now(), visitor.language),
        minute=minute_of,
        may_act=visitor.account.role is Role.ENGINEER,
    )


@router.get("/catalogue")
def catalogue(request: Request, house: House, visitor: Reader) -> HTMLResponse:
    """Every plugin that is installed."""

    def noted(one: Noted | None, line: Line) -> str:
        """A figure, "" for none; with its version where that is not the one that is used."""
        if one is None:
            return ""
        is_now = one.version == (line.used or line.version)
        return one.value if is_now else f"{one.value}（{one.version}）"

    return draw(request, visitor, "catalogue.html", lines=house.catalogue(), noted=noted)


@router.get("/plugins/{source}/flow")
def flow(house: House, _visitor: Reader, source: str, span: str = "hour") -> dict[str, object]:
    """For the plots: what came in each span of time, and how long it took to its fate (seconds)."""
    if span not in SPANS:
        raise Refused("S202", name="span")
    every_s = SPANS[span].every_s
    since, until, found = house.upkeep.flow(source, SPANS[span])
    moments = range(int(since.timestamp()), int(until.timestamp()) + 1, every_s)
    buckets = [found.get(one) for one in moments]
    return {
        "every_s": every_s,
        "at": list(moments),
        "received": [one.received if one else 0 for one in buckets],
        "lag_s": [one.lag_s if one else None for one in buckets],
        "longest_s": [one.longest_s if one else None for one in buckets],
    }


@router.post("/plugins/{source}/wish")
def wish(house: House, visitor: Engineer, source: str, turn: Annotated[Turn, Form()]) -> Response:
    """Pauses the source, or lets it go on."""
    if turn not in (Turn.PAUSE, Turn.RESUME):
        raise Refused("S202", name="turn")
    house.upkeep.wish(source, turn, visitor.account.name)
    return RedirectResponse(f"/plugins/{source}", status_code=303)


@router.post("/plugins/{source}/test")
def test(house: House, visitor: Engineer, source: str) -> Response:
    """Whoever works on the source asks it whether it answers."""
    house.upkeep.ask_test(source, visitor.account.name)
    return RedirectResponse(f"/plugins/{source}#test", status_code=303)
