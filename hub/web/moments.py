"""Moments as people of the district read them: local time, minutes."""

from datetime import datetime

from hub.clock import SHANGHAI


def minute_of(moment: datetime | None) -> str:
    """For instance 2026-03-10 08:05; "" for none."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else ""


def second_of(moment: datetime) -> str:
    """For instance 2026-03-10 08:05:12."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
