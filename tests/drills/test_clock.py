"""The clock is put forward a day and back again under load: nothing stands still, is skipped, or is done twice."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub.run.care.doctor import Doctor
from tests.drills.rehearsal import BACK, KILLS, Where, rehearsal
from tests.drills.shift import Shift
from tests.drills.stack import LONGEST_S, SPEED, Stack
from tests.drills.toll import Toll

pytestmark = [pytest.mark.slow, pytest.mark.nasty("N68", "N89")]

JUMPS = max(4, KILLS)
"""An even number; every second portion is told while the clock is back."""
FORWARD = timedelta(days=1)
BACK_BY = timedelta(days=1, hours=1)
assert (
    FORWARD.total_seconds() / SPEED > LONGEST_S
)  # who waits for the clock to be there again, fails the drill


def test_nothing_stands_still_or_is_done_twice_when_the_clock_jumps(
    tmp_path: Path, where: Where, tolls: list[Toll]
) -> None:
    with rehearsal("clock", where, tmp_path, tolls, kills=JUMPS) as drill:
        stack, shift = drill.stack, Shift(tmp_path)
        stack.start("web", ["web"])
        # Alone, a process has nobody who follows it; with another, leases go to and fro.
        for name in ("alone",) if where.name == "embedded" else ("first", "second"):
            stack.start(name, BACK)
        for number in drill.load():
            if number % 2 == 0:
                shift.by(FORWARD)
                continue
            shift.by(-BACK_BY)
            assert "D147" in told(stack)
        stack.wait_for(2 * len(drill.truth.lines))
        shift.by(2 * FORWARD)  # what was called while it was ahead falls due too


def told(stack: Stack) -> set[str]:
    """The codes of all that the doctor finds."""
    hub = stack.hub
    with hub.store.read() as conn:
        return {one.code for one in Doctor(hub.pack, (), hub.clock.now()).findings(conn)}
