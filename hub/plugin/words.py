"""Words that most systems share for the same thing: where a matter stands, how urgent, what is asked.

Pure, and only what is true for every system that uses the word (domain.md 7.0; N28). Numbers and words
that mean something in one system only are passed by its adapter as `own`, which wins.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeVar
from unicodedata import normalize

from hub.model import RequestType, Satisfaction, Stage, Urgency

_Word = TypeVar("_Word")
_Kind = TypeVar("_Kind", bound=StrEnum)

_STAGES: Final[Mapping[str, Stage]] = {
    word: stage
    for stage, words in {
        Stage.RECEIVED: (
            "上报",
            "已登记",
            "登记",
            "待登记",
            "待分送",
            "新建",
            "已发布",
            "待执行",
            "new",
            "received",
        ),
        Stage.VERIFYING: ("核实", "核实中", "待核实", "verifying"),
        Stage.DISPATCHED: (
            "待签收",
            "待受理",
            "已派单",
            "已派遣",
            "派单中",
            "已分送",
            "待处置",
            "dispatched",
        ),
        Stage.ACCEPTED: ("已签收", "签收", "受理", "已受理", "立案", "已立案", "待派遣", "accepted"),
        Stage.IN_PROGRESS: (
            "办理中",
            "处置中",
            "处理中",
            "在办",
            "调解中",
            "执行中",
            "抢修中",
            "processing",
            "inprogress",
        ),
        Stage.SUSPENDED: ("挂起", "延期", "挂账", "已延期", "suspended"),
        Stage.RETURNED: ("退回", "退单", "回退", "已退回", "已退单", "returned"),
        Stage.DONE_BY_DEPT: (
            "办结",
            "已办结",
            "待回访",
            "已处置",
            "已办理",
            "已反馈",
            "待结案",
            "已修复",
            "已恢复",
            "提前恢复",
            "done",
            "finished",
        ),
        Stage.CLOSED: ("已回访", "结案", "已结案", "归档", "已归档", "closed"),
        Stage.REJECTED: ("不予受理", "不受理", "不予立案", "rejected"),
        Stage.CANCELLED: (
            "作废",
            "已作废",
            "撤单",
            "已撤单",
            "撤销",
            "已撤回",
            "撤回",
            "消费者撤回",
            "取消",
            "已取消",
            "cancelled",
            "canceled",
        ),
        Stage.REOPENED: ("重办", "返工", "重新办理", "重启", "reopened"),
    }.items()
    for word in words
}
_URGENCIES: Final[Mapping[str, Urgency]] = {
    word: urgency
    for urgency, words in {
        Urgency.ROUTINE: (
            "普通",
            "一般",
            "常规",
            "平急",
            "平件",
            "低",
            "蓝",
            "蓝色",
            "normal",
            "routine",
            "low",
        ),
        Urgency.URGENT: (
            "紧急",
            "加急",
            "急",
            "较急",
            "急件",
            "中",
            "黄",
            "黄色",
            "橙",
            "橙色",
            "urgent",
            "high",
        ),
        Urgency.CRITICAL: ("特急", "特别紧急", "特提", "重大", "高危", "红", "红色", "critical", "emergency"),
    }.items()
    for word in words
}
_REQUESTS: Final[Mapping[str, RequestType]] = {
    word: request
    for request, words in {
        RequestType.CONSULT: ("咨询", "consult"),
        RequestType.HELP: ("求助", "求决", "报修", "help"),
        RequestType.COMPLAINT: ("投诉", "市场监管投诉", "消委会投诉", "投诉举报", "complaint"),
        RequestType.REPORT: ("举报", "report"),
        RequestType.SUGGESTION: ("建议", "意见建议", "suggestion"),
        RequestType.THANKS: ("感谢", "表扬", "thanks"),
    }.items()
    for word in words
}

_SATISFACTIONS: Final[Mapping[str, Satisfaction]] = {
    word: satisfaction
    for satisfaction, words in {
        Satisfaction.SATISFIED: ("满意", "非常满意", "很满意", "比较满意", "基本满意", "satisfied"),
        Satisfaction.NEUTRAL: ("一般", "neutral"),
        Satisfaction.DISSATISFIED: ("不满意", "非常不满意", "很不满意", "不太满意", "dissatisfied"),
    }.items()
    for word in words
}


def meanings(kind: type[_Kind], **words: str) -> Mapping[str, _Kind]:
    """Word → member of `kind`, for `own` of the functions below: `meanings(Stage, received="10", closed="50 完结")`.

    Members by their values; the words of each with blanks between them. Raises ValueError for what is no member, and for
    a word that means two.
    """
    found: dict[str, _Kind] = {}
    for member, said in words.items():
        for word in map(_fold, said.split()):
            if word in found:
                raise ValueError(f"{word} means two: {found[word]}, {member}")
            found[word] = kind(member)
    return found


def told_as(**words: str) -> Mapping[Stage, str]:
    """Stage → what a source calls it: `told_as(accepted="已受理")`; raises ValueError for what is no stage."""
    return {Stage(stage): word for stage, word in words.items()}


def stage_of(word: str, own: Mapping[str, Stage] | None = None) -> Stage:
    """Where the source's matter stands; UNKNOWN for a word nobody listed, RECEIVED for none."""
    folded = _fold(word)
    return _pick(folded, own, _STAGES, Stage.UNKNOWN) if folded else Stage.RECEIVED


def urgency_of(word: str, own: Mapping[str, Urgency] | None = None) -> Urgency:
    """ROUTINE for a word nobody listed: the raw word stays beside it, and an unknown word alarms nobody."""
    return _pick(_fold(word), own, _URGENCIES, Urgency.ROUTINE)


def request_type_of(word: str, own: Mapping[str, RequestType] | None = None) -> RequestType:
    """OTHER for a word nobody listed."""
    return _pick(_fold(word), own, _REQUESTS, RequestType.OTHER)


def satisfaction_of(word: str, own: Mapping[str, Satisfaction] | None = None) -> Satisfaction | None:
    """None for a word nobody listed («未评价», «未接通»): nobody was asked, or nothing was said."""
    folded = _fold(word)
    return own[folded] if own is not None and folded in own else _SATISFACTIONS.get(folded)


def _pick(
    folded: str, own: Mapping[str, _Word] | None, shared: Mapping[str, _Word], otherwise: _Word
) -> _Word:
    if own is not None and folded in own:
        return own[folded]
    return shared.get(folded, otherwise)


@lru_cache(maxsize=4096)
def _fold(word: str) -> str:
    return normalize("NFKC", word).translate(str.maketrans("", "", " _-")).lower().removesuffix(".0")
