"""示例系统, to play with: an office that fills in its table and sends it."""

from collections.abc import Mapping, Sequence
from typing import Final

from hub import Stage, Urgency
from hub.plugin import Utterance
from hub.plugin.systems.excel_upload import ExcelSystem
from hub.plugin.times import local_text

_STATES: Final = {Stage.CANCELLED: "已作废", Stage.CLOSED: "已结案", Stage.REOPENED: "重办"}
_URGENCIES: Final = {Urgency.URGENT: "紧急"}
_HEADINGS: Final = (
    *("编号", "关联编号", "分类代码", "发生时间", "上报时间", "更新时间", "标题", "内容", "紧急程度", "状态"),
    *("经度", "纬度", "地址", "区划代码", "上报人", "联系电话"),
)


class SampleSourceSystem(ExcelSystem):
    """Failure modes: `hub.plugin.systems.excel_upload.FAILURES`."""

    def headings(self) -> Sequence[str]:
        """The office's form."""
        return _HEADINGS

    def row(self, utterance: Utterance) -> Mapping[str, str]:
        """One event in the office's own words."""
        person = utterance.requester
        return {
            "编号": utterance.ref,
            "关联编号": utterance.second_ref,
            "分类代码": utterance.code,
            "发生时间": local_text(utterance.occurred_at),
            "上报时间": local_text(utterance.reported_at),
            "更新时间": local_text(utterance.at),
            "标题": utterance.title,
            "内容": utterance.content,
            "紧急程度": _URGENCIES.get(utterance.urgency, "一般"),
            "状态": _STATES.get(utterance.stage, "待处置"),
            "经度": "" if utterance.lon is None else f"{utterance.lon:.6f}",
            "纬度": "" if utterance.lat is None else f"{utterance.lat:.6f}",
            "地址": utterance.address,
            "区划代码": utterance.area_code,
            "上报人": person.name if person else "",
            "联系电话": person.phone if person else "",
        }
