"""A worker's loop: it rests, it backs off, it says what broke it, it stops when told."""

import threading

import pytest
from sqlalchemy.exc import OperationalError

from hub.errors import Bug, TryLater
from hub.run.ground.loop import Loop
from tests.connected.patience import until


class Steps:
    """A worker whose steps go as the test says; after those it finds nothing to do."""

    def __init__(self, *steps: int | Exception) -> None:
        self._steps = list(steps)
        self.made = 0
        self.closed = threading.Event()

    def step(self) -> int:
        """One step."""
        self.made += 1
        one = self._steps.pop(0) if self._steps else 0
        if isinstance(one, Exception):
            raise one
        return one


def loop_of(worker: Steps) -> Loop:
    """Its loop, not started yet."""
    return Loop("test", worker.step, idle_s=0.001, close=worker.closed.set)


def test_it_works_until_it_is_stopped_and_then_closes() -> None:
    worker = Steps(5, 5)
    loop = loop_of(worker)
    loop.start()
    until(lambda: worker.made > 4, "it goes on after work and after none")
    loop.stop()
    assert worker.closed.is_set()
    assert None is loop.broken


@pytest.mark.parametrize("trouble", [TryLater("C105"), OperationalError("", {}, ValueError())])
def test_trouble_that_may_pass_is_rested_for_and_tried_again(trouble: Exception) -> None:
    worker = Steps(trouble, 1)
    loop = loop_of(worker)
    rest_s = loop._once()
    assert 0.5 <= rest_s <= 1.0
    assert 0.0 == loop._once()
    assert 0.001 == loop._once()


def test_rests_grow_to_half_a_minute_and_no_further_however_long_it_lasts() -> None:
    worker = Steps(*[TryLater("C104")] * 2000)
    loop = loop_of(worker)
    rests = [loop._once() for _ in range(2000)]
    assert max(rests) <= 30.0
    assert max(rests[:3]) <= 4.0
    assert min(rests) >= 0.5


def test_our_own_mistake_ends_it_visibly() -> None:
    worker = Steps(Bug("A121"))
    loop = loop_of(worker)
    loop.start()
    until(worker.closed.is_set, "it ends")
    assert isinstance(loop.broken, Bug)
