"""我的上报: what somebody reported, and what became of each."""

from typing import Annotated, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from hub.model import Stage
from hub.model.account import Role
from hub.run.sources.entering import REPORTS
from hub.web.moments import minute_of
from hub.web.page import Place, draw
from hub.web.visitor import House, Visitor, allowed

_ROLES: Final = (Role.GRID_WORKER, Role.COMMUNITY, Role.SUBDISTRICT)
PLACE = Place("/reports", "我的上报", frozenset(_ROLES))
Reporter = Annotated[Visitor, allowed(*_ROLES)]
router = APIRouter(include_in_schema=False)
STAGES: Final = {
    Stage.RECEIVED: ("已送达", ""),
    Stage.ACCEPTED: ("已受理", ""),
    Stage.IN_PROGRESS: ("办理中", ""),
    Stage.SUSPENDED: ("暂缓", "warn"),
    Stage.RETURNED: ("退回重派", "warn"),
    Stage.REOPENED: ("重新办理", "warn"),
    Stage.DONE_BY_DEPT: ("已处置", "good"),
    Stage.CLOSED: ("已办结", "good"),
    Stage.REJECTED: ("不予受理", "bad"),
}
"""Each stage that a source is told of, and the first → how it is called, and how its badge looks."""


@router.get("/reports")
def reports(request: Request, house: House, visitor: Reporter) -> HTMLResponse:
    """The visitor's own reports; those that wait in this browser stand above them."""
    return _drawn(request, house, visitor, "reports.html")


@router.get("/reports/list")
def listed(request: Request, house: House, visitor: Reporter) -> HTMLResponse:
    """The list alone, as it stands now."""
    return _drawn(request, house, visitor, "reports_list.html")


def _drawn(request: Request, house: House, visitor: Visitor, template: str) -> HTMLResponse:
    return draw(
        request,
        visitor,
        template,
        own=house.entering.own(visitor.account, REPORTS, ledger=house.ledgers.mine()),
        categories=house.pack.taxonomy.categories,
        stages=STAGES,
        minute=minute_of,
    )
