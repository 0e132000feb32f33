"""A device's signals, counted whatever order they come in."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.incident import AlarmRun, Signal, heard
from tests.unit.incident.reports import MORNING

signals = st.lists(
    st.tuples(st.sampled_from(Signal), st.integers(0, 600).map(lambda m: MORNING + timedelta(minutes=m))),
    max_size=12,
)


def after(said: list[tuple[Signal, datetime]]) -> AlarmRun:
    run = AlarmRun()
    for signal, at in said:
        run = heard(run, signal, at)
    return run


@pytest.mark.nasty("N76")
@given(signals.flatmap(lambda said: st.tuples(st.just(said), st.permutations(said))))
def test_the_order_of_arrival_changes_nothing(
    orders: tuple[list[tuple[Signal, datetime]], list[tuple[Signal, datetime]]],
) -> None:
    said, shuffled = orders
    assert after(said) == after(shuffled)


@pytest.mark.nasty("N76")
def test_a_recovery_that_overtakes_its_alarm_ends_it() -> None:
    later = MORNING + timedelta(minutes=5)
    assert not after([(Signal.RECOVERY, later), (Signal.ALARM, MORNING)]).stands


def test_an_alarm_after_a_recovery_stands() -> None:
    later = MORNING + timedelta(minutes=5)
    assert after([(Signal.RECOVERY, MORNING), (Signal.ALARM, later)]).stands


def test_an_alarm_without_recovery_stands() -> None:
    assert after([(Signal.ALARM, MORNING)]).stands


def test_a_device_that_only_recovered_has_no_alarm() -> None:
    assert not after([(Signal.RECOVERY, MORNING)]).stands


@pytest.mark.nasty("N75")
def test_four_thousand_alarms_of_one_night_are_all_counted() -> None:
    night = after([(Signal.ALARM, MORNING + timedelta(seconds=7 * n)) for n in range(4_000)])
    assert night.alarms == 4_000
    assert night.first_alarm_at == MORNING
    assert MORNING + timedelta(seconds=7 * 3_999) == night.last_alarm_at


@given(signals)
def test_every_signal_is_counted(said: list[tuple[Signal, datetime]]) -> None:
    run = after(said)
    recoveries = [at for signal, at in said if signal is Signal.RECOVERY]
    assert (len(said) - len(recoveries), len(recoveries)) == (run.alarms, run.recoveries)
    assert max(recoveries, default=None) == run.recovered_at
