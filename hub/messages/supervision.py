"""W13–W14: cards, supervision and matters that are agreed to wait; and a card's calculation in words."""

from collections.abc import Mapping
from typing import Final

from hub.messages.text import Language, Text

TEXTS: Final[dict[str, Text]] = {
    "W130": Text("没有这张督办牌", "核对编号", "no such card", "check the id"),
    "W131": Text(
        "当前状态不允许此操作，可用操作：{allowed}",
        "选择允许的操作",
        "this is not open from here; open: {allowed}",
        "choose one of them",
    ),
    "W132": Text(
        "这张督办牌已申诉过一次",
        "等待复核结果；每张牌只能申诉一次",
        "this card was appealed before; an appeal is heard once",
        "wait for its reviews",
    ),
    "W133": Text(
        "已过申诉期限",
        "如有新情况，向区指挥中心说明",
        "the time for an appeal has passed",
        "tell the centre what is new",
    ),
    "W134": Text(
        "初审与复审不得为同一人",
        "由另一账号复审",
        "who made the first review cannot make the second",
        "let another account review it",
    ),
    "W135": Text("没有这条督办记录", "核对编号", "no such record of supervision", "check the id"),
    "W136": Text("没有这条挂账记录", "核对编号", "no such deferral", "check the id"),
    "W137": Text(
        "事项 {incident} 已有挂账记录 {first}",
        "在该记录上复审",
        "matter {incident} has a deferral already: {first}",
        "review that one",
    ),
    "W138": Text(
        "挂账由一人提出、另一人同意",
        "由另一账号同意",
        "who proposes a deferral cannot agree to it",
        "let another account agree",
    ),
    "W139": Text(
        "日期须在今日之后、{most} 天之内",
        "改正日期",
        "the day must lie ahead, by {most} days at most",
        "give another day",
    ),
    "W141": Text(
        "这条督办记录已有变动，现为第 {version} 版",
        "查看现状后再答复",
        "someone moved this record meanwhile: it is at version {version}",
        "look at its present state, then answer",
    ),
    "W140": Text("答复不能为空", "写明答复内容", "an answer needs words", "say what was done"),
}
CARDS: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.ZH: {
        "blue": "蓝牌",
        "yellow": "黄牌",
        "red": "红牌",
        "order": "督办单",
        "letter": "督办函",
        "interview": "约谈",
    },
    Language.EN: {
        "blue": "blue card",
        "yellow": "yellow card",
        "red": "red card",
        "order": "order",
        "letter": "letter",
        "interview": "interview",
    },
}
STEPS: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.ZH: {"sign": "签收", "contact": "联系", "report_in": "报到", "arrive": "到场", "finish": "办结"},
    Language.EN: {
        "sign": "sign",
        "contact": "contact",
        "report_in": "report in",
        "arrive": "arrive",
        "finish": "finish",
    },
}
WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.ZH: {
        "plain": (
            "{card}：{step}时限 {limit}（合同 {contract}），自 {from_at} 起算，按日历 {calendar} 应于 {due_at} 前完成；"
            "规则 {rule} 于 {moment} 成立，此前本轮 {steps} 步记录中没有{step}。"
        ),
        "extended": (
            "{card}：{step}时限 {limit}（合同 {contract}），自 {from_at} 起算，按日历 {calendar} 应于 {due_at} 前完成，"
            "准予延至 {counts_at}；规则 {rule} 于 {moment} 成立，此前本轮 {steps} 步记录中没有{step}。"
        ),
    },
    Language.EN: {
        "plain": (
            "{card}: {step} within {limit} (contract {contract}) from {from_at}, by calendar {calendar} due {due_at}; "
            "rule {rule} held at {moment}, and none of the {steps} moves of this round up to then was it."
        ),
        "extended": (
            "{card}: {step} within {limit} (contract {contract}) from {from_at}, by calendar {calendar} due {due_at}, "
            "extended to {counts_at}; rule {rule} held at {moment}, and none of the {steps} moves of this round up to "
            "then was it."
        ),
    },
}
