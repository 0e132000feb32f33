"""A worker that is ready keeps what it made, and the collector looks at it no more."""

import gc
from collections.abc import Iterator

import pytest

from hub.run import longlived


@pytest.fixture
def collector() -> Iterator[None]:
    """The collector as it was, afterwards."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.usefixtures("collector")
def test_what_stands_is_left_alone_and_what_comes_later_is_still_collected() -> None:
    stands: list[list[int]] = [[] for _ in range(100)]
    longlived.keep()
    assert gc.get_freeze_count() > len(stands)
    assert not any(one is stands for one in gc.get_objects())
    later: list[object] = []
    later.append(later)
    del later
    assert gc.collect() > 0
