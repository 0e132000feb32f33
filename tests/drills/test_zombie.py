"""A process that stood still past its session and its leases goes on, while another has taken its work over."""

from pathlib import Path

import pytest

from tests.drills.rehearsal import BACK, KILLS, Where, rehearsal
from tests.drills.stack import LEASE_S, SESSION_S
from tests.drills.toll import Toll

pytestmark = [pytest.mark.slow, pytest.mark.nasty("N68")]

PAST_S = max(SESSION_S, LEASE_S) + 1.0


def test_a_worker_that_slept_through_its_session_and_leases_commits_nothing(
    tmp_path: Path, where: Where, tolls: list[Toll]
) -> None:
    with rehearsal("zombie", where, tmp_path, tolls, kills=KILLS) as drill:
        stack = drill.stack
        stack.start("web", ["web"])
        for name in ("first", "second"):
            stack.start(name, BACK)
        for name in ("first", "second"):
            stack.up(name)
        for number in drill.load():
            sleeper = ("first", "second")[number % 2]
            stack.nap(sleeper, PAST_S)
