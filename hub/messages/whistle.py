"""W: whistles and reports."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "W101": Text("当前状态不允许此操作，可用操作：{allowed}", "选择允许的操作", "this move is not open from here; open moves: {allowed}", "choose one of them"),
    "W102": Text("反馈不符合合同要求", "按合同的反馈表单填写", "the report does not fit its contract's form", "fill in the contract's form"),
    "W103": Text("没有这个哨", "核对编号", "no such whistle", "check the id"),
    "W104": Text("退单理由不在合同允许范围", "可用理由：{allowed}", "this return reason is not in the contract", "allowed reasons: {allowed}"),
    "W105": Text("退单次数已用完", "申请裁定", "no return is left", "ask for arbitration"),
    "W106": Text("已过退单期限", "申请裁定，或继续办理", "the time for returning has passed", "ask for arbitration, or go on with it"),
    "W107": Text("退单须附依据", "补充依据后再退", "a return needs evidence", "add the evidence, then return it"),
}
