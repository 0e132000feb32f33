"""Words, colours and shapes of the map page."""

from typing import Final

from hub.run.map.marks import Stage

COLOURS: Final = ("stage", "urgency", "sources")
"""By what a viewer may colour."""
STAGES: Final = {
    Stage.WAITING: "待派单",
    Stage.CALLED: "待签收",
    Stage.HANDLING: "办理中",
    Stage.DISPUTED: "退单待裁",
    Stage.DONE: "已办结",
    Stage.ELSEWHERE: "另行办理",
    Stage.DRILL: "演练",
}
HANDLINGS: Final = {"elsewhere": "另行办理，不再派单", "drill": "演练"}
PALETTE: Final = {
    "stage": {
        "waiting": ["#d55e00", "triangle"],
        "called": ["#e69f00", "diamond"],
        "handling": ["#0072b2", "circle"],
        "disputed": ["#cc79a7", "cross"],
        "done": ["#009e73", "square"],
        "elsewhere": ["#56b4e9", "wedge"],
        "drill": ["#7a7a00", "hexagon"],
    },
    "urgency": {
        "critical": ["#d55e00", "triangle"],
        "urgent": ["#e69f00", "diamond"],
        "routine": ["#0072b2", "circle"],
    },
}
"""Colour and shape by value: Okabe and Ito's colours, which colour-blind people tell apart, and a shape for each. Sources
take theirs in order."""
SAYS: Final = {
    "loading": "正在载入…",
    "empty": "没有符合条件的事项。",
    "offline": "实时连接中断，正在重连；画面停在 {time}。",
    "failed": "没有取到数据，{seconds} 秒后再试。",
    "live": "实时更新中",
    "past": "{time} 的情形",
    "now": "现在",
    "matters": "{n} 件",
    "unnamed": "另有 {n} 件只计数",
    "drawing": "在图上点角点，双击或按回车结束，按 Esc 取消。",
    "figures": "范围内 {n} 件",
    "several": "同一处 {n} 件",
    "other": "其他",
    "canvas": "此浏览器没有 WebGL2，改用简图；内容相同。",
    "by_stage": "办理环节",
    "by_urgency": "紧急程度",
    "by_sources": "来源",
    "by_category": "类别",
    "close": "关闭",
    "exclusive": "专属网格",
    "unit": "单元网格",
    "police": "警务网格",
    "micro": "微网格",
    "sector": "条线网格",
    "comprehensive": "综合网格",
}
STATES: Final = {
    "blown": "待签收",
    "signed": "已签收",
    "contacted": "已联系",
    "reported_in": "已到场",
    "handling": "办理中",
    "disputed": "退单待裁",
    "arbitrating": "裁定中",
    "result": "已办结",
    "evaluated": "已评价",
    "checked": "已核查",
    "archived": "已归档",
    "reopened": "重新办理",
    "reassigned": "已改派",
    "cancelled": "已撤销",
    "refused_to_blow": "未准吹哨",
}
STEPS: Final = {
    "sign": "签收",
    "contact": "联系",
    "report_in": "报到",
    "arrive": "到场",
    "finish": "办结",
    "source": "来源自带时限",
}
_IN_ORDER: Final = tuple(STEPS)
PENDING: Final = {
    "blown": _IN_ORDER,
    "signed": _IN_ORDER[1:],
    "contacted": _IN_ORDER[2:],
    "reported_in": _IN_ORDER[4:],
    "handling": _IN_ORDER[4:],
    "reopened": _IN_ORDER[4:],
}
"""State of a whistle → the steps that are still to come: only these can be late."""
PEOPLE: Final = {
    "name": "姓名",
    "phone": "电话",
    "address": "住址",
    "id_number": "证件号",
    "callback": "要求回访",
}
RULES: Final = {
    "opened": "首个反映，由此立项",
    "distance": "相距",
    "time": "相隔",
    "words": "文字相似",
    "same_category": "类别相同",
    "kin_category": "类别相近",
    "same_address": "同一地址",
    "same_door": "同一门牌",
    "same_device": "同一设备",
    "same_firm": "同一单位",
    "announced": "在公告的停供时段内",
    "merged": "人工合并",
    "unlinked": "人工拆分",
}
URGENCIES: Final = {"critical": "特急", "urgent": "紧急", "routine": "一般"}
LEVELS: Final = {"emergency": "应急哨", "hard": "疑难哨", "key": "重点哨", "routine": "常规哨"}
