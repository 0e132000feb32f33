"""The adapter, the hub's door and the simulated platform, joined over real sockets on 127.0.0.1."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from gridplus_xueliang_video.adapter import XueliangVideo
from gridplus_xueliang_video.config import XueliangConfig
from gridplus_xueliang_video.simulator import VideoPlatform

from hub.clock import FixedClock
from hub.errors import BadRecord, HeldRecord
from hub.model import Arrival, Draft
from hub.plugin import Body, SimulatorSetup, Tools, Utterance
from hub.plugin.door import Door

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here speaks TLS; loading certificates for each client would take most of a test's time."""
NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
EARLIER = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)

Say = Callable[..., Utterance]
Start = Callable[..., "Desk"]


@pytest.fixture
def say() -> Say:
    """Makes one alarm: its number, and changes to Utterance's own fields."""

    def utterance(number: int = 1, **changes: Any) -> Utterance:
        told: dict[str, Any] = {
            "at": EARLIER,
            "ref": f"XL20260310{number:06d}",
            "code": "890",
            "code_table": "video-v1",
            "occurred_at": EARLIER,
            "reported_at": EARLIER,
            "lon": 120.85,
            "lat": 32.0,
            "address": "青石路云桥路口",
            "device_ref": "32990100001320000007",
        }
        return Utterance(**(told | changes))

    return utterance


@dataclass
class Desk:
    """The hub's side: an adapter behind a door, and what is understood of what came in."""

    adapter: XueliangVideo
    platform: VideoPlatform
    door: Door
    clock: FixedClock

    def taken(self) -> list[Body]:
        """What came in, once the platform has said everything."""
        assert self.platform.wait_for(self.platform.done)
        return list(self.door.bodies)

    def outcome(self, body: Body) -> Draft | str:
        """The one draft that the stored part of a body gives, or the code that ends it."""
        admitted = self.adapter.admit(body)
        if admitted.content is None:
            return "R105"
        try:
            (draft,) = self.adapter.normalise(
                Body(admitted.content, body.kind), Arrival(self.clock.now(), body.kind)
            )
        except (BadRecord, HeldRecord) as error:
            return error.code
        return draft

    def outcomes(self) -> list[Draft | str]:
        return [self.outcome(body) for body in self.taken()]

    def drafts(self) -> list[Draft]:
        return [one for one in self.outcomes() if isinstance(one, Draft)]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the platform with utterances and failures, an adapter that reaches it, and a door for pushes."""
    with ExitStack() as closing:

        def begin(
            *utterances: Utterance,
            failures: tuple[str, ...] = (),
            registered: str = "yes",
            failing: int = 0,
            **settings: Any,
        ) -> Desk:
            clock, numbers = FixedClock(NOON), count(1)
            platform = VideoPlatform(
                SimulatorSetup(clock=clock, utterances=utterances, place=tmp_path, seed=7, failures=failures)
            )
            closing.callback(platform.stop)
            config = XueliangConfig.model_validate({**platform.start(), **settings})
            tools = Tools(
                source="xueliang_video",
                clock=clock,
                http=partial(httpx.Client, timeout=2.0, verify=PLAIN),
                nonce=lambda: f"{next(numbers) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 16**32:032x}",
                public_url="http://hub.example/in/xueliang_video",
            )
            adapter = XueliangVideo(config, tools)
            door = Door(adapter, failing=failing)
            closing.callback(door.close)
            closing.callback(adapter.close)
            platform.push_to(door.url)
            if registered == "yes":
                adapter.tend()
            return Desk(adapter, platform, door, clock)

        yield begin
