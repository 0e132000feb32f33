"""Remarks that people type into free text and that mean something to the hub. Pure.

Rules: domain.md N10 («重复件 原单号…»), N77 (test data in the production stream), N20 (either width).
"""

import re
from collections.abc import Container
from typing import Final

from hub.plugin.text import tidy_ref

_ORIGINAL: Final = re.compile(
    r"原(?:工单|信件|热线|平台|案件)?(?:单号|编号|号)?[为是:\s]*([A-Z]{2}-?[0-9][0-9-]{5,23}[0-9])"
)
_TEST: Final = re.compile(r"(?:^|\n)\s*[【\[(（]?测试|测试(?:数据|工单|信件|案件|件|单)|请?勿派")
_FULL_WIDTH: Final = {0xFF01 + at: 0x21 + at for at in range(94)}


def original_numbers(words: str, *, own: Container[str]) -> tuple[str, ...]:
    """Numbers that `words` call the original of this report, folded by `tidy_ref`, without its `own`.

    A number is two letters and at least seven digits; others are too easily a date or a phone.
    """
    if "原" not in words:
        return ()
    found = (tidy_ref(number) for number in _ORIGINAL.findall(words.translate(_FULL_WIDTH).upper()))
    return tuple(dict.fromkeys(number for number in found if number not in own))


def looks_like_a_test(words: str) -> bool:
    """True where somebody tried the system out; the hub holds such a matter until a person has looked."""
    return _TEST.search(words) is not None


def flags_of(words: str) -> tuple[str, ...]:
    """`test_data` where the words look like a test; nothing else so far."""
    return ("test_data",) if looks_like_a_test(words) else ()
