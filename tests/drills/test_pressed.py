"""A source sends more than the hub takes, by page and by push: it has to wait, everybody can see it, nothing is lost."""

from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from hub.run.care.doctor import Doctor
from hub.run.ground.pressure import LATER_S
from hub.store import records
from tests.connected.patience import until
from tests.drills import lines
from tests.drills.lines import PAGE, SOURCE
from tests.drills.rehearsal import BACK, KILLS, MATTERS, SEED, Where, close
from tests.drills.stack import LONGEST_S, Stack, stack_at
from tests.drills.toll import Toll
from tests.instruments import demo_pack

pytestmark = [pytest.mark.slow, pytest.mark.nasty("N68")]

SENT: Final = min(8 * MATTERS * KILLS, 200)
"""Pushes, one a matter; four times as many lines lie ready to be read."""
LIMIT: Final = SENT // 2


def test_a_source_that_sends_more_than_the_hub_takes_has_to_wait_and_loses_nothing(
    tmp_path: Path, where: Where, tolls: list[Toll]
) -> None:
    truth = lines.make(demo_pack(), matters=SENT, seed=SEED)
    with stack_at(
        tmp_path, truth, store=where.store, bus=where.bus, prefix=where.prefix, waiting_limit=LIMIT
    ) as stack:
        stack.start("web", ["web"])
        until(lambda: listens(stack), "the hub listens", within_s=LONGEST_S)
        refused = push_until_refused(stack)
        assert (503, str(LATER_S)) == (refused.status_code, refused.headers["retry-after"])
        assert LIMIT == on_their_way(stack)
        assert [LIMIT] == told(stack)
        stack.feed(truth.lines)
        stack.start("back", BACK)
        most = 0

        def all_is_read() -> bool:
            nonlocal most
            most = max(most, on_their_way(stack))
            return stack.done() >= 2 * len(truth.lines)

        stack.wait(all_is_read, "everything is read")
        assert LIMIT <= most <= LIMIT + PAGE + 1  # a page, and a push that was let in at the same moment
        stack.settle()
        assert [] == told(stack)
        close("pressed", where, stack, truth, tolls, kills=1, heard=stack.called.heard)


def listens(stack: Stack) -> bool:
    """Whether the web worker answers."""
    try:
        return httpx.get(f"http://127.0.0.1:{stack.settings['port']}/healthz").is_success
    except httpx.HTTPError:
        return False


def push_until_refused(stack: Stack) -> httpx.Response:
    """The first answer that is not a yes, while nobody works on what was taken."""
    while (answer := stack.called.push()) is not None:
        if not answer.is_success:
            return answer
    raise AssertionError("every push was taken")


def on_their_way(stack: Stack) -> int:
    """Records of the source without a fate."""
    with stack.hub.store.read() as conn:
        return records.on_their_way(conn, SOURCE, 1_000_000)


def told(stack: Stack) -> list[Any]:
    """What the doctor says of sources that have to wait: how many of their records are on their way."""
    hub = stack.hub
    with hub.store.read() as conn:
        found = Doctor(hub.pack, (), hub.clock.now()).findings(conn)
    return [one.facts["count"] for one in found if one.code == "D145"]
