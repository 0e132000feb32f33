"""What makes a draft wait for a person before it becomes an event. Pure."""

import re
from collections.abc import Callable
from typing import Final

from hub.errors import HeldRecord
from hub.model import Draft

_TEST: Final = re.compile(r"测试(?:数据|工单|案件|信息|件|单)|勿派|请勿(?:派|处理)|联调")
"""Vendors' own words for rows that are no matter (N77). 测试 alone is no proof: 测试站 is a place."""


def refuse_doubtful(draft: Draft, *, is_staff_of_accused: Callable[[Draft], bool]) -> None:
    """Returns where nothing speaks against `draft`; raises HeldRecord R301 (N77) or R303 (N59)."""
    if "test_data" in draft.flags or _TEST.search(draft.title) or _TEST.search(draft.content):
        raise HeldRecord("R301")
    if draft.requester is not None and is_staff_of_accused(draft):
        raise HeldRecord("R303")
