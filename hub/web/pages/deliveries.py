"""投递: what waits for departments by pull and webhook, and what their webhooks refused."""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.model.account import Role
from hub.run.care.waiting import RETRIED
from hub.web.moments import minute_of
from hub.web.page import Place, draw
from hub.web.pages.plugins import Engineer, Reader
from hub.web.told import told_of
from hub.web.visitor import House
from hub.web.waits import ago_of

PLACE = Place("/deliveries", "投递", frozenset((Role.ENGINEER, Role.SYSTEM_ADMIN)))
router = APIRouter(include_in_schema=False)
CHANNELS: Final = {"kafka": "Kafka", "pull": "HTTP 拉取", "webhook": "Webhook 推送"}
"""Channel → its name."""


@router.get("/deliveries")
def look(request: Request, house: House, visitor: Reader) -> HTMLResponse:
    """Every department's channels."""
    found = house.deliveries.look()
    return draw(
        request,
        visitor,
        "deliveries.html",
        found=found,
        queued=[one for one in found.channels if one.channel != "kafka"],
        on_the_bus=[one for one in found.channels if one.channel == "kafka"],
        names=house.names,
        channels=CHANNELS,
        retried=RETRIED.value,
        told=lambda code: told_of(code, visitor.language),
        ago=lambda at: ago_of(at, found.now, visitor.language),
        minute=minute_of,
        may_act=visitor.account.role is Role.ENGINEER,
        again=request.query_params.get("again", ""),
    )


@router.post("/deliveries/{department}/again")
def send_again(house: House, visitor: Engineer, department: str) -> Response:
    """Puts what the department's webhook refused back on its way."""
    number = house.deliveries.send_again(department, visitor.account.name)
    return RedirectResponse(f"/deliveries?again={number}", status_code=303)
