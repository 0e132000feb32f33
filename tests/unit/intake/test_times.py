"""The moments of a report: which ones are usable, in which order they stand, and what is flagged."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.intake.times import FUTURE_SLACK, OLDEST, order

RECEIVED = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
MOMENTS = st.none() | st.integers(-60 * 24 * 30, 60 * 24 * 365 * 40).map(
    lambda minutes: RECEIVED - timedelta(minutes=minutes)
)
"""From a month ahead to before 1990."""


def back(minutes: float) -> datetime:
    """So many minutes before the report was received."""
    return RECEIVED - timedelta(minutes=minutes)


@pytest.mark.nasty("N35", "N36", "N37")
@pytest.mark.parametrize(
    ("occurred", "reported", "stand", "flags"),
    [
        pytest.param(back(30), back(10), (back(30), back(10)), (), id="as they should be"),
        pytest.param(back(10), back(10), (back(10), back(10)), (), id="at one moment"),
        pytest.param(None, back(10), (back(10), back(10)), ("time_missing",), id="nobody says when"),
        pytest.param(back(30), None, (back(30), back(30)), ("time_missing",), id="nobody says when told"),
        pytest.param(None, None, (RECEIVED, RECEIVED), ("time_missing",), id="nothing is said"),
        pytest.param(
            back(10), back(30), (back(30), back(30)), ("times_disordered",), id="told before it happened"
        ),
        pytest.param(back(-4), back(-5), (RECEIVED, RECEIVED), (), id="a clock a little ahead"),
        pytest.param(back(30), back(-6), (back(30), RECEIVED), ("time_future",), id="a clock far ahead"),
        pytest.param(back(-6), back(-6), (RECEIVED, RECEIVED), ("time_future",), id="both far ahead"),
        pytest.param(
            datetime(1970, 1, 1, tzinfo=UTC), back(10), (back(10), back(10)), ("time_ancient",), id="1970"
        ),
        pytest.param(OLDEST, back(10), (OLDEST, back(10)), (), id="the first moment that counts"),
        pytest.param(
            None, back(-6), (RECEIVED, RECEIVED), ("time_future", "time_missing"), id="ahead, and none"
        ),
    ],
)
def test_moments_are_put_in_order_and_what_was_mended_is_said(
    occurred: datetime | None,
    reported: datetime | None,
    stand: tuple[datetime, datetime],
    flags: tuple[str, ...],
) -> None:
    times = order(occurred, reported, RECEIVED)
    assert (stand, flags) == ((times.occurred_at, times.reported_at), times.flags)


@given(occurred=MOMENTS, reported=MOMENTS)
def test_nothing_happens_after_it_was_told_or_is_told_after_it_came(
    occurred: datetime | None, reported: datetime | None
) -> None:
    times = order(occurred, reported, RECEIVED)
    assert OLDEST <= times.occurred_at <= times.reported_at <= RECEIVED
    assert bool(times.flags) == (
        None in (occurred, reported)
        or any(each and not OLDEST <= each <= RECEIVED + FUTURE_SLACK for each in (occurred, reported))
        or min(occurred or RECEIVED, RECEIVED) > min(reported or RECEIVED, RECEIVED)
    )
