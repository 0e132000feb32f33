"""Moments in the database are whole microseconds since 1970, UTC: one integer type on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_us(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    return (moment - EPOCH) // _MICROSECOND


def to_us_or_none(moment: datetime | None) -> int | None:
    """The same of a moment that may be missing."""
    return None if moment is None else to_us(moment)


def from_us(us: int) -> datetime:
    """The aware moment, UTC."""
    return EPOCH + timedelta(microseconds=us)


def from_us_or_none(us: int | None) -> datetime | None:
    """The same for a column that may be empty."""
    return None if us is None else from_us(us)
