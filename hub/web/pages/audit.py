"""审计: who saw what, for which matter, under which grant; and what of it somebody should ask about."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from hub.access.account import Result
from hub.access.exits import Exit
from hub.access.unusual import BULK, BURST, MANY, NIGHT
from hub.clock import SHANGHAI, day_of
from hub.model.account import Role
from hub.run.exits.auditlog import Wanted
from hub.web.moments import second_of
from hub.web.page import Place, draw
from hub.web.pages.whitelist import PURPOSES
from hub.web.visitor import House, Visitor, allowed

PLACE: Final = Place("/audit", "审计", frozenset({Role.AUDITOR}))
_WEEK: Final = timedelta(days=7)
_MOMENT: Final = timedelta(seconds=1)
"""What was written in this very second belongs to it."""
router = APIRouter(include_in_schema=False)
Auditor = Annotated[Visitor, allowed(Role.AUDITOR)]
Text = Annotated[str, Query(max_length=64)]
Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2999, 12, 31))]
RESULTS: Final = {Result.ALLOW: "全值", Result.MASKED: "遮蔽", Result.DENY: "拒绝"}
"""How a look ended, in Chinese."""
EXITS: Final = {
    "topic_event": "总线·事件",
    "topic_incident": "总线·事项",
    "topic_whistle": "总线·吹哨",
    "topic_deadletter": "总线·作废",
    "http_whistle": "接口·看哨",
    "http_attachment": "接口·附件",
    "http_card": "接口·督办牌",
    "http_measure": "接口·督办件",
    "http_pull": "接口·拉取",
    "http_search": "接口·查询",
    "http_stream": "接口·实时",
    "webhook": "Webhook 推送",
    "summons": "呼叫值班",
    "contact": "联系诉求人",
    "writeback": "答复来源",
    "page": "页面",
    "map": "地图",
    "statistics": "统计",
    "export": "导出",
    "dossier": "卷宗",
    "print": "打印",
    "cli": "命令行",
    "log": "日志",
    "metrics": "监控",
    "error": "报错",
}
"""Where it left, by the value of Exit, in Chinese."""
USES: Final = PURPOSES | {
    "audit_report": "看审计疑点",
    "audit_search": "查审计",
    "figures": "看指标",
    "look_as_sent": "看凭证",
    "own_reports": "看自己的上报",
    "push": "来源推送",
    "resident_request": "个人信息申请",
    "whitelist": "管白名单",
}
"""Purposes by name, the hub's own too."""


def _from(day: date) -> datetime:
    """Its first moment, in Asia/Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


@router.get("/audit")
def search(
    request: Request,
    house: House,
    visitor: Auditor,
    since: Day = None,
    until: Day = None,
    who: Text = "",
    matter: Text = "",
    field: Text = "",
    exit_: Annotated[Exit | None, Query(alias="exit")] = None,
    result: Result | None = None,
    behind: Annotated[str, Query(max_length=400)] = "",
) -> HTMLResponse:
    """Rows of the audit, newest first; today's where nothing else is asked."""
    today = day_of(house.clock.now())
    until = until or today
    since = since or until
    wanted = Wanted(
        since=_from(since),
        before=_from(until) + timedelta(days=1),
        who=who.strip(),
        matter=matter.strip(),
        field=field.strip(),
        exit=exit_,
        result=result,
    )
    found = house.audit_log.search(wanted, by=visitor.account.name, behind=behind)
    return draw(
        request,
        visitor,
        "audit.html",
        found=found,
        emergencies=len(house.breaking.unreviewed()),
        asked={"since": since, "until": until, "who": who, "matter": matter, "field": field},
        exits=EXITS,
        uses=USES,
        exit=exit_,
        results=RESULTS,
        result=result,
        names=house.names,
        onward=str(request.url.include_query_params(behind=found.onward)) if found.onward else "",
        second_of=second_of,
    )


@router.get("/audit/unusual")
def unusual(request: Request, house: House, visitor: Auditor) -> HTMLResponse:
    """Of the last seven days."""
    now = house.clock.now()
    found = house.audit_log.unusual(now - _WEEK, now + _MOMENT, by=visitor.account.name)
    return draw(
        request,
        visitor,
        "audit_unusual.html",
        found=found,
        names=house.names,
        second_of=second_of,
        least={"bulk": BULK, "burst": BURST, "many": MANY, "night": NIGHT},
    )
