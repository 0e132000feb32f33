"""The moments of a report put in order. Pure; the receive time is an argument."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

FUTURE_SLACK: Final = timedelta(minutes=5)
"""A source clock may run this far ahead before its moments are pulled back (N36)."""
OLDEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Earlier moments are a device that lost its clock (1970), never a matter of today's grid."""


@dataclass(frozen=True, slots=True)
class Times:
    """`reported_at` ≤ received, `occurred_at` ≤ `reported_at` but for what is announced, and the flags that say what was
    mended."""

    occurred_at: datetime
    reported_at: datetime
    flags: tuple[str, ...]


def order(
    occurred_at: datetime | None,
    reported_at: datetime | None,
    received_at: datetime,
    *,
    is_announced: bool = False,
) -> Times:
    """Usable moments for ordering; what was sent stays in the record (N35, N36, N37). What `is_announced` begins when it
    was said to, also after the report of it.

    Flags: `time_missing`, `time_future`, `time_ancient`, `times_disordered`.
    """
    flags: list[str] = []
    reported = _usable(reported_at, received_at, flags)
    if is_announced and occurred_at is not None and occurred_at >= OLDEST:
        return Times(occurred_at, reported or received_at, tuple(flags))
    occurred = _usable(occurred_at, received_at, flags)
    reported = reported or occurred or received_at
    occurred = occurred or reported
    if occurred > reported:
        flags.append("times_disordered")
        occurred = reported
    return Times(occurred, reported, tuple(dict.fromkeys(flags)))


def _usable(moment: datetime | None, received_at: datetime, flags: list[str]) -> datetime | None:
    if moment is None:
        flags.append("time_missing")
        return None
    if moment < OLDEST:
        flags.append("time_ancient")
        return None
    if moment > received_at + FUTURE_SLACK:
        flags.append("time_future")
        return received_at
    return min(moment, received_at)
