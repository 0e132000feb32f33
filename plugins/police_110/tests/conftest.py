"""The shared table with both its sides, on a clock that the test moves."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from gridplus_police_110.adapter import Police110, Police110Config
from gridplus_police_110.simulator import SharedTable

from hub import Arrival, Draft, HubError, Person
from hub.clock import FixedClock
from hub.plugin import Admitted, Body, SimulatorSetup, Tools, Utterance

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


@pytest.fixture
def say() -> Callable[..., Utterance]:
    """Makes one matter: its number, and changes to Utterance's own fields."""

    def utterance(number: int = 1, **changes: Any) -> Utterance:
        told: dict[str, Any] = {
            "at": NOON,
            "ref": f"LZ20260310{number:06d}",
            "second_ref": f"YJ20260310{number:06d}",
            "code": "FJ0301",
            "code_table": "fj-2026",
            "occurred_at": NOON,
            "reported_at": NOON,
            "title": "井盖缺失",
            "content": "青石路18号门前井盖缺失",
            "address": "青石路18号",
            "requester": Person("测试甲", "13800000000", callback=True),
            "extra": {"police_no": f"JQ20260310{number:06d}"},
        }
        return Utterance(**(told | changes))

    return utterance


@dataclass
class Desk:
    """The hub's side: what is read and stored of the table."""

    table: SharedTable
    adapter: Police110
    clock: FixedClock
    cursor: str = ""
    admitted: list[Admitted] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)

    def after(self, minutes: int) -> "Desk":
        """So much time passes, minute by minute; both sides do what is due."""
        for _ in range(minutes):
            self.clock.pause(60.0)
            self.table.let_out()
            self.read()
        return self

    def read(self) -> None:
        """One pass, each page stored before the next is asked for."""
        while True:
            page = self.adapter.read(self.cursor)
            self.cursor = page.cursor
            for body in page.bodies:
                self._take(body)
            if not page.more:
                return

    def refs(self) -> list[str]:
        """Numbers of the drafts, in order."""
        return [one.source_ref for one in self.drafts]

    def _take(self, body: Body) -> None:
        admitted = self.adapter.admit(body)
        self.admitted.append(admitted)
        if admitted.content is None:
            self.codes["R105"] += 1
            return
        try:
            made = self.adapter.normalise(
                Body(admitted.content, body.kind), Arrival(self.clock.now(), body.kind)
            )
        except HubError as error:
            self.codes[error.code] += 1
            return
        self.drafts += [one for one in made if isinstance(one, Draft)]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Makes a table in which 110 writes these utterances with failure modes, and an adapter on it."""
    with ExitStack() as stack:

        def made(*utterances: Utterance, failures: tuple[str, ...] = ()) -> Desk:
            clock = FixedClock(NOON)
            setup = SimulatorSetup(clock=clock, utterances=utterances, place=tmp_path, failures=failures)
            table = SharedTable(setup)
            config = Police110Config.model_validate(table.start())
            stack.callback(table.stop)
            own = tmp_path / "own"
            own.mkdir(exist_ok=True)
            tools = Tools(
                source="police_110", clock=clock, http=httpx.Client, nonce=lambda: "", place=str(own)
            )
            adapter = Police110(config, tools)
            stack.callback(adapter.close)
            table.let_out()
            return Desk(table, adapter, clock)

        yield made


@pytest.fixture
def adapter() -> Police110:
    """The adapter alone; it is asked what rows mean, and opens nothing."""
    told = {"url": "sqlite:////nowhere/at/all.sqlite", "view": "t", "results": "r", "headers": "h"}
    tools = Tools(source="police_110", clock=FixedClock(NOON), http=httpx.Client, nonce=lambda: "")
    return Police110(Police110Config.model_validate(told), tools)
