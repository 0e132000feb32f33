"""The hotline's adapter and its simulated platform, joined over real sockets on 127.0.0.1."""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from gridplus_hotline_12345.adapter import Hotline12345, HotlineConfig
from gridplus_hotline_12345.simulator import HotlineSystem

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
    """Makes an order of an invented caller: its number, and changes to Utterance's own fields."""

    def utterance(number: int = 1, **changes: Any) -> Utterance:
        told: dict[str, Any] = {
            "at": WHEN,
            "ref": f"PT20260310{number:06d}",
            "second_ref": f"HL20260310{number:06d}",
            "code": "010102",
            "code_table": "hl-2024",
            "occurred_at": datetime(2026, 3, 10, 0, 5, tzinfo=UTC),
            "reported_at": datetime(2026, 3, 10, 0, 20, tzinfo=UTC),
            "title": "青石路污水井盖缺失",
            "content": "青石路18号门口污水井盖缺失，夜间有行人跌落风险",
            "lon": 120.85,
            "lat": 32.0,
            "address": "青石路18号",
            "area_code": "329901001",
            "requester": Person("测试甲", "13800000000", callback=True),
            "request_type": RequestType.HELP,
        }
        return Utterance(**(told | changes))

    return utterance


@dataclass
class Desk:
    """The hub's side: an adapter, and the door through which pushes come."""

    adapter: Hotline12345
    system: HotlineSystem
    clock: FixedClock
    door: Door

    def spoken(self, utterances: int) -> None:
        """Returns once the platform has let out so many utterances."""
        assert self.system.wait_for(lambda: self.system.spoken() >= utterances)

    def drafts(self, body: Body) -> list[Draft]:
        """What the adapter makes of one body that came just now."""
        found = self.adapter.normalise(body, Arrival(self.clock.now(), body.kind))
        return [draft for draft in found if isinstance(draft, Draft)]

    def draft(self, body: Body) -> Draft:
        """The same, of a body that holds one matter."""
        (draft,) = self.drafts(body)
        return draft

    def pull_all(self, cursor: str = "") -> tuple[list[Body], str]:
        """All pages from `cursor` on, and the cursor behind them."""
        bodies: list[Body] = []
        while True:
            page = self.adapter.read(cursor)
            bodies += page.bodies
            cursor = page.cursor
            if not page.more:
                return bodies, cursor


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the platform with utterances and failures, and an adapter that reaches it."""
    closing: list[Callable[[], None]] = []

    def begin(
        *utterances: Utterance,
        failures: tuple[str, ...] = (),
        patience_s: float = 2.0,
        now: datetime = NOON,
        storing_fails: int = 0,
        **settings: Any,
    ) -> Desk:
        clock = FixedClock(now)
        system = HotlineSystem(
            SimulatorSetup(clock=clock, utterances=utterances, place=tmp_path, seed=7, failures=failures)
        )
        config = HotlineConfig.model_validate({**system.start(), **settings})
        numbers = count(1)
        tools = Tools(
            source="hotline_12345",
            clock=clock,
            http=partial(httpx.Client, timeout=patience_s, verify=PLAIN),
            nonce=lambda: f"{next(numbers):032x}",
        )
        adapter = Hotline12345(config, tools)
        door = Door(adapter, failing=storing_fails)
        closing.extend([system.stop, adapter.close, door.close])
        system.push_to(door.url)
        return Desk(adapter, system, clock, door)

    yield begin
    for close in closing:
        close()


@pytest.fixture
def adapter() -> Iterator[Hotline12345]:
    """An adapter with no platform behind, for what it makes of bytes."""
    secrets = dict.fromkeys(("app_key", "app_secret", "push_key", "push_secret"), "x")
    tools = Tools(
        source="hotline_12345",
        clock=FixedClock(NOON),
        http=partial(httpx.Client, verify=PLAIN),
        nonce=lambda: "0" * 32,
    )
    made = Hotline12345(HotlineConfig.model_validate({"base_url": "http://127.0.0.1:9", **secrets}), tools)
    yield made
    made.close()


@pytest.fixture
def normalise(adapter: Hotline12345) -> Callable[[bytes], list[Draft]]:
    """Bytes → drafts."""

    def of(body: bytes) -> list[Draft]:
        found = adapter.normalise(Body(body, "order"), Arrival(NOON, "order"))
        return [draft for draft in found if isinstance(draft, Draft)]

    return of


@pytest.fixture
def read(normalise: Callable[[bytes], list[Draft]]) -> Callable[..., Draft]:
    """One order's fields → its draft."""

    def of(**fields: object) -> Draft:
        (draft,) = normalise(orjson.dumps({"platformNo": "PT20260310000001"} | fields))
        return draft

    return of
