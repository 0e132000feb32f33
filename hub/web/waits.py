"""Spans of time as people say them."""

from datetime import datetime
from typing import Final

from hub.messages.text import Language

_UNITS: Final = ((86_400, "天", "d"), (3_600, "小时", "h"), (60, "分钟", "min"), (1, "秒", "s"))


def span_of(seconds: float, language: Language) -> str:
    """The largest unit that fits, in whole numbers: 3 小时, 3 h."""
    for size, chinese, english in _UNITS:
        if seconds >= size or size == 1:
            return f"{max(int(seconds // size), 0)} {english if language is Language.EN else chinese}"
    raise AssertionError


def ago_of(moment: datetime, now: datetime, language: Language) -> str:
    """How long `moment` lies back."""
    said = span_of((now - moment).total_seconds(), language)
    return f"{said} ago" if language is Language.EN else f"{said}前"
