"""Where a case stands, by its place in the flow and not by the word alone; and the words to tell it back.

Pure. National flow and one product's inner states: domain.md 2.3. States may go backwards: each return
is a state like any other, and nothing here remembers the one before.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal
from unicodedata import normalize

from hub import Stage
from hub.plugin.words import stage_of

_STEPS: Final[Mapping[str, Stage]] = {
    "1": Stage.RECEIVED, "上报": Stage.RECEIVED, "信息收集": Stage.RECEIVED,
    "2": Stage.ACCEPTED, "立案": Stage.ACCEPTED, "案件建立": Stage.ACCEPTED,
    "3": Stage.DISPATCHED, "派遣": Stage.DISPATCHED, "任务派遣": Stage.DISPATCHED,
    "4": Stage.IN_PROGRESS, "处置": Stage.IN_PROGRESS, "任务处理": Stage.IN_PROGRESS,
    "5": Stage.DONE_BY_DEPT, "反馈": Stage.DONE_BY_DEPT, "处理反馈": Stage.DONE_BY_DEPT,
    "6": Stage.CLOSED, "结案": Stage.CLOSED, "核查结案": Stage.CLOSED,
}  # fmt: skip
"""The six outward steps, by number and by name."""

_STATES: Final[Mapping[str, Stage]] = {
    "reported": Stage.RECEIVED, "pendingregister": Stage.VERIFYING, "pendingverify": Stage.VERIFYING,
    "notaccepted": Stage.REJECTED, "pendingdispatch": Stage.ACCEPTED, "待派遣": Stage.ACCEPTED,
    "returned": Stage.RETURNED, "pendinghandle": Stage.DISPATCHED, "已派单待处置": Stage.DISPATCHED,
    "handling": Stage.IN_PROGRESS, "handlefinish": Stage.DONE_BY_DEPT, "pendingcheck": Stage.DONE_BY_DEPT,
    "forcedclose": Stage.CLOSED, "强制结案": Stage.CLOSED,
}  # fmt: skip
"""Inner states beside the words that most systems share (`hub.plugin.words`)."""

_CHECK: Final = re.compile(r"待?(核查|核实)中?")
_BEFORE_FILING: Final = frozenset({Stage.RECEIVED, Stage.ACCEPTED})

TOLD: Final[Mapping[Stage, str]] = {
    Stage.DISPATCHED: "派遣", Stage.ACCEPTED: "签收", Stage.IN_PROGRESS: "处置中", Stage.SUSPENDED: "挂账",
    Stage.RETURNED: "回退", Stage.DONE_BY_DEPT: "处置完成", Stage.CLOSED: "结案", Stage.REJECTED: "不予受理",
    Stage.CANCELLED: "作废", Stage.REOPENED: "返工",
}  # fmt: skip
"""The platform's own words for what the hub writes back; a stage not listed is told as 处置中."""


def stage_in_flow(
    step: str, state: str, *, own: Mapping[str, Stage], before_filing: Literal["核实", "核查"]
) -> Stage:
    """The stage that `state` means in `step`; either may be missing, a number or a word.

    核查 and 核实 say only that somebody checks: the step tells whether before 立案 or before 结案, and
    where no step is sent, `before_filing` does. A state nobody listed stands as its step does, UNKNOWN
    without one.
    """
    in_step = _STEPS.get(_folded(step))
    check = _CHECK.fullmatch(_folded(state))
    if check:
        early = check[1] == before_filing if in_step is None else in_step in _BEFORE_FILING
        return Stage.VERIFYING if early else Stage.DONE_BY_DEPT
    known = {**_STATES, **{_folded(word): stage for word, stage in own.items()}}
    found = stage_of(state, known) if state else Stage.UNKNOWN
    if found is not Stage.UNKNOWN:
        return found
    if in_step is not None:
        return in_step
    return Stage.UNKNOWN if state or step else Stage.RECEIVED


def _folded(word: str) -> str:
    """As `hub.plugin.words` compares: no case, no blanks, no `.0` behind a number (N26)."""
    return re.sub(r"[\s_-]", "", normalize("NFKC", word)).lower().removesuffix(".0")
