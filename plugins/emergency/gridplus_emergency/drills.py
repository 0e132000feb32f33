"""Whether words tell of an exercise (演练) or of a real emergency. Pure.

Between two mistakes the dear one is a real fire that counts as an exercise: a mark has to be a mark. A place
(演练场, 演练中心), a record (演练记录) and an exercise in which something really burns («演练中引燃») are none.
"""

import re
from typing import Final

_OPEN, _SHUT, _DRILL = r"[【\[(（〔]\s*", r"\s*[】\])）〕]", "演[练习]"
_LABEL: Final = re.compile(rf"{_OPEN}[^】\])）〕]{{0,8}}{_DRILL}(?:信息|开始|结束)?[0-9一二三四五]?{_SHUT}")
"""【演练】, （消防演练）, [演练3]: the word ends what stands in brackets."""
_BARE_LABEL: Final = re.compile(_OPEN + _DRILL + _SHUT)
_TITLED: Final = re.compile(
    rf"\s*{_DRILL}\s*[:：\-—]|.*{_DRILL}(?:活动|科目|任务)?[0-9一二三四五]?\s*\Z", re.DOTALL
)
"""`演练：…` or `…疏散演练`: the head or the end of a title, and of the name of a type."""
_REAL: Final = re.compile(rf"转(?:为|入|成)?实(?:战|警)(?!{_DRILL})|(?:非|不是){_DRILL}")
"""演练转实战, 非演练. A 实战演练 is an exercise all the same."""


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
