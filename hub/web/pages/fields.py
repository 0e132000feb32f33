"""字段目录: what each field means, how sensitive it is and how it is shared; for a department, whether it has it."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from hub.access.fields import split
from hub.run.whitelist.catalogue import titles
from hub.web.page import Place, draw
from hub.web.pages.whitelist import NAMES, Reader, own
from hub.web.visitor import House

PLACE: Final[Place | None] = None
router = APIRouter(include_in_schema=False)


@router.get("/whitelist/fields")
def fields(request: Request, house: House, visitor: Reader, dataset: str = "incident") -> HTMLResponse:
    """Those of one data set."""
    found = house.register.fields(now=house.clock.now())
    return draw(
        request,
        visitor,
        "fields.html",
        **NAMES,
        titles=titles(),
        fields=[one for one in found if split(one.field)[0] == dataset],
        known={split(one.field)[0] for one in found},
        dataset=dataset,
        own=own(visitor),
    )
