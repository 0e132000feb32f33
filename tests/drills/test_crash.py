"""Processes are killed under load at seeded moments: fates add up, nothing is missing, nothing is made twice."""

from pathlib import Path

import pytest

from hub.crew import WORKERS
from tests.drills.rehearsal import KILLS, Where, rehearsal
from tests.drills.toll import Toll

pytestmark = [pytest.mark.slow, pytest.mark.nasty("N68")]


def test_nothing_is_lost_or_made_twice_when_each_worker_is_killed(
    tmp_path: Path, where: Where, tolls: list[Toll]
) -> None:
    """The embedded stack is one process; on Kafka and PostgreSQL each worker has its own."""
    processes = {"hub": list(WORKERS)} if where.name == "embedded" else {one: [one] for one in WORKERS}
    with rehearsal("crash", where, tmp_path, tolls, kills=KILLS * len(processes)) as drill:
        for name, workers in processes.items():
            drill.stack.start(name, workers)
        for number in drill.load():
            victim = list(processes)[number % len(processes)]
            drill.stack.up(victim)
            drill.stack.kill(victim)
            drill.stack.start(victim, processes[victim])
