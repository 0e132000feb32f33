"""Moments as people of the district read them: local time, minutes."""

import re
from datetime import datetime
from typing import Final

from hub.clock import SHANGHAI

_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})")


def minute_of(moment: datetime | None) -> str:
    """For instance 2026-03-10 08:05; "" for none."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else ""


def minute_of_text(text: str | None) -> str:
    """The same of a moment in ISO 8601 with its zone; any other text as it is."""
    return minute_of(datetime.fromisoformat(text)) if text and _MOMENT.fullmatch(text) else text or ""


def second_of(moment: datetime) -> str:
    """For instance 2026-03-10 08:05:12."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
