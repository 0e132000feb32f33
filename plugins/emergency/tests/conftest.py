"""The platform's messages without a broker: what its simulator would produce, handed to the adapter as the hub does."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from gridplus_emergency.adapter import Emergency, EmergencyConfig
from gridplus_emergency.simulator import CommandPlatform

from hub import Arrival, Draft
from hub.clock import FixedClock
from hub.plugin import Body, SimulatorSetup, Tools, Utterance

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
EARLIER = datetime(2026, 3, 10, 3, 50, tzinfo=UTC)


@pytest.fixture(scope="session")
def emergency() -> Emergency:
    """The adapter; it is asked what messages mean, and connects to nothing."""
    tools = Tools(source="emergency", clock=FixedClock(NOON), http=httpx.Client, nonce=lambda: "")
    return Emergency(EmergencyConfig(servers="127.0.0.1:9", topics=("yj.event",)), tools)


@pytest.fixture
def body(tmp_path: Path) -> Callable[..., Body]:
    """Makes one message as the platform's simulator would; changes are fields of Utterance."""
    platform = CommandPlatform(SimulatorSetup(clock=FixedClock(NOON), place=tmp_path))

    def made(**changes: Any) -> Body:
        told: dict[str, Any] = {
            "at": EARLIER,
            "ref": "YJ20260310000001",
            "code": "0101",
            "code_table": "yj-2026",
            "occurred_at": EARLIER,
            "reported_at": EARLIER,
            "title": "青石路18号库房起火",
            "content": "二层库房起火",
        }
        return Body(orjson.dumps(platform.row(Utterance(**(told | changes)))), "record")

    return made


@pytest.fixture
def read(emergency: Emergency) -> Callable[[Body], Draft]:
    """The draft of a message, by way of the ingress filter."""

    def made(body: Body) -> Draft:
        held = Body(emergency.admit(body).content or b"", body.kind)
        (draft,) = emergency.normalise(held, Arrival(NOON, body.kind))
        assert isinstance(draft, Draft)
        return draft

    return made


@pytest.fixture
def row(read: Callable[[Body], Draft]) -> Callable[..., Draft]:
    """The draft of a message with these fields."""
    return lambda **fields: read(Body(orjson.dumps({"SJBH": "YJ1", "SJLX": "0101", **fields}), "record"))
