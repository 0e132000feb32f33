"""The sensors' platform, its broker and the adapter, joined over a real connection on 127.0.0.1."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from gridplus_iot_sensors.adapter import IotSensors, IotSensorsConfig
from gridplus_iot_sensors.simulator import SensorPlatform

from hub import Arrival, BadRecord, Draft
from hub.clock import FixedClock
from hub.plugin import Admitted, Body, SimulatorSetup, Tools, Utterance

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
EARLIER = datetime(2026, 3, 10, 3, 50, tzinfo=UTC)


@pytest.fixture
def say() -> Callable[..., Utterance]:
    """Makes one alarm: its number, and changes to Utterance's own fields."""

    def utterance(number: int = 1, **changes: Any) -> Utterance:
        told: dict[str, Any] = {
            "at": EARLIER,
            "ref": f"WL20260310{number:06d}",
            "code": "0101",
            "code_table": "wl-2026",
            "occurred_at": EARLIER,
            "reported_at": EARLIER,
            "content": "井盖倾斜",
            "address": "青石路18号门前",
            "lon": 120.8512,
            "lat": 32.0013,
            "device_ref": "JG-0412",
        }
        return Utterance(**(told | changes))

    return utterance


@dataclass
class Desk:
    """The hub's side: what is read and stored of what the platform publishes."""

    platform: SensorPlatform
    adapter: IotSensors
    admitted: list[Admitted] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)

    def run(self) -> "Desk":
        """Reads until everything that was published is acknowledged."""
        cursor = ""
        while not self.platform.done():
            page = self.adapter.read(cursor)
            cursor = page.cursor
            for body in page.bodies:
                self._take(body)
        return self

    def _take(self, body: Body) -> None:
        self.admitted.append(self.adapter.admit(body))
        content = self.admitted[-1].content
        if content is not None:
            made = self.adapter.normalise(Body(content, body.kind), Arrival(NOON, body.kind))
            self.drafts += [one for one in made if isinstance(one, Draft)]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Makes a platform that says these utterances with failure modes, and an adapter on its broker."""
    with ExitStack() as stack:

        def made(*utterances: Utterance, failures: tuple[str, ...] = ()) -> Desk:
            clock = FixedClock(NOON + timedelta(hours=12))
            setup = SimulatorSetup(clock=clock, utterances=utterances, place=tmp_path, failures=failures)
            platform = SensorPlatform(setup)
            config = IotSensorsConfig.model_validate(platform.start())
            stack.callback(platform.stop)
            tools = Tools(source="iot_sensors", clock=clock, http=httpx.Client, nonce=lambda: "")
            adapter = IotSensors(config, tools)
            stack.callback(adapter.close)
            platform.let_out()
            return Desk(platform, adapter)

        yield made


@pytest.fixture
def held() -> Callable[..., Mapping[str, Any] | None]:
    """What may be stored of a payload on a topic; None where nothing may."""
    config = IotSensorsConfig(url="mqtt://127.0.0.1:9", topics=("wl/#",), client_id="gridplus")
    tools = Tools(source="iot_sensors", clock=FixedClock(NOON), http=httpx.Client, nonce=lambda: "")
    adapter = IotSensors(config, tools)

    def made(payload: Mapping[str, Any], kind: str = "alarm") -> Mapping[str, Any] | None:
        body = Body(orjson.dumps({"topic": f"wl/329901/D-1/{kind}", "payload": payload}), "message")
        content = adapter.admit(body).content
        if content is None:
            with pytest.raises(BadRecord, match="R105"):
                adapter.normalise(body, Arrival(NOON, "message"))
            return None
        told: Mapping[str, Any] = orjson.loads(content)["payload"]
        return told

    return made
