"""One drill from its start to its line in the table: load in portions, harm in the middle of each, and the account."""

import os
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.crew import WORKERS
from tests.drills import lines, lying
from tests.drills.stack import Stack, stack_at
from tests.drills.toll import Toll, find, toll_of
from tests.instruments import demo_pack

KILLS = int(os.environ.get("GRIDPLUS_DRILL_KILLS", "2"))
SEED = int(os.environ.get("GRIDPLUS_DRILL_SEED", "20260310"))
"""More kills and other moments, for those who have more time than `make test`."""
MATTERS = 4
"""A portion: enough that a kill finds some half done."""
MOST = 450
"""The district has no room for more matters that are far from each other."""
BACK = [one for one in WORKERS if one != "web"]
"""Workers that may run twice: of the web worker each would need a port of its own."""


@dataclass(frozen=True, slots=True)
class Where:
    """One of the two stacks: where it keeps and carries things."""

    name: str
    store: str = ""
    bus: str = "embedded"
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A drill under way."""

    stack: Stack
    truth: lines.Truth
    portions: int
    chance: random.Random

    def load(self) -> Iterator[int]:
        """Tells one portion after another; each time it is some way through that portion when it comes back."""
        size = len(self.truth.lines) / self.portions
        for number in range(self.portions):
            self.stack.feed(self.truth.portion(number, self.portions))
            self.stack.wait_for(2 * int(size * (number + self.chance.uniform(0.1, 0.9))))
            yield number


@contextmanager
def rehearsal(drill: str, where: Where, place: Path, tolls: list[Toll], *, kills: int) -> Iterator[Rehearsal]:
    """`kills` portions of load; the caller does harm within them. Afterwards everything must have come to its end.

    Adds the drill's line to `tolls`, then fails where anything is missing or double.
    """
    truth = lines.make(demo_pack(), matters=min(MATTERS * kills, MOST), seed=SEED)
    with stack_at(place, truth, store=where.store, bus=where.bus, prefix=where.prefix) as stack:
        yield Rehearsal(stack, truth, kills, random.Random(SEED))
        stack.settle()
        close(drill, where, stack, truth, tolls, kills=kills, heard=stack.called.heard)


def close(
    drill: str,
    where: Where,
    stack: Stack,
    truth: lines.Truth,
    tolls: list[Toll],
    *,
    kills: int,
    heard: Sequence[str],
) -> None:
    """The account of a stack at its end: adds the line to `tolls`, then fails where anything is missing or double.

    `heard`: what came by webhook.
    """
    lies = lying.on_kafka(stack.hub, where.bus, where.prefix) if where.prefix else lying.in_store(stack.hub)
    found = find(stack.hub, truth, [*lies.said, *heard], lies.ends)
    tolls.append(toll_of(drill, where.name, SEED, kills, stack.hub.account(), found))
    assert ([], []) == (found.missing, found.double)
