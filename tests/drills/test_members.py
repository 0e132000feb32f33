"""Workers come and go under load: partitions and leases move, and nothing with them gets lost."""

from pathlib import Path

import pytest

from tests.drills.rehearsal import BACK, KILLS, Where, rehearsal
from tests.drills.toll import Toll

pytestmark = [pytest.mark.slow, pytest.mark.nasty("N68")]


def test_nothing_is_lost_or_made_twice_when_workers_are_added_and_removed(
    tmp_path: Path, where: Where, tolls: list[Toll]
) -> None:
    with rehearsal("members", where, tmp_path, tolls, kills=KILLS) as drill:
        stack = drill.stack
        stack.start("web", ["web"])
        stack.start("member-0", BACK)
        for number in drill.load():
            stack.start(f"member-{number + 1}", BACK)
            stack.up(f"member-{number + 1}")
            stack.retire(f"member-{number}")
