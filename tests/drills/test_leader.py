"""Clockwork's leader is killed, or stands still past its lease: another one leads within ten seconds, each deadline is
noted and each pause ended once, and none is skipped."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.drills import clocks
from tests.drills.clocks import Due
from tests.drills.lines import Truth
from tests.drills.rehearsal import KILLS, SEED, Where
from tests.drills.stack import LEASE_S, Stack, stack_at
from tests.drills.toll import Toll

pytestmark = [pytest.mark.slow, pytest.mark.nasty("N68")]

WITHIN_S = 10.0
"""The next one leads after this at the latest, on a machine that has time."""
BETWEEN = 20
"""Late steps that are noted between two harms, within some seconds."""
NAMES = ("first", "second")
_NOTHING = Truth((), (), 0, {})
"""No source has anything to tell."""


@contextmanager
def two(drill: str, where: Where, place: Path, tolls: list[Toll]) -> Iterator[tuple[Stack, Due]]:
    """Two processes with clockwork alone, and whistles whose moments come while the caller does harm. Afterwards each
    must have had its due, once."""
    with stack_at(place, _NOTHING, store=where.store, bus=where.bus, prefix=where.prefix) as stack:
        due = clocks.fill(stack.hub, (KILLS + 1) * 4 * BETWEEN)
        for name in NAMES:
            stack.start(name, ["clockwork"])
        for name in NAMES:
            stack.up(name)
        stack.wait(lambda: bool(clocks.leader(stack.hub)), "somebody leads")
        yield stack, due
        stack.wait(partial(is_through, stack, due), "all is noted")
        stack.retire(*stack.processes)
        missing, double = account(stack, due)
        tolls.append(Toll(drill, where.name, SEED, KILLS, 0, {}, len(missing), len(double), 0))
        assert ([], []) == (missing, double)


def is_through(stack: Stack, due: Due) -> bool:
    """Whether as much is done as there was to do."""
    late, ended = clocks.count(stack.hub, clocks.NOTED), clocks.count(stack.hub, clocks.RESUMED)
    return late >= len(due.late) and ended >= len(due.paused)


def account(stack: Stack, due: Due) -> tuple[list[str], list[str]]:
    """What was skipped, and what was done that was not due, or twice, or too early."""
    signs, ended = clocks.found(stack.hub)
    noted = {id_: due_us for id_, due_us, _ in signs}
    resumed = Counter(id_ for id_, _ in ended)
    missing = [f"late {id_}" for id_, moment in due.late.items() if noted.get(id_) != moment]
    missing += [f"pause of {id_}" for id_ in due.paused if id_ not in resumed]
    double = [f"early {id_}" for id_, due_us, noted_us in signs if noted_us <= due_us]
    double += [f"late {id_}" for id_ in noted if id_ not in due.late]
    double += [f"pause of {id_}" for id_, times in resumed.items() if times > 1 or id_ not in due.paused]
    double += [f"early pause of {id_}" for id_, made_us in ended if made_us <= due.paused.get(id_, 0)]
    return missing, double


def leads(stack: Stack) -> str:
    """Which of the processes it is."""
    holder = clocks.leader(stack.hub)
    return next((name for name in NAMES if f"-{stack.processes[name].pid}-" in holder), "")


def has_noted(stack: Stack, least: int) -> bool:
    """Whether so many late steps are noted."""
    return clocks.count(stack.hub, clocks.NOTED) >= least


def go_on(stack: Stack, much: int = BETWEEN) -> None:
    """So many more deadlines pass."""
    least = clocks.count(stack.hub, clocks.NOTED) + much
    stack.wait(partial(has_noted, stack, least), f"{much} more are noted")


def test_another_leads_within_ten_seconds_of_a_kill(tmp_path: Path, where: Where, tolls: list[Toll]) -> None:
    with two("leader killed", where, tmp_path, tolls) as (stack, _):
        for _ in range(KILLS):
            go_on(stack)
            victim = leads(stack)
            stack.kill(victim)
            before, since = clocks.count(stack.hub, clocks.NOTED), time.monotonic()
            stack.wait(partial(has_noted, stack, before + 1), "another leads")
            assert time.monotonic() - since < WITHIN_S
            stack.start(victim, ["clockwork"])
            stack.up(victim)


def test_who_slept_past_its_lease_notes_nothing_twice(
    tmp_path: Path, where: Where, tolls: list[Toll]
) -> None:
    with two("leader asleep", where, tmp_path, tolls) as (stack, _):
        for _ in range(KILLS):
            go_on(stack)
            # Asleep amid a transaction it keeps the lease's row: then nobody leads before it goes on, which is right too.
            stack.nap(leads(stack), LEASE_S + 1)
            go_on(stack, 5)
