"""A flame graph's file: a line a stack, outermost function first, with how often it was seen."""

import time
from pathlib import Path

from hub.demo.sampler import Sampler


def busy(until: float) -> None:
    """Works."""
    while time.monotonic() < until:
        sum(range(1000))


def test_where_a_thread_works_is_seen_with_everything_that_called_it(tmp_path: Path) -> None:
    sampler = Sampler()
    sampler.start()
    busy(time.monotonic() + 0.3)
    sampler.stop()
    sampler.write(tmp_path / "flame.txt")
    stacks = [line.rsplit(" ", 1) for line in (tmp_path / "flame.txt").read_text().splitlines()]
    here = test_where_a_thread_works_is_seen_with_everything_that_called_it.__qualname__
    mine = [int(count) for stack, count in stacks if stack.endswith(f".{here};{__name__}.busy")]
    assert sum(mine) > 0
