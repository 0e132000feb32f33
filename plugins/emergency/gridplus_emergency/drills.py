"""Whether words tell of an exercise (演练) or of a real emergency. Pure.

Between two mistakes the dear one is a real fire that counts as an exercise: a mark has to be a mark. A place
(演练场, 演练中心), a record (演练记录) and an exercise in which something really burns («演练中引燃») are none.
"""

import re
from typing import Final

_OPEN, _SHUT, _DRILL = r"[【\[(（〔［〈<]\s*", r"\s*[】\])）〕］〉>]", "演[练习]"
_WITHIN: Final = r"(?:(?!取消|中止|停止|原定)[^】\])）〕］〉>]){0,8}"
_LABEL: Final = re.compile(rf"{_OPEN}{_WITHIN}{_DRILL}(?:信息|开始|结束)?[0-9一二三四五]?{_SHUT}")
"""【演练】, （消防演练）, [演练3]: the word ends what stands in brackets. 【取消演练】 is none: what comes then may be real."""
_BARE_LABEL: Final = re.compile(_OPEN + _DRILL + _SHUT)
_TITLED: Final = re.compile(
    rf"\s*{_DRILL}\s*[:：，,\-—]|(?!.*(?:赴|参加|取消|中止|停止|原定)[^，。]{{0,8}}\Z).*"
    rf"{_DRILL}(?:活动|科目|任务)?[0-9一二三四五]?\s*\Z",
    re.DOTALL,
)
"""`演练：…` or `…疏散演练`: the head or the end of a title, and of the name of a type."""
_REAL: Final = re.compile(
    rf"转(?:为|入|成)?实(?:战|警)(?!{_DRILL})|(?:非|不是){_DRILL}"
    r"|(?:发生|出现|突发|确系|确为)真实(?:火[情灾警]|事故|[险警]情)|(?<!仿)真(?:的|正)?(?:起|着|失)火"
)
"""演练转实战, 非演练, 演练中发生真实火情, 真着火了. A 实战演练 is an exercise all the same, and 仿真起火 is none."""


def says_real(*words: str) -> bool:
    """Whether one of them says that this is no exercise, or no longer one."""
    return any(_REAL.search(one) for one in words)


def is_title_of_a_drill(words: str) -> bool:
    """Whether a title, or the name of a type, is an exercise's."""
    return bool(_LABEL.search(words) or _TITLED.match(words))


def is_text_of_a_drill(words: str) -> bool:
    """Whether a text is marked as an exercise's: at its head in any way, further on by the bare mark alone, since a
    text about a real fire may name exercises that were."""
    return bool(_LABEL.match(words) or _BARE_LABEL.search(words))
