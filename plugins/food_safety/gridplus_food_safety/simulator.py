"""食安通, to play with: a database with a view on it, in which a matter stands once for each licence of its shop."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from gridplus_food_safety.adapter import ROWS
from hub import RequestType, Stage
from hub.plugin import Utterance
from hub.plugin.systems.view_pull import ViewSystem
from hub.plugin.times import local_text
from hub.plugin.transport.view_sweep import Rows

DEFECTS: Final = {
    "being_written": "一件事项在两张许可证下的两行，只有第二行已改成新状态（更新时间更晚）",
    "unknown_kind": "事项类型是没有见过的写法",
    "bad_uscc": "统一社会信用代码校验不通过",
    "no_number": "没有事项编号（搁置）",
}
"""What it can say wrong; `extra["licences"]` are the shop's licences, `、` between them, two where it does not say."""
_LICENCES: Final = ("JY23299010000001", "XCY3299010000001")
"""食品经营许可证, 小餐饮登记证."""
_STATES: Final = {
    Stage.IN_PROGRESS: "整改中",
    Stage.DONE_BY_DEPT: "待复查",
    Stage.CANCELLED: "误报",
    Stage.CLOSED: "复查合格",
    Stage.REOPENED: "复查不合格",
}
_ASKED: Final = (RequestType.COMPLAINT, RequestType.REPORT)


class FoodSafetySystem(ViewSystem):
    """Failure modes: `hub.plugin.systems.view_pull.FAILURES`; defects: `DEFECTS`."""

    def rows(self) -> Rows:
        """What its adapter reads."""
        return ROWS

    def widths(self) -> Mapping[str, int]:
        """Codes stand in CHAR columns, padded with blanks."""
        return {"wtdm": 8}

    def rows_of(self, utterance: Utterance) -> Sequence[Mapping[str, str]]:
        """The matter once for each licence of its shop, as the view's join makes it."""
        row = self.row(utterance)
        named = utterance.extra.get("licences")
        rows = [{**row, "xkzh": licence} for licence in (named.split("、") if named else _LICENCES)]
        if utterance.defect == "being_written":
            rows[-1] |= {"zt": "待复查", "gxsj": local_text(utterance.at + timedelta(minutes=1))}
        return rows[:1] if utterance.defect == "no_number" else rows

    def row(self, utterance: Utterance) -> Mapping[str, str]:
        """One matter in the platform's own words, without its licence."""
        return {
            "sxbh": "" if utterance.defect == "no_number" else utterance.ref,
            "sxlx": _kind_of(utterance),
            "wtdm": utterance.code,
            "wtmc": utterance.title,
            "wtms": utterance.content,
            "fxsj": local_text(utterance.occurred_at),
            "djsj": local_text(utterance.reported_at),
            "gxsj": local_text(utterance.at),
            "zgqx": utterance.extra.get("due", ""),
            "zt": _STATES.get(utterance.stage, "待整改"),
            "dwmc": utterance.accused_name,
            "tyshxydm": "9132990100037407XY" if utterance.defect == "bad_uscc" else utterance.accused_uscc,
            "jydz": utterance.address,
            "qhdm": utterance.area_code,
            "sbbh": utterance.device_ref,
            "sfbm": "是" if utterance.secret else "否",
        }


def _kind_of(utterance: Utterance) -> str:
    """By who told it; a matter of the codes FS03 was seen by a camera in a kitchen."""
    if utterance.defect == "unknown_kind":
        return "智能巡检"
    if utterance.code.startswith("FS03"):
        return "明厨亮灶预警"
    return "投诉举报" if utterance.request_type in _ASKED else "检查问题"
