"""人工录入: for offices without a system of their own. What is entered is a record of a source like any other."""

import secrets
from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from hub.clock import SHANGHAI
from hub.errors import Refused
from hub.messages import text_of
from hub.model import Urgency
from hub.model.account import Role
from hub.run.sources.entering import ENTRIES, Entry, Spot
from hub.web.kinds import kinds_of
from hub.web.moments import minute_of
from hub.web.page import Place, draw
from hub.web.pages.report import URGENCIES
from hub.web.pages.reports import STAGES
from hub.web.visitor import House, Visitor, allowed

_ROLES: Final = (Role.SUBDISTRICT, Role.DISTRICT)
PLACE = Place("/entry", "人工录入", frozenset(_ROLES))
Clerk = Annotated[Visitor, allowed(*_ROLES)]
router = APIRouter(include_in_schema=False)
CHANNELS: Final = {
    "phone": "来电",
    "visit": "来访",
    "letter": "来信",
    "online": "网上留言",
    "patrol": "巡查",
    "other": "其他",
}
REQUESTS: Final = {
    "help": "求助",
    "complaint": "投诉",
    "report": "举报",
    "suggestion": "建议",
    "consult": "咨询",
}


class SentEntry(BaseModel):
    """The form as it was filled in; what is left empty is "". Bounds of length are those of its fields."""

    model_config = ConfigDict(extra="forbid")

    csrf: str = ""
    key: Annotated[str, Field(max_length=64)] = ""
    category: Annotated[str, Field(max_length=64)] = ""
    words: Annotated[str, Field(max_length=2000)] = ""
    urgency: Urgency = Urgency.ROUTINE
    channel: Annotated[str, Field(max_length=16)] = ""
    request: Annotated[str, Field(max_length=16)] = ""
    occurred: Annotated[str, Field(max_length=32)] = ""
    address: Annotated[str, Field(max_length=200)] = ""
    lon: Annotated[str, Field(max_length=24)] = ""
    lat: Annotated[str, Field(max_length=24)] = ""
    name: Annotated[str, Field(max_length=64)] = ""
    phone: Annotated[str, Field(max_length=32)] = ""
    callback: bool = False
    secret: bool = False

    def entry(self, now: datetime) -> Entry:
        """What was written. Raises Refused P301, which names the field."""
        return Entry(
            key=_said("key", self.key),
            category=_said("category", self.category),
            words=_said("words", self.words.strip()),
            urgency=self.urgency,
            spot=self._spot(),
            address=self.address.strip(),
            age=now - _moment(self.occurred, now),
            channel=_one_of("channel", self.channel, CHANNELS),
            request=_one_of("request", self.request, REQUESTS),
            secret=self.secret,
            name=self.name.strip(),
            phone=self.phone.strip(),
            callback=self.callback,
        )

    def _spot(self) -> Spot | None:
        if not (self.lon and self.lat):
            return None
        try:
            lon, lat = float(self.lon), float(self.lat)
        except ValueError:
            raise Refused("P301", pointer="/lon") from None
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise Refused("P301", pointer="/lon")
        return Spot(lon, lat)


def _said(name: str, text: str) -> str:
    if not text:
        raise Refused("P301", pointer=f"/{name}")
    return text


def _one_of(name: str, word: str, words: dict[str, str]) -> str:
    if word not in words:
        raise Refused("P301", pointer=f"/{name}")
    return word


def _moment(text: str, now: datetime) -> datetime:
    """A browser writes local minutes; "" is now, and so is the minute that has just begun."""
    try:
        told = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) if text else now
    except ValueError:
        raise Refused("P301", pointer="/occurred") from None
    if told > now + timedelta(minutes=1):
        raise Refused("P301", pointer="/occurred")
    return min(told, now)


@router.get("/entry")
def page(request: Request, house: House, visitor: Clerk) -> HTMLResponse:
    """An empty form, and what the visitor has entered so far."""
    return _drawn(request, house, visitor)


@router.post("/entry")
def enter(request: Request, house: House, visitor: Clerk, sent: Annotated[SentEntry, Form()]) -> Response:
    """Stores it and shows an empty form again; a form that says something wrong comes back as it was filled in, but for
    who reported: that is never shown back."""
    try:
        house.entering.enter(visitor.account, ENTRIES, sent.entry(house.clock.now()))
    except Refused as refused:
        return _drawn(request, house, visitor, sent, refused)
    return RedirectResponse("/entry?done=1", status_code=303)


def _drawn(
    request: Request,
    house: House,
    visitor: Visitor,
    filled: SentEntry | None = None,
    refused: Refused | None = None,
) -> HTMLResponse:
    now = house.clock.now().astimezone(SHANGHAI)
    return draw(
        request,
        visitor,
        "entry.html",
        status=422 if refused else 200,
        told=text_of(refused, visitor.language) if refused else None,
        wrong=refused.pointer.removeprefix("/") if refused else "",
        is_done="done" in request.query_params,
        filled=filled or SentEntry(key=secrets.token_hex(16)),
        kinds=kinds_of(house.pack.taxonomy, house.entering.choices.get(ENTRIES, {})),
        common=house.entering.common(visitor.account, ENTRIES),
        urgencies=URGENCIES,
        channels=CHANNELS,
        requests=REQUESTS,
        now=now.strftime("%Y-%m-%dT%H:%M"),
        own=house.entering.own(visitor.account, ENTRIES, ledger=house.ledgers.mine()),
        categories=house.pack.taxonomy.categories,
        stages=STAGES,
        minute=minute_of,
    )
