"""The life of one adapter: one table of states, back-off with jitter, and a guard around its `step`.

No thread, no sleep, no socket: whoever runs adapters calls `Supervised.step` and rests in between. Clock
and random numbers are given, so a night of failures can be replayed. Foreign code runs inside the guard:
whatever it raises becomes a state that people see, and never stops another adapter (invariant 11).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hub.clock import Clock, is_due
from hub.errors import HubError, Refused, SignInAgain, TryLater


class State(StrEnum):
    """Where an adapter stands."""

    LOADED = "loaded"
    CHECKING = "checking"
    RUNNING = "running"
    BACKING_OFF = "backing_off"
    PAUSED = "paused"
    """A person stopped it for now."""
    STOPPED = "stopped"
    FAILED = "failed"
    """It will not come back by itself: a person must look, then resume it."""


class Turn(StrEnum):
    """What can happen to it."""

    START = "start"
    ANSWERED = "answered"
    """The source answers as configured."""
    STUMBLED = "stumbled"
    """Trouble that may pass."""
    BROKE = "broke"
    """Trouble that will not pass."""
    RETRY = "retry"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


TABLE: Final[Mapping[tuple[State, Turn], State]] = {
    (State.LOADED, Turn.START): State.CHECKING,
    (State.LOADED, Turn.PAUSE): State.PAUSED,
    (State.LOADED, Turn.STOP): State.STOPPED,
    (State.CHECKING, Turn.ANSWERED): State.RUNNING,
    (State.CHECKING, Turn.STUMBLED): State.BACKING_OFF,
    (State.CHECKING, Turn.BROKE): State.FAILED,
    (State.CHECKING, Turn.PAUSE): State.PAUSED,
    (State.CHECKING, Turn.STOP): State.STOPPED,
    (State.RUNNING, Turn.STUMBLED): State.BACKING_OFF,
    (State.RUNNING, Turn.BROKE): State.FAILED,
    (State.RUNNING, Turn.PAUSE): State.PAUSED,
    (State.RUNNING, Turn.STOP): State.STOPPED,
    (State.BACKING_OFF, Turn.RETRY): State.CHECKING,
    (State.BACKING_OFF, Turn.PAUSE): State.PAUSED,
    (State.BACKING_OFF, Turn.STOP): State.STOPPED,
    (State.PAUSED, Turn.RESUME): State.CHECKING,
    (State.PAUSED, Turn.STOP): State.STOPPED,
    (State.FAILED, Turn.RESUME): State.CHECKING,
    (State.FAILED, Turn.STOP): State.STOPPED,
    (State.STOPPED, Turn.START): State.CHECKING,
}


def open_turns(state: State) -> tuple[Turn, ...]:
    """The turns that the table knows from `state`."""
    return tuple(turn for (at, turn) in TABLE if at is state)


def advance(state: State, turn: Turn) -> State:
    """The state after `turn`; raises Refused S117, which names the turns open from here."""
    after = TABLE.get((state, turn))
    if after is None:
        raise Refused("S117", state=state.value, allowed=", ".join(open_turns(state)))
    return after


@dataclass(frozen=True, slots=True)
class BackOff:
    """How long to rest after the n-th failure in a row: doubled each time, capped, cut by chance.

    The cut (up to half) keeps sources that fell together from coming back together (N74).
    """

    first_s: float = 1.0
    longest_s: float = 600.0

    def rest_s(self, failures: int, chance: float) -> float:
        """Seconds; `chance` is a random number in [0, 1)."""
        whole = min(self.longest_s, self.first_s * 2.0 ** min(failures - 1, 40))
        return whole * (1.0 - chance / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What people see of an adapter."""

    state: State
    since: datetime
    trouble: HubError | None = None
    """What keeps it from working, or did the last time; None where nothing does."""
    failures: int = 0
    """In a row, since the last step that went well."""
    retry_at: datetime | None = None

    @property
    def code(self) -> str:
        """Code of the trouble, "" where there is none."""
        return self.trouble.code if self.trouble else ""


class Supervised:
    """An adapter's `check` and `step` under the table.

    `patience` is how many failures in a row with no code of ours are taken for something that may pass.
    `told` gets the health at each change of state or trouble, and nothing in normal work. Exceptions of
    `passes` are the hub's own trouble (its database, a lost lease): they go through and change nothing.
    """

    def __init__(
        self,
        *,
        check: Callable[[], None],
        step: Callable[[], int],
        clock: Clock,
        chance: Callable[[], float],
        back_off: BackOff = BackOff(),
        patience: int = 5,
        told: Callable[[Health], None] = lambda _: None,
        passes: tuple[type[Exception], ...] = (),
    ) -> None:
        self._check, self._step, self._clock, self._chance = check, step, clock, chance
        self._back_off, self._patience, self._told, self._passes = back_off, patience, told, passes
        self._health = Health(state=State.LOADED, since=clock.now())

    @property
    def health(self) -> Health:
        """How it stands."""
        return self._health

    def step(self) -> int:
        """Does what is due, and returns how much was done; 0 while it rests, is paused, stopped or failed.

        One call passes through several states where nothing keeps it: a fresh adapter is checked and run.
        """
        if self._health.state in (State.LOADED, State.BACKING_OFF):
            retry_at = self._health.retry_at
            longest = timedelta(seconds=self._back_off.longest_s)
            if retry_at is not None and not is_due(retry_at, self._clock.now(), within=longest):
                return 0
            self._turn(Turn.START if self._health.state is State.LOADED else Turn.RETRY)
        if self._health.state is State.CHECKING:
            if not self._guard(self._checked):
                return 0
            self._turn(Turn.ANSWERED)
        return self._guard(self._step_well) if self._health.state is State.RUNNING else 0

    def pause(self) -> None:
        """A person stops it for now; raises Refused S117 where that is not open."""
        self._turn(Turn.PAUSE)

    def resume(self) -> None:
        """A person lets it go on after a pause or a failure; counts start anew."""
        self._turn(Turn.RESUME, failures=0)

    def begin_anew(self) -> None:
        """What it failed on was changed: who failed or rests is tried at once. Nobody else is touched."""
        if self._health.state is State.FAILED:
            self.resume()
        elif self._health.state is State.BACKING_OFF:
            self._put(replace(self._health, failures=0, retry_at=None))

    def stop(self) -> None:
        """It ends; a stopped one may be started again. Stopping twice changes nothing."""
        if self._health.state is not State.STOPPED:
            self._turn(Turn.STOP)

    def start(self) -> None:
        """A stopped one begins anew; a fresh one is started by its first step."""
        self._turn(Turn.START, failures=0)

    def _checked(self) -> int:
        self._check()
        return 1

    def _step_well(self) -> int:
        done = self._step()
        if self._health.failures or self._health.code:
            self._put(replace(self._health, failures=0, trouble=None))
        return done

    def _guard(self, work: Callable[[], int]) -> int:
        """What `work` returns; 0 where it raised, and the trouble is a state by then."""
        try:
            return work()
        except self._passes:
            raise
        except Exception as error:  # foreign code: what comes out becomes a state
            self._trouble(error)
            return 0

    def _trouble(self, error: Exception) -> None:
        failures = self._health.failures + 1
        if isinstance(error, HubError):
            trouble, passes = error, isinstance(error, TryLater)
        else:  # only the name of its type: its text may quote what a source sent
            trouble = TryLater("S116", error=type(error).__name__, count=failures)
            passes = failures < self._patience
        if not passes:
            self._turn(Turn.BROKE, trouble=trouble, failures=failures)
            return
        # the first time, signing in again is all it takes: `check` does it, and at once
        at_once = isinstance(error, SignInAgain) and failures == 1
        rest_s = 0.0 if at_once else self._back_off.rest_s(failures, self._chance())
        retry_at = self._clock.now() + timedelta(seconds=rest_s)
        self._turn(Turn.STUMBLED, trouble=trouble, failures=failures, retry_at=retry_at)

    def _turn(
        self,
        turn: Turn,
        *,
        trouble: HubError | None = None,
        failures: int | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        """Moves by the table. Trouble stays visible while it is tried again."""
        now = self._health
        self._put(
            Health(
                state=advance(now.state, turn),
                since=self._clock.now(),
                trouble=trouble or (now.trouble if turn in (Turn.RETRY, Turn.ANSWERED) else None),
                failures=now.failures if failures is None else failures,
                retry_at=retry_at,
            )
        )

    def _put(self, health: Health) -> None:
        changed = (health.state, health.code) != (self._health.state, self._health.code)
        self._health = health
        if changed:
            self._told(health)
