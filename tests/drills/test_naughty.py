"""Plugins from outside that crash, exit, leak, spin, fork, block or poison: each stops itself alone, and the other sources
keep what they are offered.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from hub.crew import WORKERS
from hub.jsonform import dumps
from hub.store import records, sources
from tests.drills import lines
from tests.drills.lines import SOURCE
from tests.drills.rehearsal import SEED, Where
from tests.drills.stack import Stack, stack_at
from tests.instruments import at, demo_pack, person, stated

pytestmark = [pytest.mark.slow, pytest.mark.drill]

RATE: Final = 300
"""Records a second that are offered by the source that behaves."""
MATTERS, NEIGHBOURS = 40, 150
KEPT: Final = 0.95
"""How much of that must have its fate a second after the last was offered."""
MOODS: Final = {
    "grid_pages": "blocks",
    "manual_entry": "poisons",
    "market_supervision": "crashes",
    "urban_management": "spins",
    "xueliang_video": "leaks",
}
OTHER_MOODS: Final = {"grid_pages": "forks", "market_supervision": "exits"}


@pytest.mark.parametrize("moods", [MOODS, OTHER_MOODS], ids=lambda moods: "-".join(moods.values()))
def test_a_plugin_that_misbehaves_degrades_itself_alone(
    tmp_path: Path, where: Where, moods: dict[str, str]
) -> None:
    told = reports()
    reach = {SOURCE: {"file": str(tmp_path / "lines.jsonl")}} | {
        source: {"mood": mood} for source, mood in moods.items()
    }
    with stack_at(
        tmp_path,
        lines.Truth((), (), 0, {}),
        store=where.store,
        bus=where.bus,
        prefix=where.prefix,
        sources=reach,
        batch=500,
        clock_speed=1.0,  # back-offs as long as they are in earnest
        poll_s=0.5,
        plugin_memory_mb=512,
    ) as stack:
        stack.start("hub", list(WORKERS))
        stack.up("hub")
        stack.wait(lambda: all_have_begun(stack, moods), "all have begun to do it")
        done = offered(stack, told)
        assert done >= KEPT * len(told)
        assert ("running", "") == how_it_stands(stack)[SOURCE]
        stack.wait(
            lambda: fates(stack, SOURCE) == {"published": MATTERS, "linked": len(told) - MATTERS},
            "all is read",
        )
        if "poisons" in moods.values():
            assert {"held"} == set(fates(stack, "manual_entry"))
        stack.retire("hub")


def reports() -> Sequence[bytes]:
    """Neighbours of a few burst pipes: many reports, few calls."""
    spots = lines.spots(demo_pack(), MATTERS, SEED)
    return [
        dumps(stated(f"M{n:03d}-{k}", position=at(lon, lat), requester=person(100 * n + k))).encode()
        for k in range(NEIGHBOURS)
        for n, (lon, lat) in enumerate(spots)
    ]


def offered(stack: Stack, told: Sequence[bytes]) -> int:
    """Offers them at their rate; how many had their fate a second after the last."""
    began, fed = time.monotonic(), 0

    def all_is_told() -> bool:
        nonlocal fed
        due = min(len(told), int((time.monotonic() - began) * RATE))
        stack.feed(told[fed:due])
        fed = due
        return time.monotonic() > began + len(told) / RATE + 1

    stack.wait(all_is_told, "all is told")
    return sum(fates(stack, SOURCE).values())


def fates(stack: Stack, source: str) -> dict[str, int]:
    """Of what the source has sent and what has one."""
    with stack.hub.store.read() as conn:
        found = records.account(conn).get(source, {})
    return {fate: n for fate, n in found.items() if n and fate not in ("records", "open")}


def how_it_stands(stack: Stack) -> dict[str, tuple[str, str]]:
    """Source → state and code."""
    with stack.hub.store.read() as conn:
        return {one.source: (one.state, one.code) for one in sources.states(conn)}


def all_have_begun(stack: Stack, moods: dict[str, str]) -> bool:
    """Whether each of them has a state."""
    return set(moods) <= set(how_it_stands(stack))
