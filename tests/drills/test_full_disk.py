"""The disk of the embedded store is full for a while: the hub waits where it is, says so, and goes on by itself."""

from functools import partial
from pathlib import Path

import pytest

from hub.crew import WORKERS
from tests.drills.full import Ceiling
from tests.drills.rehearsal import KILLS, Where, rehearsal
from tests.drills.toll import Toll

pytestmark = [pytest.mark.slow, pytest.mark.nasty("N68")]


def test_a_full_disk_stops_the_work_visibly_and_loses_nothing(tmp_path: Path, tolls: list[Toll]) -> None:
    with rehearsal("full disk", Where("embedded"), tmp_path, tolls, kills=KILLS) as drill:
        stack, ceiling = drill.stack, Ceiling(tmp_path)
        stack.start("hub", list(WORKERS))
        for _ in drill.load():
            said = partial(stack.waits_anew, "hub", stack.waits("hub"))
            ceiling.put(stack.hub.store)
            stack.wait(said, "it says that it waits")
            ceiling.lift()
