"""GB/T 30428, which systems of urban management share: class codes, the flow of a case, and the words of its time limits.

Pure. Fields and channels of any one system are its plugin's. Rules: domain.md 2.3, 2.4.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, Literal
from unicodedata import normalize

from hub.errors import HeldRecord
from hub.model import Stage
from hub.plugin.fields import whole
from hub.plugin.words import meanings, stage_of, told_as

_COMPONENT: Final = "B"
_STEPS: Final = meanings(
    Stage,
    received="1 上报 信息收集",
    accepted="2 立案 案件建立",
    dispatched="3 派遣 任务派遣",
    in_progress="4 处置 任务处理",
    done_by_dept="5 反馈 处理反馈",
    closed="6 结案 核查结案",
)
"""The six outward steps, by number and by name."""
_CHECK: Final = re.compile(r"待?(核查|核实)中?")
_BEFORE_FILING: Final = frozenset({Stage.RECEIVED, Stage.ACCEPTED})
_LIMIT: Final = re.compile(r"([0-9]{1,4})(?:\.0+)?\s*个?\s*(\D{1,8})")
_CONTINUOUS: Final[Mapping[str, timedelta]] = {
    "紧急工作时": timedelta(hours=1),
    "紧急工作日": timedelta(days=1),
    "紧急工作分钟": timedelta(minutes=1),
    "天": timedelta(days=1),
    "日": timedelta(days=1),
    "小时": timedelta(hours=1),
    "分钟": timedelta(minutes=1),
}
_WORKING: Final = frozenset({"工作时", "工作小时", "工作日"})
_NUMBERED: Final = {"0": "工作时", "1": "紧急工作时", "2": "工作日", "3": "紧急工作日"}
"""Numbers that stand for the units (vendor A of domain.md 2.4)."""
TOLD: Final = told_as(
    dispatched="派遣",
    accepted="签收",
    in_progress="处置中",
    suspended="挂账",
    returned="回退",
    done_by_dept="处置完成",
    closed="结案",
    rejected="不予受理",
    cancelled="作废",
    reopened="返工",
)
"""What such a platform calls what it is told; a stage not listed is 处置中."""


def class_code(big: str, small: str, *, is_component: bool) -> str:
    """A class as one code: `0110` for an 事件, `B0102` for a 部件; "" where none is given.

    `1`, `01`, `1.0` are the same two digits (N23, N26); a small class may repeat the big one. The same digits mean
    another thing in another table (N24), so a code never goes without its table.
    """
    big, small = _two(big), _two(small)
    joined = small if len(small) == 4 and small.startswith(big) else big + small
    return f"{_COMPONENT}{joined}" if joined and is_component else joined


def stage_in_flow(
    step: str, state: str, *, own: Mapping[str, Stage], before_filing: Literal["核实", "核查"]
) -> Stage:
    """The stage that `state` means in `step`; either may be missing, a number or a word. `own` are local words.

    核查 and 核实 say only that somebody checks: the step tells whether before 立案 or before 结案, and
    where no step is sent, `before_filing` does. A state nobody listed stands as its step does, UNKNOWN
    without one. States may go backwards: each return is a state like any other.
    """
    in_step = _STEPS.get(_folded(step))
    check = _CHECK.fullmatch(_folded(state))
    if check:
        early = check[1] == before_filing if in_step is None else in_step in _BEFORE_FILING
        return Stage.VERIFYING if early else Stage.DONE_BY_DEPT
    known = {_folded(word): stage for word, stage in own.items()}
    found = stage_of(state, known) if state else Stage.UNKNOWN
    if found is not Stage.UNKNOWN:
        return found
    if in_step is not None:
        return in_step
    return Stage.UNKNOWN if state or step else Stage.RECEIVED


def due_at(limit: str, unit: str, from_at: datetime | None) -> datetime | None:
    """When `limit` ends (`2紧急工作时`, `4小时`, `2.0` with a unit's number), counted from `from_at`; None where only a
    working calendar can say, or nothing is sent.

    Only limits that run on without regard to working hours become moments here; working hours and days need the
    district's calendar, which is the hub's. `unit` is empty where `limit` names its unit itself. Raises HeldRecord R304
    for words that are no limit (`种植季节15工作日`, `1紧急工作时制止`; N27): a person enters those, nothing is guessed.
    """
    words = normalize("NFKC", limit + _NUMBERED.get(unit.strip().removesuffix(".0"), unit)).strip()
    if not words:
        return None
    found = _LIMIT.fullmatch(words)
    if found is None or found[2].strip() not in _CONTINUOUS.keys() | _WORKING:
        raise HeldRecord("R304")
    step = _CONTINUOUS.get(found[2].strip())
    return None if step is None or from_at is None else from_at + int(found[1]) * step


def _two(ref: str) -> str:
    digits = whole(ref)
    return digits.zfill(2) if digits.isdigit() and len(digits) == 1 else digits


@lru_cache(maxsize=4096)
def _folded(word: str) -> str:
    """As `hub.plugin.words` compares: no case, no blanks, no `.0` behind a number (N26)."""
    return re.sub(r"[\s_-]", "", normalize("NFKC", word)).lower().removesuffix(".0")
