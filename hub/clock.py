"""Where "now" comes from. Only entry points make a clock; everything else is given one, or a moment.

Moments are aware and in UTC inside; a *day* is a day in Asia/Shanghai (UTC+8, no DST since 1991).
"""

import threading
import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final, Protocol

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")


class Clock(Protocol):
    """What workers ask for the time."""

    def now(self) -> datetime:
        """This moment, aware, UTC."""
        ...

    def pause(self, seconds: float) -> None:
        """Returns after `seconds` of this clock."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 the one place that asks the machine

    def pause(self, seconds: float) -> None:
        _rest(seconds)


class ScenarioClock:
    """Starts at a fixed moment and runs `speed` times as fast as the machine; for demo, bench, tests.

    It reads only the monotonic clock, so the machine's date does not matter. `origin` is the value of
    `time.monotonic()` at `start`; processes of one scenario share it.
    """

    def __init__(self, start: datetime, speed: float = 1.0, origin: float | None = None) -> None:
        self.start: Final = start.astimezone(UTC)
        self.speed: Final = speed
        self.origin: Final = time.monotonic() if origin is None else origin

    def now(self) -> datetime:
        return self.start + timedelta(seconds=(time.monotonic() - self.origin) * self.speed)

    def pause(self, seconds: float) -> None:
        _rest(seconds / self.speed)


class FixedClock:
    """A clock that a test moves by hand."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def pause(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


def _rest(seconds: float) -> None:
    # an event's wait, not time.sleep: libfaketime 0.9.10 breaks clock_nanosleep where it leaves the
    # monotonic clock alone, and the date of the machine must not matter
    threading.Event().wait(seconds)


def day_of(moment: datetime) -> date:
    """The day in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def is_due(at: datetime, now: datetime, *, within: timedelta) -> bool:
    """Whether `at`, which was put off for at most `within`, has come.

    What is farther off was put off by a clock that was ahead: it has come too, or it would wait until the
    clock is there again.
    """
    return at <= now or at > now + within
