"""An adapter's life: every state × turn, and what a night of failures does to one that is guarded."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import FixedClock
from hub.errors import FixSettings, Refused, SignInAgain, SourceGone, TryLater
from hub.messages import CATALOGUE
from hub.plugin.supervisor import (
    TABLE,
    BackOff,
    Health,
    State,
    Supervised,
    Turn,
    advance,
    open_turns,
)

NIGHT = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
CANARY = "canary 13800000000"


class Night:
    """A supervised adapter whose checks and steps do what a script says; the clock is moved by hand."""

    def __init__(self, *steps: Any, checks: Sequence[Any] = (), **settings: Any) -> None:
        self.clock = FixedClock(NIGHT)
        self.said: list[Health] = []
        self.checked = 0
        self._steps, self._checks = iter(steps), iter(checks)
        self.one = Supervised(
            check=self._check,
            step=lambda: self._play(next(self._steps, 0)),
            clock=self.clock,
            chance=lambda: 0.0,
            told=self.said.append,
            **settings,
        )

    def _check(self) -> None:
        self.checked += 1
        self._play(next(self._checks, 0))

    @staticmethod
    def _play(what: Any) -> int:
        if isinstance(what, Exception):
            raise what
        return int(what)

    def rests_s(self) -> float:
        """Seconds until it wants to be tried again."""
        assert self.one.health.retry_at is not None
        return (self.one.health.retry_at - self.clock.now()).total_seconds()

    def states(self) -> list[State]:
        return [health.state for health in self.said]


@given(state=st.sampled_from(State), turn=st.sampled_from(Turn))
def test_no_transition_outside_the_table(state: State, turn: Turn) -> None:
    if (state, turn) in TABLE:
        assert TABLE[state, turn] is advance(state, turn)
    else:
        with pytest.raises(Refused) as caught:
            advance(state, turn)
        assert ", ".join(open_turns(state)) == caught.value.facts["allowed"]


def test_the_table_is_the_designs() -> None:
    """loaded → checking → running ⇄ backing_off → paused / stopped / failed, and a way back from each."""
    drawn = {(at, to) for (at, _), to in TABLE.items()}
    for path in pairwise([State.LOADED, State.CHECKING, State.RUNNING, State.BACKING_OFF, State.CHECKING]):
        assert path in drawn
    for end in (State.PAUSED, State.STOPPED):
        assert {State.LOADED, State.CHECKING, State.RUNNING, State.BACKING_OFF} <= {
            at for at, to in drawn if to is end
        }
    assert {State.PAUSED, State.FAILED, State.STOPPED, State.LOADED, State.BACKING_OFF} == {
        at for at, to in drawn if to is State.CHECKING
    }


def test_whatever_state_it_is_in_it_can_be_stopped() -> None:
    assert all(Turn.STOP in open_turns(state) for state in State if state is not State.STOPPED)


def test_a_fresh_adapter_is_checked_and_then_runs() -> None:
    night = Night(3, 0)
    assert night.one.step() == 3
    assert night.one.step() == 0
    assert night.states() == [State.CHECKING, State.RUNNING]
    assert night.checked == 1


def test_trouble_that_may_pass_is_rested_upon_longer_each_time_and_checked_again() -> None:
    night = Night(*[TryLater("S101")] * 4, 1)
    rests = []
    for _ in range(4):
        assert night.one.step() == 0
        assert State.BACKING_OFF is night.one.health.state
        rests.append(night.rests_s())
        assert night.one.step() == 0  # too early: nothing is called
        night.clock.pause(rests[-1])
    assert rests == [1.0, 2.0, 4.0, 8.0]
    assert night.one.step() == 1
    assert (
        night.one.health.state,
        night.one.health.code,
        night.one.health.failures,
    ) == (State.RUNNING, "", 0)
    assert night.checked == 5


def test_the_trouble_stays_visible_while_it_is_tried_again() -> None:
    night = Night(TryLater("S108", expected=17), TryLater("S108", expected=17))
    night.one.step()
    night.clock.pause(1)
    night.one.step()
    assert [health.code for health in night.said] == ["", "", "S108", "S108", "S108", "S108"]
    assert night.one.health.trouble.facts == {"expected": 17}  # type: ignore[union-attr]  # seen in the line above


@pytest.mark.nasty("N71")
def test_a_token_that_ended_costs_no_rest_the_first_time() -> None:
    night = Night(SignInAgain("P104"), 7)
    assert night.one.step() == 0
    assert night.one.step() == 7
    assert night.checked == 2


def test_a_token_that_ends_at_once_again_is_rested_upon() -> None:
    night = Night(SignInAgain("P104"), SignInAgain("P104"))
    night.one.step()
    night.one.step()
    assert night.rests_s() == 2.0


@pytest.mark.parametrize("error", [SourceGone("S107"), FixSettings("C101", name="url")])
def test_trouble_that_will_not_pass_waits_for_a_person(error: Exception) -> None:
    night = Night(error, 5)
    night.one.step()
    night.clock.pause(10_000)
    assert night.one.step() == 0
    assert State.FAILED is night.one.health.state
    night.one.resume()
    assert night.one.step() == 5
    assert night.one.health.code == ""


def test_an_adapter_that_raises_what_is_not_ours_is_tried_a_few_times_and_then_failed() -> None:
    night = Night(*[KeyError(CANARY)] * 9, patience=3)
    for _ in range(9):
        night.one.step()
        night.clock.pause(1000)
    assert State.FAILED is night.one.health.state
    assert night.one.health.failures == 3
    assert night.one.health.code == "S116"
    assert night.one.health.trouble.facts == {"error": "KeyError", "count": 3}  # type: ignore[union-attr]  # failed for a reason


def test_what_an_adapter_raised_is_named_by_its_type_alone() -> None:
    night = Night(ValueError(CANARY))
    night.one.step()
    assert CANARY not in str(night.one.health.trouble)
    assert CANARY not in repr(night.one.health)


def test_a_check_that_fails_keeps_the_step_from_being_called() -> None:
    night = Night(1, checks=[TryLater("S101")])
    assert night.one.step() == 0
    night.clock.pause(1)
    assert night.one.step() == 1


class LostLease(Exception):  # noqa: N818  stands for the hub's own trouble
    """The hub's, not the adapter's."""


def test_the_hubs_own_trouble_goes_through_and_changes_nothing() -> None:
    night = Night(1, LostLease(), 2, passes=(LostLease,))
    night.one.step()
    with pytest.raises(LostLease):
        night.one.step()
    assert State.RUNNING is night.one.health.state
    assert night.one.step() == 2


def test_a_paused_one_does_nothing_until_it_is_resumed() -> None:
    night = Night(1, 2)
    night.one.step()
    night.one.pause()
    assert night.one.step() == 0
    with pytest.raises(Refused, match="S117"):
        night.one.pause()
    night.one.resume()
    assert night.one.step() == 2


def test_a_stopped_one_stays_stopped_and_may_be_started_again() -> None:
    night = Night(1, 2)
    night.one.stop()
    night.one.stop()
    assert night.one.step() == 0
    night.one.start()
    assert night.one.step() == 1


def test_work_that_goes_well_is_told_to_nobody() -> None:
    night = Night(*range(50))
    for _ in range(50):
        night.one.step()
    assert len(night.said) == 2


def test_one_adapters_trouble_is_not_anothers() -> None:
    """Invariant 11: whoever steps through all of them never sees an exception."""
    bad, good = Night(*[RuntimeError(CANARY)] * 20), Night(*[1] * 20)
    assert sum(bad.one.step() + good.one.step() for _ in range(20)) == 20


@pytest.mark.nasty("N74")
@given(failures=st.integers(1, 10_000), chance=st.floats(0, 1, exclude_max=True))
def test_a_rest_is_never_zero_never_over_the_cap_and_spread_by_chance(failures: int, chance: float) -> None:
    back_off = BackOff(first_s=1.0, longest_s=600.0)
    whole = back_off.rest_s(failures, 0.0)
    assert min(600.0, 2.0 ** min(failures - 1, 40)) == whole
    assert whole / 2 <= back_off.rest_s(failures, chance) <= whole


@given(
    script=st.lists(
        st.sampled_from([0, 1, TryLater("S101"), SignInAgain("P104"), SourceGone("S107"), OSError()]),
        max_size=30,
    ),
    orders=st.lists(st.sampled_from(["step", "pause", "resume", "stop", "start", "wait"]), max_size=60),
)
def test_whatever_happens_only_the_table_moves_it(script: list[Any], orders: list[str]) -> None:
    night = Night(*script)
    for order in orders:
        if order == "wait":
            night.clock.pause(700)
            continue
        act: Callable[[], object] = getattr(night.one, order)
        with suppress(Refused):  # an order that is not open from there
            act()
    seen = [State.LOADED, *night.states()]
    moves = {(at, to) for (at, _), to in TABLE.items()}
    assert all((at, to) in moves for at, to in pairwise(seen) if at is not to)
    assert all(health.since <= night.clock.now() + timedelta(0) for health in night.said)


def test_every_code_that_is_raised_here_has_its_words() -> None:
    assert {"S116", "S117"} <= CATALOGUE.keys()
