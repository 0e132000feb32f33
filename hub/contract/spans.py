"""Two time limits of any units: is the one sure to be no shorter, whenever it begins and whatever the calendar says?

Pure. Counting is `hub.whistle.clocks`'s; what is told here holds for every working calendar (domain.md 2.4).
"""

from collections.abc import Mapping
from typing import Final

from hub.model import Duration, Unit

_MINUTES: Final[Mapping[Unit, int]] = {Unit.URGENT_MINUTE: 1, Unit.URGENT_HOUR: 60, Unit.URGENT_DAY: 1440}
"""Of the units that run on."""


def is_no_shorter(one: Duration, other: Duration) -> bool:
    """Whether nobody has less time under `one` than under `other`; False also where that depends on the calendar."""
    if one.unit is other.unit:
        return one.value >= other.value
    longest = _longest_min(other)
    return longest is not None and _shortest_min(one) >= longest


def _longest_min(limit: Duration) -> int | None:
    """Minutes; None for units that wait for offices to open: a holiday may be long."""
    return limit.value * _MINUTES[limit.unit] if limit.unit in _MINUTES else None


def _shortest_min(limit: Duration) -> int:
    if limit.unit is Unit.WORK_DAY:  # the day on which it begins does not count, and may be over
        return max(0, limit.value - 1) * _MINUTES[Unit.URGENT_DAY]
    if limit.unit is Unit.WORK_HOUR:
        return limit.value * _MINUTES[Unit.URGENT_HOUR]
    return limit.value * _MINUTES[limit.unit]
