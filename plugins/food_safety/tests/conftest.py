"""The adapter of 食安通 and its simulated database, joined by a real view."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from gridplus_food_safety.adapter import FoodSafety, FoodSafetyConfig
from gridplus_food_safety.simulator import FoodSafetySystem

from hub.clock import FixedClock
from hub.model import Arrival, Draft
from hub.plugin import Body, SimulatorSetup, Tools, Utterance

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
Say = Callable[..., Utterance]
Start = Callable[..., "Desk"]


@pytest.fixture
def say() -> Say:
    """Makes a matter of an invented shop: its number, and changes to Utterance's own fields."""

    def utterance(number: int = 1, **changes: Any) -> Utterance:
        told: dict[str, Any] = {
            "at": NOON - timedelta(minutes=20),
            "ref": f"SA3299012026031{number:05d}",
            "code": "FS0106",
            "code_table": "fs-2026",
            "occurred_at": NOON - timedelta(hours=2),
            "reported_at": NOON - timedelta(hours=1),
            "title": "餐饮具消毒不合格",
            "content": "消毒柜未通电，已洗餐具敞放",
            "address": "青石路18号",
            "area_code": "329901001001",
            "accused_name": "测试小吃店",
            "accused_uscc": "92329901MA0TE5T01N",
        }
        return Utterance(**(told | changes))

    return utterance


@dataclass
class Desk:
    """The hub's side: an adapter, and how far it has read."""

    adapter: FoodSafety
    system: FoodSafetySystem
    clock: FixedClock
    cursor: str = ""

    def read(self) -> list[Body]:
        """What one whole pass has that is new; nothing of it may be held that does not pass the filter."""
        self.system.let_out()
        bodies: list[Body] = []
        more = True
        while more:
            page = self.adapter.read(self.cursor)
            self.cursor, more = page.cursor, page.more
            bodies += page.bodies
        return bodies

    def drafts(self, bodies: list[Body]) -> list[Draft]:
        """What the adapter makes of them, behind its own filter."""
        made: list[Draft] = []
        for body in bodies:
            content = self.adapter.admit(body).content
            assert content is not None
            found = self.adapter.normalise(Body(content, body.kind), Arrival(self.clock.now(), body.kind))
            made += [draft for draft in found if isinstance(draft, Draft)]
        return made


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Opens the view with what is said before noon in it, and an adapter that reaches it."""
    closing: list[Callable[[], None]] = []

    def begin(*utterances: Utterance, failures: tuple[str, ...] = (), **settings: Any) -> Desk:
        clock = FixedClock(NOON)
        setup = SimulatorSetup(clock=clock, utterances=utterances, place=tmp_path, failures=failures)
        system = FoodSafetySystem(setup)
        config = FoodSafetyConfig.model_validate({**system.start(), **settings})
        tools = Tools(source="food_safety", clock=clock, http=httpx.Client, nonce=lambda: "0" * 32)
        adapter = FoodSafety(config, tools)
        closing.extend([system.stop, adapter.close])
        return Desk(adapter, system, clock)

    yield begin
    for close in closing:
        close()
