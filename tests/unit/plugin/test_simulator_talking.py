"""A system that talks: in order of time, by itself or when it is told to, and done when nothing is left."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.clock import FixedClock, SystemClock
from hub.plugin import SimulatorSetup, Utterance
from hub.plugin.simulator_talking import Talker

START = datetime(2026, 3, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Crier(Talker):
    """Cries out what is due."""

    together = 2

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self.cried: list[tuple[str, ...]] = []

    def config(self) -> dict[str, object]:
        return {}

    def speak_together(self, due: Sequence[Utterance]) -> None:
        self.cried.append(tuple(one.ref for one in due))


def crier(tmp_path: Path, *minutes: int, clock: FixedClock | SystemClock | None = None) -> Crier:
    said = [
        Utterance(at=at, ref=f"U{minute}", code="", code_table="", occurred_at=at, reported_at=at)
        for minute, at in ((minute, START + minute * MINUTE) for minute in minutes)
    ]
    return Crier(SimulatorSetup(clock=clock or FixedClock(START), utterances=said, place=tmp_path))


def test_what_is_due_together_is_said_together_up_to_so_many(tmp_path: Path) -> None:
    one = crier(tmp_path, 0, 0, 0, 5)
    one.let_out()
    assert [("U0", "U0"), ("U0",)] == one.cried
    assert (one.spoken(), one.done()) == (3, False)


def test_what_was_put_off_comes_at_its_time_among_the_others(tmp_path: Path) -> None:
    clock = FixedClock(START)
    one = crier(tmp_path, 0, 3, clock=clock)
    one.later(START + 4 * MINUTE, lambda: one.cried.append(("late",)))
    one.later(START + 2 * MINUTE, lambda: one.cried.append(("early",)))
    clock.pause(180)
    one.let_out()
    assert [("U0",), ("early",), ("U3",)] == one.cried
    assert not one.done()
    clock.pause(60)
    one.let_out()
    assert one.done()
    assert one.cried[-1] == ("late",)


def test_it_talks_by_itself_and_leaves_no_thread(tmp_path: Path) -> None:
    one = crier(tmp_path, 0, clock=SystemClock())
    one.start()
    assert one.wait_for(one.done)
    one.stop()
    one.stop()
    assert one._threads == []


@pytest.mark.parametrize("asked", [Talker.config, Talker.speak])
def test_what_a_subclass_has_to_say_is_not_made_up(asked: object, tmp_path: Path) -> None:
    plain = Talker(SimulatorSetup(clock=FixedClock(START), place=tmp_path))
    with pytest.raises(NotImplementedError):
        asked(*[plain, None][: asked.__code__.co_argcount])  # type: ignore[operator,attr-defined]
