"""A ferry with both its ends, on a clock that the test moves."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from gridplus_police_grid.adapter import PoliceGrid, PoliceGridConfig
from gridplus_police_grid.simulator import PoliceExport

from hub import Arrival, HubError
from hub.clock import FixedClock
from hub.plugin import Body, SimulatorSetup, Tools, Utterance

START = datetime.fromisoformat("2026-03-10T08:00:00+08:00")


@pytest.fixture(scope="session")
def make_adapter() -> Callable[..., PoliceGrid]:
    """Makes an adapter as the hub does; `state` is its own directory."""
    return _adapter


@pytest.fixture(scope="session")
def told() -> Callable[..., Utterance]:
    """Makes what the police system has to say at some minute after the start, 8:00."""
    return _told


def _adapter(inbox: Path, state: Path | None = None, **settings: int) -> PoliceGrid:
    tools = Tools(
        source="police_grid",
        clock=FixedClock(START),
        http=httpx.Client,
        nonce=lambda: "0" * 32,
        place=str(state) if state else "",
    )
    return PoliceGrid(PoliceGridConfig.model_validate({"inbox": str(inbox), **settings}), tools)


def _told(minute: int, *, defect: str = "", **more: object) -> Utterance:
    at = START + timedelta(minutes=minute)
    said: dict[str, object] = {
        "at": at,
        "ref": f"JG20260310{minute:04d}",
        "code": "JG0301",
        "code_table": "jg-2025",
        "occurred_at": at - timedelta(minutes=20),
        "reported_at": at - timedelta(minutes=5),
        "title": "井盖缺失",
        "content": "云桥路与青石路口井盖缺失",
        "lon": 120.851234,
        "lat": 32.001234,
        "address": "云桥路与青石路口",
        "defect": defect,
    }
    return Utterance(**{**said, **more})  # type: ignore[arg-type]  # a test names what differs


@dataclass
class Crossing:
    """A simulator, an adapter and what came over; `run` moves the clock and reads after each minute."""

    clock: FixedClock
    export: PoliceExport
    adapter: PoliceGrid
    cursor: str = ""
    bodies: list[Body] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    """Codes for which the adapter asked to wait, in order."""

    def run(self, minutes: int) -> None:
        for _ in range(minutes):
            self.clock.pause(60)
            self.export.let_out()
            self.read_all()

    def read_all(self) -> None:
        """Page by page, as the hub stores them: bodies and cursor together."""
        try:
            while True:
                page = self.adapter.read(self.cursor)
                self.bodies += page.bodies
                self.cursor = page.cursor
                if not page.more:
                    return
        except HubError as error:
            self.waits.append(error.code)

    def outcomes(self) -> Counter[str]:
        """What became of the bodies: refs of matters, codes of grids, `R105` for what was not admitted."""
        return Counter(outcome for body in self.bodies for outcome in self._outcome(body))

    def _outcome(self, body: Body) -> list[str]:
        admitted = self.adapter.admit(body)
        if admitted.content is None:
            return ["R105"]
        try:
            drafts = self.adapter.normalise(
                Body(admitted.content, body.kind), Arrival(self.clock.now(), body.kind)
            )
        except HubError as error:
            return [error.code]
        return [one.source_ref for one in drafts]


Cross = Callable[..., Crossing]


@pytest.fixture
def cross(tmp_path: Path) -> Cross:
    """Makes a crossing of utterances with failure modes."""

    def make(utterances: Sequence[Utterance], *failures: str, seed: int = 0, **settings: int) -> Crossing:
        inbox, state = tmp_path / "inbox", tmp_path / "state"
        inbox.mkdir()
        state.mkdir()
        clock = FixedClock(START)
        setup = SimulatorSetup(clock=clock, utterances=utterances, place=inbox, seed=seed, failures=failures)
        return Crossing(clock, PoliceExport(setup), _adapter(inbox, state, **settings))

    return make
