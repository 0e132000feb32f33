"""The adapter of market supervision and its simulated platform, joined over real sockets on 127.0.0.1."""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from gridplus_market_supervision.adapter import MarketConfig, MarketSupervision
from gridplus_market_supervision.simulator import MarketPlatform

from hub.clock import FixedClock
from hub.model import Arrival, Draft, Person, RequestType
from hub.plugin import Body, SimulatorSetup, Tools, Utterance
from hub.plugin.door import Door

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here speaks TLS; loading certificates for each client would take most of a test's time."""
NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
WHEN = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
Say = Callable[..., Utterance]
Start = Callable[..., "Desk"]


@pytest.fixture
def say() -> Say:
    """Makes a letter of an invented consumer: its number, and changes to Utterance's own fields."""

    def utterance(number: int = 1, **changes: Any) -> Utterance:
        told: dict[str, Any] = {
            "at": WHEN,
            "ref": f"SJ3299012026031{number:05d}",
            "second_ref": f"JS12315{number:08d}",
            "code": "SJ0105",
            "code_table": "sj-2026",
            "occurred_at": datetime(2026, 3, 9, 4, 0, tzinfo=UTC),
            "reported_at": datetime(2026, 3, 10, 0, 20, tzinfo=UTC),
            "title": "健身房预付卡不退费",
            "content": "青石路某健身房关门，预付卡余额不退",
            "address": "青石路18号二楼",
            "area_code": "329901001",
            "requester": Person("测试甲", "13800000000", "32990119900101123X", callback=True),
            "request_type": RequestType.COMPLAINT,
            "accused_name": "云江某某健身有限公司",
        }
        return Utterance(**(told | changes))

    return utterance


@dataclass
class Desk:
    """The hub's side: an adapter, and the door through which tables come."""

    adapter: MarketSupervision
    system: MarketPlatform
    clock: FixedClock
    door: Door

    def spoken(self, utterances: int) -> None:
        """Returns once the platform has let out so many utterances."""
        assert self.system.wait_for(lambda: self.system.spoken() >= utterances)

    def drafts(self, body: Body) -> list[Draft]:
        """What the adapter makes of one body that came just now."""
        found = self.adapter.normalise(body, Arrival(self.clock.now(), body.kind))
        return [draft for draft in found if isinstance(draft, Draft)]

    def read_all(self, cursor: str = "") -> tuple[list[Body], str]:
        """All pages from `cursor` on, and the cursor behind them."""
        bodies: list[Body] = []
        while True:
            page = self.adapter.read(cursor)
            bodies += page.bodies
            cursor = page.cursor
            if not page.more:
                return bodies, cursor

    def everything(self) -> list[Body]:
        """All that was said: tables that came, then letters that are read."""
        self.spoken(len(self.system.setup.utterances))
        return [*self.door.bodies, *self.read_all()[0]]


def config_of(told: object) -> MarketConfig:
    """The configuration that a simulator hands out."""
    return MarketConfig.model_validate(told)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the platform with utterances and failures, and an adapter that reaches it."""
    closing: list[Callable[[], None]] = []

    def begin(
        *utterances: Utterance,
        failures: tuple[str, ...] = (),
        patience_s: float = 2.0,
        storing_fails: int = 0,
        **settings: Any,
    ) -> Desk:
        clock = FixedClock(NOON)
        system = MarketPlatform(
            SimulatorSetup(clock=clock, utterances=utterances, place=tmp_path, seed=7, failures=failures)
        )
        adapter = MarketSupervision(
            config_of({**system.start(), **settings}),
            Tools(
                source="market_supervision",
                clock=clock,
                http=partial(httpx.Client, timeout=patience_s, verify=PLAIN),
                nonce=lambda: "0" * 32,
            ),
        )
        door = Door(adapter, failing=storing_fails)
        closing.extend([system.stop, adapter.close, door.close])
        system.push_to(door.url)
        return Desk(adapter, system, clock, door)

    yield begin
    for close in closing:
        close()


@pytest.fixture
def adapter() -> Iterator[MarketSupervision]:
    """An adapter with no platform behind, for what it makes of bytes."""
    config = config_of(
        {"base_url": "http://127.0.0.1:9", "client_id": "a", "client_secret": "b", "upload_key": "c"}
    )
    tools = Tools(
        source="market_supervision",
        clock=FixedClock(NOON),
        http=partial(httpx.Client, verify=PLAIN),
        nonce=lambda: "0" * 32,
    )
    made = MarketSupervision(config, tools)
    yield made
    made.close()


@pytest.fixture
def read(adapter: MarketSupervision) -> Callable[..., list[Draft]]:
    """One letter's fields → its drafts."""

    def of(**fields: object) -> list[Draft]:
        body = orjson.dumps({"letterNo": "SJ329901202603100001"} | fields)
        found = adapter.normalise(Body(body, "letter"), Arrival(NOON, "letter"))
        return [draft for draft in found if isinstance(draft, Draft)]

    return of
