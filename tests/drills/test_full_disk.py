"""The disk of the embedded store is full for a while: the hub waits where it is, says so, and goes on by itself."""

from functools import partial
from pathlib import Path

import pytest

from hub.crew import WORKERS
from tests.drills.full import Ceiling
from tests.drills.rehearsal import KILLS, Where, rehearsal
from tests.drills.stack import Stack
from tests.drills.toll import Toll

pytestmark = [pytest.mark.slow, pytest.mark.nasty("N68")]


def test_a_full_disk_stops_the_work_visibly_and_loses_nothing(tmp_path: Path, tolls: list[Toll]) -> None:
    with rehearsal("full disk", Where("embedded"), tmp_path, tolls, kills=KILLS) as drill:
        stack, ceiling = drill.stack, Ceiling(tmp_path)
        stack.start("hub", list(WORKERS))
        for _ in drill.load():
            said = partial(says_so, stack, stack.waits("hub"), stack.called.refused)
            ceiling.put(stack.hub.store)
            stack.wait(said, "it says that it waits")
            ceiling.lift()
            stack.wait(lambda: not stack.waits_now("hub"), "all are back")


def says_so(stack: Stack, waits: int, refused: int) -> bool:
    """Whether a worker has said that it waits, or a department was told to come again, since then; where nothing is
    left to do nobody needs room."""
    return stack.waits_anew("hub", waits) or stack.called.refused > refused or not stack.left()
