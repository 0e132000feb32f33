"""When a source wants to be left alone: hours of the night, and so many questions a minute. Pure but for the clock given.

Nothing sleeps here. Who may not ask now reads an empty page, and is asked again at the next turn. Rules:
domain.md N64 (a night window is no outage), N65 (rate limits).
"""

import re
from collections import deque
from datetime import datetime, time, timedelta, tzinfo
from typing import Annotated, Final

from pydantic import AfterValidator

_HOURS: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_MINUTE_S: Final = 60.0


def _known(text: str) -> str:
    if text and not _HOURS.fullmatch(text):
        raise ValueError("hours")
    return text


Hours = Annotated[str, AfterValidator(_known)]
"""`23:30-05:00` in the source's own zone, "" for none. For settings; anything else is refused."""


def is_quiet(hours: str, moment: datetime, zone: tzinfo) -> bool:
    """Whether `moment` lies in `hours`: the first minute does, the last does not; they may go over midnight."""
    found = _HOURS.fullmatch(hours)
    if not found:
        return False
    begin, end = _ends(found)
    at = moment.astimezone(zone).time()
    return begin <= at < end if begin <= end else at >= begin or at < end


def awake_s(hours: str, since: datetime, until: datetime, zone: tzinfo) -> float:
    """Seconds between two moments that do not lie in `hours`."""
    passed = (until - since).total_seconds()
    found = _HOURS.fullmatch(hours)
    if not found or passed <= 0:
        return max(0.0, passed)
    first, begin, end = since.astimezone(zone).date(), *_ends(found)
    for day in range(-1, (until.astimezone(zone).date() - first).days + 1):
        opens = datetime.combine(first + timedelta(days=day), begin, zone)
        closes = datetime.combine(first + timedelta(days=day + (end < begin)), end, zone)
        passed -= max(0.0, (min(closes, until) - max(opens, since)).total_seconds())
    return passed


def _ends(found: re.Match[str]) -> tuple[time, time]:
    return time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))


class Pace:
    """At most `a_minute` questions in any minute; 0 for as many as one likes."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute: Final = a_minute
        self._asked: Final[deque[float]] = deque()

    def allows(self, now: datetime) -> bool:
        """Whether one more may be asked now; if so, it counts."""
        if not self._a_minute:
            return True
        moment = now.timestamp()
        while self._asked and not 0 <= moment - self._asked[0] < _MINUTE_S:  # a clock set back forgets too
            self._asked.popleft()
        if len(self._asked) >= self._a_minute:
            return False
        self._asked.append(moment)
        return True
