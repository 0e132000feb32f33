"""The Excel table that an office fills in where it has no interface: rows → letters. Pure.

Rules: domain.md N22 (merged cells), N26 (`4.0`).
"""

from typing import Final

from hub.plugin.fields import Fields, whole
from hub.plugin.transport.excel import Columns

HEADINGS: Final = {
    "letterNo": ("信件编号", "登记编号", "编号", "投诉举报编号"),
    "infType": ("类型", "信件类型", "投诉/举报"),
    "regTime": ("登记时间", "登记日期", "受理时间"),
    "updTime": ("更新时间",),
    "status": ("状态", "办理状态"),
    "categoryCode": ("分类代码", "分类编码", "类别代码"),
    "accusedName": ("被投诉单位", "被举报单位", "被诉单位", "涉及主体"),
    "uscc": ("统一社会信用代码", "信用代码"),
    "address": ("地址", "经营地址", "发生地址"),
    "areaCode": ("区划代码", "区域编码"),
    "name": ("投诉人", "举报人", "诉求人", "姓名"),
    "phone": ("联系电话", "电话", "手机号"),
    "idNo": ("身份证号", "证件号码"),
    "content": ("内容", "投诉内容", "诉求内容", "反映内容"),
    "secret": ("举报人保密", "是否保密", "保密"),
    "remark": ("备注",),
}
_OF_ONE_MATTER: Final = {"infType", "status", "content", "secret", "remark"}
"""What each row has for itself; all else it shares with the other matter of its letter."""
COLUMNS: Final = Columns(
    headings=HEADINGS,
    needed=("letterNo", "content"),
    key="letterNo",
    carried=tuple(HEADINGS.keys() - _OF_ONE_MATTER),
)


def letter_of(cells: Fields) -> Fields:
    """The row as the letter that the platform would have sent."""
    letter: dict[str, object] = {name: whole(cells.text(name)) for name in HEADINGS}
    letter["accused"] = {"name": letter["accusedName"], "uscc": letter["uscc"]}
    letter["person"] = {name: letter[name] for name in ("name", "phone", "idNo")}
    return Fields(letter)
