"""字段白名单: who sees which field, in which form, for what and until when; asked from either side."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from hub.access.exits import Exit
from hub.access.fields import split
from hub.access.masks import FULL
from hub.access.standing import Standing
from hub.errors import Refused
from hub.model import Output, Sensitivity, ShareType
from hub.model.account import Role
from hub.pack.grants_written import written
from hub.run.whitelist.catalogue import titles
from hub.run.whitelist.register import Stands
from hub.web.page import Place, draw
from hub.web.visitor import House, Visitor, allowed

_KEEPERS: Final = (Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.AUDITOR)
READERS: Final = (*_KEEPERS, Role.OPERATOR)
PLACE: Final = Place("/whitelist", "字段白名单", frozenset(READERS))
Reader = Annotated[Visitor, allowed(*READERS)]
Keeper = Annotated[Visitor, allowed(*_KEEPERS)]
Admin = Annotated[Visitor, allowed(Role.SECURITY_ADMIN)]
router = APIRouter(include_in_schema=False)

DATASETS: Final = {
    "incident": "事项",
    "whistle": "哨",
    "event": "来件",
    "resident": "诉求人",
    "card": "督办牌",
    "measure": "督办件",
    "dossier": "卷宗",
    "report": "报到",
}
MASKS: Final = {
    FULL: "全文",
    "text_scan": "文字去标识",
    "geo_100m": "百米",
    "geo_grid": "网格中心",
    "plate_mid": "车牌留头尾",
    "addr_quarter": "到小区",
    "addr_community": "到社区",
    "name_1": "留姓",
    "phone_3_4": "前三后四",
    "id_6_4": "前六后四",
    "id_1_1": "首尾各一",
    "id_age_sex": "年龄段性别",
    "img_blur": "不出图",
    "minor": "仅年龄段",
}
OUTPUTS: Final = {
    Output.VIEW: "页面",
    Output.API: "接口",
    Output.STREAM: "推送",
    Output.EXPORT: "导出",
    Output.PRINT: "打印",
    Output.MAP: "地图",
    Output.STAT: "统计",
}
PURPOSES: Final = {"handle": "办理事项", "callback": "回访诉求人"}
"""Purposes of the district's pack by their names; another one stands as it is written."""
POSTS: Final = {
    "hub_owner": "平台主管单位",
    "data_owner": "数据提供单位",
    "privacy_officer": "个人信息保护负责人",
}
"""Who approved what stands in the pack; accounts approved the rest."""
SENSITIVITIES: Final = {
    Sensitivity.GENERAL: "一般",
    Sensitivity.SENSITIVE: "敏感",
    Sensitivity.MINOR: "未成年人",
    Sensitivity.RESTRICTED: "受限",
}
SHARING: Final = {
    ShareType.UNCONDITIONAL: "无条件共享",
    ShareType.CONDITIONAL: "有条件共享",
    ShareType.NOT_SHARED: "不予共享",
}
_STANDINGS: Final = {
    Standing.LIVE: "有效",
    Standing.NOT_YET: "未到日期",
    Standing.EXPIRED: "已到期",
    Standing.NOT_SHARED: "不予共享",
    Standing.UNAPPROVED: "同意方不足",
    Standing.NO_BASIS: "缺法律依据",
    Standing.NO_FIELD: "字段不明",
}
NAMES: Final[Mapping[str, Any]] = {
    "datasets": DATASETS,
    "masks": MASKS,
    "outputs": OUTPUTS,
    "uses": PURPOSES,
    "posts": POSTS,
    "sensitivities": SENSITIVITIES,
    "sharing": SHARING,
    "standings": _STANDINGS,
}
"""What templates call the words of a grant."""


@router.get("/whitelist")
def whitelist(
    request: Request, house: House, visitor: Reader, q: str = "", dataset: str = "incident"
) -> HTMLResponse:
    """The matrix of one data set; with `q`, the grants that it asks about."""
    now, department = house.clock.now(), own(visitor)
    grants = house.register.grants(q[:100], now=now, department=department)
    of_set = [one for one in grants if split(one.grant.field)[0] == dataset]
    return draw(
        request,
        visitor,
        "whitelist.html",
        **NAMES,
        q=q,
        dataset=dataset,
        grants=grants if q else (),
        fields=sorted({one.grant.field for one in of_set}),
        matrix=_matrix(of_set),
        names=house.names,
        titles=titles(),
        expiring=house.register.expiring(now=now, department=department),
        is_own=bool(department),
        may_propose=visitor.account.role is Role.SECURITY_ADMIN,
    )


@router.get("/whitelist/grants/{grant_id}")
def grant(request: Request, house: House, visitor: Reader, grant_id: str) -> HTMLResponse:
    """One grant in force, and what was decided about it before."""
    now, department = house.clock.now(), own(visitor)
    one = house.register.grant(grant_id, now=now)
    if department and one.grant.department != department:
        raise Refused("A210", grant=grant_id)
    return draw(
        request,
        visitor,
        "whitelist_grant.html",
        **NAMES,
        one=one,
        history=house.register.history(grant_id),
        names=house.names,
        areas=house.pack.areas,
        titles=titles(),
        may_propose=visitor.account.role is Role.SECURITY_ADMIN,
        may_see_proposals=not department,
    )


@router.get("/whitelist/export")
def export(house: House, visitor: Keeper) -> Response:
    """The grants in force as a file of the pack's form."""
    grants = house.register.exported(
        by=visitor.account.name, through=Exit.EXPORT, ledger=house.ledgers.mine(), now=house.clock.now()
    )
    headers = {"content-disposition": 'attachment; filename="grants.yaml"', "cache-control": "no-store"}
    text = written(grants, house.pack.version)
    return Response(text, media_type="application/yaml; charset=utf-8", headers=headers)


def own(visitor: Visitor) -> str:
    """The department whose grants alone the visitor is shown; "" for those who keep the whitelist."""
    one = visitor.account
    return one.organisation if one.role is Role.OPERATOR else ""


def _matrix(grants: Iterable[Stands]) -> dict[str, dict[str, list[Stands]]]:
    """Department → field → its grants."""
    rows: dict[str, dict[str, list[Stands]]] = {}
    for one in grants:
        rows.setdefault(one.grant.department, {}).setdefault(one.grant.field, []).append(one)
    return rows
