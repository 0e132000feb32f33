"""One source's whole turn: keep its session, read, make events, tell answers; supervised.

The adapter is foreign code: whatever it raises becomes a state that `doctor` shows, and never stops
another source (invariant 11).
"""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from datetime import datetime, timedelta
from typing import Final, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from hub.bus.message import Fenced
from hub.clock import Clock, is_due
from hub.errors import HubError, SignInAgain, TryLater
from hub.jsonform import loads
from hub.plugin import Adapter, AdapterEntry, Answer, Reads, Tells, Tends
from hub.plugin.supervisor import Health, State, Supervised, Turn, open_turns
from hub.run.ground.pressure import Pressure
from hub.run.sources.intake import Intake
from hub.store import answers, leases, resting, sources
from hub.store.engine import Store

log = structlog.get_logger()

_LONGEST_S: Final = resting.LONGEST_REST.total_seconds()
_DOUBLINGS: Final = 10
"""More would change nothing."""
_PATIENCE: Final = 450
"""Tries to tell one answer before a person must look: three days, over a weekend on which nobody mends the source."""
_OUR_PATIENCE: Final = answers.ASIDE
"""The same where the plugin itself fails on it, which time does not mend."""


T = TypeVar("T")


class SourceWorker:
    """`step()` does what is due for one source."""

    def __init__(
        self,
        intake: Intake,
        *,
        entry: AdapterEntry,
        store: Store,
        pressure: Pressure,
        clock: Clock,
        poll_s: float,
        lent: Callable[[], AbstractContextManager[Adapter]] | None = None,
        is_on: Callable[[], bool] = lambda: True,
    ) -> None:
        """`lent` gives the adapter for one step; None: always the one that `intake` has. `is_on`: whether its plugin is."""
        self._is_on = is_on
        self._lent = lent or (lambda: nullcontext(intake.adapter))
        self._intake, self._entry, self._store, self._clock = intake, entry, store, clock
        self._pressure = pressure
        self._poll = timedelta(seconds=poll_s)
        self._next_read = self._next_tend = clock.now()
        self._tended_for = timedelta(0)
        self._held: leases.Lease | None = None
        self._guard = Supervised(
            check=lambda: intake.adapter.check(),
            step=self._turn,
            clock=clock,
            chance=random.random,
            told=self._note,
            passes=(Fenced, DBAPIError),
        )

    def step(self) -> int:
        """How much was done. Trouble with the adapter ends in its state; trouble with the store is raised."""
        self._held = self._intake.lease()
        if self._held is None:
            return 0
        if not self._is_on():
            self._guard.stop()
            return 0
        try:
            with ExitStack() as stack:
                adapter = _made(lambda: stack.enter_context(self._lent()))
                self._take_up(adapter)
                self._follow()
                return self._intake.digest(self._held) + self._guard.step()
        except Fenced:
            self._intake.lost()  # or it would read and unseal on in vain for half of a lease's life
            raise

    def _take_up(self, adapter: Adapter) -> None:
        """A new adapter, since its secrets changed: its session begins anew, and what failed with the old secrets
        is tried with the new ones; a pause stays one."""
        if adapter is self._intake.adapter:
            return
        self._intake.use(adapter)
        self._next_tend = self._clock.now()
        if self._guard.health.state is State.STOPPED:  # its plugin was off
            self._guard.start()
        self._guard.begin_anew()

    def _follow(self) -> None:
        """Does what a person wants of this source, as far as its state allows it: a pause stands, also for
        the next worker; going on is done once."""
        source, state = self._intake.source, self._guard.health.state
        with self._store.read() as conn:
            wished = sources.wished(conn, source)
        if wished.test_us is not None:
            self._test(wished.test_us)
        wish = wished.turn
        if wish is Turn.PAUSE and wish in open_turns(state):
            self._guard.pause()
        elif wish is Turn.RESUME:
            if wish in open_turns(state):
                self._guard.resume()
            with self._store.write() as conn:
                sources.followed(conn, source, wish)

    def _test(self, asked_us: int) -> None:
        """Asks the source whether it answers, whatever state it is in: only who has its session may (decision 3)."""
        trouble: HubError | None = None
        try:
            self._intake.adapter.check()
        except HubError as error:
            trouble = error
        except (Fenced, DBAPIError):
            raise
        except Exception as error:  # foreign code: only the name of its type
            trouble = TryLater("S116", error=type(error).__name__, count=1)
        with self._store.write() as conn:
            sources.tested(conn, self._intake.source, asked_us, trouble, self._clock.now())

    def _turn(self) -> int:
        held = self._held
        if held is None:
            return 0
        adapter, now = self._intake.adapter, self._clock.now()
        if isinstance(adapter, Tends) and is_due(self._next_tend, now, within=self._tended_for):
            self._tended_for = timedelta(seconds=adapter.tend())
            self._next_tend = now + self._tended_for
        done = 0
        if isinstance(adapter, Reads) and self._may_read(now):
            stored, more = self._read(held)
            self._pressure.took(self._intake.source, stored)
            done += stored
            if not more:
                self._next_read = self._clock.now() + self._poll
        if isinstance(adapter, Tells):
            done += self._tell(adapter, held)
        return done

    def _may_read(self, now: datetime) -> bool:
        """Whether a page is due, and the source has not to wait."""
        is_time = is_due(self._next_read, now, within=self._poll)
        return is_time and not self._pressure.is_on(self._intake.source)

    def _read(self, held: leases.Lease) -> tuple[int, bool]:
        """One page; a token that ended in the middle is renewed and the page read again (N71)."""
        attempts = Retrying(
            stop=stop_after_attempt(3),
            wait=wait_exponential_jitter(multiplier=0.2, max=2.0),
            retry=retry_if_exception_type(SignInAgain),
            sleep=self._clock.pause,
            reraise=True,
        )
        return attempts(self._intake.read, held)

    def _tell(self, adapter: Tells, held: leases.Lease) -> int:
        """Answers in order; one that fails for now keeps those after it waiting (`answers.due`)."""
        with self._store.read() as conn:
            due = answers.due(conn, self._intake.source, self._clock.now(), 50)
        told = 0
        for row in due:
            state, receipt, wait_s = self._tell_one(adapter, loads(Answer, row.body), row.attempts)
            now = self._clock.now()
            with self._store.write() as conn:
                leases.hold(conn, held)
                answers.settle(
                    conn, row.id, state, receipt, now + timedelta(seconds=wait_s), row.attempts + 1
                )
            if state == "waiting":
                break
            told += 1
        return told

    @staticmethod
    def _tell_one(adapter: Tells, answer: Answer, attempts: int) -> tuple[str, str, float]:
        """(state, receipt or code, seconds until the next try).

        A refusal, whatever its kind (a 404 too), is this answer's alone: the source goes on being read.
        """
        patience = _PATIENCE
        try:
            return "told", adapter.tell(answer).ref, 0.0
        except TryLater as error:
            code = error.code
        except HubError as error:
            return "failed", error.code, 0.0
        except Exception as error:  # foreign code: one answer it fails on must not stop the source's reading
            log.warning("answer_failed", answer=answer.nonce, error=type(error).__name__)
            code, patience = "S116", _OUR_PATIENCE
        if attempts + 1 >= patience:
            return "failed", code, 0.0
        return "waiting", code, min(2.0 ** min(attempts, _DOUBLINGS), _LONGEST_S)

    def _note(self, health: Health) -> None:
        """Once when it is lost, once when it returns."""
        tell = log.warning if health.code else log.info
        tell("source_state", source=self._intake.source, state=health.state.value, code=health.code)
        with self._store.write() as conn:
            sources.note(conn, self._intake.source, self._entry.name, health)

    def close(self) -> None:
        """Frees the lease at once and closes the adapter."""
        self._intake.adapter.close()
        self._intake.leave()


class Later:
    """The worker of a source whose plugin may be off, or in a version that does not begin: made by its first step, so that
    it keeps no other from beginning."""

    def __init__(self, make: Callable[[], SourceWorker], is_on: Callable[[], bool]) -> None:
        self._make, self._is_on = make, is_on
        self._worker: SourceWorker | None = None

    def step(self) -> int:
        """As the worker's own. Raises TryLater S116 where its adapter does not begin."""
        if self._worker is None:
            if not self._is_on():
                return 0
            self._worker = _made(self._make)
        return self._worker.step()

    def close(self) -> None:
        """As the worker's own."""
        if self._worker is not None:
            self._worker.close()


def _made(make: Callable[[], T]) -> T:
    """What `make` gives, foreign code within; whatever is wrong with that is tried again, and ends no process."""
    try:
        return make()
    except (TryLater, Fenced, DBAPIError):
        raise
    except Exception as error:
        name = error.code if isinstance(error, HubError) else type(error).__name__
        raise TryLater("S116", error=name, count=1) from None
